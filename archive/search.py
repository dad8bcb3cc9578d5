"""Words and filters in, reports that hold them out, newest reading first, each with the passage where the words stand.

Every word must stand in the report.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, aliased

from archive.database import selected
from archive.listings import in_state, of_year, state_column, unindexed, with_organ_and_region
from archive.listings.filters import Query, among
from archive.models import Capture, Organ, Reading, Region, SearchText, Sighting, Site, figures
from archive.passages import passage
from archive.statements import once
from archive.territories import Territory, territory_of
from archive.wishes import Search
from archive.words import asked_tokens

FEW = 2000  # reports that are found by the tokens of their words
INSIDE = 20_000  # reports of a region that are looked at by their numbers: a prefecture's
_MOST_ORGANS = 5_000  # that it has
FARTHEST = 10_000  # reports looked at for one page
_LARGEST = 2**63 - 1
_HIDDEN = aliased(Capture)
_Way: TypeAlias = tuple[
    ColumnElement[Any], ...
]  # a condition that an index finds, and what that index has before the reading's number


@dataclass(frozen=True, slots=True)
class Hit:
    """`passage` is folded text around the first of the words (archive.words.folded): the report's page has it as printed."""

    organ: str | None
    year: int | None
    title: str | None
    url: str
    site: str
    region: str | None
    state: str
    passage: str
    organ_id: int | None
    sighting_id: int
    reading_id: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results. `following` is where it goes on; `looked_to` is set when the page ends there because that was far enough to look."""

    hits: tuple[Hit, ...]
    following: int | None
    looked_to: int | None = None


NOTHING_ASKED = Found((), None)


def search(session: Session, wish: Search, few: int = FEW, inside: int = INSIDE) -> Iterator[Hit]:
    """The current readings that fulfil all of it. A report that moved is found at its new address, once; what was taken down is not found."""
    wish = _placed(session, wish)
    return islice(_found(session, wish, _few(session, wish, few, inside)), wish.limit)


def hits_page(session: Session, wish: Search, length: int, farthest: int = FARTHEST) -> Found:
    """As many results as a page has. It looks at so many reports at most: what few of them fulfil is found page by page."""
    wish = replace(_placed(session, wish), limit=length + 1)
    few = _few(session, wish, FEW, INSIDE)
    floor = _floor(session, wish, farthest) if few is None else None
    hits = tuple(islice(_found(session, wish, few, floor), length + 1))
    if len(hits) > length:
        return Found(hits[:length], hits[length - 1].reading_id)
    return Found(hits, floor, floor)


def _placed(session: Session, wish: Search) -> Search:
    return wish if wish.region is None else replace(wish, territory=territory_of(session, wish.region))


def _found(session: Session, wish: Search, few: Sequence[int] | None, floor: int | None = None) -> Iterator[Hit]:
    if few is None:
        left, ways = _ways(wish)
        yield from _hits(session, left, ways, floor)
        return
    for start in range(0, len(few), _AT_ONCE):
        yield from _hits(session, wish, [(Reading.id.in_(few[start : start + _AT_ONCE]),)])


# ── how reports are found ────────────────────────────────────────────────────────────────────────────────────────────────────────────
#
# Words that few reports hold are found by their tokens. Words that many hold are found soonest by looking at one report after the other,
# the newest first, of a county or prefecture or of the year that is asked for: then a database would read far more from an index than a page
# shows. A province has so many that all reports are looked at for those of it.

_AT_ONCE = 200


def _few(session: Session, wish: Search, few: int, inside: int) -> Sequence[int] | None:
    """The readings that it may be, newest first; None when they are many."""
    holding = _few_holding(session, wish, few)
    return _few_inside(session, wish, inside) if holding is None else holding


def _few_holding(session: Session, wish: Search, few: int) -> Sequence[int] | None:
    """The readings that may hold the words, by their tokens, newest first; None when there are no words, or when they are many."""
    if not wish.words:
        return None
    wanted = sorted({token for word in wish.words for token in asked_tokens(word)})
    below = _LARGEST if wish.below_id is None else wish.below_id
    if session.get_bind().dialect.name == "sqlite":
        said = " AND ".join(f'"{token.rstrip("*")}"{"*" if token.endswith("*") else ""}' for token in wanted)
        query = "SELECT rowid FROM search_tokens WHERE search_tokens MATCH :said AND rowid < :below ORDER BY rowid DESC LIMIT :most"
        # FTS5 gives its rows in this order: reading ends with the limit.
        found = session.scalars(sql(query), {"said": said, "below": below, "most": few + 1}).all()
        return found if len(found) <= few else None
    said = " & ".join(f"'{token.rstrip('*')}'{':*' if token.endswith('*') else ''}" for token in wanted)
    holding = "FROM search_tokens WHERE tokens @@ CAST(:said AS tsquery) AND id < :below"
    # GIN has no order: all of it would be read before the first. How much that is, PostgreSQL knows roughly without reading.
    plan = session.scalar(sql(f"EXPLAIN (FORMAT JSON) SELECT id {holding}"), {"said": said, "below": below})
    if plan[0]["Plan"]["Plan Rows"] > few * 5:
        return None
    return session.scalars(sql(f"SELECT id {holding} ORDER BY id DESC"), {"said": said, "below": below}).all()


def _few_inside(session: Session, wish: Search, few: int) -> list[int] | None:
    """The current readings that may be of the region, newest first: looked at one after the other, a page is full before all are read."""
    if wish.territory is None:
        return None
    organs, sites = _inside(wish.territory)
    known = session.scalars(organs.limit(_MOST_ORGANS + 1)).all()
    if len(known) > _MOST_ORGANS:
        return None
    of_organs = select(Reading.id).where(among(Reading.organ_id, session.get_bind().dialect.name), Reading.current)
    found = set(session.scalars(of_organs, {"numbers": known}))
    of_sites = select(Reading.id).join(Sighting, Sighting.id == Reading.sighting_id)
    of_sites = of_sites.where(Sighting.site_id.in_(sites), Reading.current).limit(few + 1)
    nowhere = select(Organ.id).where(Organ.region_code.is_(None))
    for unplaced in (
        Reading.organ_id.is_(None),
        Reading.organ_id.in_(nowhere),
    ):  # said with OR, all readings are looked at
        found.update(session.scalars(of_sites.where(unplaced)))
    below = _LARGEST if wish.below_id is None else wish.below_id
    return sorted((number for number in found if number < below), reverse=True) if len(found) <= few else None


def _inside(territory: Territory) -> tuple[Select[int], Select[int]]:
    """Its organs and its sites."""
    organs = select(Organ.id).where(territory.has(Organ.region_code) | territory.has_town())
    return organs, select(Site.id).where(territory.has(Site.region_code))


def _ways(wish: Search) -> tuple[Search, list[_Way]]:
    """Conditions that an index finds, each report by one of them, and what they leave to be asked for: PostgreSQL expects too few rows of a
    condition that is said twice. By the organs of a region that has many reports all of them would be read before the first is told."""
    if wish.year is not None:
        listed = Reading.year.is_(None) & (Sighting.year == wish.year)
        return replace(wish, year=None), [(of_year(wish.year), Reading.year.desc()), (listed,)]
    return wish, [(true(),)]


def _floor(session: Session, wish: Search, farthest: int) -> int | None:
    """The reading below which this page does not look; None when there are not so many."""
    if wish.year is None:
        newest = wish.below_id or (session.scalar(select(func.max(Reading.id))) or 0) + 1
        return newest - farthest if newest > farthest + 1 else None
    query = select(Reading.id).where(Reading.year == wish.year).order_by(Reading.id.desc()).offset(farthest).limit(1)
    return session.scalar(query if wish.below_id is None else query.where(Reading.id < wish.below_id))


def _hits(session: Session, wish: Search, ways: Sequence[_Way], floor: int | None = None) -> Iterator[Hit]:
    if floor is None:
        found = [_narrowed(wish, *way) for way in ways]
    else:
        # Of so many reports the figures are looked at first, and by themselves: few fulfil what is asked of them.
        holding = [_holding(wish, floor)] if wish.conditions else []
        wish = replace(wish, conditions=())
        found = [_narrowed(wish, *way).where(Reading.id >= floor, *holding) for way in ways]
    numbers = list(islice(heapq.merge(*(session.scalars(query).all() for query in found), reverse=True), wish.limit))
    for start in range(0, len(numbers), _AT_ONCE):
        yield from _told(session, wish.words, numbers[start : start + _AT_ONCE])


def _told(session: Session, words: tuple[str, ...], numbers: Sequence[int]) -> Iterator[Hit]:
    query = _told_by_number(bool(words), session.get_bind().dialect.name)
    for organ, year, title, url, site, region, state, text, *ids in selected(session, query, {"numbers": numbers}):
        yield Hit(organ, year, title, url, site, region, state, passage(text, words), *ids)


@once
def _told_by_number(with_text: bool, dialect: str) -> Query:
    """What a hit is made of, for those of one page alone."""
    query: Query = (
        select(
            func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name),
            func.coalesce(Reading.year, Sighting.year),
            func.coalesce(func.nullif(Reading.title, ""), Sighting.title),
            Sighting.url,
            Site.code,
            Region.name,
            state_column(),
            SearchText.text if with_text else sql("''"),
            Reading.organ_id,
            Sighting.id,
            Reading.id,
        )
        .join_from(Reading, SearchText, SearchText.reading_id == Reading.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(Site, Site.id == Sighting.site_id)
        .where(among(Reading.id, dialect))
        .order_by(Reading.id.desc())
    )
    return with_organ_and_region(query)


@once
def _numbers(with_organs: bool) -> Query:
    """The numbers of what may be found. The same for every look: to put it together costs as much as the database's work."""
    query: Query = (
        select(Reading.id)
        .join_from(Reading, SearchText, SearchText.reading_id == Reading.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(unindexed(Sighting.moved_to_id).is_(None), ~taken_down())
    )
    if not with_organs:
        return query
    return query.join(Site, Site.id == unindexed(Sighting.site_id)).outerjoin(Organ, Organ.id == Reading.organ_id)


def _holding(wish: Search, floor: int) -> ColumnElement[bool]:
    below = figures.c.reading_id < (_LARGEST if wish.below_id is None else wish.below_id)
    conditions = (condition.holds() for condition in wish.conditions)
    return Reading.id.in_(select(figures.c.reading_id).where(figures.c.reading_id >= floor, below, *conditions))


def _narrowed(wish: Search, way: ColumnElement[bool], *first: ColumnElement[Any]) -> Query:
    year = func.coalesce(Reading.year, Sighting.year)
    region_code = func.coalesce(Organ.region_code, Site.region_code)
    query = (
        _numbers(wish.region is not None or wish.level is not None)
        .where(way, *(SearchText.text.contains(word, autoescape=True) for word in wish.words))
        .order_by(*first, Reading.id.desc())
    )
    if wish.territory is not None:
        query = query.where(wish.territory.has(region_code) | wish.territory.has_town())
    if wish.year is not None:
        query = query.where(year == wish.year)
    if wish.level is not None:
        query = query.where(Organ.level == wish.level)
    if wish.state is not None:
        query = query.where(in_state(wish.state))
    if wish.conditions:
        query = query.join(figures, figures.c.reading_id == Reading.id)
        query = query.where(*(condition.holds() for condition in wish.conditions))
    if wish.below_id is not None:
        query = query.where(Reading.id < wish.below_id)
    return query if wish.limit is None else query.limit(wish.limit)


@once
def taken_down() -> ColumnElement[bool]:
    """The condition, for a query over `Reading`, that a capture it was read from is not to be shown."""
    return (
        select(_HIDDEN.id)
        .where(_HIDDEN.id.in_((Reading.capture_id, Reading.page_capture_id)), _HIDDEN.takedown_number.is_not(None))
        .correlate(Reading)
        .exists()
    )
