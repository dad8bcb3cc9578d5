"""Rows that only a person made go into the journal as they change, and come out again as rows when the index is made anew.

What is kept: the gazetteer and its deadlines, the sites with all their settings, what became of organs, orders, what was said of flags, changes
and findings, the accounts and the log of their acts; and of each flag, by a hash, to which channel it was told. Passwords are not: whoever had an account gets a new one (`nianbao users password`). Takedowns have their
tombstones. All else of the index is in the WARC files, or is read again from them.

A line may speak of a transaction that failed in the very next moment: whoever ordered it was told so, and says it again.

The journal names nothing by a number that a new index may give anew: a remark names its report by site and address, a change by its records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Date, Engine, event, insert, inspect, select, update
from sqlalchemy.orm import ORMExecuteState, Session, aliased

from archive import journal
from archive.bodies import sha256
from archive.database import KEEPER, writing
from archive.models import (
    AuditEntry,
    Base,
    Capture,
    ChangeRow,
    FlagRow,
    Harvest,
    Notice,
    Order,
    Organ,
    Region,
    Remark,
    Sighting,
    Site,
    User,
    Utc,
)
from archive.seals import canonical

KEPT: tuple[type[Base], ...] = (Region, Site, Order, User, AuditEntry, Remark, Organ, Notice)
_OF_ORGANS = (
    "valid_from",
    "valid_to",
    "successor_id",
    "ended_by",
    "ended_why",
)  # all else of them is read from reports
_WENT_OUT = ("sent_at", "doubted_at")  # what is in doubt is not sent again by itself either
_UNTOLD = {"users": ("password_hash",), "remarks": ("id", "standing")}
_NO_PASSWORD = "!"  # no hash: it opens for nobody
Row = dict[str, Any]


def keep(engine: Engine, folder: Path) -> None:
    """From now on every transaction of this engine that changes such rows writes them down before it commits."""

    def keeper(session: Session) -> AbstractContextManager[None]:
        return _listening(session, folder)

    engine.update_execution_options(**{KEEPER: keeper})


def without_journal(engine: Engine) -> Engine:
    """The same database, for putting back what the journal says."""
    return engine.execution_options(**{KEEPER: None})


@contextmanager
def _listening(session: Session, folder: Path) -> Iterator[None]:
    changed: dict[str, list[Row]] = {}

    def flushed(flushing: Session, _context: object) -> None:
        with flushing.no_autoflush:
            for row in [*flushing.new, *flushing.dirty]:
                if isinstance(row, KEPT) and (row in flushing.new or flushing.is_modified(row)):
                    told = _told(flushing, row)
                    if told is not None:
                        changed.setdefault(row.__tablename__, []).append(told)

    def executed(state: ORMExecuteState) -> None:
        mapper = state.bind_mapper
        if state.is_insert and mapper is not None and mapper.class_ in KEPT and state.parameters:
            given: Any = state.parameters
            listed = given if isinstance(given, list) else [given]
            changed.setdefault(mapper.class_.__tablename__, []).extend(_plain(dict(one)) for one in listed)

    event.listen(session, "after_flush", flushed)
    event.listen(session, "do_orm_execute", executed)
    yield
    session.flush()
    if changed:
        journal.append(folder, changed)


def _told(session: Session, row: Base) -> Row | None:
    """A row as the journal tells it; None when only what is not told of it changed."""
    untold = _UNTOLD.get(row.__tablename__, ())
    state = inspect(row)
    if isinstance(row, Notice):
        went_out = any(getattr(row, name) and state.attrs[name].history.has_changes() for name in _WENT_OUT)
        told = _told_of(session, row.channel, row.mark) if went_out else None
        return {"told": told} if told else None
    if isinstance(row, Organ):
        return (
            _organ_told(session, row) if any(state.attrs[name].history.has_changes() for name in _OF_ORGANS) else None
        )
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in untold]
    if row not in session.new and not any(state.attrs[name].history.has_changes() for name in names):
        return None
    values = _plain({name: getattr(row, name) for name in names})
    return {**values, "about": _about(session, row.mark)} if isinstance(row, Remark) else values


def _organ_told(session: Session, organ: Organ) -> Row | None:
    later = session.get(Organ, organ.successor_id) if organ.successor_id else None
    names = ("region_code", "name", "level", "valid_from", "valid_to", "ended_by", "ended_why")
    values = _plain({name: getattr(organ, name) for name in names})
    return {**values, "successor": [later.region_code, later.name, later.level] if later else None}


def _plain(values: Row) -> Row:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _typed(model: type[Base], values: Row) -> Row:
    """Values as the columns take them."""
    typed = dict(values)
    for column in inspect(model).columns:
        value = typed.get(column.key)
        if isinstance(value, str) and isinstance(column.type, Utc | Date):
            kind = datetime if isinstance(column.type, Utc) else date
            typed[column.key] = kind.fromisoformat(value)
    return typed


# ── back again ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def restore_regions(session: Session, folder: Path) -> None:
    """The gazetteer, first of all: sites stand in it."""
    for values in _newest(folder, Region, "code"):
        if session.get(Region, values["code"]) is None:
            parent = values.get("parent_code")
            if parent and session.get(Region, parent) is None:
                values["parent_code"] = (
                    None  # said of by nobody: the gazetteer is imported again, then it stands under it
                )
            session.add(Region(**values))
            session.flush()


def restore_rows(session: Session, folder: Path) -> None:
    """Sites as they were last, orders, accounts and the log of acts, after the files were read."""
    for values in _newest(folder, Site, "id"):
        _put(session, Site, values)
    session.flush()
    for values in _newest(folder, Order, "id"):
        if values.get("harvest_id") is not None and session.get(Harvest, values["harvest_id"]) is None:
            values["harvest_id"] = None
        _put(session, Order, values)
    for values in _newest(folder, User, "id"):
        _put(session, User, {**values, "password_hash": _NO_PASSWORD})
    for values in _newest(folder, AuditEntry, "id"):
        if session.get(AuditEntry, values["id"]) is None:
            session.add(AuditEntry(**values))
    _restore_organs(session, folder)
    session.flush()


def _restore_organs(session: Session, folder: Path) -> None:
    """The organs of which somebody said what became of them, before the reports are read that name them."""
    newest = {(row["region_code"], row["name"]): row for row in journal.rows(folder, "organs")}
    for row in newest.values():
        values = _typed(Organ, row)
        later = values.pop("successor")
        organ = _organ(session, values["region_code"], values["name"], values["level"])
        for name, value in values.items():
            setattr(organ, name, value)
        organ.successor_id = _organ(session, *later).id if later else None


def _organ(session: Session, region_code: str | None, name: str, level: str) -> Organ:
    here = Organ.region_code.is_(None) if region_code is None else Organ.region_code == region_code
    organ = session.scalars(select(Organ).where(here, Organ.name == name)).first()
    if organ is None:
        organ = Organ(region_code=region_code, name=name, level=level)
        session.add(organ)
        session.flush()
    return organ


def _newest(folder: Path, model: type[Base], key: str) -> Iterable[Row]:
    """The last state of each row, in the order in which they first came."""
    found: dict[Any, Row] = {}
    for row in journal.rows(folder, model.__tablename__):
        found[row[key]] = {**found.get(row[key], {}), **row}
    return [_typed(model, row) for row in found.values()]


def _put(session: Session, model: type[Base], values: Row) -> None:
    row = session.get(model, values["id"])
    if row is None:
        session.add(model(**values))
        return
    for name, value in values.items():
        setattr(row, name, value)


def restore_remarks(engine: Engine, folder: Path) -> int:
    """What was said of flags, changes and findings, on those that are there (again). Gives how many remarks came back."""
    told = list(journal.rows(folder, "remarks"))
    if not told:
        return 0
    with writing(without_journal(engine)) as session:
        held = {(row.mark, row.at, row.who, row.text) for row in session.scalars(select(Remark))}
        touched: dict[str, None] = {}
        count = 0
        for one in told:
            values = _typed(Remark, {name: value for name, value in one.items() if name != "about"})
            values["mark"] = _mark(session, one["about"])
            if values["mark"] is None or (values["mark"], values["at"], values["who"], values["text"]) in held:
                continue
            session.execute(insert(Remark).values(**values, standing=False))
            touched[values["mark"]] = None
            count += 1
        for mark in touched:
            _let_stand(session, mark)
    return count


def _let_stand(session: Session, mark: str) -> None:
    """The last verdict on a mark stands, unless it was withdrawn; a flag repeats it."""
    said = select(Remark).where(Remark.mark == mark, Remark.verdict.is_not(None)).order_by(Remark.at, Remark.id)
    verdicts = session.scalars(said).all()
    if not verdicts:
        return
    last = verdicts[-1]
    stands = last.verdict != "withdrawn"
    for row in verdicts:
        row.standing = stands and row is last
    words = {
        "verdict": last.verdict if stands else None,
        "verdict_by": last.who,
        "verdict_note": last.text,
        "verdict_at": last.at,
    }
    session.execute(update(FlagRow).where(FlagRow.mark == mark).values(words))


def told_before(session: Session, folder: Path, channel: str, marks: Iterable[str]) -> set[str]:
    """Those of the marks of notices that the journal says went to this channel, from this index or one that was lost."""
    told = {row["told"] for row in journal.rows(folder, Notice.__tablename__)}
    return {mark for mark in marks if _told_of(session, channel, mark) in told} if told else set()


def _told_of(session: Session, channel: str, mark: str) -> str | None:
    """A flag and who was told of it, in a word that keeps the address of the channel to itself. What is no flag is in no other index."""
    kind, _, number = mark.partition(":")
    flag = session.get(FlagRow, int(number)) if kind == "flag" else None
    return None if flag is None else sha256(canonical({"channel": channel, "about": _about(session, flag.mark)}))


def _about(session: Session, mark: str) -> Row:
    """What a mark is on, without the numbers of this index."""
    kind, _, rest = mark.partition(":")
    if kind == "finding":
        number, rule, place = [*rest.split(":", 2), "", ""][:3]
        sighting = session.get(Sighting, int(number)) if number.isdigit() else None
        if sighting is not None:
            return {"kind": kind, "site": sighting.site_id, "url_key": sighting.url_key, "rule": rule, "place": place}
    if kind == "change" and rest.isdigit():
        before, after = aliased(Capture), aliased(Capture)
        query = select(Sighting.site_id, Sighting.url_key, ChangeRow.kind, before.record_id, after.record_id)
        query = query.join(ChangeRow, ChangeRow.sighting_id == Sighting.id)
        query = query.outerjoin(before, before.id == ChangeRow.before_capture_id)
        query = query.outerjoin(after, after.id == ChangeRow.after_capture_id)
        found = session.execute(query.where(ChangeRow.id == int(rest))).first()
        if found is not None:
            return dict(zip(("site", "url_key", "change", "before", "after"), found, strict=True)) | {"kind": kind}
    return {"kind": "mark", "mark": mark}


def _mark(session: Session, about: Row) -> str | None:
    """The mark in this index of what `_about` described; None while it is not there."""
    if about["kind"] == "mark":
        return str(about["mark"])
    here = (Sighting.site_id == about["site"]) & (Sighting.url_key == about["url_key"])
    if about["kind"] == "finding":
        number = session.scalar(select(Sighting.id).where(here))
        return None if number is None else f"finding:{number}:{about['rule']}:{about['place']}"
    before, after = aliased(Capture), aliased(Capture)
    query = select(ChangeRow.id).join(Sighting, Sighting.id == ChangeRow.sighting_id)
    query = query.outerjoin(before, before.id == ChangeRow.before_capture_id)
    query = query.outerjoin(after, after.id == ChangeRow.after_capture_id)
    query = query.where(here, ChangeRow.kind == about["change"])
    query = query.where(before.record_id.is_not_distinct_from(about["before"]))
    query = query.where(after.record_id.is_not_distinct_from(about["after"]))
    number = session.scalar(query.limit(1))
    return None if number is None else f"change:{number}"
