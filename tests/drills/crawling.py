"""A made-up site in, run after run of it recorded out, and every loss named: what the drills of the archive's promises share."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from archive import captures
from archive.database import migrate, open_database, reading, writing
from archive.exchange import Exchange
from archive.fixity import verify
from archive.harvests import finish_harvest, site_runs, start_harvest, unfinished_harvest
from archive.models import Capture, Sighting, SiteRun
from archive.recorder import Batches, Recorder
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore

EXCHANGES_A_RUN = 40
START = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def new_archive(url: str) -> Engine:
    """A database with one site."""
    migrate(url)
    engine = open_database(url)
    with writing(engine) as session:
        add_site(session, NewSite("http://www.shili.gov.cn/"), START)
    return engine


def recorder_of(engine: Engine, store: WarcStore, batches: Batches, clock: Callable[[], datetime] = now) -> Recorder:
    return Recorder(engine, store, clock, "nianbao", "drill@example.org", batches)


def exchange_of(run_id: int, number: int) -> Exchange:
    """What the site answers: the same at each asking. Every third page is the same in all runs, some are large, some do not pack."""
    said = f"page {number}" if number % 3 == 0 else f"page {number} of run {run_id}"
    chance = random.Random(said)
    body = said.encode() * chance.randrange(1, 400) + (chance.randbytes(40_000) if number % 11 == 0 else b"")
    head = f'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "{said}"\r\n\r\n'.encode()
    asked = f"GET /{number} HTTP/1.1\r\nHost: www.shili.gov.cn\r\n\r\n".encode()
    return Exchange(
        f"http://www.shili.gov.cn/{number}", START + timedelta(days=run_id, seconds=number), asked, head, body
    )


Made = Callable[[int, int], Exchange]


def crawl(
    engine: Engine,
    recorder: Recorder,
    tell: Callable[[Iterable[str]], object],
    every: int = 5,
    made: Made = exchange_of,
) -> None:
    """One run, or the rest of one that ended early. `tell` hears what a flush has acknowledged, as a user would."""
    with writing(engine) as session:
        harvest_id = unfinished_harvest(session, "harvest") or start_harvest(session, "harvest", [1], now())
        (run,) = site_runs(session, harvest_id)
    recorder.begin(run.id)
    waiting: list[str] = []
    for number in range(EXCHANGES_A_RUN):
        key = f"{run.id}/{number}"
        if recorder.replay(run.id, key) is None:
            recorder.record(run.id, made(run.id, number), purpose="article", url_key=key)
            waiting.append(key)
        if number % 10 == 0:
            address = f"http://www.shili.gov.cn/{number}"
            recorder.sight(run.id, FoundReport(address, f"{number}", f"{run.id}", None, None, 2025, None))
        if number % every == every - 1:
            recorder.flush()
            tell(waiting)
            waiting.clear()
    recorder.finish(run.id, "done", None, {})
    tell([f"{run.id} done"])
    with writing(engine) as session:
        finish_harvest(session, harvest_id, now())


def losses(engine: Engine, store: WarcStore, told: Iterable[str], made: Made = exchange_of) -> list[str]:
    """Everything that is not as it was promised, in words."""
    found = [str(fault) for fault in verify(engine, store)]
    with reading(engine) as session:
        rows = session.scalars(select(Capture)).all()
        counts = Counter(row.url_key for row in rows)
        found += [f"{key} is there {count} times" for key, count in counts.items() if count > 1]
        found += [f"{key} was acknowledged and is lost" for key in told if "/" in key and key not in counts]
        for row in rows:
            run_id, number = row.url_key.split("/")
            if captures.exchange(session, store, row) != made(int(run_id), int(number)):
                found.append(f"{row.url_key} does not read back as it was received")
        for key in told:
            if key.endswith(" done"):
                run = session.get_one(SiteRun, int(key.split()[0]))
                if (run.state, run.requests) != ("done", EXCHANGES_A_RUN):
                    found.append(
                        f"run {run.id} was finished with {EXCHANGES_A_RUN} captures and is {run.state} with {run.requests}"
                    )
        twice = session.execute(select(Sighting.url_key).group_by(Sighting.url_key).having(func.count() > 1)).all()
        found += [f"the sighting {key} is there more than once" for (key,) in twice]
    return found
