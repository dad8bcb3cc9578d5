"""WARC files and seals in, a new index out: sites, harvests, runs, files, captures and sightings as the lost index had them.

The first record of each file names its site, harvest and run; the metadata records hold what the index needs of each exchange, the sightings,
and how the run ended. Readings, findings and changes are made again from the captures by `read`. What only a person said (the gazetteer, the
settings of sites, orders, verdicts, accounts) comes from the journal: verdicts when `read` has made again what they are on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.orm import Session

from archive import decisions, seals
from archive.captures import row_values
from archive.database import reading, writing
from archive.errors import DamagedRecord, IndexNotEmpty
from archive.faults import Fault
from archive.groups import Group, Notes
from archive.harvests import finish_harvest
from archive.models import AuditEntry, Base, Capture, Harvest, Order, Region, Site, SiteRun, User, WarcFile
from archive.recorder import count_captures, count_reports
from archive.records import moment_of, parsed, plain_fields_of
from archive.recovery import add_capture, row_of_seal
from archive.seals import Seal
from archive.settling import recall
from archive.sightings import save_noted
from archive.takedown import mark_index
from archive.warc import WarcStore
from archive.warcinfo import rows_in


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was made again, and the files that could not be taken in whole."""

    files: int
    captures: int
    faults: tuple[Fault, ...]


def rebuild(engine: Engine, store: WarcStore) -> Rebuilt:
    """Fill an empty, migrated database from the store. A file that is damaged is taken in up to its damage and named."""
    with reading(engine) as session:
        for table in (Site.__table__, Capture.__table__):
            if session.scalar(select(func.count()).select_from(table)):
                place = engine.url.render_as_string(hide_password=True)
                raise IndexNotEmpty(
                    f"{place} has rows already. Rebuild into a new database, or take this one away first."
                )
    recall(store)
    engine = decisions.without_journal(engine)
    with writing(engine) as session:
        decisions.restore_regions(session, store.folder)
    faults: list[Fault] = []
    late: list[tuple[Group, int, int]] = []
    count = files = 0
    for name, seal in _files(store):
        files += 1
        try:
            with writing(engine) as session:
                count += _take_in(session, store, name, seal, late, faults)
        except DamagedRecord as damage:
            faults.append(Fault("record damaged", name, str(damage)))
    with writing(engine) as session:
        for group, run_id, file_id in late:
            add_capture(session, group, session.get_one(SiteRun, run_id), file_id)
        for run in session.scalars(select(SiteRun)):
            count_captures(session, run)
        for harvest in session.scalars(select(Harvest)):
            finish_harvest(session, harvest.id, harvest.started_at)
            ends = select(func.max(SiteRun.ended_at)).where(SiteRun.harvest_id == harvest.id)
            harvest.ended_at = session.scalar(ends)
        decisions.restore_rows(session, store.folder)
        _advance_numbers(session)
    mark_index(engine, store)
    return Rebuilt(files, count + len(late), tuple(faults))


def _files(store: WarcStore) -> Iterator[tuple[str, Seal | None]]:
    """Sealed files in the order they were sealed, so that originals come before their revisits; then the open ones, the newest first: what an older run saw
    only fills in what nobody saw since."""
    sealed = (seals.read_seal(store.folder, name) for name in seals.seal_files(store.folder))
    for seal in sorted((seal for seal in sealed if seal is not None), key=lambda seal: seal.number):
        yield seal.file, seal
    for name in reversed(store.open_files()):
        yield name, None


def _take_in(
    session: Session,
    store: WarcStore,
    name: str,
    seal: Seal | None,
    late: list[tuple[Group, int, int]],
    faults: list[Fault],
) -> int:
    """One file: its site, harvest and run when they are new, its row, its captures and sightings. Revisits whose original comes later wait."""
    first = next(store.members(name), None)
    if first is None:
        raise DamagedRecord("expected a warcinfo record, found an empty file.")
    info = parsed(first.data)
    run = _run(session, plain_fields_of(info.block), name)
    values = {} if seal is None else row_of_seal(seal)
    file = WarcFile(name=name, site_run_id=run.id, opened_at=moment_of(info.needed("WARC-Date")), **values)
    session.add(file)
    session.flush()
    known = {
        record_id for (record_id,) in session.execute(select(Capture.record_id).where(Capture.site_id == run.site_id))
    }
    plain: list[dict[str, Any]] = []
    revisits: list[Group] = []
    try:
        for found in store.contents(name):
            if isinstance(found, Notes):
                _take_notes(session, run, found)
            elif found.refers_to is None:
                keys = {"site_id": run.site_id, "site_run_id": run.id, "warc_file_id": file.id}
                plain.append({**row_values(found.exchange, found.index, found.location, None), **keys})
                known.add(found.location.record_id)
            else:
                revisits.append(found)
    except DamagedRecord as damage:
        faults.append(Fault("record damaged", name, str(damage)))
    if plain:
        session.execute(insert(Capture), plain)
    for revisit in revisits:
        if revisit.refers_to in known:
            add_capture(session, revisit, run, file.id)
        else:
            late.append((revisit, run.id, file.id))
    return len(plain) + sum(revisit.refers_to in known for revisit in revisits)


def _run(session: Session, info: dict[str, str], name: str) -> SiteRun:
    about = rows_in(info, name)
    site = _site(session, about["site"])
    harvest = session.get(Harvest, about["harvest"]["id"])
    if harvest is None:
        started = datetime.fromisoformat(about["harvest"]["started_at"])
        harvest = Harvest(**{**about["harvest"], "started_at": started})
        session.add(harvest)
        session.flush()
    run = session.get(SiteRun, about["run"]["id"])
    if run is None:
        started = datetime.fromisoformat(about["run"]["started_at"])
        run = SiteRun(
            id=about["run"]["id"], harvest_id=harvest.id, site_id=site.id, started_at=started, state="interrupted"
        )
        session.add(run)
        session.flush()
    return run


def _site(session: Session, about: dict[str, Any]) -> Site:
    """The site as the newest file describes it."""
    values = {**about, "added_at": datetime.fromisoformat(about["added_at"])}
    if values["region_code"] and session.get(Region, values["region_code"]) is None:
        values["region_code"] = None  # the gazetteer is imported again, then `sites` sets it
    site = session.get(Site, about["id"]) or Site(id=about["id"])
    for column, value in values.items():
        setattr(site, column, value)
    session.add(site)
    session.flush()
    return site


def _take_notes(session: Session, run: SiteRun, notes: Notes) -> None:
    save_noted(session, run.site_id, run.id, notes.lines)
    for key, end in notes.lines:
        if key == "end":
            count_reports(session, run)
            run.state, run.reason, run.facts = end["state"], end["reason"], {**(run.facts or {}), **end["facts"]}
            run.ended_at = (
                datetime.fromisoformat(end["ended_at"]) if end["state"] not in ("running", "interrupted") else None
            )


def _advance_numbers(session: Session) -> None:
    """PostgreSQL counts on from the numbers that were given here; SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in (model.__table__ for model in (Site, Harvest, SiteRun, Order, User, AuditEntry)):
        assert isinstance(table, Table) and table.metadata is Base.metadata
        newest = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), newest)))
