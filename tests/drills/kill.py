"""The kill drill: a process that records and seals in a loop is killed with -9 at random moments, open files are torn; nothing acknowledged is lost.

    python -m tests.drills.kill --kills 200 --seed 1 [--database URL] [--store s3://BUCKET/PREFIX] [--home FOLDER]

A child is killed some moments after it has been told so many times that something is kept, so that a busy machine is drilled like an idle one.
Every second kill is a loss of power as well: whatever of the WARC files no fsync had brought to the disk is gone, while the index keeps every
commit; torn blocks and zeros are left behind. After every kill: each address that the child was told is kept has its row, every row reads back
byte for byte, no address of a run is there twice, the index, files, records and seals agree in every point. With `--store` the sealed files
rest in a bucket, and the kills fall between the steps of bringing them there as well. It prints its figures as one line of JSON and ends with 1
at the first loss.

Measured on x86-64, 2 cores shared with other work (load 8), nothing lost in any. SQLite, six times `--kills 50`, `--seed 4011` to `4016`: 6,600
captures acknowledged, 7,095 there, 318 files sealed, 52 torn tails of 80,106 bytes cut, 964,399 bytes gone that no sync had brought. PostgreSQL,
`--kills 60 --seed 5021 --database URL`: 1,390 acknowledged, 59 files sealed. `--kills 40 --seed 5022 --store s3://…` on a server beside it: 565
acknowledged, 28 files sealed, 7 on their way to the bucket when killed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import dropwhile, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from archive.database import open_database, reading
from archive.errors import DamagedRecord
from archive.home import open_store
from archive.lock import hold
from archive.models import Capture, WarcFile
from archive.places import WARC_SUFFIX
from archive.recorder import Batches
from archive.records import members, parsed
from archive.settling import settle
from tests.drills.crawling import crawl, losses, new_archive, recorder_of

BATCHES = Batches(exchanges=6, seconds=10_000, file_bytes=150_000)
LAST_MOMENT = 0.05  # seconds: two flushes, or a seal


@dataclass(frozen=True)
class Drill:
    """Where the archive of a drill lies."""

    url: str
    home: Path
    store: str
    longest_life: int = 18  # times that a child acknowledges something before it is killed, at most

    @property
    def told(self) -> Path:
        return self.home / "told"

    @property
    def synced(self) -> Path:
        return self.home / "synced"


def note_what_is_synced(notes: Path) -> None:
    """From now on this process writes down of each file that it syncs how much of it is on the disk."""
    noted = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    sync = os.fsync

    def fsync(descriptor: int) -> None:
        found = os.fstat(descriptor)
        sync(descriptor)
        os.write(noted, f"{found.st_ino} {found.st_size}\n".encode())

    os.fsync = fsync


def harvest_without_end(drill: Drill, heard: int) -> None:
    """The child: run after run; what a flush has acknowledged is written down, as a user would be told."""
    told = os.open(drill.told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    note_what_is_synced(drill.synced)

    def tell(keys: Iterable[str]) -> None:
        os.write(told, "".join(f"{key}\n" for key in keys).encode())
        os.write(heard, b".")

    engine = open_database(drill.url)
    with hold(drill.home):
        recorder = recorder_of(engine, open_store(engine, drill.home / "warc", drill.store), BATCHES)
        while True:
            crawl(engine, recorder, tell)


def first_group(path: Path) -> bytes:
    """The bytes of a file's first exchange, empty when it has none yet, or not whole."""
    with path.open("rb") as stream, suppress(DamagedRecord):
        led = dropwhile(lambda member: parsed(member.data).kind not in ("response", "revisit"), members(stream))
        if group := list(islice(led, 3)):
            return path.read_bytes()[group[0].offset : group[-1].offset + group[-1].length]
    return b""


def lose_power(drill: Drill) -> int:
    """Take from the WARC files, seals and journal what was written and never synced. Gives the bytes that are gone."""
    lines = drill.synced.read_text().split("\n")[:-1] if drill.synced.exists() else []
    durable = dict(tuple(map(int, line.split())) for line in lines)
    gone = 0
    for path in (drill.home / "warc").rglob("*"):
        found = path.stat()
        kept = durable.get(found.st_ino, 0)
        if path.is_file() and found.st_size > kept:
            gone += found.st_size - kept
            os.truncate(path, kept)
    return gone


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


def mend(drill: Drill, thorough: bool) -> dict[str, Any]:
    """What the next start does, and what a thorough look then finds wrong."""
    note_what_is_synced(drill.synced)
    engine = open_database(drill.url)
    store = open_store(engine, drill.home / "warc", drill.store)
    waiting = len(list(store.folder.rglob("*" + WARC_SUFFIX))) if drill.store else 0
    with hold(drill.home):
        cuts = recorder_of(engine, store, BATCHES).cuts
    told = drill.told.read_text().split("\n")[:-1] if drill.told.exists() else []
    found = losses(engine, store, set(told)) if thorough else []
    if drill.store and thorough:
        settle(store)
        found += [f"{path} was not brought to the bucket" for path in store.folder.rglob("*" + WARC_SUFFIX)]
        found += losses(engine, store, set(told))
    with reading(engine) as session:
        counts = {
            "captures": session.scalar(select(func.count()).select_from(Capture)) or 0,
            "files": session.scalar(select(func.count()).select_from(WarcFile)) or 0,
            "sealed": session.scalar(select(func.count(WarcFile.sealed_at))) or 0,
        }
    engine.dispose()
    acknowledged = len([line for line in told if "/" in line])
    cut_bytes = sum(cut.cut_bytes for cut in cuts)
    return {"acknowledged": acknowledged, **counts, "cuts": (len(cuts), cut_bytes, waiting), "losses": found}


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """The result of work done in a forked process: the S3 client's threads must never be here when the next child is forked."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()

    def run(end: Connection) -> None:
        end.send(work(*given))

    process = fork.Process(target=run, args=(theirs,))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    except EOFError:
        return {"losses": ["the process that mends ended by itself: see its message above"]}
    finally:
        process.join()


def live_and_be_killed(drill: Drill, chance: random.Random) -> bool:
    """One life of a child. False when it ended by itself."""
    hearing, heard = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            harvest_without_end(drill, heard)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(heard)
    for _ in range(chance.randint(0, drill.longest_life)):
        os.read(hearing, 1)
    time.sleep(chance.uniform(0, LAST_MOMENT))
    os.close(hearing)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def run_drill(drill: Drill, kills: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    new_archive(drill.url).dispose()
    cuts = cut_bytes = waiting = unsynced = 0
    begun = time.monotonic()
    for number in range(1, kills + 1):
        if not live_and_be_killed(drill, chance):
            return {"seed": seed, "kills": number, "losses": ["the child ended by itself: see its message above"]}
        if number % 2 == 0:
            unsynced += lose_power(drill)
            tear(drill.home, chance)
        state = apart(mend, drill, number % max(1, kills // 5) == 0 or number == kills)
        if state["losses"]:
            break
        found = state.pop("cuts")
        cuts, cut_bytes, waiting = cuts + found[0], cut_bytes + found[1], waiting + found[2]
    figures = {"torn tails cut": cuts, "bytes cut": cut_bytes, "bytes gone that no sync had brought": unsynced}
    if drill.store:
        figures["files on their way when killed"] = waiting
    seconds = round(time.monotonic() - begun, 1)
    return {"seed": seed, "kills": number, **figures, "seconds": seconds, **state}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    arguments.add_argument("--database", help="default: SQLite under the home")
    arguments.add_argument("--store", default="", help="where sealed files rest; default: the home")
    arguments.add_argument("--home", type=Path, help="default: a folder that is removed afterwards")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        home.mkdir(exist_ok=True)
        url = given.database or f"sqlite:///{home / 'index.sqlite'}"
        drill = Drill(url, home, given.store)
        figures = run_drill(drill, given.kills, given.seed)
    print(json.dumps(figures))
    return 1 if figures["losses"] else 0


if __name__ == "__main__":
    sys.exit(main())
