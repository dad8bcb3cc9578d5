"""The database in, the due table out: when each site is to be harvested next, and why then. No timer knows it, so that none can forget it.

A site has slots: nights on which it is to be asked, every night around the deadlines, once a week to June, once a month after; each site has
its own minute and its own day of the week and month, so that not all hosts are asked at once. A finished run serves every slot before it: a
machine that slept three months catches up once. A failed run is tried again after 2, 4, 8 … hours. Once a year everything is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import Harvest, Order, Site, SiteRun
from archive.obstacles import WHOLE_KINDS

WRONG_CLOCK = timedelta(minutes=10)  # a run that began later than this from now was written under a wrong clock
FULL_MONTH, FULL_DAYS = 7, 28  # the yearly look at everything: each site on its own day of the quiet season
FIRST_RETRY = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Season:
    """Days of the year, both included, and how often a site is asked in them."""

    first: tuple[int, int]
    last: tuple[int, int]
    every: timedelta


# Departments and townships report by 31 January, governments by 31 March: the weeks around both are watched daily.
SEASONS = (
    Season((1, 1), (2, 15), timedelta(days=1)),
    Season((3, 15), (4, 15), timedelta(days=1)),
    Season((2, 16), (3, 14), timedelta(days=7)),
    Season((4, 16), (6, 30), timedelta(days=7)),
    Season((7, 1), (12, 31), timedelta(days=30)),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A site and the moment from which its next run is due. `why`: ordered, first, season, full, retry."""

    site_id: int
    code: str
    due_at: datetime
    kind: str
    why: str
    failures: int = 0  # runs that failed since the last good one

    @property
    def ordered(self) -> bool:
        return self.why == "ordered"


@dataclass(frozen=True, slots=True)
class _Past:
    """What a site's runs say: when the last good one began, when the last that asked for everything, and what failed since."""

    good: datetime | None = None
    full: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None


def interval(day: date) -> timedelta:
    """How often a site is asked in this part of the year."""
    return next(season.every for season in SEASONS if season.first <= (day.month, day.day) <= season.last)


def next_due(code: str, last_start: datetime | None, added_at: datetime, zone: ZoneInfo) -> datetime:
    """When a site is due by its season: at once if it was never harvested, else at its first slot after its last good run began."""
    return added_at if last_start is None else next_slot(code, last_start, zone)


def next_slot(code: str, after: datetime, zone: ZoneInfo) -> datetime:
    day = after.astimezone(zone).date()
    while True:
        every = interval(day).days
        if day.toordinal() % every == _phase(code) % every:
            slot = _moment(code, day, zone)
            if slot > after:
                return slot
        day += timedelta(days=1)


def next_full(code: str, last_full: datetime, zone: ZoneInfo) -> datetime:
    """The first yearly look at everything after a moment."""
    year = last_full.astimezone(zone).year
    slots = [_moment(code, date(y, FULL_MONTH, 1 + _phase(code) % FULL_DAYS), zone) for y in (year, year + 1)]
    return slots[0] if slots[0] > last_full else slots[1]


def retry_at(failures: int, failed_at: datetime, zone: ZoneInfo) -> datetime:
    """A site that fails is left alone longer each time, up to a day or its season's interval."""
    longest = max(timedelta(days=1), interval(failed_at.astimezone(zone).date()))
    doubled: int = 2 ** min(failures - 1, 12)
    return failed_at + min(longest, FIRST_RETRY * doubled)


def calendar(session: Session, zone: ZoneInfo, now: datetime) -> list[Due]:
    """Every site that takes part, with the moment when it is due next, soonest first."""
    past = _past(session, now)
    ordered = dict(
        session.execute(
            select(Order.site_id, func.min(Order.ordered_at)).where(Order.taken_at.is_(None)).group_by(Order.site_id)
        ).all()
    )
    sites = session.scalars(select(Site).where(Site.removed_at.is_(None), Site.paused.is_(False)))
    due = [_due(site, past.get(site.id, _Past()), ordered.get(site.id), zone, now) for site in sites]
    return sorted(due, key=lambda entry: (entry.due_at, entry.code))


def newest_order(session: Session) -> int | None:
    """The newest order of a person that waits for a sweep, of a site that takes part."""
    waiting = select(func.max(Order.id)).join(Site, Site.id == Order.site_id).where(Order.taken_at.is_(None))
    return session.scalar(waiting.where(Site.removed_at.is_(None), Site.paused.is_(False)))


def _due(site: Site, past: _Past, ordered_at: datetime | None, zone: ZoneInfo, now: datetime) -> Due:
    if ordered_at is not None:
        return Due(site.id, site.code, ordered_at, "recrawl", "ordered", past.failures)
    at, kind, why = next_due(site.code, past.good, site.added_at, zone), "harvest", "season" if past.good else "first"
    full = next_full(site.code, past.full or site.added_at, zone)
    if full <= max(at, now):  # whatever else is due, one run that asks everything serves both
        at, kind, why = min(at, full), "recrawl", "full"
    if past.failures and past.failed_at is not None:
        again = retry_at(past.failures, past.failed_at, zone)
        if again > at:
            at, why = again, "retry"
    return Due(site.id, site.code, at, kind, why, past.failures)


def _past(session: Session, now: datetime) -> dict[int, _Past]:
    """By site. A run that used up its budget counts as good: asking again at once would use it up again."""
    runs = (
        select(SiteRun.id, SiteRun.site_id, SiteRun.state, SiteRun.started_at, SiteRun.ended_at, Harvest.kind)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Harvest.kind.in_(WHOLE_KINDS), SiteRun.started_at <= now + WRONG_CLOCK)
        .subquery()
    )
    good = runs.c.state.in_(("done", "stopped"))
    # The newest by number, not by its clock: a run that was written years ahead under a wrong clock serves no slot of that year. What ran
    # under a clock that was slow is run once more: rather twice than not.
    newest = select(func.max(runs.c.id).label("id"), runs.c.site_id).where(good).group_by(runs.c.site_id).subquery()
    full = select(func.max(runs.c.id)).where(good, runs.c.kind == "recrawl").group_by(runs.c.site_id)
    failed = (
        select(runs.c.site_id, func.count(), func.max(runs.c.ended_at))
        .outerjoin(newest, newest.c.site_id == runs.c.site_id)
        .where(runs.c.state == "failed", runs.c.id > func.coalesce(newest.c.id, 0))
        .group_by(runs.c.site_id)
    )
    started = select(SiteRun.site_id, SiteRun.started_at)
    good_at = dict(session.execute(started.where(SiteRun.id.in_(select(newest.c.id)))).all())
    full_at = dict(session.execute(started.where(SiteRun.id.in_(full))).all())
    failures = {site_id: (count, at) for site_id, count, at in session.execute(failed)}
    return {
        site_id: _Past(good_at.get(site_id), full_at.get(site_id), *failures.get(site_id, (0, None)))
        for site_id in good_at.keys() | failures.keys()
    }


def _moment(code: str, day: date, zone: ZoneInfo) -> datetime:
    """A site's own minute between 0:00 and 6:00, so that not all hosts are asked at once, and at night."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=_phase(code) % 360)


def _phase(code: str) -> int:
    return int.from_bytes(sha256(code.encode("utf-8")).digest()[:4], "big")
