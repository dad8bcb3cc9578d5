"""The hardship drill: the disk fills at a random byte, within a large body too, the store turns read-only, a second process starts, the clock jumps; nothing acknowledged is lost.

    python -m tests.drills.hardship [--rounds 20] [--seed 1] [--only full-disk]

The full disk is a real one: a tmpfs of a few hundred kilobytes, mounted by root for the drill. Prints one line of JSON for each hardship and
ends with 1 at the first loss; what cannot be tried here (no right to mount) is said in its line.

Measured with `--rounds 10 --seed 5`, 2 cores shared with other work: the disk was full 10 times in 787 acknowledged captures, the store refused 7
times in 574, a second process was refused 10 times of 10, the clock jumped through 410; with `--only full-disk-large --rounds 3` full 3 times in 243,
bodies of 4 to 6 MB among them. Nothing lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from archive.bodies import HELD_BYTES, gathered
from archive.errors import ArchiveError, HomeInUse
from archive.exchange import Exchange
from archive.lock import hold
from archive.recorder import Batches
from archive.warc import WarcStore
from tests.drills.crawling import EXCHANGES_A_RUN, START, Made, crawl, exchange_of, losses, new_archive, recorder_of

BATCHES = Batches(5, 10_000, 1 << 20, 60_000)
FULL = ("cannot be written", "cannot hold a large body", "full")


def new_home(home: Path) -> Engine:
    return new_archive(f"sqlite:///{home / 'index.sqlite'}")


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder) / "disk", 1 << 16):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def may_lock() -> bool:
    """Whether this user can be refused to write into its own file: root only where it may set a file's immutable mark."""
    if os.geteuid() != 0:
        return True
    if shutil.which("chattr") is None:
        return False
    with tempfile.NamedTemporaryFile() as file:
        done = subprocess.run(["chattr", "+i", file.name], check=False, capture_output=True)
        subprocess.run(["chattr", "-i", file.name], check=False, capture_output=True)
        return done.returncode == 0


def full_disk(rounds: int, chance: random.Random) -> dict[str, Any]:
    """The store and index lie on a disk that something else fills; the run stops with a message, room is made, the run goes on."""
    return _on_a_full_disk(rounds, lambda: chance.randrange(40_000, 600_000), 16 << 20, lambda _: exchange_of)


def full_disk_large(rounds: int, chance: random.Random) -> dict[str, Any]:
    """The same with bodies that are laid down on that disk while they come: it fills within one of them, or while its record is packed."""
    return _on_a_full_disk(rounds, lambda: chance.randrange(2 << 20, 30 << 20), 96 << 20, _with_large_bodies)


def _with_large_bodies(folder: Path) -> Made:
    def made(run_id: int, number: int) -> Exchange:
        found, chance = exchange_of(run_id, number), random.Random(f"{run_id} {number}")
        if number % 13 != 5:
            return found
        pieces = (HELD_BYTES >> 16) + chance.randrange(1, 40)
        return replace(found, body=gathered((chance.randbytes(1 << 16) for _ in range(pieces)), folder))

    return made


def _on_a_full_disk(rounds: int, left: Callable[[], int], size: int, making: Callable[[Path], Made]) -> dict[str, Any]:
    if not may_mount():
        return {"left out": "this user may not mount a tmpfs"}
    full = acknowledged = 0
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "disk"
        made = making(disk / "warc")
        for _ in range(rounds):
            with small_disk(disk, size):
                engine = new_home(disk)
                told: set[str] = set()
                ballast = disk / "ballast"
                free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
                ballast.write_bytes(bytes(max(0, free - left())))
                for _ in range(3):
                    try:
                        with hold(disk):
                            store = WarcStore(disk / "warc")
                            crawl(engine, recorder_of(engine, store, BATCHES), told.update, 4, made)
                    except ArchiveError as refused:
                        full += 1
                        assert any(words in str(refused) for words in FULL), refused
                        ballast.write_bytes(b"")  # somebody makes room, and it is started again
                found = losses(engine, WarcStore(disk / "warc"), told, made)
                acknowledged += len(told)
                engine.dispose()
            if found:
                return {"rounds": rounds, "losses": found}
    return {"rounds": rounds, "times full": full, "acknowledged": acknowledged, "losses": []}


def read_only(rounds: int, chance: random.Random) -> dict[str, Any]:
    """The store's folder may not be written any more in the middle of a run: the run stops with a message, and goes on later."""
    if not may_lock():
        return {"left out": "this user is root and may not take the right to write from itself"}
    refused = 0
    told: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine = new_home(home)
        with hold(home):
            crawl(engine, recorder_of(engine, WarcStore(home / "warc"), BATCHES), told.update, 4)
        for _ in range(rounds):
            stop_after = chance.randrange(1, EXCHANGES_A_RUN - 5)
            store = _LosesItsRight(home / "warc", stop_after)
            try:
                with hold(home):
                    crawl(engine, recorder_of(engine, store, BATCHES), told.update, 4)
            except ArchiveError as error:
                refused += 1
                assert "cannot be written" in str(error), error
            store.give_back()
            with hold(home):
                crawl(engine, recorder_of(engine, WarcStore(home / "warc"), BATCHES), told.update, 4)
        found = losses(engine, WarcStore(home / "warc"), told)
        engine.dispose()
    return {"rounds": rounds, "refused": refused, "acknowledged": len(told), "losses": found}


class _LosesItsRight(WarcStore):
    """A store on which, after some syncs, this user loses the right to write. Root has every right, so there the right is the file's own."""

    def __init__(self, folder: Path, after: int) -> None:
        super().__init__(folder)
        self._left = after
        self._locked: list[Path] = []

    def write(self, name: str, *more: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            for path in self.folder.rglob("*.open"):
                self._locked.append(path)
                path.chmod(0o444)
                subprocess.run(["chattr", "+i", path], check=False, capture_output=True)
        return super().write(name, *more)

    def give_back(self) -> None:
        for path in self._locked:
            subprocess.run(["chattr", "-i", path], check=False, capture_output=True)
            path.chmod(0o644)


def second_process(rounds: int, chance: random.Random) -> dict[str, Any]:
    """While one process records, others try to: each is refused, names the first, and changes nothing."""
    told: set[str] = set()
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine = new_home(home)
        with hold(home):
            for _ in range(rounds):
                crawl(engine, recorder_of(engine, WarcStore(home / "warc"), BATCHES), told.update, 4)
                code = (
                    "import sys; from pathlib import Path; from archive.lock import hold; from archive.errors import HomeInUse\n"
                    "try:\n    with hold(Path(sys.argv[1])): pass\nexcept HomeInUse as error: print(error); sys.exit(7)"
                )
                command = [sys.executable, "-c", code, str(home)]
                done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
                refused += done.returncode == 7 and f"process {os.getpid()} " in done.stdout
        found = losses(engine, WarcStore(home / "warc"), told)
        try:
            with hold(home):
                pass
        except HomeInUse:
            found.append("the lock was not given back")
        engine.dispose()
    return {"rounds": rounds, "refused": refused, "losses": found + ([] if refused == rounds else ["not refused"])}


def jumping_clock(rounds: int, chance: random.Random) -> dict[str, Any]:
    """The clock jumps by up to ten years, forwards and back, at every look."""
    told: set[str] = set()
    time = START

    def clock() -> datetime:
        nonlocal time
        time += timedelta(seconds=1) if chance.random() < 0.7 else timedelta(days=chance.randrange(-3650, 3650))
        time = max(time, datetime(1990, 1, 1, tzinfo=UTC)) if time.year < 2200 else START
        return time

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine = new_home(home)
        for _ in range(rounds):
            with hold(home):
                crawl(engine, recorder_of(engine, WarcStore(home / "warc"), BATCHES, clock), told.update, 4)
        found = losses(engine, WarcStore(home / "warc"), told)
        engine.dispose()
    return {"rounds": rounds, "acknowledged": len(told), "losses": found}


HARDSHIPS: dict[str, Callable[[int, random.Random], dict[str, Any]]] = {
    "full-disk": full_disk,
    "full-disk-large": full_disk_large,
    "read-only": read_only,
    "second-process": second_process,
    "jumping-clock": jumping_clock,
}


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", choices=tuple(HARDSHIPS))
    given = arguments.parse_args()
    lost = False
    for name in [given.only] if given.only else list(HARDSHIPS):
        figures = HARDSHIPS[name](given.rounds, random.Random(given.seed))
        print(json.dumps({"hardship": name, "seed": given.seed, **figures}), flush=True)
        lost = lost or bool(figures.get("losses"))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
