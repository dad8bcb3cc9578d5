"""Filters in, what a query is narrowed to out: what the lists of reports, changes and findings have alike."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import groupby, islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, bindparam, func, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import GenericFunction

from archive.database import selected, selected_column
from archive.models import Organ, Reading, Region, Sighting, Site
from archive.organ_names import organs_named
from archive.several import among, among_many
from archive.territories import sites_in, territory_of

Query: TypeAlias = Select[*tuple[Any, ...]]
Line = TypeVar("Line")
READ, UNREAD, ANY = "read", "unread", "any"
_FEW_SITES = 20
ESCAPE = "/"
_MOST_ORGANS = 5000  # of more, the newest reports are found soonest by walking the list


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
    wide: bool | None = None  # whether these are so many of all sites that the list itself leads to their rows soonest


@dataclass(frozen=True, slots=True)
class Way:
    """Rows that one index finds: `of` says whether these are addresses with a reading, without one, or any, `by` names the condition, `values` are what it
    asks for. A row is found on one way only. `left` are the filters that are not fulfilled by that: a condition said twice makes PostgreSQL expect too few
    rows."""

    of: str
    by: str
    left: Filters
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """The values of a query made by `narrowed` and of the way's own condition."""
        return {**values_of(self.left), **self.values}


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
        return [Way(READ, "organs", replace(filters, organ_id=None), {"organs": [filters.organ_id]})]
    organs = None if filters.organ is None else organs_named(session, filters.organ, _MOST_ORGANS)
    if organs is None:
        return None
    left, words = replace(filters, organ=None), {"organ": _containing(filters.organ)}
    return [Way(READ, "organs", left, {"organs": organs}), Way(READ, "printed organ", left, words)]


_PRINTED = func.coalesce(Reading.organ_name, Sighting.organ_name)
BY_ORGAN: Mapping[str, ColumnElement[bool]] = {
    "organs": among(Reading.organ_id, "organs"),
    "printed organ": Reading.organ_id.is_(None) & _PRINTED.like(bindparam("organ"), escape=ESCAPE),
}


def of_year(year: Any) -> ColumnElement[bool]:
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


def in_places(
    session: Session, filters: Filters, listed: Callable[[Filters], Iterator[Line]], key: Callable[[Line], Any]
) -> Iterator[Line]:
    """What a list has of the sites that `site` and `region` name. Of a township also what its organ has on its county's; each line once."""
    if filters.site is None and filters.region is None:
        return listed(filters)
    inside = territory_of(session, filters.region) if filters.region is not None else None
    anywhere = None if filters.site is None else tuple(selected_column(session, _SITE, {"site": filters.site}))
    theirs = anywhere or ()
    if inside is not None:
        there = sites_in(session, inside)
        theirs = tuple(there if anywhere is None else set(anywhere).intersection(there))
    wide = len(theirs) > _FEW_SITES and 2 * len(theirs) > selected_column(session, _HOW_MANY_SITES)[0]
    of_sites = replace(filters, site_ids=theirs, wide=wide or None)
    on_them = listed(of_sites) if theirs else iter(())
    if inside is None or inside.county is None:
        return on_them
    organs = session.scalars(select(Organ.id).where(inside.has_town()))
    its = [replace(filters, site_ids=anywhere, organ_id=one) for one in organs if filters.organ_id in (None, one)]
    lines = merged([on_them, *(listed(part) for part in its)], key)
    return islice((next(same) for _, same in groupby(lines, key)), filters.limit)


_SITE = select(Site.id).where(Site.code == bindparam("site"))
_HOW_MANY_SITES = select(func.count()).select_from(Site)
_NAMES = tuple(one.name for one in fields(Filters) if one.name != "wide")


def names_of(filters: Filters) -> frozenset[str]:
    """The filters that are set. For each such set a query is put together once; their values are bound when it is asked."""
    return frozenset(name for name in _NAMES if getattr(filters, name) is not None)


def values_of(filters: Filters) -> dict[str, Any]:
    values = {name: getattr(filters, name) for name in names_of(filters)}
    return values if filters.organ is None else values | {"organ": _containing(filters.organ)}


def _containing(words: str | None) -> str:
    said = words or ""
    for sign in (ESCAPE, "%", "_"):
        said = said.replace(sign, ESCAPE + sign)
    return f"%{said}%"


# That a row is of one of the sites: these lead to it; it was found by its number; the list is walked to it.
SITES_LEAD = among(Sighting.site_id, "site_ids")
SITES_OF_FOUND = among_many(Sighting.site_id + 0, "site_ids")
SITES_OF_WALKED = among(Sighting.site_id + 0, "site_ids")


def narrowed(
    query: Query, names: Collection[str], key: Any, organ_name: Any, year: Any, of_sites: ColumnElement[bool]
) -> Query:
    """By those filters that every list has. `key` is the id that the list is ordered and paged by."""
    conditions: Mapping[str, Callable[[], ColumnElement[bool]]] = {
        "site_ids": lambda: of_sites,
        "organ": lambda: organ_name.like(bindparam("organ"), escape=ESCAPE),
        "organ_id": lambda: Organ.id == bindparam("organ_id"),
        "sighting_id": lambda: Sighting.id == bindparam("sighting_id"),
        "year": lambda: year == bindparam("year"),
        "below_id": lambda: key < bindparam("below_id", type_=BigInteger),
    }
    query = query.where(*(condition() for name, condition in conditions.items() if name in names))
    if "limit" not in names:
        return query
    # Written into the statement: of a limit that it does not know PostgreSQL expects a tenth of all rows, and plans anew each time.
    return query.limit(bindparam("limit", type_=Integer, literal_execute=True))


def narrowed_by(query: Query, names: Collection[str], columns: Mapping[str, ColumnElement[Any] | Any]) -> Query:
    """By the filters on words of a row's own columns, by the names of the filters; `but_…` is what is left out."""
    for name, column in columns.items():
        if name in names:
            query = query.where(column == bindparam(name))
        if f"but_{name}" in names:
            query = query.where(column != bindparam(f"but_{name}"))
    return query


def in_order(key: Any, is_sorted: bool) -> Any:
    """The few of a site or county are found by it and then sorted: a sum is no index's order. A database would rather walk the whole list in
    its order until it has met enough of them."""
    return key + 0 if is_sorted else key


def is_local(filters: Filters) -> bool:
    few = filters.site_ids is not None and len(filters.site_ids) <= _FEW_SITES
    return few or filters.sighting_id is not None


def is_narrow(filters: Filters) -> bool:
    """Whether a page's rows are found soonest by the sites."""
    return filters.site_ids is not None and not filters.wide


def told(session: Session, query: Query, numbers: Sequence[int], line: Callable[..., Line]) -> Iterator[Line]:
    """The lines of a page whose numbers were found, by a query that takes these."""
    return (line(*row) for row in selected(session, query, {"numbers": numbers})) if numbers else iter(())


def merged(ways: Sequence[Iterator[Line]], key: Callable[[Line], Any]) -> Iterator[Line]:
    """The lines of all ways in one order, the highest key first."""
    return heapq.merge(*ways, key=key, reverse=True)
