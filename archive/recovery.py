"""After an unclean end: torn tails are cut, half-made seals are finished, and whole records that had no row yet get theirs.

Every start of a recorder does this first. When the last end was clean it reads nothing but the names of the files.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, func, insert, select, update
from sqlalchemy.orm import Session

from archive import captures, journal, seals
from archive.captures import KeptBody
from archive.database import reading, writing
from archive.errors import DamagedSeal
from archive.events import note
from archive.groups import Group, Notes
from archive.models import Capture, SiteRun, WarcFile
from archive.records import moment_of, parsed, plain_fields_of
from archive.seals import Seal
from archive.settling import recall
from archive.sightings import save_noted
from archive.warc import Cut, WarcStore


def recover(engine: Engine, store: WarcStore, now: datetime) -> list[Cut]:
    """Mend the store and the index. What was cut is returned, and stands in the events."""
    if not (store.folder / seals.CHAIN).exists():
        recall(store)  # a new home for an archive that rests elsewhere goes on with its chain
    journal.mend(store.folder)
    cuts = store.repair(_acknowledged(engine, store.open_files()))
    _take_over_seals(engine, store)
    for name in store.open_files():
        _adopt(engine, store, name)
    if cuts:
        with writing(engine) as session:
            for cut in cuts:
                words = f"{cut.file}: cut {cut.cut_bytes} bytes after byte {cut.kept_bytes}: {cut.reason}"
                note(session, "torn tail cut", words, now)
    return cuts


def require_head(engine: Engine, store: WarcStore) -> None:
    """Raise DamagedSeal when the chain's head is older than what was sealed, or gone: the next seal would begin a second chain.
    StoreUnusable when its key is gone."""
    head = seals.read_head(store.folder)
    with reading(engine) as session:
        newest = session.scalar(select(func.max(WarcFile.seal_number))) or 0
    if head.number < newest:
        words = f"names seal {head.number}, and seal {newest} was made: `nianbao repair` puts the newest head back."
        raise DamagedSeal(f"{store.folder / seals.CHAIN} {words}")
    seals.key_in(store.keys, head.number)


def _acknowledged(engine: Engine, names: list[str]) -> dict[str, int]:
    """How far the index reaches in each file."""
    if not names:
        return {}
    with reading(engine) as session:
        end = _last_end(WarcFile.id).scalar_subquery()
        rows = session.execute(select(WarcFile.name, end).where(WarcFile.sealed_at.is_(None), WarcFile.name.in_(names)))
        return {name: end for name, end in rows if end is not None}


def _last_end(file_id: Any) -> Select[int]:
    """By the last record alone, which an index finds: to look at all records of a file PostgreSQL reads those of all files."""
    last = select(Capture.warc_offset + Capture.warc_length).where(Capture.warc_file_id == file_id)
    return last.order_by(Capture.warc_offset.desc()).limit(1)


def _take_over_seals(engine: Engine, store: WarcStore) -> None:
    """Rows of files that were sealed on the disk and not yet in the index."""
    with writing(engine) as session:
        for row in session.scalars(select(WarcFile).where(WarcFile.sealed_at.is_(None))):
            seal = seals.read_seal(store.folder, row.name)
            if seal is not None:
                session.execute(update(WarcFile).where(WarcFile.id == row.id).values(row_of_seal(seal)))


def row_of_seal(seal: Seal) -> dict[str, Any]:
    return {
        "sealed_at": moment_of(seal.sealed_at),
        "size": seal.size,
        "records": seal.records,
        "last_record_id": seal.last_record_id,
        "sha256": seal.sha256,
        "seal_number": seal.number,
        "seal_sha256": seal.own_sha256,
    }


def _adopt(engine: Engine, store: WarcStore, name: str) -> None:
    """Index the whole groups of an open file that have no row."""
    with writing(engine) as session:
        file = session.scalar(select(WarcFile).where(WarcFile.name == name))
        if file is None:
            file = _file_row(session, store, name)
        run = session.get_one(SiteRun, file.site_run_id)
        end = session.scalar(_last_end(file.id))
        for found in store.contents(name, end or 0):
            if isinstance(found, Notes):
                save_noted(session, run.site_id, run.id, found.lines)
            else:
                add_capture(session, found, run, file.id)


def _file_row(session: Session, store: WarcStore, name: str) -> WarcFile:
    info = parsed(next(iter(store.members(name))).data)
    run = json.loads(plain_fields_of(info.block)["nianbao-run"])
    file = WarcFile(name=name, site_run_id=run["id"], opened_at=moment_of(info.needed("WARC-Date")))
    session.add(file)
    session.flush()
    return file


def add_capture(session: Session, group: Group, run: SiteRun, file_id: int) -> None:
    """The row of one exchange, made from its records."""
    same_as = None if group.refers_to is None else _referred(session, run.site_id, group.refers_to)
    values = captures.row_values(group.exchange, group.index, group.location, same_as)
    keys = {
        "site_id": run.site_id,
        "site_run_id": run.id,
        "warc_file_id": file_id,
        "same_as_id": same_as and same_as.id,
    }
    session.execute(insert(Capture).values({**values, **keys}))


def _referred(session: Session, site_id: int, record_id: str) -> KeptBody | None:
    original = session.scalar(select(Capture).where(Capture.site_id == site_id, Capture.record_id == record_id))
    return None if original is None else captures.body_of(session, original)
