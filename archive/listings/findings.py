"""Filters in, what the rules say of the current readings out, the newest reading first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, func, select, true
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings.filters import (
    ANY,
    BY_ORGAN,
    READ,
    SITES_LEAD,
    SITES_OF_FOUND,
    SITES_OF_WALKED,
    Filters,
    Query,
    Way,
    in_order,
    in_places,
    is_current,
    is_local,
    is_narrow,
    merged,
    names_of,
    narrowed,
    narrowed_by,
    of_year,
    told,
    ways_of_organs,
    with_organ_and_region,
)
from archive.listings.newest import READINGS, newest_of_organs, newest_of_sites, sliced
from archive.listings.said import FEW, few_that_say
from archive.models import LARGEST, FindingRow, Organ, Reading, Region, Sighting, Site
from archive.reviews import VERDICTS, judged, judged_sightings, marks_of_findings
from archive.several import among
from archive.statements import once


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


_ORDER = attrgetter("reading_id", "finding_id")
_OF_AN_ORGAN = 10  # findings, or about so many


def findings(session: Session, filters: Filters = Filters()) -> Iterator[FindingLine]:
    """What the rules say of the current readings, other than `pass`, the newest reading first. A report that moved is judged at its new
    address, once."""
    return in_places(session, filters, lambda placed: _lines(session, placed), _ORDER)


def _lines(session: Session, filters: Filters) -> Iterator[FindingLine]:
    last = _going_on_at(session, filters.below_id)
    if last is None:
        return iter(())
    if filters.limit is None:
        return merged([_whole(session, way, last) for way in _ways(session, filters, last)], _ORDER)
    found = [row for way in _ways(session, filters, last, True) for row in _found(session, way, filters, last)]
    numbers = [number for _, number in sorted(found, reverse=True)[: filters.limit]]
    return told(session, _told_by_number(), numbers, FindingLine)


def _going_on_at(session: Session, below_id: int | None) -> int | None:
    """The reading that the last finding of the page before is of; None where no finding is left."""
    if below_id is None:
        return LARGEST - 1
    query = select(FindingRow.reading_id).where(FindingRow.id <= below_id)
    return session.scalar(query.order_by(FindingRow.id.desc()).limit(1))


def _found(session: Session, way: Way, filters: Filters, last: int) -> list[tuple[int, int]]:
    """A page's numbers on this way. Of sites and organs the newest reports are looked at first, of few findings the newest of these, and more only
    when they have not enough for a page."""
    limit, below = filters.limit or 0, last + 1
    by = "readings"
    if way.by == "sites":
        newest = newest_of_sites(session, READINGS, filters.site_ids or (), limit, filters.year, below)
    elif way.by == "organs":
        newest = newest_of_organs(session, READINGS, way.values["organs"], limit, filters.year, below)
    elif way.by == "numbers":
        by, newest = way.by, sliced(way.values[way.by], limit)
    else:
        return _rows(session, way, last)
    left = replace(way.left, site_ids=None, year=None) if way.by == "sites" else way.left
    found: list[tuple[int, int]] = []
    for numbers in newest:
        found += _rows(session, Way(READ, by, left, {by: numbers}), last)
        if len(found) >= limit:
            break
    return found


def _rows(session: Session, way: Way, last: int) -> list[tuple[int, int]]:
    return [tuple(row) for row in selected(session, _listed(False, *_shape(way)), {**way.asked, "last": last})]


def _whole(session: Session, way: Way, last: int) -> Iterator[FindingLine]:
    rows = selected(session, _listed(True, *_shape(way)), {**way.asked, "last": last}, whole=False)
    return (FindingLine(*row) for row in rows)


def _ways(session: Session, filters: Filters, last: int, of_page: bool = False) -> list[Way]:
    if filters.verdict in VERDICTS and (sightings := judged_sightings(session, filters.verdict)) is not None:
        return [Way(READ, "sightings", filters, {"sightings": sightings})]  # few are judged
    few = few_that_say(session, filters, last) if of_page else None
    ways = ways_of_organs(session, filters) if few is None or len(few) > FEW else None
    if ways is not None and (few is None or len(ways[0].values["organs"]) * _OF_AN_ORGAN < len(few)):
        return ways
    if few is not None:
        return [Way(READ, "numbers", filters, {"numbers": few})]
    if is_narrow(filters) if of_page else is_local(filters):
        return [Way(READ, "sites", filters)]
    if filters.year is not None:
        return [Way(READ, "year", replace(filters, year=None), {"of_year": filters.year})]
    return [Way(ANY, "all", filters)]


_BY: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    **{name: (condition,) for name, condition in BY_ORGAN.items()},
    "sightings": (among(Reading.sighting_id, "sightings"),),
    "readings": (among(Reading.id, "readings"),),
    "numbers": (among(FindingRow.id),),
    "sites": (true(),),
    "year": (of_year(bindparam("of_year", type_=Integer)), Reading.year.desc()),
    "all": (true(),),
}


# Ways that find rows by numbers of one kind or another.
_FOUND = frozenset(("sightings", "readings", "numbers", *BY_ORGAN))


def _shape(way: Way) -> tuple[str, str, frozenset[str], str | None, bool]:
    is_sorted = is_local(way.left) or way.by in _FOUND
    return way.of, way.by, names_of(way.left), way.left.verdict, is_sorted


@once
def _listed(whole: bool, of: str, by: str, names: frozenset[str], verdict: str | None, is_sorted: bool) -> Query:
    """The findings of a way in their order, or the numbers of their readings and their own alone."""
    query = _of_current_readings(select(*(_COLUMNS if whole else _NUMBERS)), of, is_sorted)
    if whole:
        query = _told(query, is_sorted)
    elif not names.isdisjoint(("organ", "organ_id")):
        query = query.outerjoin(Organ, Organ.id == Reading.organ_id)
    # The column whose index finds them in their order.
    (where, *first), reading_id = _BY[by], Reading.id if of == READ else FindingRow.reading_id
    query = query.where(where).order_by(*first, in_order(reading_id, is_sorted).desc(), FindingRow.id.desc())
    if "below_id" in names:
        last = bindparam("last", type_=BigInteger)
        query = query.where(
            reading_id <= last, (reading_id < last) | (FindingRow.id < bindparam("below_id", type_=BigInteger))
        )
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    of_sites = SITES_LEAD if by == "sites" else SITES_OF_FOUND if by in _FOUND else SITES_OF_WALKED
    query = narrowed(query, names - {"below_id"}, FindingRow.id, organ_name, Reading.year, of_sites)
    words = {
        "kind": FindingRow.rule,
        "outcome": FindingRow.outcome,
        "severity": FindingRow.severity,
    }
    return judged(narrowed_by(query, names - {"but_kind"}, words), verdict, marks_of_findings())


@once
def _told_by_number() -> Query:
    query = _told(_of_current_readings(select(*_COLUMNS), READ, True), True).where(among(FindingRow.id))
    return query.order_by(FindingRow.reading_id.desc(), FindingRow.id.desc())


_NUMBERS: tuple[Any, ...] = (FindingRow.reading_id, FindingRow.id)
_COLUMNS: tuple[Any, ...] = (  # of `FindingLine`, in its order
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
    *_NUMBERS,
)


def _told(query: Query, local: bool) -> Query:
    """Joined to what tells of the site, the organ and the region."""
    return with_organ_and_region(query.join(Site, Site.id == Sighting.site_id, isouter=not local))


def _of_current_readings(query: Query, of: str, local: bool) -> Query:
    """There is always a reading and its address. For the whole list SQLite would first read all of them for inner joins, to know which are
    current and which moved."""
    query = query.join_from(FindingRow, Reading, Reading.id == FindingRow.reading_id, isouter=of == ANY)
    query = query.join(Sighting, Sighting.id == Reading.sighting_id, isouter=not local)
    return query.where(is_current(), Sighting.moved_to_id.is_(None))
