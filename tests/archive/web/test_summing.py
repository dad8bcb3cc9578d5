"""What is summed up over the whole archive is shown for as long as counting it cost, and counted by one process of a server for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import Engine, delete, event

from archive import overall
from archive.database import reading, writing
from archive.models import Region, SumRow
from archive.overall import Overall
from archive.warc import WarcStore
from archive.web import create_app
from archive.web.summing import Sums
from configuration import Configuration
from tests.archive.rows import Rows, county
from tests.loops import run_apart
from tests.waiting import until

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
SHOWN_SECONDS = 1200.0  # of what took two seconds to count; by some processes up to half as long again


@dataclass
class Clock:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


def with_a_report(engine: Engine) -> Rows:
    with writing(engine) as session:
        rows = county(session)
        rows.report("http://a/1")
    return rows


def another_report(engine: Engine, rows: Rows) -> None:
    with writing(engine) as session:
        replace(rows, session=session).report("http://a/2", year=2023)


def counted_slowly(engine: Engine, made_at: datetime, seconds: float = 2.0, **totals: int) -> Overall:
    """As another process would have kept it."""
    with reading(engine) as session:
        counted = overall.counted(session, made_at, ZONE)
    kept = replace(counted, seconds=seconds, totals=replace(counted.totals, **totals))
    overall.keep(engine, kept)
    return kept


def shown(engine: Engine, sums: Sums) -> int:
    with reading(engine) as session:
        return sums.get(session).totals.reports


def test_what_is_counted_fast_is_counted_at_every_look(engine: Engine) -> None:
    rows, clock = with_a_report(engine), Clock()
    sums = counted_fast(engine, clock)
    assert shown(engine, sums) == 1
    another_report(engine, rows)
    assert (shown(engine, sums), sums.counted_at()) == (2, None)


def counted_fast(engine: Engine, clock: Clock) -> Sums:
    """On a busy machine any count may be held up, even twice."""
    for _ in range(20):
        sums = Sums(engine, clock.now, ZONE, clock)
        sums.renew()
        clock.seconds += 3600
        if sums.counted_at() is None:
            return sums
        with writing(engine) as session:
            session.execute(delete(SumRow))
    raise AssertionError("each count of one report took long")


def test_what_took_long_to_count_is_shown_as_long_and_then_counted_anew_beside_the_answers(engine: Engine) -> None:
    rows, clock = with_a_report(engine), Clock()
    sums = Sums(engine, clock.now, ZONE, clock)
    counted_slowly(engine, NOON)
    sums.recall()
    another_report(engine, rows)
    clock.seconds = SHOWN_SECONDS - 1
    assert (shown(engine, sums), sums.counted_at()) == (1, NOON)
    clock.seconds = SHOWN_SECONDS * 1.5 + 1
    assert shown(engine, sums) == 1
    until(lambda: shown(engine, sums) == 2)


def test_nobody_waits_for_who_counts_anew(engine: Engine) -> None:
    rows, clock = with_a_report(engine), Clock()
    asking, begun, go = threading.current_thread(), threading.Event(), threading.Event()

    def now() -> datetime:
        if threading.current_thread() is not asking:
            begun.set()
            assert go.wait(20)
        return clock.now()

    sums = Sums(engine, now, ZONE, clock)
    counted_slowly(engine, NOON)
    sums.recall()
    another_report(engine, rows)
    clock.seconds = SHOWN_SECONDS * 2
    assert shown(engine, sums) == 1
    assert begun.wait(20)
    assert shown(engine, sums) == 1
    go.set()
    until(lambda: shown(engine, sums) == 2)


def test_what_another_process_counted_meanwhile_is_not_counted_again(engine: Engine) -> None:
    with_a_report(engine)
    clock = Clock()
    sums = Sums(engine, clock.now, ZONE, clock)
    counted_slowly(engine, NOON)
    sums.recall()
    clock.seconds = SHOWN_SECONDS * 2
    counted_slowly(engine, clock.now(), reports=77)
    sums.renew()
    assert shown(engine, sums) == 77


def test_what_a_process_counted_slowly_is_there_for_the_others_and_what_it_counted_fast_is_not_kept(
    engine: Engine,
) -> None:
    with_a_report(engine)
    clock = Clock()
    counted_fast(engine, clock)
    with reading(engine) as session:
        assert overall.last(session) is None
    event.listen(engine, "before_cursor_execute", lambda *_: time.sleep(0.01))
    Sums(engine, clock.now, ZONE, clock).renew()
    with reading(engine) as session:
        kept = overall.last(session)
    assert kept is not None
    assert (kept.totals.reports, kept.made_at) == (1, clock.now())
    assert kept.seconds > 0.05


def test_sums_are_counted_once_for_all_who_come_first(engine: Engine) -> None:
    with_a_report(engine)
    clock, counted = Clock(), []
    sums = Sums(engine, clock.now, ZONE, clock)

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        counted.append(statement.startswith("SELECT count(") and "FROM captures" in statement)
        time.sleep(0.01)

    event.listen(engine, "before_cursor_execute", note)
    threads = [threading.Thread(target=shown, args=(engine, sums)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted) == 2, "once, and once more to see whether it always takes long"


def test_who_sees_sums_from_before_is_told_when_they_were_counted(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        county(session).report("http://a/1")
        session.add(Region(code="9901", name="岚州市", level="prefecture"))
        session.get_one(Region, "990121").parent_code = "9901"

    def started() -> FastAPI:
        made = create_app(Configuration(home=tmp_path), engine, WarcStore(tmp_path / "warc"), lambda: NOON)
        made.state.web.sums.recall()
        return made

    pages = ("/", "/regions", "/regions/9901", "/sites")
    assert not any("以上数目统计于" in text for text in looked_at(started(), pages))
    counted_slowly(engine, NOON - timedelta(hours=2), seconds=60.0)
    assert [
        address
        for address, text in zip(pages, looked_at(started(), pages), strict=True)
        if "以上数目统计于" not in text
    ] == []


def looked_at(app: FastAPI, addresses: Sequence[str]) -> list[str]:
    async def look() -> list[str]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [(await client.get(address, headers={"Accept-Language": "zh"})).text for address in addresses]

    return run_apart(look())
