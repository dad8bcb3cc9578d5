"""A page that was made before is given out again while nothing has changed for longer than three seconds, and only to those who merely read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from starlette.types import Receive, Scope, Send

from archive.database import writing
from archive.models import Site
from archive.web.page_cache import PageCache, Stamp
from tests.loops import run_apart


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked for but the stamp."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "pg_current_snapshot" not in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_page_is_made_once_while_nothing_changes(lived_archive: Any) -> None:
    """PostgreSQL's stamp moves whenever anybody writes to any of its databases: such a look makes the page anew, and the next one does not."""
    first, until, seen = lived_archive.get("/sites").text, time.monotonic() + 60, ["not looked at yet"]
    while seen and time.monotonic() < until:
        with statements(lived_archive.county.engine) as seen:
            assert lived_archive.get("/sites").text == first
    assert not seen


def test_a_page_is_three_seconds_old_at_most(lived_archive: Any) -> None:
    shown = [lived_archive.get("/sites").text for _ in range(3)]
    assert not any("另一个名字" in text for text in shown)
    rename(lived_archive.county.engine, "另一个名字")
    time.sleep(3)
    assert "另一个名字" in lived_archive.get("/sites").text


def test_whether_anything_was_committed_is_asked_every_three_seconds(lived_archive: Any) -> None:
    seconds = 0.0
    stamp = Stamp(lived_archive.county.engine, lambda: seconds)
    first = run_apart(stamp.lately())
    rename(lived_archive.county.engine, "一个名字")
    seconds = 2.99
    assert run_apart(stamp.lately()) == first
    seconds = 3.0
    assert run_apart(stamp.lately()) != first


def rename(engine: Engine, name: str) -> None:
    with writing(engine) as session:
        session.scalars(select(Site)).one().name = name


def test_a_database_that_was_started_anew_is_asked_over_a_new_connection(lived_archive: Any) -> None:
    engine = lived_archive.county.engine
    before = lived_archive.get("/sites").text
    if engine.dialect.name == "sqlite":
        engine.dispose()
    else:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with engine.connect() as connection:
            connection.execute(text(others))
    assert lived_archive.get("/sites").text == before


def test_languages_themes_and_queries_are_pages_of_their_own(archive: Any) -> None:
    pages = {
        archive.get(address, lang=lang).text for address in ("/reports", "/reports?year=2020") for lang in ("zh", "en")
    }
    dark = archive.get("/reports", headers={"Cookie": "theme=dark"}).text
    assert len(pages) == 4
    assert 'data-theme="dark"' in dark and 'data-theme="dark"' not in archive.get("/reports").text


def test_who_has_more_than_a_language_and_a_theme_gets_a_page_of_their_own(archive: Any) -> None:
    archive.get("/sites")
    for cookie in ("session=x", "form=" + "x" * 40):
        with statements(archive.county.engine) as seen:
            assert archive.get("/sites", headers={"Cookie": cookie}).status_code == 200
        assert any("FROM sites" in statement for statement in seen)


@pytest.mark.parametrize("address", ["/findings.jsonl", "/reports.csv", "/exports/reports.xlsx"])
def test_nobody_waits_for_the_end_of_anothers_download(engine: Engine, address: str) -> None:
    async def ask() -> None:
        all_begun = asyncio.Barrier(4)

        async def without_end(_scope: Scope, _receive: Receive, _send: Send) -> None:
            await all_begun.wait()
            await asyncio.Event().wait()

        cache = PageCache(without_end, Stamp(engine))
        scope = {"type": "http", "method": "GET", "scheme": "http", "server": ("127.0.0.1", 80), "path": address, "query_string": b"", "headers": []}  # fmt: skip
        askers = [asyncio.create_task(cache(scope, nothing, nothing)) for _ in range(3)]
        await all_begun.wait()
        for asker in askers:
            asker.cancel()

    run_apart(asyncio.wait_for(ask(), 60))


async def nothing(*_: Any) -> Any:
    """Neither comes nor goes."""


def test_an_error_is_not_kept(archive: Any) -> None:
    for _ in range(2):
        with statements(archive.county.engine) as seen:
            assert archive.get("/organs/999999").status_code == 404
        assert seen
