"""Filters in, the reports that are held out, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Integer, bindparam, case, func, select, true
from sqlalchemy.orm import Session, aliased

from archive.database import selected, selected_column
from archive.listings.filters import (
    ANY,
    BY_ORGAN,
    ESCAPE,
    READ,
    SITES_OF_FOUND,
    SITES_OF_WALKED,
    UNREAD,
    Filters,
    Query,
    Way,
    in_order,
    in_places,
    is_local,
    is_narrow,
    merged,
    names_of,
    narrowed,
    of_year,
    told,
    unindexed,
    ways_of_organs,
    with_organ_and_region,
)
from archive.listings.newest import NOT_READ, SIGHTINGS, newest_of_organs, newest_of_sites
from archive.models import LARGEST, Capture, Organ, Reading, Region, Sighting, Site
from archive.several import among
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


_ORDER = attrgetter("sighting_id")


def reports_held(session: Session, filters: Filters = Filters()) -> Iterator[ReportLine]:
    """Every report of which the archive has the bytes, read or not; what turned out not to be a report is left out."""
    return in_places(session, filters, lambda placed: _lines(session, placed), _ORDER)


def _lines(session: Session, filters: Filters) -> Iterator[ReportLine]:
    if filters.limit is None:
        return merged([_whole(session, way) for way in _ways(session, filters)], _ORDER)
    found = [number for way in _ways(session, filters, True) for number in _found(session, way, filters.limit)]
    numbers = sorted(found, reverse=True)[: filters.limit]
    return told(session, _told_by_number(), numbers, ReportLine)


def _found(session: Session, way: Way, limit: int) -> list[int]:
    """A page's numbers on this way. Of sites and organs the newest reports are looked at first, and more only when these have not enough for a page."""
    below, left, found = way.left.below_id or LARGEST, way.left, list[int]()
    if way.by in ("sites", "year of sites"):
        newest = newest_of_sites(
            session,
            NOT_READ if left.kind == NOT_READABLE else SIGHTINGS,
            left.site_ids or (),
            limit,
            way.values.get("of_year"),
            below,
        )
        left = replace(left, site_ids=None)
    elif way.by == "organs":
        newest = newest_of_organs(session, SIGHTINGS, way.values["organs"], limit, left.year, below)
    else:
        return list(selected_column(session, _listed(False, *_shape(way)), way.asked))
    for numbers in newest:
        some = Way(way.of, "numbers", left, {"found": numbers})
        found += selected_column(session, _listed(False, *_shape(some)), some.asked)
        if len(found) >= limit:
            break
    return found


def _whole(session: Session, way: Way) -> Iterator[ReportLine]:
    return (ReportLine(*row) for row in selected(session, _listed(True, *_shape(way)), way.asked, whole=False))


def _ways(session: Session, filters: Filters, of_page: bool = False) -> list[Way]:
    """By the filter that fewest rows fulfil. Without any, the list itself is walked, newest first."""
    of_state = {MOVED: ANY, REMOVED: ANY, NOT_YET_READ: UNREAD, NOT_READABLE: READ}
    of_sites = is_narrow(filters) if of_page else filters.site_ids is not None and is_local(filters)
    few = filters.kind in of_state and filters.kind != NOT_READABLE
    if not few and (ways := ways_of_organs(session, filters)) is not None:
        if filters.organ_id is None:
            ways.append(Way(UNREAD, "listed organ", replace(filters, organ=None), ways[-1].values))
        return ways
    if filters.kind in of_state and (few or not (of_page and of_sites)):
        return [Way(of_state[filters.kind], filters.kind, filters)]
    if filters.year is not None and (of_page or not of_sites):
        left, year = replace(filters, year=None), {"of_year": filters.year}
        by_reading = (READ, "year of sites" if of_sites else "year")
        return [Way(of, by, left, year) for of, by in (by_reading, *_LISTED_YEAR)]
    if of_sites and not of_page:
        left = replace(filters, site_ids=None)
        return [Way(ANY, "site", left, {"of_site": number}) for number in filters.site_ids or ()]
    return [Way(ANY, "sites" if of_sites else "all", filters)]


_LISTED_YEAR = ((READ, "no year"), (UNREAD, "listed year"))  # what the list says, where the report says none
_YEAR = bindparam("of_year", type_=Integer)
# What finds the rows of a way, and what its index has before their number.
_BY: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    **{name: (condition,) for name, condition in BY_ORGAN.items()},
    MOVED: (Sighting.moved_to_id.is_not(None),),
    REMOVED: (Sighting.gone_at.is_not(None),),
    NOT_YET_READ: (true(),),
    NOT_READABLE: (Reading.state != "read",),
    "listed organ": (Sighting.organ_name.like(bindparam("organ"), escape=ESCAPE),),
    "site": (Sighting.site_id == bindparam("of_site"),),
    "numbers": (among(Sighting.id, "found"),),
    "year": (of_year(_YEAR), Reading.year.desc()),
    "no year": (Reading.year.is_(None) & (Sighting.year == _YEAR),),
    "listed year": (Sighting.year == _YEAR,),
    "all": (true(),),
}


# Ways that find rows by numbers of one kind or another.
_FOUND = frozenset(("numbers", *BY_ORGAN))


def _shape(way: Way) -> tuple[str, str, frozenset[str], str | None, bool]:
    is_sorted = is_local(way.left) or way.by in _FOUND
    return way.of, way.by, names_of(way.left), way.left.kind, is_sorted


@once
def _listed(whole: bool, of: str, by: str, names: frozenset[str], kind: str | None, is_sorted: bool) -> Query:
    """The rows of a way, or their numbers alone."""
    key, (where, *first) = _key(of), _BY[by]
    query = _reports(of) if whole else _numbers(of, not names.isdisjoint(("organ", "organ_id")))
    query = query.where(where).order_by(*first, in_order(key, is_sorted).desc())
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    of_sites = SITES_OF_FOUND if by in _FOUND else SITES_OF_WALKED
    query = narrowed(query, names, key, organ_name, func.coalesce(Reading.year, Sighting.year), of_sites)
    return query if kind is None else query.where(in_state(kind))


def _key(of: str) -> Any:
    return Reading.sighting_id if of == READ else Sighting.id


def _numbers(of: str, with_organs: bool) -> Query:
    query: Query = _told(select(_key(of)).select_from(Sighting), of)
    if of != READ:
        query = query.where(_captured(of).is_not(None))
    return query.outerjoin(Organ, Organ.id == Reading.organ_id) if with_organs else query


@once
def _told_by_number() -> Query:
    return _reports(ANY).where(among(Sighting.id)).order_by(Sighting.id.desc())


def _reports(of: str) -> Query:
    """The columns of `ReportLine`, in its order."""
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
    ).join_from(Sighting, Site, Site.id == unindexed(Sighting.site_id))
    query = with_organ_and_region(_told(query, of))
    return query.join(page, page.id == _captured(of)).outerjoin(document, document.id == Reading.capture_id)


def _told(query: Query, of: str) -> Query:
    """Joined to the current reading, and narrowed to what may be a report."""
    query = query.join(Reading, (Reading.sighting_id == Sighting.id) & Reading.current, isouter=of != READ)
    query = query.where(Sighting.parent_id.is_(None), func.coalesce(Reading.state, "") != "not a report")
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
