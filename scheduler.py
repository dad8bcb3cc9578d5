"""When: the yearly calendar in, what is due out, and the sweep that harvests it. `python scheduler.py` runs it until it is stopped.

The database knows what is due (each site's last run and the season), the timer only wakes a sweep: at the start and once an hour. A machine
that slept for months catches up once; a sweep that finds another one at work leaves the work to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from archive.database import migrate, open_database, reading, writing
from archive.errors import ArchiveError, HomeInUse
from archive.models import Event, Harvest, Order, Site, SiteRun
from archive.readings import Desk
from archive.warc import WarcStore
from configuration import Configuration, WrongConfiguration, load
from crawler.campaign import Campaign
from crawler.errors import CrawlFailed

SWEEP_EVERY = timedelta(hours=1)


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
    """A site and the moment from which its next harvest is due; `ordered` when a person asked for it."""

    site_id: int
    code: str
    due_at: datetime
    ordered: bool = False


def interval(day: date) -> timedelta:
    """How often a site is asked in this part of the year."""
    return next(season.every for season in SEASONS if season.first <= (day.month, day.day) <= season.last)


def next_due(code: str, last_start: datetime | None, added_at: datetime, zone: ZoneInfo) -> datetime:
    """When a site is due: at once if it was never harvested, else an interval after its last run, at the site's own time of the day.

    The season of the coming run counts: the last weekly run of December does not put off the first daily one of January.
    """
    if last_start is None:
        return added_at
    last = last_start.astimezone(zone)
    day = last.date()
    while True:
        day += timedelta(days=1)
        if day - last.date() >= interval(day):
            return datetime(day.year, day.month, day.day, tzinfo=zone) + _time_of_day(code)


def _time_of_day(code: str) -> timedelta:
    """A site's own minute between 0:00 and 6:00, so that not all hosts are asked at once, and at night."""
    return timedelta(minutes=int.from_bytes(sha256(code.encode("utf-8")).digest()[:4], "big") % 360)


def calendar(session: Session, zone: ZoneInfo) -> list[Due]:
    """Every site that takes part, with the moment when it is due next, soonest first."""
    last_start = (
        select(SiteRun.site_id, func.max(SiteRun.started_at).label("started_at"))
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Harvest.kind.in_(("harvest", "recrawl")), SiteRun.state == "done")
        .group_by(SiteRun.site_id)
        .subquery()
    )
    rows = session.execute(
        select(Site, last_start.c.started_at)
        .outerjoin(last_start, last_start.c.site_id == Site.id)
        .where(Site.removed_at.is_(None), Site.paused.is_(False))
    )
    ordered = dict(
        session.execute(
            select(Order.site_id, func.min(Order.ordered_at)).where(Order.taken_at.is_(None)).group_by(Order.site_id)
        ).all()
    )
    due = [
        Due(site.id, site.code, ordered[site.id], ordered=True)
        if site.id in ordered
        else Due(site.id, site.code, next_due(site.code, started, site.added_at, zone))
        for site, started in rows
    ]
    return sorted(due, key=lambda entry: (entry.due_at, entry.code))


def sweep(configuration: Configuration, now: Callable[[], datetime], engine: Engine | None = None) -> list[str]:
    """Harvest every site that is due now. Gives their codes; what went wrong becomes an event that the interface shows."""
    engine = engine or open_database(configuration.effective_database_url)
    zone = ZoneInfo(configuration.timezone)
    with reading(engine) as session:
        due = [entry for entry in calendar(session, zone) if entry.due_at <= now()]
    if not due:
        return []
    desk = Desk(engine, WarcStore(configuration.warc_folder), now, workers=os.cpu_count() or 1)
    campaign = Campaign(configuration, desk)
    try:
        for ordered, kind in ((True, "recrawl"), (False, "harvest")):
            chosen = [entry for entry in due if entry.ordered is ordered]
            if chosen:
                harvest_ids, counts = campaign.run(kind, [entry.site_id for entry in chosen], "scheduler")
                _settle_orders(engine, chosen, harvest_ids[0], now())
                _tell(
                    engine, "sweep", f"{kind}: {len(chosen)} sites, {counts.read} read, {counts.raised} changes", now()
                )
    except HomeInUse as error:
        _tell(engine, "sweep left", str(error), now())
        return []
    except (ArchiveError, CrawlFailed) as error:
        _tell(engine, "sweep failed", str(error), now())
        return []
    return [entry.code for entry in due]


def _settle_orders(engine: Engine, chosen: Sequence[Due], harvest_id: int, at: datetime) -> None:
    with writing(engine) as session:
        for order in session.scalars(
            select(Order).where(Order.taken_at.is_(None), Order.site_id.in_([entry.site_id for entry in chosen]))
        ):
            order.taken_at, order.harvest_id = at, harvest_id


def _tell(engine: Engine, kind: str, message: str, at: datetime) -> None:
    with writing(engine) as session:
        session.add(Event(at=at, kind=kind, message=message))


def run(configuration: Configuration) -> None:
    """Sweep now and every hour until the process is stopped. The job lies in the database: two schedulers share it."""
    migrate(configuration.effective_database_url)
    timer = BlockingScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=configuration.effective_database_url, tablename="timer_jobs")},
        executors={"default": ThreadPoolExecutor(1)},
        timezone=configuration.timezone,
    )
    timer.add_job(
        _timed_sweep,
        IntervalTrigger(seconds=int(SWEEP_EVERY.total_seconds()), timezone=configuration.timezone),
        args=(configuration.model_dump(mode="json"),),
        id="sweep",
        replace_existing=True,
        coalesce=True,  # however many hours were slept through, one sweep makes good for all
        misfire_grace_time=None,  # late is never too late: what is due is computed when the sweep runs
        max_instances=1,
        next_run_time=datetime.now(UTC),
    )
    try:
        timer.start()
    except (KeyboardInterrupt, SystemExit):
        timer.shutdown(wait=False)


def _timed_sweep(settings: dict[str, object]) -> None:
    codes = sweep(Configuration.model_validate(settings), lambda: datetime.now(UTC))
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {', '.join(codes) if codes else 'nothing due'}", flush=True)


def main() -> int:
    try:
        run(load(os.environ, Path.cwd()).configuration)
    except (WrongConfiguration, ArchiveError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
