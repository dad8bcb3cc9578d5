"""Lists of sites and runs come in pages that miss nothing and show nothing twice; the overview's counts are kept as long as they cost."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine

from archive import overall
from archive.database import reading, writing
from archive.models import Harvest, Region, Site, SiteRun
from archive.warc import WarcStore
from archive.web import create_app
from archive.web.kept import Kept
from configuration import Configuration
from tests.archive.rows import county
from tests.loops import run_apart

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still but when somebody counts slowly."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def slow(self) -> int:
        self.now += 1.0
        return 1


def walked(archive: Any, start: str, link: str) -> tuple[list[str], int]:
    """Every row's address over all pages, and how many pages there were."""
    found: list[str] = []
    pages, address = 0, start
    while address:
        body = archive.get(address).text
        pages += 1
        found += re.findall(link, body)
        following = re.search(r'<a rel="next" href="([^"]+)"', body)
        address = following.group(1).replace("&amp;", "&") if following else ""
    return found, pages


def test_every_site_stands_on_exactly_one_page(empty_archive: Any) -> None:
    with writing(empty_archive.county.engine) as session:
        session.add_all(Site(code=f"s{n:03}", name=f"{n}县", url=f"http://{n}/", added_at=NOON) for n in range(120))
    found, pages = walked(empty_archive, "/sites", r'<th scope="row"><a href="/sites/(s\d+)"')
    assert found == [f"s{n:03}" for n in range(120)]
    assert pages == 3


def test_every_run_of_a_harvest_stands_on_one_page_and_the_troubled_come_first(empty_archive: Any) -> None:
    with writing(empty_archive.county.engine) as session:
        session.add(Harvest(kind="harvest", state="done", started_at=NOON))
        sites = [Site(code=f"s{n:03}", name=f"{n}县", url=f"http://{n}/", added_at=NOON) for n in range(120)]
        session.add_all(sites)
        session.flush()
        session.add_all(
            SiteRun(harvest_id=1, site_id=site.id, state="failed" if site.code > "s116" else "done") for site in sites
        )
    found, pages = walked(empty_archive, "/harvests/1", r'<th scope="row"><a href="/sites/(s\d+)"')
    assert sorted(found) == [f"s{n:03}" for n in range(120)]
    assert found[:3] == ["s117", "s118", "s119"]
    assert pages == 3


def test_a_count_that_took_long_is_kept_and_a_fast_one_is_not() -> None:
    now, cost, counted = 0.0, 2.0, 0

    def count() -> int:
        nonlocal now, counted
        now, counted = now + cost, counted + 1
        return counted

    kept: Kept[int] = Kept(lambda: now)
    assert [kept.get(count), kept.get(count)] == [1, 1]
    now += 1199
    assert kept.get(count) == 1
    now += 2
    cost = 0.001
    assert [kept.get(count), kept.get(count)] == [2, 3]


def test_nobody_waits_for_a_count_when_there_is_one_from_before() -> None:
    clock = Clock()
    kept: Kept[int] = Kept(clock)
    kept.get(clock.slow)
    clock.now += 3000
    begun, go = threading.Event(), threading.Event()

    def blocked() -> int:
        begun.set()
        assert go.wait(10)
        return 2

    thread = threading.Thread(target=lambda: kept.get(blocked))
    thread.start()
    assert begun.wait(10)
    assert kept.get(blocked) == 1
    go.set()
    thread.join()
    assert kept.value == 2


def test_a_count_is_made_anew_beside_the_answers() -> None:
    clock = Clock()
    kept: Kept[int] = Kept(clock)
    kept.get(clock.slow)
    clock.now += 3000
    go, done = threading.Event(), threading.Event()

    def later() -> int:
        assert go.wait(10)
        done.set()
        return 2

    assert [kept.get(clock.slow, later), kept.get(clock.slow, later)] == [1, 1]
    go.set()
    assert done.wait(10)
    while kept.value == 1:
        time.sleep(0.01)
    assert kept.value == 2


def test_a_sum_from_before_has_its_age_and_one_counted_at_every_look_has_none() -> None:
    clock = Clock(1000.0)
    kept: Kept[int] = Kept(clock)
    kept.recall(0, 300.0)
    clock.now += 5
    assert (kept.value, kept.age) == (0, 305.0)
    assert (kept.get(clock.slow), kept.age) == (1, 1.0)
    clock.now += 2000
    assert (kept.get(lambda: 3), kept.age) == (3, 0.0)


def test_who_sees_sums_from_before_is_told_when_they_were_counted(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        county(session).report("http://a/1")
        session.add(Region(code="9901", name="岚州市", level="prefecture"))
        session.get_one(Region, "990121").parent_code = "9901"
    app = create_app(Configuration(home=tmp_path), engine, WarcStore(tmp_path / "warc"), lambda: NOON)
    pages = ("/", "/regions", "/regions/9901", "/sites")
    assert not any("以上数目统计于" in text for text in looked_at(app, pages))
    overall.keep(engine, NOON - timedelta(hours=2), "Asia/Shanghai")
    with reading(engine) as session:
        app.state.web.recall(session)
    for kept in (app.state.web.totals, app.state.web.grid, app.state.web.site_reports):
        kept.until = math.inf  # as of an archive whose sums take long
    assert [
        address for address, text in zip(pages, looked_at(app, pages), strict=True) if "以上数目统计于" not in text
    ] == []


def looked_at(app: FastAPI, addresses: Sequence[str]) -> list[str]:
    async def look() -> list[str]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [(await client.get(address, headers={"Accept-Language": "zh"})).text for address in addresses]

    return run_apart(look())
