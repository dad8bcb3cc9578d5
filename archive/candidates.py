"""A search goes in, the numbers of the current readings that it need look at come out, newest first; None when those are all there are.

Words that few reports hold are found by their tokens. Words that many hold are found soonest by looking at one report after the other, the
newest first: of a region those that are of it, or of the regions in it, each of which an index gives its newest; of a level those of its organs and those of
its sites that no organ of any region has. Of a region as large as a nation, and of no region, all reports are looked at.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sqlalchemy import Select, func, or_, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings import REMOVED
from archive.listings.filters import in_order, one_of
from archive.listings.newest import ALL_YEARS, NO_YEAR, Year, newest_of_regions, regions_between
from archive.models import Organ, Reading, Sighting, Site
from archive.territories import Territory, last_of
from archive.wishes import Search
from archive.words import asked_tokens


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many are few: reports that are found by the tokens of their words; regions in a region whose reports are found by them, as a province has, and
    organs, of which a million reports have ten times as many; how many reports are looked at first, twice as many as a page shows, at once and for one page."""

    few: int = 2000
    organs: int = 20_000
    first: int = 100
    at_once: int = 2000
    regions: int = 300
    farthest: int = 10_000


BOUNDS = Bounds()


def candidates(session: Session, wish: Search, bounds: Bounds = BOUNDS) -> tuple[Search, Iterator[int]] | None:
    """With what is left to be asked of them: an index of regions leaves nothing to be asked of the region."""
    holding = _few_holding(session, wish, bounds.few)
    if holding is None and wish.state == REMOVED:
        holding = _few_removed(session, wish, bounds.few)
    if holding is not None:
        return wish, iter(holding)
    return _of_territory(session, wish, bounds)


def _few_holding(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The readings that may hold the words, by their tokens, newest first; None when there are no words, or when they are many."""
    if not wish.words:
        return None
    wanted = sorted({token for word in wish.words for token in asked_tokens(word)})
    if session.get_bind().dialect.name == "sqlite":
        said = " AND ".join(f'"{token.rstrip("*")}"{"*" if token.endswith("*") else ""}' for token in wanted)
        query = "SELECT rowid FROM search_tokens WHERE search_tokens MATCH :said AND rowid < :below ORDER BY rowid DESC"
        values = {"said": said, "below": wish.below, "few": few}
        # FTS5 gives its rows in this order: of many only so many are read, and none is handed over.
        if session.scalar(sql(f"{query} LIMIT 1 OFFSET :few"), values) is not None:
            return None
        return session.scalars(sql(f"{query} LIMIT :few"), values).all()
    said = " & ".join(f"'{token.rstrip('*')}'{':*' if token.endswith('*') else ''}" for token in wanted)
    holding = "SELECT id FROM search_tokens WHERE tokens @@ CAST(:said AS tsquery)"
    # GIN has no order: all of it would be read before the first. How much that is, PostgreSQL knows roughly without reading. Of the old reports it would
    # rather read each one's tokens.
    plan = session.scalar(sql(f"EXPLAIN (FORMAT JSON) {holding}"), {"said": said})
    if plan[0]["Plan"]["Plan Rows"] > few * 5:
        return None
    return session.scalars(
        sql(f"{holding} AND id < :below ORDER BY id DESC"), {"said": said, "below": wish.below}
    ).all()


def _few_removed(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The readings of reports that were removed, newest first; None when they are many."""
    query = select(Reading.id).join(Sighting, Sighting.id == Reading.sighting_id)
    query = query.where(Reading.current, Sighting.gone_at.is_not(None), Reading.id + 0 < wish.below)
    found = session.scalars(query.order_by((Reading.id + 0).desc()).limit(few + 1)).all()
    return found if len(found) <= few else None


def _of_territory(session: Session, wish: Search, bounds: Bounds) -> tuple[Search, Iterator[int]] | None:
    """Those that may be of the region."""
    if wish.territory is None:
        return None
    inside = wish.territory
    if wish.level is not None:
        of_organs = _of_organs(session, wish, inside, bounds)
        return None if of_organs is None else (wish, of_organs)
    codes = regions_between(session, inside.code, last_of(inside.code), bounds.regions)
    if codes is None:
        return None
    codes += [*inside.others, *([inside.county] if inside.county else [])]
    years: tuple[Year, ...] = (ALL_YEARS,) if wish.year is None else (wish.year, NO_YEAR)
    left = wish if inside.county is not None else replace(wish, region=None, territory=None)
    return left, _of_regions(session, codes, years, wish.below, bounds)


def _of_regions(
    session: Session, codes: Sequence[str], years: Sequence[Year], below: int, bounds: Bounds
) -> Iterator[int]:
    ways = [newest_of_regions(session, codes, bounds.first, year, below) for year in years]
    return heapq.merge(*(chain.from_iterable(way) for way in ways), reverse=True)


def _of_organs(session: Session, wish: Search, inside: Territory, bounds: Bounds) -> Iterator[int] | None:
    """Those of the region's organs of a level, of which there may be few."""
    organs = select(Organ.id).where(inside.has(Organ.region_code) | inside.has_town())
    if _count(session, organs, bounds.organs) > bounds.organs:
        return None
    dialect = session.get_bind().dialect.name
    of_organs = select(Reading.id).where(one_of(Reading.organ_id, organs.where(Organ.level == wish.level), dialect))
    sites = select(Site.id).where(inside.has(Site.region_code))
    queries = [of_organs, *_unplaced(session, sites, bounds.few)]
    if wish.year is not None:
        queries = [query.where(or_(Reading.year == wish.year, Reading.year.is_(None))) for query in queries]
    return _newest(session, queries, wish.below, bounds)


def _unplaced(session: Session, sites: Select[int], few: int) -> Iterator[Select[int]]:
    """On these sites, of no organ, or of one that is of no region. Few readings are: found by that, unless they are many; then by the sites."""
    dialect = session.get_bind().dialect.name
    nowhere = select(Organ.id).where(Organ.region_code.is_(None))
    for kind in (Reading.organ_id.is_(None), one_of(Reading.organ_id, nowhere, dialect)):
        query = select(Reading.id).where(kind)
        count = _count(session, query, few)
        if count > few:
            seen = select(Sighting.id).where(one_of(Sighting.site_id, sites, dialect))
            yield query.where(one_of(Reading.sighting_id, seen, dialect))
        elif count:
            yield query.join(Sighting, Sighting.id == Reading.sighting_id).where(Sighting.site_id.in_(sites))


def _newest(session: Session, queries: Sequence[Select[int]], below: int, bounds: Bounds) -> Iterator[int]:
    """A few first; then as many as one page looks at, in one query."""
    number, length = in_order(Reading.id, True), bounds.first
    ordered = [query.where(Reading.current).order_by(number.desc()) for query in queries]
    while True:
        found = {row[0] for query in ordered for row in selected(session, query.where(number < below).limit(length))}
        numbers = sorted(found, reverse=True)[:length]
        yield from numbers
        if len(numbers) < length:
            return
        below, length = numbers[-1], bounds.farthest


def _count(session: Session, query: Select[int], most: int) -> int:
    """Up to one more than so many."""
    return session.scalar(select(func.count()).select_from(query.limit(most + 1).subquery())) or 0
