"""What is held, what stood in the way and what the calendar says in, the ledger out: for each organ and year exactly one state, with its evidence.

An organ is expected for every year that its region's sites show: when the gazetteer has it (townships, the government itself), when a list
names it or the portal's column has a part for it, or when it reported in another year; from the year it was set up to the year it was
merged. Blocked or unreachable is never missing. A region costs a fixed number of queries, however many organs and years it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from archive import obstacles
from archive.counties import County, KnownOrgan, county_of, expect_listed, take_sightings, take_unlooked
from archive.deadlines import Publication, bulk_days, due_on, timeliness
from archive.models import Capture, Region, Sighting, Site, SiteRun
from archive.obstacles import Obstacle
from archive.report_addresses import Entry
from archive.states import (
    BLOCKED,
    HELD,
    MISSING,
    MOVED,
    NOT_FOUND,
    NOT_READABLE,
    NOT_YET_DUE,
    OVERDUE,
    REFUSED,
    REMOVED,
    STATES,
    UNREACHABLE,
)
from archive.territories import territory_of

__all__ = [
    "HELD", "MISSING", "MOVED", "NOT_READABLE", "NOT_YET_DUE", "OVERDUE", "REMOVED", "STATES",
    "Ledger", "OrganYear", "RegionSites", "ledger", "organ_years", "regions_with_sites", "sites_by_region", "totals",
]  # fmt: skip

# Of several addresses the best counts; an address that hides its content is no proof of a removal at another one.
_BEST_FIRST = (HELD, NOT_READABLE, BLOCKED, REFUSED, UNREACHABLE, REMOVED, MOVED, NOT_FOUND)
_WORST_FIRST = (BLOCKED, REFUSED, UNREACHABLE)
_SITES_FIRST, _SITES = 20, 5000  # asked for at once
RegionSites = tuple[str | None, Sequence[int]]


@dataclass(frozen=True, slots=True)
class OrganYear:
    """`as_of` is the day of the evidence; `timely` is `in time`, `late`, `not assessable`, or empty when nothing is held."""

    region: str | None
    organ: str
    year: int
    state: str
    evidence: str
    as_of: date | None
    due_on: date
    timely: str = ""
    timely_why: str = ""
    level: str = ""
    organ_id: int | None = None
    sighting_ids: tuple[int, ...] = ()  # every address at which the report was seen, the one that decided first
    reading_id: int | None = None  # of that one
    addresses: int = 0  # at how many the report stands; where it moved from is none


@dataclass(frozen=True, slots=True)
class Ledger:
    """`nowhere` counts the reports whose organ or year is unknown: they have no row, and are not hidden."""

    rows: tuple[OrganYear, ...]
    nowhere: int


def organ_years(
    session: Session, now: datetime, timezone: str, region: str | None = None, year: int | None = None
) -> Iterator[OrganYear]:
    """The whole ledger, or that of a region and all below it, made anew: region by region, the oldest year first. Books are faster to read."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for of_region in sites_by_region(session, region).values():
        yield from (row for row in ledger(session, of_region, today, zone).rows if year in (None, row.year))


def sites_by_region(session: Session, region: str | None = None) -> dict[str | None, list[Site]]:
    """The sites that have a ledger, each with those of its region: all, or those of a region and of all below it. A township's are its county's."""
    by_region: dict[str | None, list[Site]] = {}
    for one, code in session.execute(_with_region(session, Site, region)):
        by_region.setdefault(code, []).append(one)
    return by_region


def regions_with_sites(session: Session, region: str | None = None, since: str | None = None) -> Iterator[RegionSites]:
    """Their numbers alone, of a nation in a fifth of the time, those of no region first. `since` leaves out the regions whose codes come before it.
    Asked for some at a time: whoever wants a page of the ledger needs those of few regions."""
    rows = _some_at_a_time(session, _with_region(session, Site.id, region, since))
    for code, of_region in groupby(rows, key=lambda row: row[1]):
        yield code, [number for number, _ in of_region]


def _some_at_a_time(session: Session, query: Select[Any]) -> Iterator[Any]:
    seen, most = 0, _SITES_FIRST
    while some := session.execute(query.offset(seen).limit(most)).all():
        yield from some
        if len(some) < most:
            return
        seen, most = seen + most, _SITES


def _with_region(session: Session, wanted: Any, region: str | None, since: str | None = None) -> Select[Any]:
    """In the order of the regions."""
    home = case((Region.level == "township", func.coalesce(Region.parent_code, Region.code)), else_=Site.region_code)
    query = select(wanted, home).outerjoin(Region, Region.code == Site.region_code).where(Site.removed_at.is_(None))
    if region is not None:
        query = query.where(territory_of(session, region).has(Site.region_code))
    if since is not None:
        query = query.where(home >= since)
    return query.order_by(func.coalesce(home, ""), Site.id)


def totals(rows: Iterable[OrganYear]) -> Iterator[dict[str, int]]:
    """How many organs are in each state, year by year, and how many there are in all."""
    years: dict[int, Counter[str]] = {}
    for row in rows:
        years.setdefault(row.year, Counter())[row.state] += 1
    for year, states in sorted(years.items()):
        yield {"year": year, **{state: states[state] for state in STATES}, "organs": states.total()}


def ledger(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo, *, judged: bool = True) -> Ledger:
    """The organs × years of sites of one region, by what these sites show; with or without a word on what came late."""
    county = county_of(session, sites)
    runs = obstacles.last_whole_runs(session, [site.id for site in sites])
    taken = take_sightings(session, county, runs)
    expect_listed(county, runs)
    take_unlooked(county, runs)
    county.obstacles = _obstacles(session, county, runs)
    searched = obstacles.searched_on(session, [site.id for site in sites])
    bulk = bulk_days((entry.reading.published_on if entry.reading else None, entry.year) for entry in taken)
    rows, years = [], county.years(today)
    for organ in sorted(county.distinct(), key=lambda organ: organ.name):
        for year in years:
            entries = organ.entries.get(year, [])
            if entries or (organ.expected(year) and county.expects(organ)):
                rows.append(_row(county, organ, year, today, zone, searched, bulk if judged else None))
    return Ledger(tuple(rows), county.nowhere)


def _row(
    county: County,
    organ: KnownOrgan,
    year: int,
    today: date,
    zone: ZoneInfo,
    searched: Mapping[int, Sequence[datetime]],
    bulk: frozenset[date] | None,
) -> OrganYear:
    deadline = due_on(organ.level, year, county.deadlines)
    entries = organ.entries.get(year, [])
    if len(entries) > 1:
        entries = sorted(entries, key=lambda entry: _BEST_FIRST.index(entry.state))
    if entries:
        state, evidence, at = entries[0].state, entries[0].evidence, entries[0].at
    elif today <= deadline:
        state, evidence, at = NOT_YET_DUE, f"due on {deadline}", None
    else:
        state, evidence, at = _unlisted(county, organ, deadline, zone, searched)
    timely, why = ("", "") if bulk is None else _timeliness(entries, deadline, zone, searched, bulk)
    return OrganYear(
        county.region_code,
        organ.name,
        year,
        state,
        evidence,
        at.astimezone(zone).date() if at else None,
        deadline,
        timely,
        why,
        organ.level,
        organ.id,
        tuple(entry.sighting.id for entry in entries),
        entries[0].reading.id if entries and entries[0].reading else None,
        sum(entry.state != MOVED for entry in entries),
    )


def _unlisted(
    county: County, organ: KnownOrgan, deadline: date, zone: ZoneInfo, searched: Mapping[int, Sequence[datetime]]
) -> tuple[str, str, datetime | None]:
    """What can be said of a report that is due and that no list names: overdue only where every site was searched to its end since, the organ's own pages too."""
    sites = county.sites_of(organ)
    in_the_way = [obstacle for site in sites if (obstacle := county.obstacles.get(site.id)) is not None]
    if in_the_way:  # the gravest of them: the report may lie on that site
        gravest = min(in_the_way, key=lambda obstacle: _WORST_FIRST.index(obstacle.state))
        return gravest.state, gravest.why, gravest.at
    last = [moments[-1] for site in sites if (moments := searched.get(site.id))]
    at = min(last, default=None)
    day = at.astimezone(zone).date() if at else None
    if day is not None and day <= deadline:
        return UNREACHABLE, f"due on {deadline}; its sites were not searched since, and last on {day}", at
    if any(organ.name in county.unlooked.get(site.id, ()) for site in sites):
        why = f"due on {deadline}; no list names it; its organ's own page, where a second list may stand, was not looked at yet"
        return UNREACHABLE, why, at
    return OVERDUE, f"due on {deadline}; its sites were searched to their end on {day}, and no list names it", at


def _timeliness(
    entries: Sequence[Entry],
    deadline: date,
    zone: ZoneInfo,
    searched: Mapping[int, Sequence[datetime]],
    bulk: frozenset[date],
) -> tuple[str, str]:
    """Judged by the earliest of its addresses: a copy that came later makes nothing late."""
    seen = [entry for entry in entries if entry.reading is not None]
    if not seen:
        return "", ""
    first = min(seen, key=lambda entry: entry.sighting.first_seen_at).sighting
    before = [at for at in searched.get(first.site_id, ()) if at < first.first_seen_at]
    dated = [
        (e.reading.published_rank or 99, e.reading.published_on) for e in seen if e.reading and e.reading.published_on
    ]
    rank, day = min(dated, default=(None, None))
    listed = [entry.sighting.listed_on for entry in seen if entry.sighting.listed_on]
    known = Publication(
        day,
        rank,
        min(listed, default=None),
        first.first_seen_at.astimezone(zone).date(),
        before[-1].astimezone(zone).date() if before else None,
        day in bulk,
    )
    judged = timeliness(known, deadline)
    return judged.word, judged.why


def _obstacles(session: Session, county: County, runs: Mapping[int, SiteRun]) -> dict[int, Obstacle]:
    """By site: what stood in the way of seeing all of it."""
    hidden = obstacles.hidden_pages(session, runs.values())
    found = {}
    for site in county.sites:
        run = runs.get(site.id)
        obstacle = obstacles.obstacle_of(run, hidden, _not_asked(session, run) if run is not None else ())
        if obstacle is not None:
            found[site.id] = obstacle
    return found


def _not_asked(session: Session, run: SiteRun) -> set[str]:
    """The addresses of the site's reports and files that gave no answer in this run."""
    if not any(run.facts.get("tally", {}).get(kind) for kind in ("robots", "unreachable", "hold")):
        return set()
    answered = select(Capture.url_key).where(Capture.site_run_id == run.id)
    return set(
        session.scalars(select(Sighting.url).where(Sighting.site_id == run.site_id, Sighting.url_key.not_in(answered)))
    )
