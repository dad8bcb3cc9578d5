"""WARC records to bytes and back: a record becomes one gzip member, a stream of members becomes records. No files, no clock, no database.

The core is our own because three things must be exactly right and fast at once: the HTTP block is bytes that are never decoded, a digest that
is known is not computed again, and a member is made in one call of igzip. Other people's tools judge the outcome in the tests.

Layout of what is written: WARC/1.1; digests are `sha256:` in hex, as `sha256sum` prints them and as the index keeps them (warcio, FastWARC,
pywb and cdxj-indexer take hex and base32 alike); dates carry microseconds, so that an exchange reads back equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from isal import igzip_lib, isal_zlib

from archive.bodies import HELD_BYTES, Body, Gathered, blocks_of, front, sha256
from archive.errors import DamagedRecord

GZIP_LEVEL = 2  # benchmarks/record_cost.py: level 1 saves little time, level 3 saves little room
SMALL_BYTES = 2048  # below, level 0 takes half the time: a thirtieth of a page's cost, for a thirtieth of its room
READ_BYTES = 128 * 1024
PIECE_BYTES = 1024**2  # what is unpacked at once
LARGEST_RECORD_BYTES = 1 << 31  # of one record unpacked: a bomb stops here
_HEAD_END = re.compile(rb"\n\r?\n")
_as_json = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
FIELDS = "application/warc-fields"
GZIP_WINDOW = 31  # the largest, with gzip's head and end
HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"


class Readable(Protocol):
    """What bytes come from: the next ones at each call, none at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its WARC headers in their order, and its block."""

    headers: tuple[tuple[str, str], ...]
    block: Body

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def needed(self, name: str) -> str:
        value = self.header(name)
        if value is None:
            raise DamagedRecord(f"expected the header {name} in record {self.header('WARC-Record-ID')}, found none.")
        return value

    @property
    def kind(self) -> str:
        return self.needed("WARC-Type")

    @property
    def record_id(self) -> str:
        return self.needed("WARC-Record-ID")

    def digest_holds(self) -> bool:
        """Whether the block is the one whose digest the header names. A record without a digest, or with another algorithm, does not hold."""
        return self.header("WARC-Block-Digest") == f"sha256:{sha256(self.block)}"


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member of a stream: where it lies and what it holds, unpacked."""

    offset: int
    length: int
    data: Body


def packed(headers: Iterable[tuple[str, str]], *block: Body, folder: Path | None = None) -> Body:
    """One record as one gzip member. The block comes in parts, so that a body is copied once; the length is added here.

    What is large is laid down in the folder.
    """
    lines = [f"{name}: {value}\r\n" for name, value in headers]
    text = "".join(lines)
    if text.count("\n") != len(lines) or text.count("\r") != len(lines):
        raise ValueError(f"expected one line for each WARC header, got {text!r}")
    length = sum(map(len, block))
    head = f"WARC/1.1\r\n{text}Content-Length: {length}\r\n\r\n".encode("utf-8", "surrogateescape")
    if length <= HELD_BYTES:
        level = GZIP_LEVEL if length > SMALL_BYTES else 0
        parts = [part if isinstance(part, bytes) else part.piece(0, len(part)) for part in block]
        return igzip_lib.compress(b"".join((head, *parts, b"\r\n\r\n")), level, igzip_lib.COMP_GZIP)
    packer = isal_zlib.compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, GZIP_WINDOW)
    member = Gathered(folder)
    for piece in chain((head,), *map(blocks_of, block), (b"\r\n\r\n",)):
        member.add(packer.compress(piece))
    member.add(packer.flush())
    return member.body()


def parsed(data: Body) -> Record:
    """The record in the unpacked bytes of one member, and nothing beside it."""
    begin = front(data)
    end = begin.find(b"\r\n\r\n")
    lines = begin[: max(end, 0)].split(b"\r\n")
    if not lines[0].startswith(b"WARC/1."):
        raise DamagedRecord(f"expected a record that begins with WARC/1.x, found {begin[:24]!r}.")
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon:
            raise DamagedRecord(f"expected `name: value` in the WARC header, found {line[:60]!r}.")
        headers.append((name.decode("utf-8", "surrogateescape"), value.strip().decode("utf-8", "surrogateescape")))
    record = Record(tuple(headers), data[end + 4 : -4])  # one copy: a body may be large
    length, rest = record.needed("Content-Length"), len(data) - end - 4
    if rest < 4 or data[-4:] != b"\r\n\r\n" or length != str(len(record.block)):
        raise DamagedRecord(
            f"expected a block of {length} bytes and an empty line, found {rest} bytes in record {record.record_id}."
        )
    return record


def members(stream: Readable, offset: int = 0) -> Iterator[Member]:
    """The gzip members from the stream's place on, which is `offset` of the file. Raises DamagedRecord at the first that is torn or broken."""
    pending = b""
    while True:
        unpacker = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_GZIP)
        unpacked = Gathered()
        taken = 0
        while not unpacker.eof:
            if unpacker.needs_input:
                pending = pending or stream.read(READ_BYTES)
                if not pending:
                    if taken:
                        raise DamagedRecord(
                            f"the record at byte {offset} is torn: the file ends after {taken} bytes of it."
                        )
                    return
                taken += len(pending)
            try:
                unpacked.add(unpacker.decompress(pending, PIECE_BYTES))
            except igzip_lib.error as error:  # type: ignore[misc]  # the stub types it as an instance
                raise DamagedRecord(f"expected a gzip member at byte {offset}, found damage: {error}.") from None
            if unpacked.size > LARGEST_RECORD_BYTES:
                raise DamagedRecord(f"the record at byte {offset} unpacks to more than {LARGEST_RECORD_BYTES} bytes.")
            pending = b""
        pending = unpacker.unused_data
        taken -= len(pending)
        yield Member(offset, taken, unpacked.body())
        offset += taken


def warc_date(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"expected a moment with its time zone, got {moment!r}")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise DamagedRecord(f"expected a WARC date as 2026-03-31T08:00:00Z, found {text!r}.") from None


def fields(values: Iterable[tuple[str, Any]]) -> bytes:
    """Lines of `application/warc-fields`. Each value is JSON, so that any text stays on its line and comes back as it was."""
    return "".join(f"{name}: {_as_json(value)}\r\n" for name, value in values).encode("utf-8", "surrogatepass")


def fields_of(block: Body) -> list[tuple[str, Any]]:
    """What `fields` wrote. Raises DamagedRecord for anything else."""
    found = []
    try:
        for line in b"".join(blocks_of(block)).decode("utf-8", "surrogatepass").split("\r\n")[:-1]:
            name, _, value = line.partition(": ")
            found.append((name, json.loads(value)))
    except ValueError as error:
        raise DamagedRecord(f"expected `name: JSON` lines in a metadata record: {error}.") from None
    return found


def head_length(block: Body) -> int:
    """How many bytes the HTTP head takes, with the empty line that ends it; all of them when no line is empty."""
    begin = front(block)
    if begin.startswith((b"\n", b"\r\n")):
        return begin.index(b"\n") + 1
    end = _HEAD_END.search(begin)
    return end.end() if end else len(block)


def plain_fields(values: Mapping[str, str]) -> bytes:
    """The lines of a warcinfo record, as every WARC tool writes them: the values must be one line each."""
    for name, value in values.items():
        if "\r" in value or "\n" in value:
            raise ValueError(f"expected one line in the warcinfo field {name}, got {value!r}")
    return "".join(f"{name}: {value}\r\n" for name, value in values.items()).encode("utf-8")


def plain_fields_of(block: Body) -> dict[str, str]:
    lines = (line.partition(":") for line in front(block).decode("utf-8", "replace").splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}
