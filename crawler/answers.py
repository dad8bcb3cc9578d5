"""The bytes of one HTTP/1 answer go in as they come; its head, exactly as it came, and its body without the transfer-encoding come out.

No network. What real servers send wrongly and browsers read all the same is read here too: lines without a carriage return, header
lines without a colon, heads in GB18030, a length that is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from archive.bodies import Body, Gathered

END_OF_HEAD = re.compile(rb"\n\r?\n")
STATUS_LINE = re.compile(rb"HTTP/(\d)\.(\d)[ \t]+(\d{3})(?!\d)")
LARGEST_HEAD = 256 * 1024
LONGEST_SIZE_LINE = 8192  # of a chunk, with its extensions
WITHOUT_BODY = (204, 304)


class NotHttp(Exception):
    """What came is no HTTP answer; the message says what came instead."""


class Answer:
    """A large body is laid down in the folder. `done` once all of it came or was given up; `truncated` then says why it is not whole: length, time or disconnect."""

    def __init__(self, largest_body: int, folder: Path | None = None) -> None:
        self.head = b""
        self._body = Gathered(folder, hashed=True)
        self.truncated: str | None = None
        self.done = False
        self.keeps_open = False  # whether the same connection may be asked again
        self._room = largest_body
        self._waiting = bytearray()
        self._left = 0
        self._take: Callable[[bytes], None] = self._take_head

    @property
    def body(self) -> Body:
        return self._body.body()

    def feed(self, data: bytes) -> None:
        """Take in what came next. Raises NotHttp, and StoreUnusable when the disk has no room for it."""
        if self.done:
            self.keeps_open = False  # more than was asked for: whose answer that is, nobody knows
        elif data:
            self._take(data)

    def closed(self, cleanly: bool) -> None:
        """The connection is closed. Raises NotHttp when the head had not come."""
        if self.done:
            return
        if not self.head:
            raise NotHttp(f"the connection was closed {'within' if self._waiting else 'before'} the head of an answer")
        # A body whose length nobody declared ends with the connection: it is taken as whole.
        self._end(None if cleanly and self._take == self._until_close else "disconnect")

    def cut(self, why: str) -> None:
        """Give up waiting for the rest."""
        self._end(why)

    def _end(self, truncated: str | None = None) -> None:
        self.done, self.truncated = True, truncated
        self.keeps_open = self.keeps_open and truncated is None
        self._waiting.clear()

    def _take_head(self, data: bytes) -> None:
        searched = max(0, len(self._waiting) - 2)
        self._waiting += data
        while True:
            end = END_OF_HEAD.search(self._waiting, searched)
            if end is None:
                if len(self._waiting) > LARGEST_HEAD:
                    raise NotHttp(f"a head of more than {LARGEST_HEAD} bytes")
                return
            found = STATUS_LINE.match(self._waiting)
            if found is None:
                raise NotHttp(f"expected the status line of an HTTP answer, found {bytes(self._waiting[:60])!r}")
            status, modern = int(found[3]), found[1] == b"1" and found[2] != b"0"
            if status == 101 or not 100 <= status < 200:
                break
            del self._waiting[: end.end()]  # an interim answer: the real one follows
            searched = 0
        self.head, rest = bytes(self._waiting[: end.end()]), bytes(self._waiting[end.end() :])
        self._waiting.clear()
        self._choose(status, modern, _fields(self.head))
        if rest:
            self.feed(rest)

    def _choose(self, status: int, modern: bool, fields: dict[bytes, bytes]) -> None:
        """How the body's end will be known."""
        wishes = fields.get(b"connection", b"").lower()
        self.keeps_open = b"close" not in wishes if modern else b"keep-alive" in wishes
        length = fields.get(b"content-length", b"").split(b",")[-1].strip()
        if status in WITHOUT_BODY:
            self._end()
        elif b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            self._take = self._chunks
        elif length.isdigit():
            self._left, self._take = int(length), self._sized
            if not self._left:
                self._end()
        else:
            self.keeps_open, self._take = False, self._until_close

    def _keep(self, data: bytes) -> bool:
        """Add to the body. False when it is larger than anybody wants, and ended by that."""
        if len(data) > self._room:
            self._body.add(data[: self._room])
            self._end("length")
            return False
        self._room -= len(data)
        self._body.add(data)
        return True

    def _until_close(self, data: bytes) -> None:
        self._keep(data)

    def _sized(self, data: bytes) -> None:
        if len(data) > self._left:
            data, self.keeps_open = data[: self._left], False
        self._left -= len(data)
        if self._keep(data) and not self._left:
            self._end()

    def _chunks(self, data: bytes) -> None:
        """`_left` counts what is missing of the chunk that has begun."""
        if self._left >= len(data):
            self._left -= len(data)
            self._keep(data)
            return
        self._waiting += data
        place = 0
        while not self.done:
            if self._left:
                piece = bytes(self._waiting[place : place + self._left])
                place, self._left = place + len(piece), self._left - len(piece)
                if (piece and not self._keep(piece)) or self._left:
                    break
            line_end = self._waiting.find(b"\n", place)
            if line_end < 0:
                if len(self._waiting) - place > LONGEST_SIZE_LINE:
                    self._end("disconnect")
                break
            line = bytes(self._waiting[place:line_end]).partition(b";")[0].strip()
            place = line_end + 1
            if line and not self._begin_chunk(line):  # an empty one ends the chunk before
                rest = bytes(self._waiting[place:])
                self._waiting.clear()
                return self.feed(rest)
        del self._waiting[:place]
        return None

    def _begin_chunk(self, size: bytes) -> bool:
        """False when no chunk follows: it was the last, or its size cannot be read."""
        try:
            self._left = int(size, 16)
        except ValueError:
            self._left = -1
        if self._left < 0:
            self._end("disconnect")
        self._take = self._chunks if self._left > 0 else self._trailer
        return self._left > 0

    def _trailer(self, data: bytes) -> None:
        """Lines after the last chunk, up to an empty one. They belong to the transfer and are not kept."""
        self._waiting += data
        while not self.done and (line_end := self._waiting.find(b"\n")) >= 0:
            line = bytes(self._waiting[:line_end]).strip()
            del self._waiting[: line_end + 1]
            if not line:
                self.keeps_open = self.keeps_open and not self._waiting
                self._end()


def _fields(head: bytes) -> dict[bytes, bytes]:
    """The last line of each header name, the names in lower case."""
    lines = (line.partition(b":") for line in head.split(b"\n")[1:])
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}
