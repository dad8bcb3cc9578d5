"""Filters in, what a query is narrowed to out: what the lists of reports, changes and findings have alike."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

from archive.models import Organ, Reading, Region, Sighting, Site
from archive.organ_names import organs_named
from archive.regions import regions_under, short_code

Query: TypeAlias = Select[*tuple[Any, ...]]
Line = TypeVar("Line")
READ, UNREAD, ANY = "read", "unread", "any"
_FEW_SITES = 20
_MOST_ORGANS = 300  # of more, the newest reports are found soonest by walking the list


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
class Way:
    """Rows that one index finds: `of` says whether these are addresses with a reading, without one, or any. A row is found on one way only.
    `left` are the filters that are not fulfilled by that: a condition said twice makes PostgreSQL expect too few rows."""

    of: str
    where: ColumnElement[bool]
    left: Filters
    first: tuple[ColumnElement[Any], ...] = ()  # what the index has before the key
    walked: bool = False  # the index has them in the list's order: the first that fulfil the rest are soon met

    @property
    def by_number(self) -> bool:
        """Whether the numbers of a page's rows are asked for first: what they say is then looked up for these alone, and not for all that are sorted."""
        return self.left.limit is not None and (not self.walked or is_local(self.left))


class unindexed(GenericFunction[Any]):  # noqa: N801 - reads as a function
    """A column for whose value SQLite takes no index: nearly every row has it, and SQLite would read and sort them all."""

    inherit_cache = True


@compiles(unindexed)
def _column(element: unindexed, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(unindexed, "sqlite")
def _plus_column(element: unindexed, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


def ways_of_organs(session: Session, filters: Filters) -> list[Way] | None:
    """When it is by their organs that readings are found soonest; None when no organ is asked for, or when many have such a name."""
    if filters.organ_id is not None:
        return [Way(READ, Reading.organ_id == filters.organ_id, replace(filters, organ_id=None))]
    organs = None if filters.organ is None else organs_named(session, filters.organ, _MOST_ORGANS)
    if organs is None:
        return None
    left, said = replace(filters, organ=None), func.coalesce(Reading.organ_name, Sighting.organ_name)
    printed = said.contains(filters.organ, autoescape=True)
    return [Way(READ, Reading.organ_id.in_(organs), left), Way(READ, Reading.organ_id.is_(None) & printed, left)]


def of_year(year: int) -> ColumnElement[bool]:
    """Readings of a year, to be ordered by year and id, as their index has them. Said as `year = …` PostgreSQL would rather walk all years
    in the order of their ids: it thinks that they are mixed evenly, and the newest hundred thousand are all of one year."""
    return Reading.year.between(year, year)


def is_current() -> ColumnElement[bool]:
    """The condition that a reading is its address's newest, by the newest reader."""
    return Reading.current.is_(true())


def with_organ_and_region(query: Query, organ_id: ColumnElement[Any] | Any = Reading.organ_id) -> Query:
    """Joined to the organ and to its region, or, where nobody knows the organ, to that of the site."""
    return query.outerjoin(Organ, Organ.id == organ_id).outerjoin(
        Region, Region.code == func.coalesce(Organ.region_code, Site.region_code)
    )


def placed(session: Session, filters: Filters) -> Filters:
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


def narrowed(query: Query, filters: Filters, key: Any, organ_name: Any, year: Any) -> Query:
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


def narrowed_by(query: Query, filters: Filters, columns: Mapping[str, ColumnElement[Any] | Any]) -> Query:
    """The filters on words of a row's own columns, by the names of the filters; `but_…` is what is left out."""
    for name, column in columns.items():
        wanted, unwanted = getattr(filters, name), getattr(filters, f"but_{name}", None)
        if wanted is not None:
            query = query.where(column == wanted)
        if unwanted is not None:
            query = query.where(column != unwanted)
    return query


def asks_for_organs(filters: Filters) -> bool:
    return filters.organ is not None or filters.organ_id is not None


def in_order(key: Any, filters: Filters) -> Any:
    """The few of a site or county are found by it and then sorted: a sum is no index's order. A database would rather walk the whole list in
    its order until it has met enough of them."""
    return key + 0 if is_local(filters) else key


def is_local(filters: Filters) -> bool:
    few = filters.site_ids is not None and len(filters.site_ids) <= _FEW_SITES
    return few or filters.sighting_id is not None


def merged(ways: Sequence[Iterator[Line]], key: Callable[[Line], Any], limit: int | None) -> Iterator[Line]:
    """The lines of all ways in one order, the highest key first. Each way ends at the limit by itself."""
    if limit is None:
        return heapq.merge(*ways, key=key, reverse=True)
    return iter(sorted((line for way in ways for line in way), key=key, reverse=True)[:limit])
