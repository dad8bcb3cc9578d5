"""The database in, the due table out: when each site is to be harvested next, and why then. No timer knows it, so that none can forget it.

A site has slots: nights on which it is to be asked, every night around the deadlines, once a week to June, once a month after; each site has
its own minute and its own day of the week and month, so that not all hosts are asked at once. A finished run serves every slot before it: a
machine that slept three months catches up once. A failed run is tried again after 2, 4, 8 … hours. Once a year everything is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

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
class _Asked:
    """A site that takes part and what its runs say: when the last good one began, when the last that asked for everything, what failed since."""

    site_id: int
    code: str
    added_at: datetime
    good: datetime | None
    full: datetime | None
    failures: int
    failed_at: datetime | None
    ordered_at: datetime | None


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
    rows = session.execute(_ASKED, {"until": now + WRONG_CLOCK})
    return sorted((_due(_Asked(*row), zone, now) for row in rows), key=lambda entry: (entry.due_at, entry.code))


def newest_order(session: Session) -> int | None:
    """The newest order of a person that waits for a sweep, of a site that takes part."""
    waiting = select(func.max(Order.id)).join(Site, Site.id == Order.site_id).where(Order.taken_at.is_(None))
    return session.scalar(waiting.where(Site.removed_at.is_(None), Site.paused.is_(False)))


def _due(site: _Asked, zone: ZoneInfo, now: datetime) -> Due:
    if site.ordered_at is not None:
        return Due(site.site_id, site.code, site.ordered_at, "recrawl", "ordered", site.failures)
    at, kind, why = next_due(site.code, site.good, site.added_at, zone), "harvest", "season" if site.good else "first"
    full = next_full(site.code, site.full or site.added_at, zone)
    if full <= max(at, now):  # whatever else is due, one run that asks everything serves both
        at, kind, why = min(at, full), "recrawl", "full"
    if site.failures and site.failed_at is not None:
        again = retry_at(site.failures, site.failed_at, zone)
        if again > at:
            at, why = again, "retry"
    return Due(site.site_id, site.code, at, kind, why, site.failures)


def _asked() -> Select[*tuple[Any, ...]]:
    """The columns of _Asked. A run that used up its budget counts as good: asking again at once would use it up again."""
    whole = (
        select(SiteRun.id, SiteRun.site_id, SiteRun.state, SiteRun.ended_at, Harvest.kind)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Harvest.kind.in_(WHOLE_KINDS), SiteRun.started_at <= bindparam("until"))
        .cte("whole")
    )
    # The newest by number, not by its clock: a run that was written years ahead under a wrong clock serves no slot of that year. What ran
    # under a clock that was slow is run once more: rather twice than not.
    newest = (
        select(
            whole.c.site_id,
            func.max(whole.c.id).label("good"),
            func.max(case((whole.c.kind == "recrawl", whole.c.id))).label("full"),
        )
        .where(whole.c.state.in_(("done", "stopped")))
        .group_by(whole.c.site_id)
        .cte("newest")
    )
    failed = (
        select(whole.c.site_id, func.count().label("failures"), func.max(whole.c.ended_at).label("at"))
        .outerjoin(newest, newest.c.site_id == whole.c.site_id)
        .where(whole.c.state == "failed", whole.c.id > func.coalesce(newest.c.good, 0))
        .group_by(whole.c.site_id)
        .subquery()
    )
    waiting = select(Order.site_id, func.min(Order.ordered_at).label("at")).where(Order.taken_at.is_(None))
    ordered = waiting.group_by(Order.site_id).subquery()
    good, full = aliased(SiteRun), aliased(SiteRun)
    return (
        select(Site.id, Site.code, Site.added_at, good.started_at, full.started_at)
        .add_columns(func.coalesce(failed.c.failures, 0), failed.c.at, ordered.c.at)
        .outerjoin(newest, newest.c.site_id == Site.id)
        .outerjoin(good, good.id == newest.c.good)
        .outerjoin(full, full.id == newest.c.full)
        .outerjoin(failed, failed.c.site_id == Site.id)
        .outerjoin(ordered, ordered.c.site_id == Site.id)
        .where(Site.removed_at.is_(None), Site.paused.is_(False))
    )


_ASKED = _asked()  # to put it together costs more than to run it


def _moment(code: str, day: date, zone: ZoneInfo) -> datetime:
    """A site's own minute between 0:00 and 6:00, so that not all hosts are asked at once, and at night."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=_phase(code) % 360)


def _phase(code: str) -> int:
    return int.from_bytes(sha256(code.encode("utf-8")).digest()[:4], "big")
