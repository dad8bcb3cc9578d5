"""A WARC file of another program in, its answers out as exchanges, or NotTakenIn with the reason: a file is taken whole or refused by name.

Others write what we never do: plain files, SHA-1 in base32, addresses in angle brackets, chunked bodies, requests after their responses or
none. All that is read. Refused is what cannot be believed: bytes between records, a digest that does not hold, a gzip stream that is not one
member a record, a revisit whose original is not at hand. What is no web answer (resource, conversion, metadata) is passed over and counted.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from archive.bodies import BLOCK_BYTES, Body, blocks_of, front, gathered
from archive.errors import DamagedRecord, NotTakenIn
from archive.exchange import Exchange
from archive.foreign_digests import check_digests, dechunked, is_http
from archive.records import LARGEST_RECORD_BYTES, Record, head_length, members, moment_of, parsed

LARGEST_HEAD_BYTES = 1 << 20
_KINDS = ("warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation")


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that may be taken in: how many records of each kind it has, and what was found odd without being wrong."""

    path: Path
    sha256: str
    kinds: Mapping[str, int]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    path: Path
    offset: int


@dataclass(slots=True)
class Originals:
    """Where answers lie in the files at hand, by record id, by address and moment, and by payload digest: what a revisit may mean."""

    places: dict[tuple[str, ...], _Place] = field(default_factory=dict)

    def add(self, record: Record, place: _Place) -> None:
        address = address_of(record)
        self.places.setdefault(("id", record.record_id), place)
        self.places.setdefault(("moment", address, record.needed("WARC-Date")[:19]), place)
        digest = record.header("WARC-Payload-Digest")
        if digest:
            self.places.setdefault(("payload", digest.lower()), place)

    def of(self, revisit: Record) -> _Place | None:
        refers_to, uri, moment = (revisit.header(f"WARC-Refers-To{part}") for part in ("", "-Target-URI", "-Date"))
        keys: list[tuple[str, ...]] = [("id", refers_to or "")]
        if moment:
            keys.append(("moment", _bare(uri) if uri else address_of(revisit), moment[:19]))
        keys.append(("payload", (revisit.header("WARC-Payload-Digest") or "").lower()))
        return next((self.places[key] for key in keys if key in self.places), None)


def judge(path: Path, originals: Originals) -> Judged:
    """Read the file from end to end. Raises NotTakenIn at the first thing that cannot be believed."""
    kinds: Counter[str] = Counter()
    remarks: list[str] = []
    with _named(path):
        for offset, record in records(path):
            kinds[record.kind] += 1
            if record.kind not in _KINDS:
                remarks.append(f"the record at byte {offset} is of the kind {record.kind!r}, which WARC does not name.")
            remarks += check_digests(record, offset)
            if record.kind == "response" and is_http(record):
                exchange_in(record, None)
                originals.add(record, _Place(path, offset))
        if not kinds["response"] + kinds["revisit"]:
            raise DamagedRecord(f"it holds no answer of a web server, only {dict(kinds) or 'nothing'}.")
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Judged(path, digest, dict(kinds), tuple(remarks))


def exchanges(path: Path, originals: Originals, kind: str) -> Iterator[Exchange]:
    """The answers of a judged file that are of this kind, `response` or `revisit`, each with its request when the file has it.

    Raises NotTakenIn for a revisit without its original.
    """
    with _named(path):
        requests = {}
        for _, record in records(path):
            if record.kind == "request":
                for key in (record.header("WARC-Concurrent-To"), record.record_id):
                    requests[key] = record
        for offset, record in records(path):
            if record.kind != kind:
                continue
            if kind == "response" and is_http(record):
                request = requests.get(record.record_id) or requests.get(record.header("WARC-Concurrent-To"))
                yield exchange_in(record, request, path.name)
            elif kind == "revisit":
                request = requests.get(record.record_id) or requests.get(record.header("WARC-Concurrent-To"))
                yield _revisit(record, request, originals.of(record), offset, path.name)


def _revisit(record: Record, request: Record | None, place: _Place | None, offset: int, name: str) -> Exchange:
    """The answer that a revisit stands for, with the body of its original: the archive notices by itself that it has it already."""
    if place is None:
        words = "stands for an original that is in none of the files: name the file that has it along with this one."
        raise DamagedRecord(f"the revisit at byte {offset} of {address_of(record)} {words}")
    original = next(record for _, record in records(place.path, place.offset))
    found = exchange_in(original, None)
    if record.block:
        own = exchange_in(record, request, name)
    else:  # the file did not keep the answer's head: what its profile says of it is all that is known
        not_modified = "not-modified" in (record.header("WARC-Profile") or "")
        head = b"HTTP/1.1 304 Not Modified\r\n\r\n" if not_modified else found.response_head
        own = exchange_in(Record(record.headers, head), request, name)
        own = replace(own, facts={**own.facts, "imported-head": "not in the file; this one stands for it"})
    if own.status == 304:
        return replace(own, body=b"", truncated=None)
    return replace(own, body=found.body, truncated=found.truncated)  # Heritrix calls the body it left out truncated


def exchange_in(record: Record, request: Record | None, name: str = "") -> Exchange:
    """One answer as our own kind of exchange. The body loses its transfer-encoding when it truly has it."""
    split = head_length(record.block)
    head, body = front(record.block)[:split], record.block[split:]
    if not head.startswith(b"HTTP/") or not head.endswith((b"\n\r\n", b"\n\n")):
        raise DamagedRecord(
            f"{record.record_id} of {address_of(record)} is called an HTTP answer and has no HTTP head."
        )
    whole = dechunked(body) if re.search(rb"(?mi)^transfer-encoding[ \t]*:[^\r\n]*chunked", head) else None
    asked = b"".join(blocks_of(request.block)) if request else b""
    asked_split = head_length(asked)
    truncated = record.header("WARC-Truncated")
    return Exchange(
        url=address_of(record),
        fetched_at=_moment(record),
        request_head=asked[:asked_split],
        request_body=asked[asked_split:],
        response_head=head,
        body=body if whole is None else whole,
        ip=record.header("WARC-IP-Address"),
        truncated=truncated if truncated in (None, "length", "time", "disconnect") else "disconnect",
        facts={"imported-from": name, "imported-record": record.record_id} if name else {},
    )


def records(path: Path, offset: int = 0) -> Iterator[tuple[int, Record]]:
    """The records of a packed or plain file with the byte at which each begins."""
    with path.open("rb") as stream:
        begin = stream.read(4)
        stream.seek(offset)
        if begin[:2] == b"\x1f\x8b":
            for member in members(stream, offset):
                if member.data[:9] == b"filedesc:":
                    raise DamagedRecord(_ARC)
                yield member.offset, _one_record(member.data, member.offset)
        elif begin == b"file":
            raise DamagedRecord(_ARC)
        else:
            yield from _plain_records(stream, offset)


_ARC = "it is an ARC file, the format before WARC: `warcio recompress` makes a WARC file of it; its header lines are then checked here."


def _one_record(data: Body, offset: int) -> Record:
    """The one record of a gzip member. More than one means that the file was packed as a whole."""
    head, _, _ = front(data).partition(b"\r\n\r\n")
    length = re.search(rb"(?mi)^content-length:[ \t]*(\d+)[ \t]*\r?$", head)
    rest = b"" if length is None else front(data[len(head) + 4 + int(length[1]) :])
    if rest.lstrip(b"\r\n").startswith(b"WARC/"):
        words = "the file is not packed record by record, so nothing in it can be found again: `warcio recompress` mends that."
        raise DamagedRecord(f"several records share the gzip member at byte {offset}: {words}")
    if rest == b"\r\n" and isinstance(data, bytes):
        data += b"\r\n"  # Heritrix ends a record without content so; the member's own end leaves no doubt
    return parsed(data)


def _plain_records(stream: BinaryIO, offset: int) -> Iterator[tuple[int, Record]]:
    while True:
        head = bytearray()
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline(LARGEST_HEAD_BYTES)
            if not line or (not head and not line.startswith(b"WARC/1.")) or len(head) > LARGEST_HEAD_BYTES:
                if not line and not head:
                    return
                raise DamagedRecord(
                    f"expected a record that begins with WARC/1.x at byte {offset}, found {bytes(head + line)[:40]!r}."
                )
            head += line
        length = re.search(rb"(?mi)^content-length:[ \t]*(\d+)[ \t]*\r?$", bytes(head))
        if length is None or int(length[1]) > LARGEST_RECORD_BYTES:
            raise DamagedRecord(f"the record at byte {offset} says no length that can be believed.")
        data = gathered(_pieces(bytes(head), stream, int(length[1]) + 4))
        yield offset, parsed(data)
        offset += len(data)


def _pieces(head: bytes, stream: BinaryIO, left: int) -> Iterator[bytes]:
    yield head
    while piece := stream.read(min(left, BLOCK_BYTES)):
        left -= len(piece)
        yield piece


def address_of(record: Record) -> str:
    return _bare(record.needed("WARC-Target-URI"))


def _bare(uri: str) -> str:
    """An address without the angle brackets that wget wrote around it."""
    return uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri


def _moment(record: Record) -> datetime:
    return moment_of(record.needed("WARC-Date"))


class _named:  # noqa: N801 - reads as a word in a with statement
    """Damage inside becomes NotTakenIn, with the file's name and that nothing of it was taken."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise NotTakenIn(f"{self._path} cannot be read: {error.strerror}.") from None
        if isinstance(error, DamagedRecord):
            raise NotTakenIn(f"{self._path} is not taken in: {error}") from None


def hosts(paths: Sequence[Path]) -> Counter[str]:
    """How many answers of each host these files hold."""
    found: Counter[str] = Counter()
    for path in paths:
        with _named(path):
            for _, record in records(path):
                if record.kind in ("response", "revisit"):
                    found[
                        re.sub(
                            r"^[a-z]+://([^/:?#]*).*", r"\1", address_of(record), flags=re.DOTALL | re.IGNORECASE
                        ).lower()
                    ] += 1
    return found
