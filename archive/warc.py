"""Exchanges become records of WARC files and come back byte for byte; a finished file is sealed, a torn one is cut to its last whole record.

Layout. The store is a folder with a folder a site: `shili/shili-20260331T080000Z-r12-00000.warc.gz`, one file a site and run, the next number
when it grows too large. While it is written the file is called `NAME.open`; its rows name it NAME already. Beside a sealed file lies its seal.

archive.groups says how one exchange becomes records and which bytes they hold. `warcinfo` comes first in every file.

Nothing is on the disk before `sync`; whoever keeps rows commits them after it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive import journal, seals
from archive.bodies import sha256
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable, TakenDown
from archive.exchange import Exchange, WarcLocation
from archive.folders import Folder
from archive.groups import (
    REMOVED,
    Group,
    Notes,
    Original,
    Part,
    contents,
    exchange_of,
    joined_parts,
    lead_part,
    whole_groups,
)
from archive.growing import GrowingFile
from archive.places import WARC_SUFFIX, Place
from archive.records import (
    FIELDS,
    Member,
    Record,
    fields,
    fields_of,
    members,
    packed,
    parsed,
    plain_fields,
    warc_date,
)

OPEN = ".open"
SUFFIX = WARC_SUFFIX
SYNCS = 16  # files that are synced side by side


@dataclass(frozen=True, slots=True)
class Cut:
    """A torn tail that was cut off: nobody had been told that it was kept."""

    file: str
    kept_bytes: int
    cut_bytes: int
    reason: str


def _new_record_id() -> str:
    """A random UUID (RFC 9562, version 4). Written by hand: uuid.uuid4() costs five times as much, three times a page."""
    text = os.urandom(16).hex()
    return f"<urn:uuid:{text[:8]}-{text[8:12]}-4{text[13:16]}-{'89ab'[int(text[16], 16) & 3]}{text[17:20]}-{text[20:]}>"


class WarcStore:
    """The WARC files under one folder. One process writes at a time (archive.lock); any number may read."""

    def __init__(
        self,
        folder: Path,
        keys: Path | None = None,
        new_id: Callable[[], str] = _new_record_id,
        files: Place | None = None,
    ) -> None:
        self.folder = folder
        self.keys = keys or folder.parent / "keys"
        self.files: Place = files or Folder(folder)  # where what is sealed is read
        self._new_id = new_id
        self._growing: dict[str, GrowingFile] = {}

    def open(self, name: str, warcinfo: Mapping[str, str], now: datetime) -> None:
        """Begin the file, or go on with it when an earlier process left it open (`repair` must have run)."""
        if self._path(name).exists() or seals.read_seal(self.folder, name) is not None:
            raise StoreUnusable(f"{name} is sealed already: a sealed file is never written again.")
        growing = self._growing[name] = GrowingFile(self._open_path(name))
        if growing.path.exists():
            for member, digest in self.hashed_members(name):
                growing.records += 1
                growing.last_record_id = parsed(member.data).record_id
                growing.first_record_id = growing.first_record_id or growing.last_record_id
                growing.size = growing.durable = member.offset + member.length
                growing.members.append(digest)
            growing.digest = _digest_of(growing.path)
            return
        headers = (("WARC-Filename", self._path(name).name), ("Content-Type", FIELDS))
        block = plain_fields({"format": "WARC File Format 1.1", **warcinfo})
        self._add(name, self._new_id(), warc_date(now), Part("warcinfo", headers, (block,)))

    def write(
        self,
        name: str,
        exchange: Exchange,
        payload_sha256: str,
        index: Mapping[str, Any],
        original: Original | None = None,
    ) -> WarcLocation:
        """Append the group of one exchange. With an original it becomes a revisit, and its body is not written."""
        lead_id, when = self._new_id(), warc_date(exchange.fetched_at)
        lead = lead_part(exchange, payload_sha256, original)
        offset, length = self._add(name, lead_id, when, lead)
        for part in joined_parts(exchange, index, lead_id, lead):
            self._add(name, self._new_id(), when, part)
        return WarcLocation(name, offset, length, lead_id)

    def write_notes(self, name: str, target: str, now: datetime, notes: list[tuple[str, Any]]) -> None:
        """Append a metadata record that belongs to no exchange, as the sightings of a run or its end."""
        headers = (("WARC-Target-URI", target), ("Content-Type", FIELDS))
        self._add(name, self._new_id(), warc_date(now), Part("metadata", headers, (fields(notes),)))

    def _add(self, name: str, record_id: str, when: str, part: Part) -> tuple[int, int]:
        """Where its member begins, and its length."""
        headers = (
            ("WARC-Type", part.kind),
            ("WARC-Record-ID", record_id),
            ("WARC-Date", when),
            *part.headers,
            ("WARC-Block-Digest", f"sha256:{sha256(*part.block)}"),
        )
        member = packed(headers, *part.block, folder=self.folder)
        return self._growing[name].add(member, record_id), len(member)

    def size(self, name: str) -> int:
        """How large an open file is, with what waits."""
        return self._growing[name].size

    def sync(self) -> None:
        """Bring everything that waits to the disk. When it returns, it is there, whatever happens next."""
        waiting = [growing for growing in self._growing.values() if growing.waiting]
        if len(waiting) < 2:
            for growing in waiting:
                growing.append()
            return
        # Side by side a disk syncs many files in the time of one (measured on ext4: 0.3 ms a file by sixteen threads, 3.9 ms by one).
        with ThreadPoolExecutor(SYNCS) as threads:
            for _ in threads.map(GrowingFile.append, waiting):
                pass  # raises what one of them raised

    def seal(self, name: str, now: datetime) -> seals.Seal:
        """Finish the file: sync it, write its seal, advance the chain, give it its name. Each step can be taken up by `repair`."""
        self.sync()
        growing = self._growing.pop(name)
        head, said = seals.read_head(self.folder), journal.head(self.folder)
        seal = seals.signed(growing.counted(name), head, now, seals.key_in(self.keys, head.number), said)
        seals.write_seal(self.folder, seal)
        self._finish_seal(seal)
        return seal

    def _finish_seal(self, seal: seals.Seal) -> None:
        if seals.read_head(self.folder).number < seal.number:
            seals.write_head(self.folder, seal)
        path = self._path(seal.file)
        self._open_path(seal.file).replace(path)
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
                found = _digest_of(self._open_path(name)).hexdigest()
                if found != seal.sha256:
                    raise DamagedSeal(
                        f"{name}{OPEN} has a seal and is not the file that was sealed: put it back from a copy."
                    )
                self._finish_seal(seal)
            elif (cut := self._cut_tail(name, (acknowledged or {}).get(name, 0))) is not None:
                cuts.append(cut)
        return cuts

    def _cut_tail(self, name: str, acknowledged: int) -> Cut | None:
        path = self._open_path(name)
        whole, reason = 0, "a group without its last record"
        try:
            for end in whole_groups(self.members(name)):
                whole = end
        except DamagedRecord as damage:
            reason = str(damage)
        size = path.stat().st_size
        if whole < acknowledged:
            raise DamagedRecord(
                f"{name}: the index names records up to byte {acknowledged}, and only {whole} bytes read back: {reason}"
            )
        with path.open("r+b") as stream:
            stream.truncate(whole)
            os.fsync(
                stream.fileno()
            )  # what is whole, too: the process that wrote it may have been killed before it could, and rows follow
        if not whole:
            path.unlink()
        seals.sync_folder(path.parent)
        seals.sync_folder(path.parent.parent)
        return Cut(name, whole, size - whole, reason) if size > whole else None

    def read(self, location: WarcLocation) -> Exchange:
        """The exchange whose response or revisit record lies there. A revisit comes back with an empty body: its original has it."""
        record = self.record(location)
        request = noted = None
        for member in self.members(location.file, location.offset + location.length):
            beside = parsed(member.data)
            if beside.header("WARC-Concurrent-To") != location.record_id:
                break
            request = beside if beside.kind == "request" else request
            if beside.kind == "metadata":
                noted = beside
                break  # it ends the group: what follows may be a tail that nobody has cut yet, or large
        return exchange_of(record, request, dict(fields_of(noted.block)) if noted else {})

    def answer(self, location: WarcLocation) -> Exchange:
        """The answer alone, from its own record: request and facts stay empty. Half the work of `read`, and damage beside it does not matter."""
        return exchange_of(self.record(location), None, {})

    def contents(self, name: str, offset: int = 0) -> Iterator[Group | Notes]:
        """The exchanges and notes of a file, from this byte on."""
        return contents(name, self.members(name, offset))

    def record(self, location: WarcLocation) -> Record:
        """The record that lies there, its digest checked. Raises DamagedRecord when it is not the one that was written."""
        where = f"{location.file} at byte {location.offset}"
        try:
            member = next(self.members(location.file, location.offset, location.length), None)
            if member is None or member.length != location.length:
                raise DamagedRecord(
                    f"expected a record of {location.length} bytes, found {member.length if member else 'none'}."
                )
            record = parsed(member.data)
            if record.header(REMOVED):
                raise TakenDown(
                    f"{where}: deleted by order, see tombstone {record.header(REMOVED)} (`nianbao takedown`)."
                )
            if record.record_id != location.record_id or not record.digest_holds():
                raise DamagedRecord(
                    f"expected {location.record_id} with the digest it names, found {record.record_id}."
                )
        except DamagedRecord as damage:
            raise DamagedRecord(f"{where}: {damage} `nianbao verify` lists what is hurt.") from None
        return record

    def members(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[Member]:
        """The members of a file from this byte on, sealed or open, with what still waits to be synced."""
        return members(_Stream(self.blocks(name, offset, length)), offset)

    def hashed_members(self, name: str) -> Iterator[tuple[Member, str]]:
        """All members, each with the hash of its bytes as they lie in the file, which is read twice from end to end and never by pieces."""
        blocks, block = self.blocks(name), memoryview(b"")
        for member in self.members(name):
            digest, left = hashlib.sha256(), member.length
            while left:
                block = block or memoryview(next(blocks))
                digest.update(block[:left])
                left, block = max(0, left - len(block)), block[left:]
            yield member, digest.hexdigest()

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a file as they lie in it, sealed or open."""
        growing = self._growing.get(name)
        if growing is not None and growing.waiting:
            growing.append()
        try:
            if self._open_path(name).exists() and not self._path(name).exists():
                with suppress(FileNotFoundError):  # sealed, or brought to where it rests, this very moment
                    yield from Folder(self.folder).blocks(name + OPEN, offset, length)
                    return
            yield from self.files.blocks(name, offset, length)
        except FileNotFoundError:
            raise DamagedRecord(f"{name} is not in {self.files.address('')}.") from None

    def address(self, name: str) -> str:
        """Where the file lies now, for a person: until it is sealed it has another name."""
        opened = self._open_path(name)
        return str(opened) if opened.exists() else self.files.address(name)

    def _path(self, name: str) -> Path:
        if ".." in name or name.startswith("/"):
            raise StoreUnusable(f"expected a file inside the store, got {name!r}.")
        return self.folder / name

    def _open_path(self, name: str) -> Path:
        """What the file is called until it is sealed."""
        path = self._path(name)
        return path.with_name(path.name + OPEN)


class _Stream:
    """Blocks as something to read from: each call gives the next."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks

    def read(self, _size: int = -1) -> bytes:
        return next(self._blocks, b"")


def _digest_of(path: Path) -> Any:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256")
