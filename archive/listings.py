"""A session and filters go in, lines come out: what the command prints (`reports`, `changes`, `findings`) and the pages list.

A line is flat and stable: other programs rely on its names. Lists are newest first and are paged by the last id seen, so that
page 10,000 costs what page 1 costs.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import GenericFunction

from archive.database import selected
from archive.models import Capture, ChangeRow, FindingRow, Organ, Reading, Region, Sighting, Site
from archive.regions import regions_under, short_code
from archive.reviews import VERDICTS, judged, judged_sightings, marks_of_changes, marks_of_findings
from archive.statements import once

_Query: TypeAlias = Select[*tuple[Any, ...]]
_Line = TypeVar("_Line")
_PAGE, _DOCUMENT, _THEN, _NOW = (
    aliased(Capture),
    aliased(Capture),
    aliased(Capture),
    aliased(Capture),
)  # made once: not cheap
_OLD, _NEW, _TARGET = aliased(Reading), aliased(Reading), aliased(Sighting)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `kind` is a change's kind, a finding's rule or a report's state, `but_kind` a change's kind
    that is left out, `but_severity` likewise; `region` takes all below it; `organ` is a part of the name; `verdict` is what a person said of a change or a finding, or
    open where nobody did."""

    site: str | None = None
    region: str | None = None
    organ: str | None = None
    organ_id: int | None = None
    sighting_id: int | None = None
    year: int | None = None
    kind: str | None = None
    outcome: str | None = None
    but_kind: str | None = None
    severity: str | None = None
    but_severity: str | None = None
    verdict: str | None = None
    below_id: int | None = None
    limit: int | None = None
    site_ids: tuple[int, ...] | None = None  # those that `site` and `region` name: each list finds them itself


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report held at one address. `sha256` is of the page at `url`; `document_*` is the file that was read, when that is an attachment."""

    organ: str | None
    year: int | None
    form: str | None
    url: str
    sha256: str
    site: str
    captured_at: datetime
    state: str
    region: str | None
    title: str | None
    document_url: str
    document_sha256: str
    organ_id: int | None
    sighting_id: int
    reading_id: int | None
    capture_id: int


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A raised change. `before` and `after` are the SHA-256 of the two bodies; `details` says cell by cell what differs."""

    kind: str
    organ: str | None
    year: int | None
    url: str
    before: str | None
    after: str | None
    silent: bool
    site: str
    raised_at: datetime | None
    reason: str | None
    details: Sequence[Any]
    moved_to: str | None
    region: str | None
    organ_id: int | None
    sighting_id: int
    change_id: int
    before_reading_id: int | None
    after_reading_id: int | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    rule: str
    place: str
    outcome: str
    severity: str
    organ: str | None
    year: int | None
    url: str
    left: Decimal | None
    right: Decimal | None
    message: str
    keys: Sequence[str]
    site: str
    region: str | None
    organ_id: int | None
    sighting_id: int
    reading_id: int
    finding_id: int


HELD, NOT_READABLE, NOT_YET_READ, MOVED, REMOVED = (
    "held",
    "held, not readable",
    "held, not yet read",
    "moved",
    "removed",
)
REPORT_STATES = (HELD, NOT_READABLE, NOT_YET_READ, MOVED, REMOVED)


def report_state(reading_state: str | None, gone_at: datetime | None, moved_to_id: int | None) -> str:
    """The one state of a report that the archive has. What became of it at the source goes before how well it could be read."""
    if moved_to_id is not None:
        return MOVED
    if gone_at is not None:
        return REMOVED
    if reading_state is None:
        return NOT_YET_READ
    return HELD if reading_state == "read" else NOT_READABLE


def reports_held(session: Session, filters: Filters = Filters()) -> Iterator[ReportLine]:
    """Every report of which the archive has the bytes, read or not; what turned out not to be a report is left out."""
    ways = [_report_lines(session, way) for way in _ways_to_reports(session, _placed(session, filters))]
    return _merged(ways, lambda line: line.sighting_id, filters.limit)


@dataclass(frozen=True, slots=True)
class _Way:
    """Rows that one index finds: `of` says whether these are addresses with a reading, without one, or any. A row is found on one way only.
    `left` are the filters that are not fulfilled by that: a condition said twice makes PostgreSQL expect too few rows."""

    of: str
    where: ColumnElement[bool]
    left: Filters
    first: tuple[ColumnElement[Any], ...] = ()  # what the index has before the key


_READ, _UNREAD, _ANY = "read", "unread", "any"
_FEW_SITES = 20
_MOST_ORGANS = 300  # of more, the newest reports are found soonest by walking the list


def _ways_to_reports(session: Session, filters: Filters) -> list[_Way]:
    """By the filter that fewest rows fulfil. Without any, the list itself is walked, newest first."""
    by_state = {
        MOVED: (_ANY, Sighting.moved_to_id.is_not(None)),
        REMOVED: (_ANY, Sighting.gone_at.is_not(None)),
        NOT_YET_READ: (_UNREAD, true()),
        NOT_READABLE: (_READ, Reading.state != "read"),
    }
    if filters.kind in by_state:
        return [_Way(*by_state[filters.kind], filters)]
    if filters.organ is not None and (organs := _organs_named(session, filters.organ)) is not None:
        left, said = replace(filters, organ=None), func.coalesce(Reading.organ_name, Sighting.organ_name)
        return [
            _Way(_READ, Reading.organ_id.in_(organs), left),
            _Way(_READ, Reading.organ_id.is_(None) & said.contains(filters.organ, autoescape=True), left),
            _Way(_UNREAD, Sighting.organ_name.contains(filters.organ, autoescape=True), left),
        ]
    if filters.year is not None:
        left, listed = replace(filters, year=None), Sighting.year == filters.year
        return [
            _Way(_READ, of_year(filters.year), left, (Reading.year.desc(),)),
            _Way(_READ, Reading.year.is_(None) & listed, left),
            _Way(_UNREAD, listed, left),
        ]
    return [_Way(_ANY, true(), filters)]


def _organs_named(session: Session, words: str) -> list[int] | None:
    """The organs whose name holds the words, None when they are many."""
    query = select(Organ.id).where(Organ.name.contains(words, autoescape=True)).limit(_MOST_ORGANS + 1)
    found = list(session.scalars(query))
    return found if len(found) <= _MOST_ORGANS else None


def _report_lines(session: Session, way: _Way) -> Iterator[ReportLine]:
    filters = way.left
    key = Reading.sighting_id if way.of == _READ else Sighting.id
    query = _reports(way.of).where(way.where).order_by(*way.first, _order(key, filters).desc())
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    query = _narrowed(query, filters, key, organ_name, func.coalesce(Reading.year, Sighting.year))
    if filters.kind is not None:
        query = query.where(in_state(filters.kind))
    return (ReportLine(*row) for row in selected(session, query, whole=filters.limit is not None))


@once
def _reports(of: str) -> _Query:
    """The columns of `ReportLine`, in its order. The same for every look: to put it together costs as much as the database's work."""
    page, document, read_only = _PAGE, _DOCUMENT, of == _READ
    captured = Reading.page_capture_id if read_only else func.coalesce(Reading.page_capture_id, newest_answer_id())
    query: _Query = (
        select(
            func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name),
            func.coalesce(Reading.year, Sighting.year),
            Reading.form,
            Sighting.url,
            page.body_sha256,
            Site.code,
            page.fetched_at,
            state_column(),
            Region.name,
            func.coalesce(func.nullif(Reading.title, ""), Sighting.title),
            func.coalesce(document.url, page.url),
            func.coalesce(document.body_sha256, page.body_sha256),
            Reading.organ_id,
            Sighting.id,
            Reading.id,
            page.id,
        )
        .join_from(Sighting, Site, Site.id == Sighting.site_id)
        .join(Reading, (Reading.sighting_id == Sighting.id) & Reading.current, isouter=not read_only)
        .outerjoin(Organ, Organ.id == Reading.organ_id)
        .outerjoin(Region, Region.code == func.coalesce(Organ.region_code, Site.region_code))
        .join(page, page.id == captured)
        .outerjoin(document, document.id == Reading.capture_id)
        .where(unindexed(Sighting.parent_id).is_(None), func.coalesce(Reading.state, "") != "not a report")
    )
    return query.where(Sighting.unread, Reading.id.is_(None)) if of == _UNREAD else query


def state_column() -> ColumnElement[str]:
    """As `report_state` says it, for a query over `Sighting` and `Reading`."""
    return case(
        (Sighting.moved_to_id.is_not(None), MOVED),
        (Sighting.gone_at.is_not(None), REMOVED),
        (Reading.id.is_(None), NOT_YET_READ),
        (Reading.state == "read", HELD),
        else_=NOT_READABLE,
    )


class unindexed(GenericFunction[Any]):  # noqa: N801 - reads as a function
    """A column for whose value SQLite takes no index: nearly every row has it, and SQLite would read and sort them all."""

    inherit_cache = True


@compiles(unindexed)
def _column(element: unindexed, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(unindexed, "sqlite")
def _plus_column(element: unindexed, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


def is_current() -> ColumnElement[bool]:
    """The condition that a reading is its address's newest, by the newest reader."""
    return Reading.current.is_(true())


def of_year(year: int) -> ColumnElement[bool]:
    """Readings of a year, to be ordered by year and id, as their index has them. Said as `year = …` PostgreSQL would rather walk all years
    in the order of their ids: it thinks that they are mixed evenly, and the newest hundred thousand are all of one year."""
    return Reading.year.between(year, year)


def newest_answer_id() -> ColumnElement[Any]:
    """The newest capture of a sighting's address that was an answer with content, for a query over `Sighting`."""
    return (
        select(Capture.id)
        .where(
            Capture.site_id == Sighting.site_id,
            Capture.url_key == Sighting.url_key,
            Capture.status.in_((200, 304)),
            Capture.blocked.is_(None),
        )
        .order_by(Capture.fetched_at.desc(), Capture.id.desc())
        .limit(1)
        .correlate(Sighting)
        .scalar_subquery()
    )


def in_state(state: str) -> ColumnElement[bool]:
    """The condition of a report's state, for a query over `Sighting` and `Reading`."""
    there = Sighting.gone_at.is_(None) & Sighting.moved_to_id.is_(None)
    conditions: dict[str, ColumnElement[bool]] = {
        MOVED: Sighting.moved_to_id.is_not(None),
        REMOVED: Sighting.gone_at.is_not(None) & Sighting.moved_to_id.is_(None),
        NOT_YET_READ: there & Reading.id.is_(None),
        HELD: there & (Reading.state == "read"),
        NOT_READABLE: there & (Reading.state != "read"),
    }
    return conditions[state]


def changes(session: Session, filters: Filters = Filters()) -> Iterator[ChangeLine]:
    """Changes that held in a second fetch. A suspicion is not listed: it is a second fetch away from being nothing."""
    filters, (old, new) = _placed(session, filters), (_OLD, _NEW)
    query = _changes() if filters.year is None else _changes().where(_in_year(filters))
    organ_name = func.coalesce(Organ.name, new.organ_name, old.organ_name, Sighting.organ_name)
    query = _narrowed(query, replace(filters, year=None), ChangeRow.id, organ_name, None)
    if filters.kind is not None:
        query = query.where(ChangeRow.kind == filters.kind)
    if filters.but_kind is not None:
        query = query.where(ChangeRow.kind != filters.but_kind)
    query = judged(query, filters.verdict, marks_of_changes())
    return (ChangeLine(*row) for row in selected(session, query, whole=filters.limit is not None))


def _in_year(filters: Filters) -> ColumnElement[bool]:
    """The condition that a change is of the year, found by as little of it as says so: most by the reading after it, then those after which
    nothing could be read, and those whose reading names no year."""
    row, after, before, seen = aliased(ChangeRow), aliased(Reading), aliased(Reading), aliased(Sighting)
    otherwise = func.coalesce(before.year, seen.year) == filters.year
    raised = select(row.id).where(unindexed(row.state) == "raised").order_by(row.id.desc())
    if filters.below_id is not None:
        raised = raised.where(row.id < filters.below_id)
    without = raised.join(seen, seen.id == row.sighting_id).outerjoin(before, before.id == row.before_reading_id)
    yearless = select(after.sighting_id).where(after.year.is_(None))
    ways = (
        raised.join(after, after.id == row.after_reading_id).where(after.year == filters.year),
        without.where(row.after_reading_id.is_(None), otherwise),
        without.join(after, after.id == row.after_reading_id).where(row.sighting_id.in_(yearless), after.year.is_(None), otherwise),
    )  # fmt: skip
    most = None
    if filters == Filters(year=filters.year, below_id=filters.below_id, limit=filters.limit):
        most = filters.limit  # nothing else narrows them
    return or_(*(ChangeRow.id.in_(select(way.limit(most).subquery().c.id)) for way in ways))


@once
def _changes() -> _Query:
    """The columns of `ChangeLine`, in its order."""
    old, new, then, now, target = _OLD, _NEW, _THEN, _NOW, _TARGET
    return (
        select(
            ChangeRow.kind,
            func.coalesce(Organ.name, new.organ_name, old.organ_name, Sighting.organ_name),
            func.coalesce(new.year, old.year, Sighting.year),
            Sighting.url,
            then.body_sha256,
            now.body_sha256,
            ChangeRow.silent,
            Site.code,
            ChangeRow.raised_at,
            ChangeRow.reason,
            ChangeRow.details,
            target.url,
            Region.name,
            Organ.id,
            Sighting.id,
            ChangeRow.id,
            ChangeRow.before_reading_id,
            ChangeRow.after_reading_id,
        )
        .join_from(ChangeRow, Sighting, Sighting.id == ChangeRow.sighting_id)
        .join(Site, Site.id == Sighting.site_id)
        .outerjoin(old, old.id == ChangeRow.before_reading_id)
        .outerjoin(new, new.id == ChangeRow.after_reading_id)
        .outerjoin(Organ, Organ.id == func.coalesce(new.organ_id, old.organ_id))
        .outerjoin(Region, Region.code == func.coalesce(Organ.region_code, Site.region_code))
        .outerjoin(then, then.id == ChangeRow.before_capture_id)
        .outerjoin(now, now.id == ChangeRow.after_capture_id)
        .outerjoin(target, target.id == ChangeRow.moved_to_id)
        .where(ChangeRow.state == "raised")
        .order_by(ChangeRow.id.desc())
    )


def findings(session: Session, filters: Filters = Filters()) -> Iterator[FindingLine]:
    """What the rules say of the current readings, other than `pass`, the newest reading first. A report that moved is judged at its new
    address, once."""
    ways = [_finding_lines(session, way) for way in _ways_to_findings(session, _placed(session, filters))]
    return _merged(ways, lambda line: (line.reading_id, line.finding_id), filters.limit)


def _ways_to_findings(session: Session, filters: Filters) -> list[_Way]:
    if filters.verdict in VERDICTS and (sightings := judged_sightings(session, filters.verdict)) is not None:
        return [_Way(_READ, Reading.sighting_id.in_(sightings), filters)]  # few are judged
    if filters.organ is not None and (organs := _organs_named(session, filters.organ)) is not None:
        left, said = replace(filters, organ=None), func.coalesce(Reading.organ_name, Sighting.organ_name)
        return [
            _Way(_READ, Reading.organ_id.in_(organs), left),
            _Way(_READ, Reading.organ_id.is_(None) & said.contains(filters.organ, autoescape=True), left),
        ]
    if filters.year is not None:
        return [_Way(_READ, of_year(filters.year), replace(filters, year=None), (Reading.year.desc(),))]
    return [_Way(_ANY, true(), filters)]


def _finding_lines(session: Session, way: _Way) -> Iterator[FindingLine]:
    filters = way.left
    # The column whose index finds them in their order.
    reading_id = Reading.id if way.of == _READ else FindingRow.reading_id
    query = _findings(_is_local(filters)).where(way.where)
    query = query.order_by(*way.first, _order(reading_id, filters).desc(), FindingRow.id.desc())
    if filters.below_id is not None:
        last = session.scalar(select(FindingRow.reading_id).where(FindingRow.id <= filters.below_id).order_by(FindingRow.id.desc()).limit(1))  # fmt: skip
        query = query.where(reading_id <= last, (reading_id < last) | (FindingRow.id < filters.below_id))
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    query = _narrowed(query, replace(filters, below_id=None), FindingRow.id, organ_name, Reading.year)
    if filters.kind is not None:
        query = query.where(FindingRow.rule == filters.kind)
    if filters.outcome is not None:
        query = query.where(FindingRow.outcome == filters.outcome)
    if filters.severity is not None:
        query = query.where(FindingRow.severity == filters.severity)
    if filters.but_severity is not None:
        query = query.where(FindingRow.severity != filters.but_severity)
    query = judged(query, filters.verdict, marks_of_findings())
    return (FindingLine(*row) for row in selected(session, query, whole=filters.limit is not None))


@once
def _findings(local: bool) -> _Query:
    """The columns of `FindingLine`, in its order."""
    return (
        select(
            FindingRow.rule,
            FindingRow.place,
            FindingRow.outcome,
            FindingRow.severity,
            func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name),
            Reading.year,
            Sighting.url,
            FindingRow.left_value,
            FindingRow.right_value,
            FindingRow.message,
            FindingRow.keys,
            Site.code,
            Region.name,
            Organ.id,
            Sighting.id,
            FindingRow.reading_id,
            FindingRow.id,
        )
        .join_from(FindingRow, Reading, Reading.id == FindingRow.reading_id)
        # There is always one. For the whole list SQLite would first read all addresses of an inner join, to know which ones moved.
        .join(Sighting, Sighting.id == Reading.sighting_id, isouter=not local)
        .join(Site, Site.id == Sighting.site_id, isouter=not local)
        .outerjoin(Organ, Organ.id == Reading.organ_id)
        .outerjoin(Region, Region.code == func.coalesce(Organ.region_code, Site.region_code))
        .where(is_current(), Sighting.moved_to_id.is_(None))
    )


def _order(key: Any, filters: Filters) -> Any:
    """The few of a site or county are found by it and then sorted: a sum is no index's order. A database would rather walk the whole list in
    its order until it has met enough of them."""
    return key + 0 if _is_local(filters) else key


def _is_local(filters: Filters) -> bool:
    few = filters.site_ids is not None and len(filters.site_ids) <= _FEW_SITES
    return few or filters.sighting_id is not None


def _placed(session: Session, filters: Filters) -> Filters:
    """With the sites that `site` and `region` name."""
    if filters.site is None and filters.region is None:
        return filters
    query = select(Site.id)
    if filters.site is not None:
        query = query.where(Site.code == filters.site)
    if filters.region is not None:
        below = Site.region_code.startswith(short_code(filters.region), autoescape=True)  # where the gazetteer has gaps
        query = query.where(below | Site.region_code.in_(regions_under(filters.region)))
    return replace(filters, site_ids=tuple(session.scalars(query)))


def _narrowed(query: _Query, filters: Filters, key: Any, organ_name: Any, year: Any) -> _Query:
    """The filters that every list has. `key` is the id that the list is ordered and paged by."""
    if filters.site_ids is not None:
        query = query.where(Sighting.site_id.in_(filters.site_ids))
    if filters.organ is not None:
        query = query.where(organ_name.contains(filters.organ, autoescape=True))
    if filters.organ_id is not None:
        query = query.where(Organ.id == filters.organ_id)
    if filters.sighting_id is not None:
        query = query.where(Sighting.id == filters.sighting_id)
    if filters.year is not None:
        query = query.where(year == filters.year)
    if filters.below_id is not None:
        query = query.where(key < filters.below_id)
    return query if filters.limit is None else query.limit(filters.limit)


def _merged(ways: Sequence[Iterator[_Line]], key: Callable[[_Line], Any], limit: int | None) -> Iterator[_Line]:
    """The lines of all ways in one order, the highest key first. Each way ends at the limit by itself."""
    if limit is None:
        return heapq.merge(*ways, key=key, reverse=True)
    return iter(sorted((line for way in ways for line in way), key=key, reverse=True)[:limit])
