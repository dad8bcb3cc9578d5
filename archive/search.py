"""Words and filters in, reports that hold them out, newest reading first, each with the passage where the words stand.

Every word must stand in the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session, aliased

from archive.candidates import BOUNDS, Bounds, candidates
from archive.database import selected, selected_column
from archive.listings import in_state, state_column, unindexed, with_organ_and_region
from archive.listings.filters import Query
from archive.models import Capture, Organ, Reading, Region, SearchText, Sighting, Site, figures
from archive.passages import passage
from archive.several import among
from archive.statements import once
from archive.territories import territory_of
from archive.wishes import Search

_TOLD_AT_ONCE = 200
_CLOSE = 5  # a row that is read on the way costs a fifth of one that is looked up
_HIDDEN = aliased(Capture)


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


@dataclass(frozen=True, slots=True)
class _Looked:
    """The numbers of those that fulfil it, of so many that were looked at, down to the last."""

    held: list[int]
    looked_at: int
    last: int


NOTHING_ASKED = Found((), None)


def search(session: Session, wish: Search, bounds: Bounds = BOUNDS) -> Iterator[Hit]:
    """The current readings that fulfil all of it. A report that moved is found at its new address, once; what was taken down is not found."""
    found = (some.held for some in _looked_through(session, _placed(session, wish), bounds))
    return islice((hit for held in found for hit in _hits(session, wish, held)), wish.limit)


def hits_page(session: Session, wish: Search, length: int, bounds: Bounds = BOUNDS) -> Found:
    """As many results as a page has. It looks at so many reports at most: what few of them fulfil is found page by page."""
    wish = replace(_placed(session, wish), limit=length + 1)
    held, farthest = list[int](), bounds.farthest
    for some in _looked_through(session, wish, bounds):
        held += some.held
        farthest -= some.looked_at
        if len(held) > length or farthest <= 0:
            return _page(session, wish, held, length, some.last)
    return _page(session, wish, held, length, None)


def _page(session: Session, wish: Search, numbers: Sequence[int], length: int, floor: int | None) -> Found:
    hits = tuple(_hits(session, wish, numbers[:length]))
    return Found(hits, hits[-1].reading_id) if len(numbers) > length else Found(hits, floor, floor)


def _placed(session: Session, wish: Search) -> Search:
    return wish if wish.region is None else replace(wish, territory=territory_of(session, wish.region))


def _looked_through(session: Session, wish: Search, bounds: Bounds) -> Iterator[_Looked]:
    """Some at a time, by one query that is put together once: then half as many again as hold what is still wanted if as many of them fulfil it."""
    left, looked_at = candidates(session, wish, bounds)
    query = _narrowed(left)
    length, looked, held = bounds.first, 0, 0
    while numbers := list(islice(looked_at, min(length, bounds.at_once))):
        some = _with_figures(session, wish, numbers)
        found = list(selected_column(session, query, {"numbers": list(some)})) if some else []
        yield _Looked(found, len(numbers), numbers[-1])
        looked, held = looked + len(numbers), held + len(found)
        wanted = bounds.at_once if wish.limit is None else wish.limit - held
        length = max(bounds.first, looked * wanted * 3 // 2 // max(held, 1))


def _with_figures(session: Session, wish: Search, numbers: Sequence[int]) -> Sequence[int]:
    """Those whose figures are as asked: looked at first, and by themselves, since few are. Numbers that lie close together are read in one sweep."""
    if not wish.conditions:
        return numbers
    first, last = numbers[-1], numbers[0]
    close = last - first < len(numbers) * _CLOSE
    where = figures.c.reading_id.between(first, last) if close else among(figures.c.reading_id)
    query = select(figures.c.reading_id).where(where, *(condition.holds() for condition in wish.conditions))
    found = set(selected_column(session, query, {} if close else {"numbers": list(numbers)}))
    return [number for number in numbers if number in found]


def _hits(session: Session, wish: Search, numbers: Sequence[int]) -> Iterator[Hit]:
    for start in range(0, len(numbers), _TOLD_AT_ONCE):
        yield from _told(session, wish.words, numbers[start : start + _TOLD_AT_ONCE])


def _told(session: Session, words: tuple[str, ...], numbers: Sequence[int]) -> Iterator[Hit]:
    query = _told_by_number(bool(words))
    for organ, year, title, url, site, region, state, text, *ids in selected(session, query, {"numbers": numbers}):
        yield Hit(organ, year, title, url, site, region, state, passage(text, words), *ids)


@once
def _told_by_number(with_text: bool) -> Query:
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
        .where(among(Reading.id))
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


def _narrowed(wish: Search) -> Query:
    """Of so many numbers those that fulfil what is asked, but for the figures."""
    year = func.coalesce(Reading.year, Sighting.year)
    region_code = func.coalesce(Organ.region_code, Site.region_code)
    query = (
        _numbers(wish.region is not None or wish.level is not None)
        .where(among(Reading.id), *(SearchText.text.contains(word, autoescape=True) for word in wish.words))
        .order_by(Reading.id.desc())
    )
    if wish.territory is not None:
        query = query.where(wish.territory.has(region_code) | wish.territory.has_town())
    if wish.year is not None:
        query = query.where(year == wish.year)
    if wish.level is not None:
        query = query.where(Organ.level == wish.level)
    if wish.state is not None:
        query = query.where(in_state(wish.state))
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
