"""One exchange becomes its group of WARC records, and the group becomes the exchange again, byte for byte. No files.

A group is three records, in this order: `response` (or `revisit`), `request`, `metadata`; the last two name the first in WARC-Concurrent-To.
The metadata record ends the group: a group without it was never acknowledged. Its lines `facts` and `index` hold what the crawler noted and
what the index needs to be made again.

Bytes. The HTTP block is the head exactly as received and the body with only its transfer-encoding undone, so the payload digest is that of
the body and every validator agrees. The line `Transfer-Encoding: chunked` stays in the head, because the head is evidence: warcio and pywb look
whether the body really is chunked and give it back whole, FastWARC does not look unless asked. One case would mislead them: a body whose first
line happens to read as a chunk's size. Only there the line is kept as `X-Archived-Transfer-Encoding` and the record says so in its header
`Archived-Renamed: transfer-encoding`; reading gives the head back as it was received.

A revisit for an equal payload holds its own head. A revisit for a 304 has an empty block: with the head in it pywb (2.10.0, tried) answers
`304` and nothing else, and then not every capture could be served with its payload; with the block empty it shows the page that the 304 says is
still there. The head of the 304 is kept all the same, byte for byte as Latin-1, in the line `head` of its metadata record, and reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.bodies import Body, blocks_of, front
from archive.errors import DamagedRecord
from archive.exchange import Exchange, WarcLocation
from archive.records import (
    FIELDS,
    HTTP_REQUEST,
    HTTP_RESPONSE,
    Member,
    Record,
    fields,
    fields_of,
    head_length,
    moment_of,
    parsed,
    warc_date,
)

SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
LEADS = ("response", "revisit")
REMOVED = "Archived-Removed"  # a record that was emptied by order; its value is the number of the tombstone
RENAMED = ("Archived-Renamed", "transfer-encoding")
_TRANSFER_ENCODING = re.compile(rb"(?mi)^(?=transfer-encoding[ \t]*:)")
_KEPT_TRANSFER_ENCODING = re.compile(rb"(?mi)^X-Archived-(?=transfer-encoding[ \t]*:)")


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit stands for: its body is the revisit's body."""

    record_id: str
    url: str
    fetched_at: datetime
    payload_sha256: str


@dataclass(slots=True)
class Part:
    """A record to be written: its kind, its headers beside id, date, digest and length, and its block in pieces."""

    kind: str
    headers: tuple[tuple[str, str], ...]
    block: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One exchange as its records tell it. `refers_to` is the record that a revisit stands for; its body is there."""

    location: WarcLocation
    exchange: Exchange
    index: Mapping[str, Any]
    refers_to: str | None


@dataclass(frozen=True, slots=True)
class Notes:
    """What a file holds beside exchanges: the sightings of a run, or how it ended."""

    lines: list[tuple[str, Any]]


def lead_part(exchange: Exchange, payload_sha256: str, original: Original | None) -> Part:
    """The response or revisit record of an exchange. Raises ValueError for a head that does not end with its first empty line."""
    head = exchange.response_head
    if head_length(head) != len(head) or not head.endswith((b"\n\r\n", b"\n\n")):
        words = "expected a head that ends with its first empty line"
        raise ValueError(f"{words} from {exchange.url}, got {head[-40:]!r}")
    return _response(exchange, payload_sha256) if original is None else _revisit(exchange, original)


def _response(exchange: Exchange, payload_sha256: str) -> Part:
    head, renamed = _kept_head(exchange)
    headers = [*_target(exchange), ("WARC-Payload-Digest", f"sha256:{payload_sha256}")]
    if exchange.truncated:
        headers.append(("WARC-Truncated", exchange.truncated))
    headers += [*renamed, ("Content-Type", HTTP_RESPONSE)]
    return Part("response", tuple(headers), (head, exchange.body))


def _kept_head(exchange: Exchange) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """The head as it is written, and what the record says of that. pywb lays a revisit's head on its original's body: both must not mislead."""
    head = exchange.response_head
    if b"transfer-encoding" in head.lower() and _TRANSFER_ENCODING.search(head) and _reads_as_chunk(exchange.body):
        return _TRANSFER_ENCODING.sub(b"X-Archived-", head), (RENAMED,)
    return head, ()


def _revisit(exchange: Exchange, original: Original) -> Part:
    head, renamed = _kept_head(exchange)
    headers = (
        *_target(exchange),
        ("WARC-Payload-Digest", f"sha256:{original.payload_sha256}"),
        ("WARC-Profile", NOT_MODIFIED if exchange.status == 304 else SAME_PAYLOAD),
        ("WARC-Refers-To", original.record_id),
        ("WARC-Refers-To-Target-URI", original.url),
        ("WARC-Refers-To-Date", warc_date(original.fetched_at)),
        *renamed,
        ("Content-Type", HTTP_RESPONSE),
    )
    return Part("revisit", headers, () if exchange.status == 304 else (head,))


def joined_parts(exchange: Exchange, index: Mapping[str, Any], lead_id: str, lead: Part) -> Iterator[Part]:
    """The request and the metadata record that follow the lead."""
    joined = (*_target(exchange), ("WARC-Concurrent-To", lead_id))
    if exchange.request_head:  # another program's record may have come without one
        yield Part("request", (*joined, ("Content-Type", HTTP_REQUEST)), (exchange.request_head, exchange.request_body))
    notes: list[tuple[str, Any]] = [("facts", dict(exchange.facts)), ("index", dict(index))]
    if not lead.block:
        notes.append(("head", exchange.response_head.decode("latin-1")))
    yield Part("metadata", (*joined, ("Content-Type", FIELDS)), (fields(notes),))


def exchange_of(lead: Record, request: Record | None, notes: Mapping[str, Any]) -> Exchange:
    """The exchange in its records. A revisit's body is empty: its original has it."""
    split = head_length(lead.block)
    head = notes["head"].encode("latin-1") if "head" in notes else front(lead.block)[:split]
    asked = b"".join(blocks_of(request.block)) if request else b""
    asked_split = head_length(asked)
    return Exchange(
        url=lead.needed("WARC-Target-URI"),
        fetched_at=moment_of(lead.needed("WARC-Date")),
        request_head=asked[:asked_split],
        request_body=asked[asked_split:],
        response_head=_KEPT_TRANSFER_ENCODING.sub(b"", head) if lead.header(RENAMED[0]) else head,
        body=lead.block[split:],
        ip=lead.header("WARC-IP-Address"),
        truncated=lead.header("WARC-Truncated"),
        facts=notes.get("facts", {}),
    )


def contents(name: str, members: Iterable[Member]) -> Iterator[Group | Notes]:
    """The exchanges and notes in a file's members; what belongs to a group that began before them is passed over."""
    lead: tuple[WarcLocation, Record] | None = None
    request: Record | None = None
    for member in members:
        record = parsed(member.data)
        beside = record.header("WARC-Concurrent-To")
        if record.kind in LEADS or record.header(REMOVED):
            lead = WarcLocation(name, member.offset, member.length, record.record_id), record
        elif record.kind == "metadata" and beside is None:
            yield Notes(fields_of(record.block))
        elif lead is not None and beside == lead[1].record_id:
            if record.kind == "request":
                request = record
            elif record.kind == "metadata":
                notes = dict(fields_of(record.block))
                exchange = exchange_of(lead[1], request, notes)
                yield Group(lead[0], exchange, notes["index"], lead[1].header("WARC-Refers-To"))
                lead = request = None


def whole_groups(members: Iterable[Member]) -> Iterator[int]:
    """Where each whole group, or record that stands alone, ends. Raises DamagedRecord where one is not as its digest says."""
    awaited: str | None = None
    for member in members:
        record = parsed(member.data)
        if not record.digest_holds():
            raise DamagedRecord(f"the block of {record.record_id} is not the one its digest names.")
        if record.kind in LEADS:
            awaited = record.record_id
        elif record.kind == "metadata" and record.header("WARC-Concurrent-To") == awaited:
            awaited = None
        if awaited is None:
            yield member.offset + member.length


def _target(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    target = (("WARC-Target-URI", exchange.url),)
    return (*target, ("WARC-IP-Address", exchange.ip)) if exchange.ip else target


def _reads_as_chunk(body: Body) -> bool:
    """Whether a reader that believes the header would take the body's first line for the size of a chunk, by the rule of warcio and pywb."""
    first = front(body)[:64].split(b"\n", 1)[0].split(b";", 1)[0]
    try:
        int(first, 16)
    except ValueError:
        return False
    return True
