"""Exchanges become records of WARC files and come back byte for byte; a finished file is sealed, a torn one is cut to its last whole record.

Layout. The store is a folder with a folder a site: `shili/shili-20260331T080000Z-r12-00000.warc.gz`, one file a site and run, the next number
when it grows too large. While it is written the file is called `NAME.open`; its rows name it NAME already. Beside a sealed file lies its seal.

One exchange is a group of three records, in this order: `response` (or `revisit`), `request`, `metadata`; the last two name the first in
WARC-Concurrent-To. The metadata record ends the group: a group without it was never acknowledged. Its lines `facts` and `index` hold what
the crawler noted and what the index needs to be made again. `warcinfo` comes first in every file.

Bytes. The HTTP block is the head exactly as received and the body with only its transfer-encoding undone, so the payload digest is that of
the body and every validator agrees. The line `Transfer-Encoding: chunked` stays in the head, because the head is evidence: warcio and pywb look
whether the body really is chunked and give it back whole, FastWARC does not look unless asked. One case would mislead them: a body whose first
line happens to read as a chunk's size. Only there the line is kept as `X-Archived-Transfer-Encoding` and the record says so in its header
`Archived-Renamed: transfer-encoding`; `read` gives the head back as it was received.

A revisit for an equal payload holds its own head. A revisit for a 304 has an empty block, because pywb would replay the bare 304 and show
nothing; with the block empty it shows the page that the 304 says is still there. The head of the 304 is kept as received, byte for byte as
Latin-1, in the line `head` of its metadata record.

Nothing is on the disk before `sync`; whoever keeps rows commits them after it.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import seals
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable
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
    members,
    moment_of,
    packed,
    parsed,
    plain_fields,
    sha256,
    warc_date,
)

OPEN = ".open"
SUFFIX = ".warc.gz"
RENAMED = ("Archived-Renamed", "transfer-encoding")
_TRANSFER_ENCODING = re.compile(rb"(?mi)^(?=transfer-encoding[ \t]*:)")
_KEPT_TRANSFER_ENCODING = re.compile(rb"(?mi)^X-Archived-(?=transfer-encoding[ \t]*:)")
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit stands for: its body is the revisit's body."""

    record_id: str
    url: str
    fetched_at: datetime
    payload_sha256: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A torn tail that was cut off: nobody had been told that it was kept."""

    file: str
    kept_bytes: int
    cut_bytes: int
    reason: str


@dataclass(slots=True)
class _Growing:
    """A file that is being written: what is on the disk, and what waits for the next sync."""

    path: Path
    durable: int = 0
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    records: int = 0
    first_record_id: str = ""
    last_record_id: str = ""

    def add(self, member: bytes, record_id: str) -> int:
        offset = self.size
        self.waiting.append(member)
        self.size += len(member)
        self.digest.update(member)
        self.records += 1
        self.first_record_id = self.first_record_id or record_id
        self.last_record_id = record_id
        return offset


def _new_record_id() -> str:
    return f"<urn:uuid:{uuid.uuid4()}>"


class WarcStore:
    """The WARC files under one folder. One process writes at a time (archive.lock); any number may read."""

    def __init__(self, folder: Path, keys: Path | None = None, new_id: Callable[[], str] = _new_record_id) -> None:
        self.folder = folder
        self.keys = keys or folder.parent / "keys"
        self._new_id = new_id
        self._growing: dict[str, _Growing] = {}

    def open(self, name: str, warcinfo: Mapping[str, str], now: datetime) -> None:
        """Begin the file, or go on with it when an earlier process left it open (`repair` must have run)."""
        path = self._path(name)
        if path.exists():
            raise StoreUnusable(f"{name} is sealed already: a sealed file is never written again.")
        growing = self._growing[name] = _Growing(path.with_name(path.name + OPEN))
        if growing.path.exists():
            for member in self.members(name):
                growing.records += 1
                growing.last_record_id = parsed(member.data).record_id
                growing.first_record_id = growing.first_record_id or growing.last_record_id
                growing.size = growing.durable = member.offset + member.length
            growing.digest = _digest_of(growing.path)
            return
        headers = (("WARC-Filename", path.name), ("Content-Type", FIELDS))
        self._add(name, "warcinfo", now, headers, plain_fields({"format": "WARC File Format 1.1", **warcinfo}))

    def write(
        self,
        name: str,
        exchange: Exchange,
        payload_sha256: str,
        index: Mapping[str, Any],
        original: Original | None = None,
    ) -> WarcLocation:
        """Append the group of one exchange. With an original it becomes a revisit, and its body is not written."""
        when = exchange.fetched_at
        target = [("WARC-Target-URI", exchange.url)]
        if exchange.ip:
            target.append(("WARC-IP-Address", exchange.ip))
        if original is None:
            location = self._add_response(name, exchange, payload_sha256, target)
        else:
            location = self._add_revisit(name, exchange, original, target)
        joined = [*target, ("WARC-Concurrent-To", location.record_id)]
        asked = [*joined, ("Content-Type", HTTP_REQUEST)]
        self._add(name, "request", when, asked, exchange.request_head, exchange.request_body)
        notes: list[tuple[str, Any]] = [("facts", dict(exchange.facts)), ("index", dict(index))]
        if original is not None and exchange.status == 304:
            notes.append(("head", exchange.response_head.decode("latin-1")))
        self._add(name, "metadata", when, [*joined, ("Content-Type", FIELDS)], fields(notes))
        return location

    def write_notes(self, name: str, target: str, now: datetime, notes: list[tuple[str, Any]]) -> None:
        """Append a metadata record that belongs to no exchange, as the sightings of a run or its end."""
        headers = (("WARC-Target-URI", target), ("Content-Type", FIELDS))
        self._add(name, "metadata", now, headers, fields(notes))

    def _add_response(
        self, name: str, exchange: Exchange, payload_sha256: str, target: list[tuple[str, str]]
    ) -> WarcLocation:
        head = exchange.response_head
        if head_length(head) != len(head) or not head.endswith((b"\n\r\n", b"\n\n")):
            raise ValueError(
                f"expected a head that ends with its first empty line from {exchange.url}, got {head[-40:]!r}"
            )
        headers = [*target, ("WARC-Payload-Digest", f"sha256:{payload_sha256}")]
        if exchange.truncated:
            headers.append(("WARC-Truncated", exchange.truncated))
        if _TRANSFER_ENCODING.search(head) and _reads_as_chunk(exchange.body):
            head = _TRANSFER_ENCODING.sub(b"X-Archived-", head)
            headers.append(RENAMED)
        headers.append(("Content-Type", HTTP_RESPONSE))
        return self._add(name, "response", exchange.fetched_at, headers, head, exchange.body)

    def _add_revisit(
        self, name: str, exchange: Exchange, original: Original, target: list[tuple[str, str]]
    ) -> WarcLocation:
        headers = (
            *target,
            ("WARC-Payload-Digest", f"sha256:{original.payload_sha256}"),
            ("WARC-Profile", NOT_MODIFIED if exchange.status == 304 else SAME_PAYLOAD),
            ("WARC-Refers-To", original.record_id),
            ("WARC-Refers-To-Target-URI", original.url),
            ("WARC-Refers-To-Date", warc_date(original.fetched_at)),
            ("Content-Type", HTTP_RESPONSE),
        )
        head = b"" if exchange.status == 304 else exchange.response_head
        return self._add(name, "revisit", exchange.fetched_at, headers, head)

    def _add(
        self,
        name: str,
        kind: str,
        when: datetime,
        headers: list[tuple[str, str]] | tuple[tuple[str, str], ...],
        *block: bytes,
    ) -> WarcLocation:
        record_id = self._new_id()
        lead = (("WARC-Type", kind), ("WARC-Record-ID", record_id), ("WARC-Date", warc_date(when)))
        member = packed((*lead, *headers, ("WARC-Block-Digest", f"sha256:{sha256(*block)}")), *block)
        return WarcLocation(name, self._growing[name].add(member, record_id), len(member), record_id)

    def size(self, name: str) -> int:
        """How large an open file is, with what waits."""
        return self._growing[name].size

    def waiting_bytes(self) -> int:
        return sum(growing.size - growing.durable for growing in self._growing.values())

    def sync(self) -> None:
        """Bring everything that waits to the disk. When it returns, it is there, whatever happens next."""
        for growing in self._growing.values():
            if growing.waiting:
                _append(growing)

    def seal(self, name: str, now: datetime) -> seals.Seal:
        """Finish the file: sync it, write its seal, advance the chain, give it its name. Each step can be taken up by `repair`."""
        self.sync()
        growing = self._growing.pop(name)
        counted = seals.SealedFile(
            name,
            growing.size,
            growing.digest.hexdigest(),
            growing.records,
            growing.first_record_id,
            growing.last_record_id,
        )
        seal = seals.signed(counted, seals.read_head(self.folder), now, seals.key_in(self.keys))
        seals.write_seal(self.folder, seal)
        self._finish_seal(seal)
        return seal

    def _finish_seal(self, seal: seals.Seal) -> None:
        if seals.read_head(self.folder).number < seal.number:
            seals.write_head(self.folder, seal)
        path = self._path(seal.file)
        path.with_name(path.name + OPEN).replace(path)
        seals.sync_folder(path.parent)

    def open_files(self) -> list[str]:
        """The files that no seal has finished yet."""
        return [
            str(path.relative_to(self.folder))[: -len(OPEN)] for path in sorted(self.folder.rglob("*" + SUFFIX + OPEN))
        ]

    def repair(self, acknowledged: Mapping[str, int] | None = None) -> list[Cut]:
        """After an unclean end: finish the seal that was being made, cut torn tails. `acknowledged` is how far the index reaches in each file.

        What the index names is never cut: damage there raises DamagedRecord and the file stays as it is.
        """
        cuts = []
        seals.remove_parts(self.folder)
        for name in self.open_files():
            seal = seals.read_seal(self.folder, name)
            if seal is not None:
                found = _digest_of(self._path(name).with_name(self._path(name).name + OPEN)).hexdigest()
                if found != seal.sha256:
                    raise DamagedSeal(
                        f"{name}{OPEN} has a seal and is not the file that was sealed: put it back from a copy."
                    )
                self._finish_seal(seal)
            elif (cut := self._cut_tail(name, (acknowledged or {}).get(name, 0))) is not None:
                cuts.append(cut)
        return cuts

    def _cut_tail(self, name: str, acknowledged: int) -> Cut | None:
        path = self._path(name).with_name(self._path(name).name + OPEN)
        whole, reason = 0, "a group without its last record"
        awaited: str | None = None
        try:
            for member in self.members(name):
                record = parsed(member.data)
                if not record.digest_holds():
                    raise DamagedRecord(f"the block of {record.record_id} is not the one its digest names.")
                if record.kind in ("response", "revisit"):
                    awaited = record.record_id
                elif record.kind == "metadata" and record.header("WARC-Concurrent-To") == awaited:
                    awaited = None
                if awaited is None:
                    whole = member.offset + member.length
        except DamagedRecord as damage:
            reason = str(damage)
        size = path.stat().st_size
        if whole < acknowledged:
            raise DamagedRecord(
                f"{name}: the index names records up to byte {acknowledged}, and only {whole} bytes read back: {reason}"
            )
        if whole == size and size:
            return None
        with path.open("r+b") as stream:
            stream.truncate(whole)
            os.fsync(stream.fileno())
        if not whole:
            path.unlink()
        seals.sync_folder(path.parent)
        return Cut(name, whole, size - whole, reason) if size else None

    def read(self, location: WarcLocation) -> Exchange:
        """The exchange whose response or revisit record lies there. A revisit comes back with an empty body: its original has it."""
        record = self.record(location)
        request = noted = None
        for member in self.members(location.file, location.offset + location.length):
            beside = parsed(member.data)
            if beside.header("WARC-Concurrent-To") != location.record_id:
                break
            request = beside if beside.kind == "request" else request
            noted = beside if beside.kind == "metadata" else noted
        notes = dict(fields_of(noted.block)) if noted else {}
        split = head_length(record.block)
        head = notes["head"].encode("latin-1") if "head" in notes else record.block[:split]
        asked = request.block if request else b""
        asked_split = head_length(asked)
        return Exchange(
            url=record.needed("WARC-Target-URI"),
            fetched_at=moment_of(record.needed("WARC-Date")),
            request_head=asked[:asked_split],
            request_body=asked[asked_split:],
            response_head=_KEPT_TRANSFER_ENCODING.sub(b"", head) if record.header(RENAMED[0]) else head,
            body=record.block[split:],
            ip=record.header("WARC-IP-Address"),
            truncated=record.header("WARC-Truncated"),
            facts=notes.get("facts", {}),
        )

    def record(self, location: WarcLocation) -> Record:
        """The record that lies there, its digest checked. Raises DamagedRecord when it is not the one that was written."""
        where = f"{location.file} at byte {location.offset}"
        try:
            member = next(self.members(location.file, location.offset), None)
            if member is None or member.length != location.length:
                raise DamagedRecord(
                    f"expected a record of {location.length} bytes, found {member.length if member else 'none'}."
                )
            record = parsed(member.data)
            if record.record_id != location.record_id or not record.digest_holds():
                raise DamagedRecord(
                    f"expected {location.record_id} with the digest it names, found {record.record_id}."
                )
        except DamagedRecord as damage:
            raise DamagedRecord(f"{where}: {damage} `nianbao verify` lists what is hurt.") from None
        return record

    def members(self, name: str, offset: int = 0) -> Iterator[Member]:
        """The members of a file from this byte on, sealed or open, with what still waits to be synced."""
        growing = self._growing.get(name)
        if growing is not None and growing.waiting:
            _append(growing)
        path = self._path(name)
        try:
            stream = (path if path.exists() else path.with_name(path.name + OPEN)).open("rb")
        except FileNotFoundError:
            raise DamagedRecord(f"{name} is not in {self.folder}.") from None
        except OSError as error:
            raise StoreUnusable(f"{name} in {self.folder} cannot be read: {error.strerror}.") from None
        with stream:
            stream.seek(offset)
            yield from members(stream, offset)

    def _path(self, name: str) -> Path:
        if ".." in name or name.startswith("/"):
            raise StoreUnusable(f"expected a file inside the store, got {name!r}.")
        return self.folder / name


def _append(growing: _Growing) -> None:
    """Write what waits and fsync. When the disk refuses, the file is cut back to what was durable and the bytes go on waiting."""
    path = growing.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as stream:
            stream.truncate(growing.durable)
            data = memoryview(b"".join(growing.waiting))
            while data:
                data = data[stream.write(data) :]
            os.fsync(stream.fileno())
        if not growing.durable:
            seals.sync_folder(path.parent)
            seals.sync_folder(path.parent.parent)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {error.strerror}. What was acknowledged is kept; make room or give this user the right, then start again."
        ) from None
    growing.durable = growing.size
    growing.waiting.clear()


def _digest_of(path: Path) -> Any:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")


def _reads_as_chunk(body: bytes) -> bool:
    """Whether a reader that believes the header would take the body's first line for the size of a chunk, by the rule of warcio and pywb."""
    first = body[:64].split(b"\n", 1)[0].split(b";", 1)[0]
    try:
        int(first, 16)
    except ValueError:
        return False
    return True
