"""The sites of a region in, their book out as it was kept; where none counts, made anew.

Books are kept where the ledger is looked over at a harvest's end (ledger_flags.py), and made anew while it crawls and reads (crawler/campaign.py), by
`nianbao migrate` and by each sweep of the scheduler (upkeep.py). Whatever is written of a site leaves a mark in `touched_sites`,
by triggers, in the transaction that writes it, whoever that is. A kept book does not count when one of its sites has a mark, when it is of other
days, or when other code made it. So what is read is right at any moment, and fast at nearly all.
"""

from __future__ import annotations

import hashlib
import inspect
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Engine, Select, bindparam, delete, insert, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from archive import (
    books,
    counties,
    coverage,
    deadlines,
    measures,
    obstacles,
    organs,
    regions,
    report_addresses,
    states,
    successions,
    sums,
)
from archive.books import Book
from archive.coverage import OrganYear, RegionSites
from archive.database import reading, selected_column, writing
from archive.models import BookRow, Site, TouchedSite
from archive.statements import once
from archive.territories import town_of
from reports import organs as names_of_organs

# The code that says what is in a book.
_MAKERS = (
    books, counties, coverage, deadlines, measures, obstacles, organs, regions, report_addresses, states, successions, sums, names_of_organs,
)  # fmt: skip
T = TypeVar("T")
_EVERY_SITE = 0
_REGIONS = 20  # made anew at once
_LOOKED_OVER_FIRST, _LOOKED_OVER = 5, 50  # regions whose books are asked at once for the years that are in them
_LOCK = 0x626F6F6B  # "book": the advisory lock of who keeps books, on PostgreSQL


def book_of(session: Session, site_ids: Sequence[int], today: date, zone: ZoneInfo) -> Book:
    """Of sites of one region: all of them, or one."""
    kept = _kept(session, site_ids, today, zone)
    if kept is None:
        sites = session.scalars(select(Site).where(Site.id.in_(site_ids)).order_by(Site.id)).all()
        kept = books.made(session, sites, today, zone)
    return Book(kept)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the ledger ended: in this region, after so many of its rows."""

    region: str | None
    rows: int


def organ_years(
    session: Session,
    now: datetime,
    timezone: str,
    region: str | None = None,
    year: int | None = None,
    after: Place | None = None,
) -> Iterator[OrganYear]:
    """The same as coverage.organ_years, from books, by the regions' codes, from a place on; of a township its rows in its county's: its report may
    lie on the county's site. A book of which no row is wanted is not opened."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    town = town_of(session, region)
    since = None if after is None else after.region
    known = coverage.regions_with_sites(session, region if town is None else town.county, since)
    for code, sites in _with_rows(session, known, today, zone, year):
        rows = book_of(session, sites, today, zone).rows(year)
        rows = rows if town is None else (row for row in rows if row.organ in town.names)
        seen = after.rows if after is not None and after.region == code else 0
        yield from islice(rows, seen, None)


def _with_rows(
    session: Session, known: Iterator[RegionSites], today: date, zone: ZoneInfo, year: int | None
) -> Iterator[RegionSites]:
    """Those that have rows of the year, as far as books that count say so."""
    if year is None:
        yield from known
        return
    most = _LOOKED_OVER_FIRST
    while some := list(islice(known, most)):
        kept = _what_counts(session, BookRow.years, today, zone, [_name_of(sites) for _, sites in some])
        yield from (one for one in some if (years := kept.get(_name_of(one[1]))) is None or str(year) in years)
        most = _LOOKED_OVER


def overdue(session: Session, now: datetime, timezone: str) -> dict[str, int]:
    """How many reports are overdue in each region that has sites."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    kept = _what_counts(session, BookRow.overdue, today, zone)
    found: dict[str, int] = {}
    for code, sites in coverage.regions_with_sites(session):
        if code is not None:
            known = kept.get(_name_of(sites))
            found[code] = _overdue(book_of(session, sites, today, zone)) if known is None else known
    return found


def _what_counts(
    session: Session, column: InstrumentedAttribute[T], today: date, zone: ZoneInfo, names: Sequence[str] | None = None
) -> dict[str, T]:
    """A column of the books that count, of all or of some, by the sites of each."""
    touched = {str(number) for number in session.scalars(select(TouchedSite.site_id).distinct())}
    if str(_EVERY_SITE) in touched:
        return {}
    query = select(BookRow.sites, column).where(*_counting())
    kept = session.execute(query if names is None else query.where(BookRow.sites.in_(names)), _asked(today, zone))
    return {name: value for name, value in kept if touched.isdisjoint(name.split(","))}


def keep(session: Session, now: datetime, timezone: str, region: str | None = None) -> int:
    """Make anew what counts no more: the books of a region and of all below it, or of all. Gives of how many regions."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    alone(session)
    _mark_each_site(session)
    found = coverage.sites_by_region(session, region)
    stale = [
        sites
        for sites in found.values()
        if any(_kept(session, _ids(some), today, zone) is None for some in _parts(sites))
    ]
    for sites in stale:
        _keep(session, sites, today, zone)
    return len(stale)


def renew(
    engine: Engine, now: datetime, timezone: str, told: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Make anew what counts no more of all regions, some at a time, so that who writes need not wait long: after another version of the code was
    installed, that is all. `told` hears how far it is. Gives of how many regions."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    with reading(engine) as session:
        kept = _what_counts(session, BookRow.overdue, today, zone)
        found = coverage.sites_by_region(session)
        stale = [
            code for code, sites in found.items() if any(_name_of(_ids(some)) not in kept for some in _parts(sites))
        ]
    for start in range(0, len(stale), _REGIONS):
        some = stale[start : start + _REGIONS]
        with writing(engine) as session:
            alone(session)
            _mark_each_site(session)
            found = coverage.sites_by_region(session)
            for code in some:
                if code in found:
                    _keep(session, found[code], today, zone)
        told(min(start + _REGIONS, len(stale)), len(stale))
    return len(stale)


def alone(session: Session) -> None:
    """Of two who keep at once the later must not be overwritten by the earlier."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _keep(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo) -> None:
    """The marks are taken away that were there before the first look: what is written meanwhile leaves another."""
    ids = _ids(sites)
    marks = [tuple(mark) for mark in session.execute(select(*_MARK).where(TouchedSite.site_id.in_(ids)))]
    code = regions.reporting_region(session, sites[0].region_code)
    old = BookRow.region_code.is_(None) if code is None else BookRow.region_code == code
    parts = _parts(sites)
    session.execute(delete(BookRow).where(old | BookRow.sites.in_([_name_of(_ids(some)) for some in parts])))
    for some in parts:
        content = books.made(session, some, today, zone)
        book = Book(content)
        row = {
            "sites": _name_of(_ids(some)),
            "region_code": code,
            "timezone": zone.key,
            "made_by": maker(),
            "from_day": today,
            "until_day": book.until,
            "overdue": _overdue(book),
            "years": Counter(str(row.year) for row in book.rows()),
            "content": zlib.compress(content.encode()),
        }
        session.execute(insert(BookRow), [row])
    session.execute(delete(TouchedSite).where(tuple_(*_MARK).in_(marks)))


_MARK = (TouchedSite.site_id, TouchedSite.by_transaction)


def _mark_each_site(session: Session) -> None:
    """Put marks of the single sites in the place of a mark of all of them."""
    wide = session.scalars(select(TouchedSite.by_transaction).where(TouchedSite.site_id == _EVERY_SITE)).all()
    if not wide:
        return
    there = set(session.scalars(select(TouchedSite.site_id).where(TouchedSite.by_transaction == wide[0])))
    new = [number for number in session.scalars(select(Site.id)) if number not in there]
    if new:
        session.execute(insert(TouchedSite), [{"site_id": number, "by_transaction": wide[0]} for number in new])
    session.execute(delete(TouchedSite).where(TouchedSite.site_id == _EVERY_SITE, TouchedSite.by_transaction.in_(wide)))


def _parts(sites: Sequence[Site]) -> list[Sequence[Site]]:
    """What has a book: a region's sites together and, as their own pages show them, each alone."""
    return [sites, *([site] for site in sites)] if len(sites) > 1 else [sites]


def _ids(sites: Sequence[Site]) -> list[int]:
    return [site.id for site in sites]


def _name_of(site_ids: Sequence[int]) -> str:
    return ",".join(str(number) for number in sorted(site_ids))


def _overdue(book: Book) -> int:
    return book.tally.get(coverage.OVERDUE, 0)


def _kept(session: Session, site_ids: Sequence[int], today: date, zone: ZoneInfo) -> str | None:
    touched = [_EVERY_SITE, *site_ids]
    asked = {**_asked(today, zone), "name": _name_of(site_ids), "touched": touched}
    found = selected_column(session, _content(), asked)
    return zlib.decompress(found[0]).decode() if found else None


@once
def _content() -> Select[bytes]:
    touched = select(TouchedSite.site_id).where(TouchedSite.site_id.in_(bindparam("touched", expanding=True)))
    return select(BookRow.content).where(BookRow.sites == bindparam("name"), *_counting(), ~touched.exists())


def _counting() -> tuple[Any, ...]:
    """That a book is of today and made by this code."""
    day = bindparam("today", type_=Date)
    return (
        BookRow.timezone == bindparam("zone"),
        BookRow.made_by == bindparam("maker"),
        BookRow.from_day <= day,
        BookRow.until_day >= day,
    )


def _asked(today: date, zone: ZoneInfo) -> dict[str, Any]:
    return {"today": today, "zone": zone.key, "maker": maker()}


@cache
def maker() -> str:
    """Another word when the code has changed: no number must be raised by hand for that."""
    source = "".join(inspect.getsource(module) for module in _MAKERS)
    return hashlib.sha256(source.encode()).hexdigest()
