"""A session and filters go in, flags come out as lines: what the command prints (`flags list`), the notices tell and the pages list."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from archive.database import selected, selected_column
from archive.listings.filters import in_order
from archive.listings.newest import ever_more
from archive.models import ChangeRow, FlagRow, Organ, Reading, Region, Sighting, Site
from archive.organ_names import organs_named
from archive.reviews import OPEN, VERDICTS
from archive.several import among, among_these
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
    by_organ = filters.organ is not None and filters.site is None  # of a site they are few
    if by_organ and (found := _flags_of(session, filters.organ or "", filters.ids)) is not None:
        filters = replace(filters, organ=None, ids=found)
    if filters.region is not None:
        filters = replace(filters, territory=territory_of(session, filters.region))
    if (limit := filters.limit) is None:
        return (
            FlagLine(*row)
            for query in _by_loudness(session, filters, _flags().where(*_of_organ(filters)))
            for row in selected(session, query, whole=False)
        )
    filters, numbers = replace(filters, ids=_flags_at(session, filters)), list[int]()
    for query in _by_loudness(session, replace(filters, site=None), select(FlagRow.id)):
        numbers += islice(_with_organ(session, filters, query, limit), limit - len(numbers))
        if len(numbers) == limit:
            break
    told = {row[0]: row for row in selected(session, _told_by_number(), {"numbers": numbers})} if numbers else {}
    return (FlagLine(*told[number]) for number in numbers)


def _with_organ(session: Session, filters: FlagFilters, query: _Query, first: int) -> Iterator[int]:
    """Those of the query whose organ, and township, is asked for: of so many at a time, since that takes the report of each."""
    if not (conditions := _of_organ(filters)):
        yield from selected_column(session, query.limit(first))
        return
    for numbers in ever_more(
        lambda below, most: selected_column(session, query.where(FlagRow.id < below).limit(most)), first
    ):
        yield from selected_column(session, _joined().where(among_these(FlagRow.id, numbers), *conditions))


def _by_loudness(session: Session, filters: FlagFilters, query: _Query) -> Iterator[_Query]:
    last = session.get(FlagRow, filters.below_id) if filters.below_id is not None else None
    query = query.where(*_narrowing(filters)).order_by(in_order(FlagRow.id, _region(filters) is not None).desc())
    for severity in LOUDNESS[LOUDNESS.index(last.severity) if last is not None else 0 :]:
        if filters.severity in (None, severity):
            of_severity = query.where(FlagRow.severity == severity)
            yield (
                of_severity.where(FlagRow.id < last.id)
                if last is not None and last.severity == severity
                else of_severity
            )


def _region(filters: FlagFilters) -> Territory | None:
    """Whose flags are known by the region of each: a township's are not."""
    return None if filters.territory is None or filters.territory.county is not None else filters.territory


def newest_flags(session: Session, filters: FlagFilters) -> list[FlagLine]:
    """The newest first, however loud: of each loudness as many as there may be in all."""
    wanted = LOUDNESS if filters.severity is None else (filters.severity,)
    found = [line for severity in wanted for line in listed_flags(session, replace(filters, severity=severity))]
    return sorted(found, key=lambda line: -line.id)[: filters.limit]


def _flags_of(session: Session, words: str, among: Collection[int] | None) -> list[int] | None:
    """The flags of organs whose name holds the words, found by their reports; None when they are so many that the list itself leads to them sooner."""
    organs = organs_named(session, words, _MANY)
    if organs is None:
        return None
    said = func.coalesce(Reading.organ_name, Sighting.organ_name).contains(words, autoescape=True)
    nameless = select(Sighting.id).join(Reading, Reading.sighting_id == Sighting.id)
    nameless = nameless.where(Reading.organ_id.is_(None), Reading.current, said)
    of_organs = select(Reading.sighting_id).where(among_these(Reading.organ_id, organs), Reading.current)
    ways = (
        among_these(FlagRow.organ_id, organs),
        FlagRow.sighting_id.in_(of_organs),
        FlagRow.sighting_id.in_(nameless),
        FlagRow.sighting_id.is_(None) & FlagRow.organ_id.is_(None) & FlagRow.place.contains(words, autoescape=True),
    )
    found: set[int] = set()  # a report that was never read has no flag, so readings lead to all of them
    for way in ways:
        found.update(session.scalars(select(FlagRow.id).where(way).limit(_MANY + 1)))
        if len(found) > _MANY:
            return None
    return sorted(found if among is None else found & set(among))


def _flags_at(session: Session, filters: FlagFilters) -> Collection[int] | None:
    """The flags of a site's reports, found by these."""
    if filters.site is None:
        return filters.ids
    seen = select(Sighting.id).join(Site, Site.id == Sighting.site_id).where(Site.code == filters.site)
    found = session.scalars(select(FlagRow.id).where(FlagRow.sighting_id.in_(seen))).all()
    return found if filters.ids is None else set(found) & set(filters.ids)


def _narrowing(filters: FlagFilters) -> list[ColumnElement[bool]]:
    """What the flag's own row says."""
    found = _conditions(filters)
    if (inside := _region(filters)) is not None:
        found.append(inside.has(FlagRow.region_shown))
    if filters.year is not None:
        found.append(FlagRow.year_shown == filters.year)
    return found


def _of_organ(filters: FlagFilters) -> list[ColumnElement[bool]]:
    """What its organ says: the name, and, as a township's organs are its county's, whether it is of a township."""
    found: list[ColumnElement[bool]] = []
    if filters.organ is not None:
        organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name, FlagRow.place)
        found.append(organ_name.contains(filters.organ, autoescape=True))
    if (inside := filters.territory) is not None and inside.county is not None:
        of_town = inside.has_town() | (Organ.id.is_(None) & inside.has_town(FlagRow.region_code, FlagRow.place))
        found.append(inside.has(FlagRow.region_shown) | of_town)
    return found


@once
def _joined() -> _Query:
    """The numbers of flags, joined to what `_of_organ` asks for."""
    query: _Query = select(FlagRow.id).join_from(FlagRow, Sighting, Sighting.id == FlagRow.sighting_id, isouter=True)
    query = query.outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
    query = query.outerjoin(Organ, Organ.id == func.coalesce(FlagRow.organ_id, Reading.organ_id))
    return query.order_by((FlagRow.id + 0).desc())


@once
def _told_by_number() -> _Query:
    return _flags().where(among(FlagRow.id))


@once
def _flags() -> _Query:
    """The columns of `FlagLine`, in its order."""
    said = func.nullif(func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name), "")
    return (
        select(
            FlagRow.id,
            FlagRow.rule,
            FlagRow.severity,
            func.coalesce(said, case((FlagRow.sighting_id.is_(None), func.nullif(FlagRow.place, "")))),
            FlagRow.year_shown,
            FlagRow.message,
            Sighting.url,
            FlagRow.raised_at,
            FlagRow.closed_at,
            FlagRow.verdict,
            FlagRow.verdict_by,
            FlagRow.verdict_note,
            FlagRow.region_shown,
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
        .outerjoin(Region, Region.code == FlagRow.region_shown)
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
        found.append(among_these(FlagRow.id, filters.ids))
    if filters.marks is not None:
        found.append(FlagRow.mark.in_(filters.marks))
    return found
