"""The calendar as a process of its own: `python scheduler.py`, stopped, killed, started twice; on real databases, with a real county."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

import demonstration
from archive.database import open_database, reading, writing
from archive.models import Capture, Event, Harvest, Lease, Order, Site, SiteRun, WarcFile
from demo.server import CountyServer
from demo.world import World

ROOT = Path(__file__).parent.parent
RUN = "import os, pathlib, scheduler, configuration as c; scheduler.run(c.load(os.environ, pathlib.Path.cwd()).configuration, 0.3)"
LONG = 90.0  # no limit of the code: a busy machine is given time


@dataclass
class Station:
    """A county, an archive that knows it, and the schedulers that run over it."""

    engine: Engine
    url: str
    home: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[str]:
        settings = {"HOME": str(self.home), "DATABASE_URL": self.url, "CONTACT": "test@example.org", "CONFIRM_AFTER_SECONDS": "0"}  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
        environment |= {"PYTHONPATH": str(ROOT), **{f"NIANBAO_{name}": value for name, value in settings.items()}}
        process = subprocess.Popen([sys.executable, "-c", RUN], cwd=self.home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
        self.running.append(process)
        return process

    def count(self, of: type, *conditions: object) -> int:
        with reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0  # type: ignore[arg-type]

    def events(self) -> list[str]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Event.kind).order_by(Event.id)))

    def run_states(self) -> set[str]:
        with reading(self.engine) as session:
            return set(session.scalars(select(SiteRun.state)))

    def in_the_middle(self) -> bool:
        return self.count(Capture) >= 8

    def swept(self, harvests: int = 1) -> bool:
        return self.count(Event, Event.kind == "sweep") + self.count(Event, Event.kind == "taken up") >= harvests and not self.count(SiteRun, SiteRun.read_at.is_(None))  # fmt: skip


def wait_for(happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + LONG
    while not happened():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)


def end(process: subprocess.Popen[str], by: signal.Signals = signal.SIGTERM) -> str:
    process.send_signal(by)
    said, _ = process.communicate(timeout=LONG)
    return said


@pytest.fixture
def station(database_url: str, home: Path) -> Iterator[Station]:
    engine = open_database(database_url)
    with CountyServer(World.build(3, counties=1, townships=2, departments=2, years=(2023, 2024))) as county:
        demonstration._add_sites(engine, county.truth())
        made = Station(engine, database_url, home)
        yield made
        for process in made.running:
            process.kill()
            process.communicate()
    engine.dispose()


def test_it_sweeps_at_the_start_takes_orders_and_stops_when_told_while_a_second_one_leaves_it_the_work(
    station: Station,
) -> None:
    first, second = station.start(), station.start()
    wait_for(station.swept, first)
    assert os.getpriority(os.PRIO_PROCESS, first.pid) == max(10, os.nice(0)), "it gives way to whoever browses"
    with writing(station.engine) as session:
        site = session.scalars(select(SiteRun.site_id)).first()
        session.add(Order(kind="recrawl", site_id=site, ordered_at=datetime.now(UTC), ordered_by="browser"))
    wait_for(lambda: station.count(Order, Order.taken_at.is_not(None)) == 1, first)
    wait_for(lambda: station.swept(2), first)
    said = [end(first), end(second)]
    assert [process.returncode for process in (first, second)] == [0, 0]
    assert all("Stopped." in words and "Traceback" not in words for words in said), said
    with reading(station.engine) as session:
        kinds = session.scalars(select(Harvest.kind).where(Harvest.kind != "confirm").order_by(Harvest.id)).all()
    assert kinds == ["harvest", "recrawl"], "each due run once, whoever made it"


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_was_stopped_or_killed_is_taken_up_by_the_next_process(station: Station, by: signal.Signals) -> None:
    with writing(station.engine) as session:
        session.execute(update(Site).values(delay_seconds=0.3))  # so that there is a middle
    first = station.start()
    wait_for(station.in_the_middle, first)
    said = end(first, by)
    assert "Traceback" not in said and (by is signal.SIGKILL or first.returncode == 0)
    if by is signal.SIGKILL:
        with writing(station.engine) as session:  # as when five minutes had passed
            session.execute(update(Lease).values(until=datetime.now(UTC)))
    waited = time.monotonic()
    while "running" in station.run_states() and time.monotonic() - waited < LONG:
        time.sleep(0.2)  # the crawl, a process of its own, ends in order, too
    assert station.run_states() == {"interrupted"}
    assert station.count(WarcFile, WarcFile.sealed_at.is_(None)) == 0
    before = station.count(Capture)
    second = station.start()
    wait_for(station.swept, second)
    end(second)
    assert "taken up" in station.events() and station.count(Harvest, Harvest.kind != "confirm") == 1
    assert station.run_states() == {"done"} and station.count(Capture) > before
    with reading(station.engine) as session:
        asked = session.execute(select(Capture.url_key, func.count()).where(Capture.purpose == "article").group_by(Capture.url_key))  # fmt: skip
        assert {times for _, times in asked} == {1}, "nothing that was captured is asked again"
