"""The store and the index in, every disagreement out, one Fault each: between files and seals, seals and their chain, records and rows.

`verify` reads whole files against their seals; with `deep` it also reads every record, recomputes its digest, and lays each row of the index
on its record and each record on its row. `audit` does the same for the files whose turn it is, so that all are read within a period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select, update

from archive import journal, seals, tombstones
from archive.agreement import RowsOfFile
from archive.bodies import sha256
from archive.chain import check_beside, check_chain, read_seals, read_seals_elsewhere
from archive.database import reading, writing
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable
from archive.events import note
from archive.faults import Fault
from archive.groups import REMOVED
from archive.models import WarcFile
from archive.places import measure
from archive.records import Record, head_length, parsed
from archive.seals import Seal
from archive.warc import OPEN, SUFFIX, WarcStore

Heard = Callable[[str, int], None]  # the file that was read, and its bytes


def verify(engine: Engine | None, store: WarcStore, deep: bool = True, heard: Heard | None = None) -> Iterator[Fault]:
    """Every fault of the store and its index, as it is found. `heard` is told of each file when it has been read.

    Without an index the files are held against their seals and the public key alone, as a stranger can.
    """
    sealed, faults = read_seals(store)
    yield from faults
    elsewhere, faults = read_seals_elsewhere(store) if engine is None else ({}, [])
    yield from faults
    yield from check_chain(store, {**elsewhere, **sealed})
    yield from check_beside(store, {**elsewhere, **sealed}, whole=engine is not None)
    yield from _check_names(store, sealed, part=engine is None)
    if engine is not None:
        yield from _check_rows_of_files(engine, store, sealed)
    for name in sorted(sealed):
        yield from check_file(engine, store, sealed[name], deep)
        if heard is not None:
            heard(name, sealed[name].size)


Check = Callable[[str], Iterator[Fault]]  # the faults of one more copy of a file


def audit(
    engine: Engine, store: WarcStore, now: datetime, period: timedelta, share: float = 1.0, copy: Check | None = None
) -> list[Fault]:
    """Check deeply the sealed files that were not read within the period, those that waited longest first, and note when.

    `share` spreads the work: 1/30 with a period of 30 days, called every day, reads at most a thirtieth of the bytes, rounded up to a file.
    `copy` reads the second copy of a file as well. What was checked is kept file by file, so an audit that was stopped goes on where it was.
    """
    with reading(engine) as session:
        total = session.scalar(select(func.coalesce(func.sum(WarcFile.size), 0))) or 0
        due = session.execute(
            select(WarcFile.name, WarcFile.size)
            .where(WarcFile.sealed_at.is_not(None))
            .where((WarcFile.checked_at.is_(None)) | (WarcFile.checked_at <= now - period))
            .order_by(WarcFile.checked_at.is_not(None), WarcFile.checked_at, WarcFile.id)
        ).all()
    found: list[Fault] = []
    left = int(total) * share  # PostgreSQL sums whole numbers to a decimal
    for name, size in due:
        if left <= 0:
            break
        left -= size or 0
        faults = [*_check_named(engine, store, name), *(copy(name) if copy else ())]
        with writing(engine) as session:
            session.execute(update(WarcFile).where(WarcFile.name == name).values(checked_at=now))
            for fault in faults:
                note(session, "fixity", str(fault), now)
        found += faults
    return found


def _check_named(engine: Engine, store: WarcStore, name: str) -> Iterator[Fault]:
    try:
        seal = seals.read_seal(store.folder, name)
    except DamagedSeal as damage:
        yield Fault("seal damaged", name, str(damage))
        return
    if seal is None:
        yield Fault("seal missing", name, "the index says it is sealed.")
    else:
        yield from check_file(engine, store, seal, deep=True)


def _check_names(store: WarcStore, sealed: Mapping[str, Seal], part: bool) -> Iterator[Fault]:
    """Files that nobody sealed, and sealed ones that are gone. A part of an archive may have seals of files that are elsewhere."""
    beside = (tombstones.FOLDER + "/", seals.STAMPS + "/", *((seals.ELSEWHERE + "/",) if part else ()))
    there = store.files.names()
    for name in sorted(there - {seals.CHAIN, journal.NAME}):
        if name.startswith(beside):
            continue  # judged by themselves
        stem = name.removesuffix(seals.SUFFIX)
        if name.endswith(SUFFIX + OPEN) and name.removesuffix(OPEN) not in there:
            continue  # being written, or waiting for the next start's repair
        if name not in sealed and (stem == name or stem not in sealed):
            yield Fault("foreign file", name, "no seal names it: take it out of the store, or import it.")
    for name in sorted(set(sealed) - there):
        if name + OPEN not in there:  # a seal that the next start finishes
            yield Fault("file missing", name, "its seal is there and it is not: put it back from a copy.")


def _check_rows_of_files(engine: Engine, store: WarcStore, sealed: Mapping[str, Seal]) -> Iterator[Fault]:
    with reading(engine) as session:
        rows = {row.name: row for row in session.scalars(select(WarcFile))}
    for name in sorted(set(sealed) - set(rows)):
        yield Fault("file without row", name, "the index does not know it: `nianbao rebuild` takes it in.")
    for name, row in sorted(rows.items()):
        seal = sealed.get(name)
        if seal is None and row.sealed_at is not None:
            yield Fault("seal missing", name, f"the index says it is sealed as number {row.seal_number}.")
        elif seal is None and not (store.folder / (name + OPEN)).exists():
            yield Fault("file missing", name, "the index names it, and it is neither sealed nor open.")
        elif seal is not None and row.sealed_at is not None and row.seal_sha256 != seal.own_sha256:
            yield Fault("index disagrees", name, "its row was made from another seal.")


def check_file(engine: Engine | None, store: WarcStore, seal: Seal, deep: bool) -> Iterator[Fault]:
    """One sealed file against its seal; deep also record by record against the index."""
    try:
        size, found = measure(store.files, seal.file)
    except FileNotFoundError:
        return  # reported by name already
    except StoreUnusable as error:
        yield Fault("unreadable", seal.file, str(error))
        return
    expected = tombstones.redacted_hashes(store.folder).get(seal.file, seal.sha256)
    if size != seal.size:
        yield Fault("size differs", seal.file, f"expected {seal.size} bytes, found {size}.")
    elif (
        found not in (expected, seal.sha256) and engine is None and tombstones.removed_members(store.folder, seal.file)
    ):
        yield from _check_what_is_left(store, seal)  # a copy that was handed out without what was taken down
    elif found != expected:
        yield Fault("hash differs", seal.file, f"expected SHA-256 {expected}, found {found}.")
    elif expected != seal.sha256:
        yield from _check_what_is_left(store, seal)
    if deep:
        yield from _check_records(engine, store, seal)


def _check_what_is_left(store: WarcStore, seal: Seal) -> Iterator[Fault]:
    """A file in which members stand empty by order: all others must be the ones that were sealed."""
    removed = tombstones.removed_members(store.folder, seal.file)
    digests = []
    try:
        for member, digest in store.hashed_members(seal.file):
            record = parsed(member.data)
            gone = removed.get(member.offset) if record.header(REMOVED) and not record.block else None
            digests.append(gone or digest)
    except DamagedRecord as damage:
        yield Fault("record damaged", seal.file, str(damage))
        return
    if seals.digest_of_members(digests) != seal.members_sha256:
        words = "what is left and the hashes in the tombstones are not the members that the seal names."
        yield Fault("members differ", seal.file, words)


def _check_records(engine: Engine | None, store: WarcStore, seal: Seal) -> Iterator[Fault]:
    """Every record's digests, the count and the ends, and rows and records laid on each other."""
    rows = None if engine is None else RowsOfFile(engine, seal.file)
    seen: set[str] = set()
    first = last = ""
    count = 0
    try:
        for member in store.members(seal.file):
            record = parsed(member.data)
            count, first, last = count + 1, first or record.record_id, record.record_id
            if record.record_id in seen:
                yield Fault("record twice", seal.file, f"{record.record_id} stands here a second time.", member.offset)
            seen.add(record.record_id)
            if not record.header(REMOVED) and not record.digest_holds():
                yield Fault(
                    "record damaged", seal.file, f"the block of {record.record_id} has another digest.", member.offset
                )
            if record.kind == "response" and not _payload_holds(record):
                words = f"the body of {record.record_id} has another digest."
                yield Fault("record damaged", seal.file, words, member.offset)
            if rows is not None:
                yield from rows.faults(member, record)
    except DamagedRecord as damage:
        yield Fault("record damaged", seal.file, str(damage))
        return
    if (count, first, last) != (seal.records, seal.first_record_id, seal.last_record_id):
        words = f"expected {seal.records} records from {seal.first_record_id} to {seal.last_record_id}, found {count}."
        yield Fault("records differ", seal.file, words)
    if rows is not None:
        yield from rows.left()


def _payload_holds(record: Record) -> bool:
    return record.header("WARC-Payload-Digest") == f"sha256:{sha256(record.block[head_length(record.block) :])}"
