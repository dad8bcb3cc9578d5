"""Exchanges to record, and a site with a run to record them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive.database import writing
from archive.exchange import Exchange
from archive.harvests import site_runs, start_harvest
from archive.models import Site
from archive.recorder import Batches, Recorder
from archive.sites import NewSite, add_site
from archive.warc import WarcStore

REQUEST = b"GET /a HTTP/1.1\r\nHost: www.shili.gov.cn\r\nUser-Agent: nianbao\r\n\r\n"
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\n\r\n'


class Clock:
    """A clock that goes one second a look, and wherever a test sets it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def exchange(clock: Clock) -> Callable[..., Exchange]:
    def made(path: str = "/a", body: bytes = b"<html>a</html>", head: bytes = HEAD, **more: Any) -> Exchange:
        return Exchange(
            f"http://www.shili.gov.cn{path}", clock(), REQUEST.replace(b"/a", path.encode()), head, body, **more
        )

    return made


@pytest.fixture
def store(home: Path) -> WarcStore:
    return WarcStore(home / "warc")


@pytest.fixture
def new_run(clock: Clock) -> Callable[..., tuple[int, int]]:
    """A harvest of one site: (site id, site run id). The site is added by the first call for its address."""

    def made(engine: Engine, kind: str = "harvest", url: str = "http://www.shili.gov.cn/") -> tuple[int, int]:
        with writing(engine) as session:
            held = session.scalar(select(Site.id).where(Site.url == url))
            site_id = held or add_site(session, NewSite(url, name="示例县"), clock()).id
            return site_id, site_runs(session, start_harvest(session, kind, [site_id], clock()))[0].id

    return made


@pytest.fixture
def new_recorder(clock: Clock, store: WarcStore) -> Callable[..., Recorder]:
    """A recorder as a new process makes it. It does not flush by time unless a test asks: the clock goes a second a look."""

    def made(engine: Engine, batches: Batches | None = None) -> Recorder:
        batches = batches or Batches(seconds=10_000)
        return Recorder(engine, WarcStore(store.folder), clock, "nianbao 0.1", "someone@example.org", batches)

    return made
