"""The kill drill: a process that records and seals in a loop is killed with -9 at random moments, open files are torn; nothing acknowledged is lost.

    python -m tests.drills.kill --kills 200 --seed 1 [--database URL] [--home FOLDER]

After every kill: each address that the child was told is kept has its row, every row reads back byte for byte, no address of a run is there
twice, the index, files, records and seals agree in every point. It prints its figures as one line of JSON and ends with 1 at the first loss.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, islice
from pathlib import Path

from sqlalchemy import Engine, func, select

from archive import captures
from archive.database import migrate, open_database, reading, writing
from archive.exchange import Exchange
from archive.fixity import verify
from archive.harvests import finish_harvest, site_runs, start_harvest, unfinished_harvest
from archive.lock import hold
from archive.models import Capture, Sighting, SiteRun, WarcFile
from archive.recorder import Batches, Recorder
from archive.records import members, parsed
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore

EXCHANGES_A_RUN = 40
START = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


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


def recorder_of(engine: Engine, home: Path) -> Recorder:
    batches = Batches(exchanges=6, seconds=10_000, file_bytes=150_000)
    return Recorder(
        engine, WarcStore(home / "warc"), lambda: datetime.now(UTC), "nianbao", "drill@example.org", batches
    )


def harvest_without_end(url: str, home: Path, told: int) -> None:
    """The child: run after run; what a flush has acknowledged is written to `told`, as a user would be told."""
    engine = open_database(url)
    with hold(home):
        recorder = recorder_of(engine, home)
        while True:
            with writing(engine) as session:
                harvest_id = unfinished_harvest(session, "harvest")
                harvest_id = harvest_id or start_harvest(session, "harvest", [1], datetime.now(UTC))
                (run,) = site_runs(session, harvest_id)
            recorder.begin(run.id)
            waiting = []
            for number in range(EXCHANGES_A_RUN):
                key = f"{run.id}/{number}"
                if recorder.replay(run.id, key) is None:
                    recorder.record(run.id, exchange_of(run.id, number), purpose="article", url_key=key)
                    waiting.append(key)
                if number % 10 == 0:
                    address = f"http://www.shili.gov.cn/{number}"
                    recorder.sight(run.id, FoundReport(address, f"{number}", f"{run.id}", None, None, 2025, None))
                if number % 5 == 4:
                    recorder.flush()
                    os.write(told, "".join(f"{key}\n" for key in waiting).encode())
                    waiting.clear()
            recorder.finish(run.id, "done", None, {})
            os.write(told, f"{run.id} done\n".encode())
            with writing(engine) as session:
                finish_harvest(session, harvest_id, datetime.now(UTC))


def first_group(path: Path) -> bytes:
    """The bytes of a file's first exchange, empty when it has none yet."""
    with path.open("rb") as stream:
        led = dropwhile(lambda member: parsed(member.data).kind not in ("response", "revisit"), members(stream))
        group = list(islice(led, 3))
    return path.read_bytes()[group[0].offset : group[-1].offset + group[-1].length] if group else b""


def tear(home: Path, chance: random.Random) -> None:
    """What a loss of power leaves beyond the last sync: half a group, or zeros where its blocks never came. A kill alone tears no write."""
    for path in (home / "warc").rglob("*.warc.gz.open"):
        if not path.with_name(path.name.removesuffix(".open") + ".seal.json").exists() and chance.random() < 0.5:
            whole = first_group(path)
            tail = (
                bytes(chance.randrange(1, 5000))
                if chance.random() < 0.3
                else whole[: chance.randrange(len(whole) or 1)]
            )
            with path.open("ab") as stream:
                stream.write(tail)


def losses(engine: Engine, home: Path, told: set[str]) -> list[str]:
    """Everything that is not as it was promised, in words."""
    store = WarcStore(home / "warc")
    found = [str(fault) for fault in verify(engine, store)]
    with reading(engine) as session:
        rows = session.scalars(select(Capture)).all()
        counts = Counter(row.url_key for row in rows)
        found += [f"{key} is there {count} times" for key, count in counts.items() if count > 1]
        found += [f"{key} was acknowledged and is lost" for key in told if "/" in key and key not in counts]
        for row in rows:
            run_id, number = row.url_key.split("/")
            if captures.exchange(session, store, row) != exchange_of(int(run_id), int(number)):
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


def drill(url: str, home: Path, kills: int, seed: int) -> dict[str, int | float | list[str]]:
    chance = random.Random(seed)
    migrate(url)
    engine = open_database(url)
    with writing(engine) as session:
        add_site(session, NewSite("http://www.shili.gov.cn/"), START)
    engine.dispose()
    told_path = home / "told"
    cut_bytes = cuts = 0
    found: list[str] = []
    begun = time.monotonic()
    for number in range(kills):
        told = os.open(told_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        child = os.fork()
        if child == 0:
            harvest_without_end(url, home, told)
        os.close(told)
        time.sleep(chance.uniform(0.05, 0.5))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return {"seed": seed, "kills": number, "losses": ["the child ended by itself: see its message above"]}
        tear(home, chance)
        engine = open_database(url)
        with hold(home):
            recorder = recorder_of(engine, home)
        cuts += len(recorder.cuts)
        cut_bytes += sum(cut.cut_bytes for cut in recorder.cuts)
        if number % max(1, kills // 5) == 0 or number == kills - 1:
            lines = told_path.read_text().split("\n")[:-1]
            found = losses(engine, home, set(lines))
        if found:
            break
        if number == kills - 1:
            break
        engine.dispose()
    with reading(engine) as session:
        counts = {
            "captures": session.scalar(select(func.count()).select_from(Capture)) or 0,
            "files": session.scalar(select(func.count()).select_from(WarcFile)) or 0,
            "sealed": session.scalar(select(func.count(WarcFile.sealed_at))) or 0,
        }
    engine.dispose()
    acknowledged = len([line for line in told_path.read_text().split("\n") if "/" in line])
    seconds = round(time.monotonic() - begun, 1)
    return {
        "seed": seed,
        "kills": number + 1,
        "acknowledged": acknowledged,
        **counts,
        "torn tails cut": cuts,
        "bytes cut": cut_bytes,
        "seconds": seconds,
        "losses": found,
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    arguments.add_argument("--database", help="default: SQLite under the home")
    arguments.add_argument("--home", type=Path, help="default: a folder that is removed afterwards")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        figures = drill(given.database or f"sqlite:///{home / 'index.sqlite'}", home, given.kills, given.seed)
    print(json.dumps(figures))
    return 1 if figures["losses"] else 0


if __name__ == "__main__":
    sys.exit(main())
