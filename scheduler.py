"""When: the due table in, harvests out, by the clock or by hand. `python scheduler.py` runs the calendar until it is stopped.

The database knows what is due (archive.due), APScheduler's timer only wakes a sweep: at the start, once an hour, and when a person ordered a
re-crawl. That timer goes by the clock on the wall, and set while that one was wrong by a year it would wait for a year: so an hour is also
counted by a clock that nobody sets and that runs on while the machine sleeps. A sweep holds a lease in the database, so that of two schedulers one works; it takes up what died, harvests
what is due, and settles what is left. Failures, delays and sweeps that could not be made are events.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from archive import events, harvests, leases, notices, upkeep
from archive.database import migrate, open_database, reading, writing
from archive.desk import Desk
from archive.due import Due, calendar, newest_order
from archive.errors import ArchiveError, HomeInUse
from archive.home import open_store
from archive.jobs import give_way
from archive.models import Event, Order, Site, SiteRun
from archive.readings import Counts, read_again
from configuration import Configuration, WrongConfiguration, load
from crawler.campaign import Campaign
from crawler.errors import CrawlFailed

SWEEP_EVERY = timedelta(hours=1)
ORDERS_EVERY_SECONDS = 20.0  # how often the database is asked whether a person ordered something
LATE_AFTER = timedelta(days=1)
LEASE, LEASE_LENGTH, LEASE_BEAT_SECONDS = "sweep", timedelta(minutes=5), 30.0
READ_AGAIN_FOR = timedelta(minutes=30)  # of a sweep's hour, at most, goes into reading old captures again
BY = "scheduler"


class Harvester(Protocol):
    """What a sweep needs of a campaign. The tests pass one whose harvests take no time."""

    def run(self, kind: str, site_ids: Sequence[int], ordered_by: str | None = None) -> tuple[list[int], Counts]: ...

    def settle(self) -> Counts: ...


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Who sweeps, over what, by which clock. `holder` names this process to others."""

    engine: Engine
    now: Callable[[], datetime]
    timezone: str
    harvester: Harvester
    holder: str = f"{socket.gethostname()}:{os.getpid()}"
    beat_seconds: float | None = None  # how often the lease is renewed in the background

    def sweep(self) -> list[str] | None:
        """Harvest every site that is due now. Gives their codes, or None where another scheduler is at work; what went wrong becomes an event
        that the interface shows."""
        token = leases.take(self.engine, LEASE, self.holder, self.now(), LEASE_LENGTH)
        if token is None:
            self._tell_once(
                "sweep left", f"{leases.holder_of(self.engine, LEASE)} is at work; this sweep left it to it."
            )
            return None
        try:
            with _renewed(self, token):
                return self._work(token)
        finally:  # whoever stops it and starts it again need not wait until the lease runs out
            leases.release(self.engine, LEASE, token, self.now())

    def go_on(self, *steps: Callable[[], object]) -> None:
        """What else a sweep does. One that fails is told, and the others are done all the same: the last of them tells people."""
        for step in steps:
            try:
                step()
            except ArchiveError as error:
                self._tell_once("sweep failed", str(error))

    def due(self) -> list[Due]:
        with reading(self.engine) as session:
            now = self.now()
            return [entry for entry in calendar(session, ZoneInfo(self.timezone), now) if entry.due_at <= now]

    def _work(self, token: int) -> list[str]:
        swept: list[str] = []
        try:
            self._take_up_what_died()
            due = self.due()
            self._tell_delays(due)
            for kind, entries in groupby(sorted(due, key=lambda entry: entry.kind), key=lambda entry: entry.kind):
                if not leases.renew(self.engine, LEASE, token, self.now(), LEASE_LENGTH):
                    self._tell("sweep left", "another scheduler took the lease over: this one was thought dead.")
                    return swept
                chosen = list(entries)
                self._harvest(kind, chosen)
                swept += [entry.code for entry in chosen]
            if not due:
                self.harvester.settle()
        except HomeInUse as error:
            self._tell_once("sweep left", str(error))
        except (ArchiveError, CrawlFailed) as error:
            self._tell_once("sweep failed", str(error))
        return swept

    def _take_up_what_died(self) -> None:
        """A harvest whose process was killed goes on where it stopped, before anything new begins."""
        with reading(self.engine) as session:
            if not harvests.any_begun(session):
                return
        with writing(self.engine) as session:
            harvests.leave_out(session, self.now())
            harvests.close_ended(session, self.now())
        for kind in ("harvest", "recrawl"):
            with reading(self.engine) as session:
                harvest_id = harvests.unfinished_harvest(session, kind)
                sites = [run.site.id for run in harvests.site_runs(session, harvest_id)] if harvest_id else []
            if sites:
                self._tell("taken up", f"{kind} {harvest_id} had not ended: it goes on.", harvest_id=harvest_id)
                harvest_ids, _ = self.harvester.run(kind, sites, BY)
                with writing(self.engine) as session:
                    self._note_failures(session, harvest_ids[0])

    def _harvest(self, kind: str, chosen: Sequence[Due]) -> None:
        begun = self.now()
        harvest_ids, counts = self.harvester.run(kind, [entry.site_id for entry in chosen], BY)
        said = f"{kind}: {len(chosen)} sites, {counts.read} read, {counts.raised} changes"
        with writing(self.engine) as session:
            self._take_orders(session, [entry.site_id for entry in chosen if entry.ordered], begun, harvest_ids[0])
            events.note(session, "sweep", said, self.now(), harvest_id=harvest_ids[0])
            self._note_failures(session, harvest_ids[0])

    def _take_orders(self, session: Session, site_ids: Sequence[int], begun: datetime, harvest_id: int) -> None:
        waiting = select(Order).where(Order.taken_at.is_(None), Order.ordered_at <= begun, Order.site_id.in_(site_ids))
        for order in session.scalars(waiting) if site_ids else ():
            order.taken_at, order.harvest_id = self.now(), harvest_id

    def _tell_delays(self, due: Sequence[Due]) -> None:
        for entry in due:
            if entry.why in ("season", "full") and self.now() - entry.due_at > LATE_AFTER:
                day = entry.due_at.astimezone(ZoneInfo(self.timezone))
                self._tell(
                    "late", f"{entry.code} was due on {day:%Y-%m-%d %H:%M} and is asked only now.", entry.site_id
                )

    def _note_failures(self, session: Session, harvest_id: int) -> None:
        rows = session.execute(
            select(Site.id, Site.code, SiteRun.state, SiteRun.reason)
            .join(Site, Site.id == SiteRun.site_id)
            .where(SiteRun.harvest_id == harvest_id, SiteRun.state.in_(("failed", "stopped")))
            .order_by(Site.code)
        )
        for site_id, code, state, reason in rows.all():
            said = f"{code}: {reason or 'no reason was written'}"
            events.note(session, f"site {state}", said, self.now(), site_id, harvest_id)

    def _tell(self, kind: str, message: str, site_id: int | None = None, harvest_id: int | None = None) -> None:
        with writing(self.engine) as session:
            events.note(session, kind, message, self.now(), site_id, harvest_id)

    def _tell_once(self, kind: str, message: str) -> None:
        """Not every hour anew, while nothing else happens."""
        with reading(self.engine) as session:
            last = session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).first()
            told = last is not None and (last.kind, last.message) == (kind, message)
        if not told:
            self._tell(kind, message)


@contextmanager
def _renewed(sweeper: Sweeper, token: int) -> Iterator[None]:
    """A crawl takes hours: a thread keeps the lease alive as long as this process lives."""
    if sweeper.beat_seconds is None:
        yield
        return
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(sweeper.beat_seconds):
            try:
                if not leases.renew(sweeper.engine, LEASE, token, sweeper.now(), LEASE_LENGTH):
                    return  # another took it over; the sweep notices before its next step
            except SQLAlchemyError:
                continue  # a database that was busy for a moment; the lease outlasts a few beats

    thread = threading.Thread(target=beat, daemon=True, name="lease")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def sweep(configuration: Configuration, now: Callable[[], datetime], engine: Engine) -> list[str] | None:
    """One sweep as the timer makes it: harvest what is due, read old captures again, send what is to be told."""
    store = open_store(engine, configuration.warc_folder, configuration.store)
    desk = Desk(engine, store, now, workers=os.cpu_count() or 1)
    sweeper = Sweeper(
        engine, now, configuration.timezone, Campaign(configuration, desk), beat_seconds=LEASE_BEAT_SECONDS
    )
    codes = sweeper.sweep()
    sweeper.go_on(
        lambda: upkeep.renew_books(engine, configuration.timezone, now()),
        lambda: read_again(desk, for_seconds=READ_AGAIN_FOR.total_seconds()),
        lambda: upkeep.audit_due(desk.engine, desk.store, configuration.second_copy, configuration.audit_days, now()),
        lambda: notices.deliver(engine, configuration, now),
    )
    return codes


def run(configuration: Configuration, orders_every: float = ORDERS_EVERY_SECONDS) -> None:
    """Sweep now, every hour, and when something is ordered, until the process is told to stop: by Ctrl-C, or by SIGTERM as a service is."""
    give_way()
    told = threading.Event()

    def stop(number: int, frame: object) -> None:
        told.set()  # for a driver that makes an error of its own of the interruption, as psycopg does, and for a finalizer that loses it
        raise KeyboardInterrupt

    def lost(unraisable: sys.UnraisableHookArgs) -> None:
        if not (told.is_set() and unraisable.exc_type is KeyboardInterrupt):
            sys.__unraisablehook__(unraisable)

    sys.unraisablehook = lost
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    migrate(configuration.effective_database_url)
    engine = open_database(configuration.effective_database_url)
    woken = threading.Event()
    timer = _hourly(woken.set, configuration.timezone)
    try:
        while not told.is_set():
            woken.clear()
            begun, ordered = _awake(), _order_in(engine)
            again_in = SWEEP_EVERY if _timed_sweep(configuration, engine) else LEASE_LENGTH
            until = begun + again_in.total_seconds() + orders_every  # when the timer did not wake it
            while not (told.is_set() or woken.is_set()) and _awake() < until and _order_in(engine) == ordered:
                woken.wait(orders_every)
    except KeyboardInterrupt:
        pass  # the one way out; what was begun is in the database
    finally:
        timer.shutdown(wait=False)
        engine.dispose()
    print("Stopped. What was captured is kept, and what was begun goes on at the next start.", flush=True)


def _hourly(wake: Callable[[], None], timezone: str) -> BackgroundScheduler:
    """The timer, started. Sweeps themselves are made by the main thread, which a signal reaches."""
    timer = BackgroundScheduler(timezone=timezone)
    timer.add_job(
        wake,
        IntervalTrigger(seconds=int(SWEEP_EVERY.total_seconds()), timezone=timezone),
        id="sweep",
        coalesce=True,  # however many hours were slept through, one sweep makes good for all
        misfire_grace_time=None,  # late is never too late: what is due is computed when the sweep runs
    )
    timer.start()
    return timer


def _timed_sweep(configuration: Configuration, engine: Engine) -> bool:
    """Sweep and print what came of it. False where another scheduler holds the lease: should it be dead, that runs out soon."""
    try:
        codes = sweep(configuration, lambda: datetime.now(UTC), engine)
    except (ArchiveError, SQLAlchemyError, OSError) as error:
        # Not even an event could be written, as when the database is away: the next sweep makes good for this one.
        said, codes = f"no sweep could be made: {error}", []
    else:
        said = "another scheduler is at work" if codes is None else ", ".join(codes) or "nothing due"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {said}", flush=True)
    return codes is not None


def _order_in(engine: Engine) -> int | None:
    """The newest order that nobody took up yet. One that could not be taken up waits for the sweep of the hour."""
    try:
        with reading(engine) as session:
            return newest_order(session)
    except SQLAlchemyError:
        return None


def _awake() -> float:
    """Seconds that pass while the machine sleeps, too, and that no change of the clock adds or takes."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def main() -> int:
    try:
        run(load(os.environ, Path.cwd()).configuration)
    except (WrongConfiguration, ArchiveError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
