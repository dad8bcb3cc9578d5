"""A session and filters go in, flags come out as lines: what the command prints (`flags list`), the notices tell and the pages list."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.models import ChangeRow, FlagRow, Organ, Reading, Region, Sighting, Site
from archive.reviews import OPEN, VERDICTS
from archive.statements import once
from archive.territories import Territory, territory_of
from reports.model import Severity

_Query: TypeAlias = Select[*tuple[Any, ...]]
LOUDNESS = (Severity.ERROR.value, Severity.WARN.value, Severity.INFO.value)
CLOSED = "closed"
_MANY = 2000
STANDINGS = (OPEN, *VERDICTS, CLOSED)


@dataclass(frozen=True, slots=True)
class FlagFilters:
    """`standing`: open (neither closed nor judged), confirmed, dismissed, or closed; `below_id` is the last flag of the page before."""

    standing: str | None = None
    region: str | None = None
    territory: Territory | None = None  # that of the region: the list finds it itself
    organ: str | None = None
    year: int | None = None
    site: str | None = None
    rule: str | None = None
    severity: str | None = None
    ids: Collection[int] | None = None
    marks: Collection[str] | None = None
    below_id: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag as lists show it: `before` and `after` are the two versions side by side, as readings."""

    id: int
    rule: str
    severity: str
    organ: str | None
    year: int | None
    message: str
    url: str | None
    raised_at: datetime
    closed_at: datetime | None
    verdict: str | None
    verdict_by: str | None
    verdict_note: str | None
    region: str | None
    before: int | None
    after: int | None
    mark: str
    region_name: str | None
    sighting_id: int | None
    organ_id: int | None
    closed_why: str | None


def flag_lines(
    session: Session,
    region: str | None = None,
    only_open: bool = True,
    ids: Collection[int] | None = None,
) -> Iterator[FlagLine]:
    return listed_flags(session, FlagFilters(standing=OPEN if only_open else None, region=region, ids=ids))


def listed_flags(session: Session, filters: FlagFilters) -> Iterator[FlagLine]:
    """The loudest first, then the newest. One query for each loudness: each reads along an index and stops at its limit."""
    if filters.organ is not None and (found := _flags_of(session, filters.organ, filters.ids)) is not None:
        filters = replace(filters, organ=None, ids=found)
    if filters.region is not None:
        filters = replace(filters, territory=territory_of(session, filters.region))
    last = session.get(FlagRow, filters.below_id) if filters.below_id is not None else None
    left = filters.limit
    for severity in LOUDNESS[LOUDNESS.index(last.severity) if last is not None else 0 :]:
        if filters.severity not in (None, severity) or left == 0:
            continue
        query = _query(filters).where(FlagRow.severity == severity)
        if last is not None and last.severity == severity:
            query = query.where(FlagRow.id < last.id)
        for row in selected(session, query if left is None else query.limit(left), whole=left is not None):
            left = None if left is None else left - 1
            yield FlagLine(*row)


def newest_flags(session: Session, filters: FlagFilters) -> list[FlagLine]:
    """The newest first, however loud: of each loudness as many as there may be in all."""
    wanted = LOUDNESS if filters.severity is None else (filters.severity,)
    found = [line for severity in wanted for line in listed_flags(session, replace(filters, severity=severity))]
    return sorted(found, key=lambda line: -line.id)[: filters.limit]


def _flags_of(session: Session, words: str, among: Collection[int] | None) -> list[int] | None:
    """The flags of organs whose name holds the words, found by their reports; None when they are so many that the list itself leads to them sooner."""
    organs = session.scalars(select(Organ.id).where(Organ.name.contains(words, autoescape=True)).limit(_MANY + 1)).all()
    said = func.coalesce(Reading.organ_name, Sighting.organ_name).contains(words, autoescape=True)
    nameless = select(Sighting.id).join(Reading, Reading.sighting_id == Sighting.id)
    nameless = nameless.where(Reading.organ_id.is_(None), Reading.current, said)
    of_organs = select(Reading.sighting_id).where(Reading.organ_id.in_(organs), Reading.current)
    ways = (
        FlagRow.organ_id.in_(organs),
        FlagRow.sighting_id.in_(of_organs),
        FlagRow.sighting_id.in_(nameless),
        FlagRow.sighting_id.is_(None) & FlagRow.organ_id.is_(None) & FlagRow.place.contains(words, autoescape=True),
    )
    found: set[int] = set()  # a report that was never read has no flag, so readings lead to all of them
    for way in ways:
        found.update(session.scalars(select(FlagRow.id).where(way).limit(_MANY + 1)))
        if len(organs) > _MANY or len(found) > _MANY:
            return None
    return sorted(found if among is None else found & set(among))


def _query(filters: FlagFilters) -> _Query:
    query = _flags()
    if filters.organ is not None:
        organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name, FlagRow.place)
        query = query.where(organ_name.contains(filters.organ, autoescape=True))
    if (inside := filters.territory) is not None:
        region_code = func.coalesce(FlagRow.region_code, Organ.region_code, Site.region_code)
        of_town = inside.has_town() | (Organ.id.is_(None) & inside.has_town(FlagRow.region_code, FlagRow.place))
        query = query.where(inside.has(region_code) | of_town)
    if filters.year is not None:
        query = query.where(func.coalesce(FlagRow.year, Reading.year, Sighting.year) == filters.year)
    return query.where(*_conditions(filters))


@once
def _flags() -> _Query:
    """The columns of `FlagLine`, in its order."""
    said = func.nullif(func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name), "")
    region_code = func.coalesce(FlagRow.region_code, Organ.region_code, Site.region_code)
    return (
        select(
            FlagRow.id,
            FlagRow.rule,
            FlagRow.severity,
            func.coalesce(said, case((FlagRow.sighting_id.is_(None), func.nullif(FlagRow.place, "")))),
            func.coalesce(FlagRow.year, Reading.year, Sighting.year),
            FlagRow.message,
            Sighting.url,
            FlagRow.raised_at,
            FlagRow.closed_at,
            FlagRow.verdict,
            FlagRow.verdict_by,
            FlagRow.verdict_note,
            region_code,
            ChangeRow.before_reading_id,
            ChangeRow.after_reading_id,
            FlagRow.mark,
            Region.name,
            FlagRow.sighting_id,
            Organ.id,
            FlagRow.closed_why,
        )
        .join_from(FlagRow, Sighting, Sighting.id == FlagRow.sighting_id, isouter=True)
        .outerjoin(Site, Site.id == Sighting.site_id)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .outerjoin(Organ, Organ.id == func.coalesce(FlagRow.organ_id, Reading.organ_id))
        .outerjoin(ChangeRow, ChangeRow.id == FlagRow.change_id)
        .outerjoin(Region, Region.code == region_code)
        .order_by(FlagRow.id.desc())
    )


def _conditions(filters: FlagFilters) -> list[ColumnElement[bool]]:
    """Those on the flag alone, and on its site."""
    standing: dict[str | None, list[ColumnElement[bool]]] = {
        None: [],
        OPEN: [FlagRow.closed_at.is_(None), FlagRow.verdict.is_(None)],
        CLOSED: [FlagRow.closed_at.is_not(None)],
        **{verdict: [FlagRow.verdict == verdict] for verdict in VERDICTS},
    }
    found = standing[filters.standing]
    if filters.rule is not None:
        found.append(FlagRow.rule == filters.rule)
    if filters.site is not None:
        found.append(Site.code == filters.site)
    if filters.ids is not None:
        found.append(FlagRow.id.in_(filters.ids))
    if filters.marks is not None:
        found.append(FlagRow.mark.in_(filters.marks))
    return found
