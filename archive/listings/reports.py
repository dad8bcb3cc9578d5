"""Filters in, the reports that are held out, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session, aliased

from archive.database import selected
from archive.listings.filters import (
    ANY,
    READ,
    UNREAD,
    Filters,
    Query,
    Way,
    asks_for_organs,
    in_order,
    merged,
    narrowed,
    of_year,
    placed,
    unindexed,
    ways_of_organs,
    with_organ_and_region,
)
from archive.models import Capture, Organ, Reading, Region, Sighting, Site
from archive.statements import once

_PAGE, _DOCUMENT = aliased(Capture), aliased(Capture)  # made once: not cheap


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
    ways = [_report_lines(session, way) for way in _ways(session, placed(session, filters))]
    return merged(ways, lambda line: line.sighting_id, filters.limit)


def _ways(session: Session, filters: Filters) -> list[Way]:
    """By the filter that fewest rows fulfil. Without any, the list itself is walked, newest first."""
    by_state = {
        MOVED: (ANY, Sighting.moved_to_id.is_not(None)),
        REMOVED: (ANY, Sighting.gone_at.is_not(None)),
        NOT_YET_READ: (UNREAD, true()),
        NOT_READABLE: (READ, Reading.state != "read"),
    }
    if filters.kind in by_state:
        return [Way(*by_state[filters.kind], filters)]
    if (ways := ways_of_organs(session, filters)) is not None:
        if filters.organ_id is None:
            listed = Sighting.organ_name.contains(filters.organ, autoescape=True)
            ways.append(Way(UNREAD, listed, replace(filters, organ=None)))
        return ways
    if filters.year is not None:
        left, listed = replace(filters, year=None), Sighting.year == filters.year
        return [
            Way(READ, of_year(filters.year), left, (Reading.year.desc(),), walked=True),
            Way(READ, Reading.year.is_(None) & listed, left, walked=True),
            Way(UNREAD, listed, left, walked=True),
        ]
    return [Way(ANY, true(), filters, walked=True)]


def _report_lines(session: Session, way: Way) -> Iterator[ReportLine]:
    filters, key = way.left, _key(way.of)
    if way.by_number:
        numbers = session.scalars(_chosen(_numbers(way.of, asks_for_organs(filters)), way)).all()
        if not numbers:
            return iter(())
        query = _reports(way.of).where(key.in_(numbers)).order_by(key.desc())
    else:
        query = _chosen(_reports(way.of), way)
    return (ReportLine(*row) for row in selected(session, query, whole=filters.limit is not None))


def _chosen(query: Query, way: Way) -> Query:
    filters, key = way.left, _key(way.of)
    query = query.where(way.where).order_by(*way.first, in_order(key, filters).desc())
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    query = narrowed(query, filters, key, organ_name, func.coalesce(Reading.year, Sighting.year))
    return query if filters.kind is None else query.where(in_state(filters.kind))


def _key(of: str) -> Any:
    return Reading.sighting_id if of == READ else Sighting.id


@once
def _numbers(of: str, with_organs: bool) -> Query:
    """The keys alone of what `_reports` tells of."""
    query: Query = _told(select(_key(of)).select_from(Sighting), of)
    if of != READ:
        query = query.where(_captured(of).is_not(None))
    return query.outerjoin(Organ, Organ.id == Reading.organ_id) if with_organs else query


@once
def _reports(of: str) -> Query:
    """The columns of `ReportLine`, in its order. The same for every look: to put it together costs as much as the database's work."""
    page, document = _PAGE, _DOCUMENT
    query: Query = select(
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
    ).join_from(Sighting, Site, Site.id == Sighting.site_id)
    query = with_organ_and_region(_told(query, of))
    return query.join(page, page.id == _captured(of)).outerjoin(document, document.id == Reading.capture_id)


def _told(query: Query, of: str) -> Query:
    """Joined to the current reading, and narrowed to what may be a report."""
    query = query.join(Reading, (Reading.sighting_id == Sighting.id) & Reading.current, isouter=of != READ)
    query = query.where(unindexed(Sighting.parent_id).is_(None), func.coalesce(Reading.state, "") != "not a report")
    return query.where(Sighting.unread, Reading.id.is_(None)) if of == UNREAD else query


def _captured(of: str) -> Any:
    """The capture of the page: what was read, or its newest answer. Without one there are no bytes, and nothing is held."""
    return Reading.page_capture_id if of == READ else func.coalesce(Reading.page_capture_id, newest_answer_id())


def state_column() -> ColumnElement[str]:
    """As `report_state` says it, for a query over `Sighting` and `Reading`."""
    return case(
        (Sighting.moved_to_id.is_not(None), MOVED),
        (Sighting.gone_at.is_not(None), REMOVED),
        (Reading.id.is_(None), NOT_YET_READ),
        (Reading.state == "read", HELD),
        else_=NOT_READABLE,
    )


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
