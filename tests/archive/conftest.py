"""Exchanges to record, a site with a run to record them in, and an S3 server."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from tests.archive.receivers import Received, mail_server, web_server

REQUEST = b"GET /a HTTP/1.1\r\nHost: www.shili.gov.cn\r\nUser-Agent: nianbao\r\n\r\n"
BUCKET = "nianbao"
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


@pytest.fixture
def sighted(new_run: Callable[..., tuple[int, int]], new_recorder: Callable[..., Recorder]) -> Callable[..., int]:
    """The number of a new run that saw a report, by a process of its own: which died, unless the run is to end."""

    def made(engine: Engine, found: FoundReport, kind: str = "harvest", *, ends: bool = False) -> int:
        _, run_id = new_run(engine, kind)
        recorder = new_recorder(engine)
        recorder.begin(run_id)
        recorder.sight(run_id, found)
        recorder.flush()
        if ends:
            recorder.finish(run_id, "done", None, {})
        return run_id

    return made


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """An S3 server in a process of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(300):
                try:
                    request = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")
                    with urllib.request.urlopen(request, timeout=20):
                        break
                except OSError:
                    assert server.poll() is None, "the S3 server ended"
                    time.sleep(0.1)
            yield address
        finally:
            server.terminate()


@pytest.fixture
def bucket(s3_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The setting that names a bucket; each test has a prefix of its own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def web() -> Iterator[Received]:
    with web_server() as got:
        yield got


@pytest.fixture
def mail() -> Iterator[Received]:
    with mail_server() as got:
        yield got
