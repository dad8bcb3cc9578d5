"""Filters in, what the rules say of the current readings out, the newest reading first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings.filters import (
    ANY,
    READ,
    Filters,
    Query,
    Way,
    asks_for_organs,
    in_order,
    is_current,
    is_local,
    merged,
    narrowed,
    narrowed_by,
    of_year,
    placed,
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


def findings(session: Session, filters: Filters = Filters()) -> Iterator[FindingLine]:
    """What the rules say of the current readings, other than `pass`, the newest reading first. A report that moved is judged at its new
    address, once."""
    ways = [_finding_lines(session, way) for way in _ways(session, placed(session, filters))]
    return merged(ways, lambda line: (line.reading_id, line.finding_id), filters.limit)


def _ways(session: Session, filters: Filters) -> list[Way]:
    if filters.verdict in VERDICTS and (sightings := judged_sightings(session, filters.verdict)) is not None:
        return [Way(READ, Reading.sighting_id.in_(sightings), filters)]  # few are judged
    if (ways := ways_of_organs(session, filters)) is not None:
        return ways
    if filters.year is not None:
        left = replace(filters, year=None)
        return [Way(READ, of_year(filters.year), left, (Reading.year.desc(),), walked=True)]
    return [Way(ANY, true(), filters, walked=True)]


def _finding_lines(session: Session, way: Way) -> Iterator[FindingLine]:
    filters = way.left
    if way.by_number:
        numbers = session.scalars(_chosen(session, _numbers(asks_for_organs(filters)), way)).all()
        if not numbers:
            return iter(())
        query = _findings(True).where(FindingRow.id.in_(numbers))
        query = query.order_by(FindingRow.reading_id.desc(), FindingRow.id.desc())
    else:
        query = _chosen(session, _findings(is_local(filters)), way)
    return (FindingLine(*row) for row in selected(session, query, whole=filters.limit is not None))


def _chosen(session: Session, query: Query, way: Way) -> Query:
    filters = way.left
    # The column whose index finds them in their order.
    reading_id = Reading.id if way.of == READ else FindingRow.reading_id
    query = query.where(way.where)
    query = query.order_by(*way.first, in_order(reading_id, filters).desc(), FindingRow.id.desc())
    if filters.below_id is not None:
        last = session.scalar(select(FindingRow.reading_id).where(FindingRow.id <= filters.below_id).order_by(FindingRow.id.desc()).limit(1))  # fmt: skip
        query = query.where(reading_id <= last, (reading_id < last) | (FindingRow.id < filters.below_id))
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    query = narrowed(query, replace(filters, below_id=None), FindingRow.id, organ_name, Reading.year)
    words = {"kind": FindingRow.rule, "outcome": FindingRow.outcome, "severity": FindingRow.severity}
    return judged(narrowed_by(query, replace(filters, but_kind=None), words), filters.verdict, marks_of_findings())


@once
def _numbers(with_organs: bool) -> Query:
    """The numbers alone of what `_findings` tells of."""
    query: Query = _of_current_readings(select(FindingRow.id), local=True)
    return query.outerjoin(Organ, Organ.id == Reading.organ_id) if with_organs else query


@once
def _findings(local: bool) -> Query:
    """The columns of `FindingLine`, in its order."""
    query: Query = _of_current_readings(
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
        ),
        local,
    )
    return with_organ_and_region(query.join(Site, Site.id == Sighting.site_id, isouter=not local))


def _of_current_readings(query: Query, local: bool) -> Query:
    """There is always an address. For the whole list SQLite would first read all of them for an inner join, to know which ones moved."""
    query = query.join_from(FindingRow, Reading, Reading.id == FindingRow.reading_id)
    query = query.join(Sighting, Sighting.id == Reading.sighting_id, isouter=not local)
    return query.where(is_current(), Sighting.moved_to_id.is_(None))
