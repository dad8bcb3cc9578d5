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
    Filters,
    Query,
    Way,
    among,
    in_order,
    in_places,
    is_current,
    is_local,
    merged,
    names_of,
    narrowed,
    narrowed_by,
    of_year,
    one_of,
    ways_of_organs,
    with_organ_and_region,
)
from archive.models import FindingRow, Organ, Reading, Region, Sighting, Site
from archive.reviews import VERDICTS, judged, judged_sightings, marks_of_findings
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


def findings(session: Session, filters: Filters = Filters()) -> Iterator[FindingLine]:
    """What the rules say of the current readings, other than `pass`, the newest reading first. A report that moved is judged at its new
    address, once."""
    return in_places(session, filters, lambda placed: _lines(session, placed), _ORDER)


def _lines(session: Session, filters: Filters) -> Iterator[FindingLine]:
    ways = [_going_on(session, way) for way in _ways(session, filters)]
    if filters.limit is None:
        return merged([_whole(session, way) for way in ways], _ORDER)
    found = _found_soon(session, ways, filters.limit)
    if len(found) < filters.limit:
        found = [tuple(row) for way in ways for row in selected(session, _listed(False, *_shape(way)), way.asked)]
    numbers = [number for _, number in sorted(found, reverse=True)[: filters.limit]]
    told = _told_by_number(session.get_bind().dialect.name)
    return (FindingLine(*row) for row in selected(session, told, {"numbers": numbers})) if numbers else iter(())


def _found_soon(session: Session, ways: Sequence[Way], limit: int) -> list[tuple[int, int]]:
    """Of sites, the findings of their newest reports: a page is full before all their reports are looked at. Nothing when they are too few for a page."""
    if len(ways) != 1 or ways[0].by != "sites":
        return []
    left = ways[0].left
    known = Filters(site_ids=left.site_ids, below_id=left.below_id)
    query = _newest(names_of(known), session.get_bind().dialect.name)
    newest = list(session.scalars(query, ways[0].asked | {"limit": limit}))
    way = Way(READ, "readings", replace(left, site_ids=None), {**ways[0].values, "readings": newest})
    return [tuple(row) for row in selected(session, _listed(False, *_shape(way)), way.asked)] if newest else []


@once
def _newest(names: frozenset[str], dialect: str) -> Query:
    seen = narrowed(select(Sighting.id).where(Sighting.moved_to_id.is_(None)), {"site_ids"}, None, None, None)
    query: Query = select(Reading.id).where(is_current(), one_of(Reading.sighting_id, seen, dialect))
    query = query.order_by((Reading.id + 0).desc())
    if "below_id" in names:
        query = query.where(Reading.id <= bindparam("last"))
    return narrowed(query, {"limit"}, None, None, None)


def _whole(session: Session, way: Way) -> Iterator[FindingLine]:
    return (FindingLine(*row) for row in selected(session, _listed(True, *_shape(way)), way.asked, whole=False))


def _ways(session: Session, filters: Filters) -> list[Way]:
    if filters.verdict in VERDICTS and (sightings := judged_sightings(session, filters.verdict)) is not None:
        return [Way(READ, "sightings", filters, {"sightings": sightings})]  # few are judged
    if (ways := ways_of_organs(session, filters)) is not None:
        return ways
    if is_local(filters):
        return [Way(READ, "sites", filters)]
    if filters.year is not None:
        return [Way(READ, "year", replace(filters, year=None), {"of_year": filters.year})]
    return [Way(ANY, "all", filters)]


def _going_on(session: Session, way: Way) -> Way:
    """With the reading that the last finding of the page before is of."""
    if way.left.below_id is None:
        return way
    query = select(FindingRow.reading_id).where(FindingRow.id <= way.left.below_id)
    last = session.scalar(query.order_by(FindingRow.id.desc()).limit(1))
    return replace(way, values={**way.values, "last": last})


_BY: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    **{name: (condition,) for name, condition in BY_ORGAN.items()},
    "sightings": (Reading.sighting_id.in_(bindparam("sightings", expanding=True)),),
    "readings": (Reading.id.in_(bindparam("readings", expanding=True)),),
    "sites": (true(),),
    "year": (of_year(bindparam("of_year", type_=Integer)), Reading.year.desc()),
    "all": (true(),),
}


def _shape(way: Way) -> tuple[str, str, frozenset[str], str | None, bool]:
    return way.of, way.by, names_of(way.left), way.left.verdict, is_local(way.left)


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
    query = narrowed(query, names - {"below_id"}, FindingRow.id, organ_name, Reading.year)
    words = {"kind": FindingRow.rule, "outcome": FindingRow.outcome, "severity": FindingRow.severity}
    return judged(narrowed_by(query, names - {"but_kind"}, words), verdict, marks_of_findings())


@once
def _told_by_number(dialect: str) -> Query:
    query = _told(_of_current_readings(select(*_COLUMNS), READ, True), True).where(among(FindingRow.id, dialect))
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
