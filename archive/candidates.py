"""A search goes in, the numbers of the readings that it need look at come out, newest first.

Words that few reports hold are found by their tokens. Words that many hold are found soonest by looking at one report after the other, the
newest first: where few organs are of the level that is asked for, their reports; of a region those that are of it, or of the regions in it, each of
which an index gives its newest. Of a region as large as a nation, and of no region, all reports are looked at, or all of a year.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sqlalchemy import ColumnElement, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from archive.database import selected_column
from archive.listings import REMOVED, unindexed
from archive.listings.newest import (
    ALL_YEARS,
    NO_YEAR,
    READINGS,
    Year,
    current_among,
    newest_of_all,
    newest_of_organs,
    newest_of_regions,
    regions_between,
    sliced,
)
from archive.models import CurrentReading, Organ, Reading, Sighting
from archive.territories import Territory, last_of
from archive.wishes import Search
from archive.words import asked_tokens


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many are few: reports that are found by the tokens of their words; regions in a region whose reports are found by them, as a province
    has; organs of a level. How many reports are looked at: first, twice as many as a page shows, at once, and for one page."""

    few: int = 2000
    first: int = 100
    at_once: int = 5000
    regions: int = 300
    organs: int = 5000
    farthest: int = 10_000


BOUNDS = Bounds()


def candidates(session: Session, wish: Search, bounds: Bounds = BOUNDS) -> tuple[Search, Iterator[int]]:
    """With what is left to be asked of them: an index of regions leaves nothing to be asked of the region."""
    holding = _few_holding(session, wish, bounds.few)
    if holding is None and wish.state == REMOVED:
        holding = _few_removed(session, wish, bounds.few)
    if holding is not None:
        return wish, (number for some in sliced(holding, bounds.first) for number in _of_place(session, wish, some))
    organs = _few_of_level(session, wish, bounds.organs)
    if organs is not None:
        return wish, _in_order([newest_of_organs(session, READINGS, organs, bounds.first, wish.year, wish.below)])
    codes = _regions(session, wish.territory, bounds.regions)
    years: tuple[Year, ...] = (ALL_YEARS,) if wish.year is None else (wish.year, NO_YEAR)
    if wish.territory is None or codes is None:
        return wish, _in_order(newest_of_all(session, bounds.first, year, wish.below) for year in years)
    left = wish if wish.territory.county is not None else replace(wish, region=None, territory=None)
    return left, _in_order(newest_of_regions(session, codes, bounds.first, year, wish.below) for year in years)


def _few_holding(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The readings that may hold the words, by their tokens, newest first; None when there are no words, or when they are many."""
    if not wish.words:
        return None
    wanted = sorted({token for word in wish.words for token in asked_tokens(word)})
    if session.get_bind().dialect.name == "sqlite":
        said = " AND ".join(f'"{token.rstrip("*")}"{"*" if token.endswith("*") else ""}' for token in wanted)
        values = {"said": said, "below": wish.below, "few": few}
        # FTS5 gives its rows in this order: of many only so many are read, and none is handed over.
        return None if selected_column(session, _MANY_MATCH, values) else selected_column(session, _MATCHING, values)
    said = " & ".join(f"'{token.rstrip('*')}'{':*' if token.endswith('*') else ''}" for token in wanted)
    # GIN has no order: all of it would be read before the first. How much that is, PostgreSQL knows roughly without reading. Of the old reports it would
    # rather read each one's tokens.
    plan = selected_column(session, _HOLDING_PLANNED, {"said": said})[0]
    if plan[0]["Plan"]["Plan Rows"] > few * 5:
        return None
    return selected_column(session, _HOLDING, {"said": said, "below": wish.below})


_MATCH = "SELECT rowid FROM search_tokens WHERE search_tokens MATCH :said AND rowid < :below ORDER BY rowid DESC"
_MATCHING, _MANY_MATCH = sql(f"{_MATCH} LIMIT :few"), sql(f"{_MATCH} LIMIT 1 OFFSET :few")
_HOLD = "SELECT id FROM search_tokens WHERE tokens @@ CAST(:said AS tsquery)"
_HOLDING, _HOLDING_PLANNED = sql(f"{_HOLD} AND id < :below ORDER BY id DESC"), sql(f"EXPLAIN (FORMAT JSON) {_HOLD}")


def _few_removed(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The readings of reports that were removed, newest first; None when they are many."""
    query = select(Reading.id).join(Sighting, Sighting.id == Reading.sighting_id)
    query = query.where(Reading.current, Sighting.gone_at.is_not(None), Reading.id + 0 < wish.below)
    found = selected_column(session, query.order_by((Reading.id + 0).desc()).limit(few + 1))
    return found if len(found) <= few else None


def _of_place(session: Session, wish: Search, numbers: Sequence[int]) -> Sequence[int]:
    """Those that may be of the region and the year."""
    there = list[ColumnElement[bool]]()
    if wish.territory is not None:
        there.append(wish.territory.may_have(unindexed(CurrentReading.region)))
    if wish.year is not None:
        year = unindexed(CurrentReading.year)
        there.append((year == wish.year) | year.is_(None))
    if not there:
        return numbers
    kept = current_among(session, numbers, there)
    return [number for number in numbers if number in kept]


def _few_of_level(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The organs of the level, as governments are; None when no level is asked for, or when they are many. Those of no region may be anywhere."""
    if wish.level is None:
        return None
    query = select(Organ.id).where(Organ.level == wish.level)
    if (inside := wish.territory) is not None:
        query = query.where(inside.has(Organ.region_code) | inside.has_town() | Organ.region_code.is_(None))
    found = selected_column(session, query.limit(few + 1))
    return found if len(found) <= few else None


def _regions(session: Session, inside: Territory | None, most: int) -> Sequence[str] | None:
    """Those that reports of it may be of; None when they are many."""
    if inside is None or (codes := regions_between(session, inside.code, last_of(inside.code), most)) is None:
        return None
    return [*codes, *inside.others, *([inside.county] if inside.county else [])]


def _in_order(ways: Iterable[Iterator[Sequence[int]]]) -> Iterator[int]:
    return heapq.merge(*(chain.from_iterable(way) for way in ways), reverse=True)
