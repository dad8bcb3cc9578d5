"""A home with a database, the crawl as a child process, and a small server whose pages a test writes itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from archive import harvests
from archive.database import migrate, open_database, reading, writing
from archive.harvests import RunOfSite
from archive.models import Capture, Harvest, Sighting
from archive.sites import NewSite, add_site

ROOT = Path(__file__).parents[2]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Home:
    """One archive on disk. Crawls run as a user's do: in a process of their own."""

    folder: Path
    engine: Engine
    settings: dict[str, str] = field(default_factory=dict)
    patience_seconds: float = 240  # with a crawl; drills of whole counties have more

    def add(
        self,
        url: str,
        delay: float = 0.0,
        allow_private: bool = True,
        code: str | None = None,
        hosts: tuple[str, ...] = (),
        browser: bool = False,
    ) -> int:
        new = NewSite(url, None, None, hosts, delay, allow_private, code, browser=browser)
        with writing(self.engine) as session:
            return add_site(session, new, _now()).id

    def order(self, kind: str, site_ids: Sequence[int]) -> int:
        with writing(self.engine) as session:
            return harvests.start_harvest(session, kind, site_ids, _now())

    def begin(self, harvest_id: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable,
                "-W",
                "error::DeprecationWarning:crawler",
                "-m",
                "crawler.run",
                "--harvest",
                str(harvest_id),
                "--json",
            ],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "NIANBAO_HOME": str(self.folder),
            "NIANBAO_DELAY_SECONDS": "0",
            "NIANBAO_TIMEOUT_SECONDS": "5",
            **self.settings,
        }

    def crawl(self, kind: str, site_ids: Sequence[int]) -> dict[str, RunOfSite]:
        return self.go_on(self.order(kind, site_ids))

    def go_on(self, harvest_id: int) -> dict[str, RunOfSite]:
        """Run the crawl to its end. Gives the runs by their site's code."""
        with self.begin(harvest_id) as child:
            said, complaint = child.communicate(timeout=self.patience_seconds)
        assert child.returncode == 0, complaint
        assert "Traceback" not in self.log(), self.log()
        assert all(line.startswith("{") for line in said.splitlines())
        return self.runs(harvest_id)

    def runs(self, harvest_id: int) -> dict[str, RunOfSite]:
        with reading(self.engine) as session:
            return {run.site.code: run for run in harvests.site_runs(session, harvest_id)}

    def harvest(self, harvest_id: int) -> Harvest:
        with reading(self.engine) as session:
            return session.get_one(Harvest, harvest_id)

    def kill(self, child: subprocess.Popen[str], when: Callable[[], bool], how: int = signal.SIGKILL) -> None:
        deadline = time.monotonic() + 60
        while not when() and child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        child.send_signal(how)
        child.communicate(timeout=60)

    def log(self) -> str:
        path = self.folder / "logs" / "crawl.log"
        return path.read_text("utf-8") if path.exists() else ""

    def captures(self, harvest_id: int | None = None) -> list[Capture]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Capture).order_by(Capture.id)))

    def sightings(self) -> list[Sighting]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Sighting).order_by(Sighting.id)))


def _open_home(folder: Path) -> Home:
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'index.sqlite'}"
    migrate(url)
    return Home(folder, open_database(url))


@pytest.fixture
def crawling(tmp_path: Path) -> Iterator[Home]:
    """A home of this test's own."""
    opened = _open_home(tmp_path / "home")
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def shared_crawling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that the tests of one module share."""
    opened = _open_home(tmp_path_factory.mktemp("crawling") / "home")
    yield opened
    opened.engine.dispose()


@dataclass
class Said:
    """An answer that a test writes: a body, or (status, headers, body)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class PageServer:
    """One site on a loopback address: path → answer, or a function of how often the path was asked before; `*` answers all other paths."""

    def __init__(self, pages: dict[str, Any], address: str = "127.0.0.1") -> None:
        self.pages = pages
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                times = outer.asked.count(self.path)
                outer.asked.append(self.path)
                said = outer.pages.get(self.path)
                if said is None and "*" in outer.pages:
                    said = outer.pages["*"](self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                said = said(times) if callable(said) else said or Said(404, body=b"no such page")
                said = said if isinstance(said, Said) else Said(body=said.encode("utf-8"))
                self.send_response(said.status)
                headers = {
                    "Content-Type": "text/html; charset=utf-8",
                    "Content-Length": str(len(said.body)),
                    **said.headers,
                }
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                if said.status != 304:
                    self.wfile.write(said.body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that was killed is no error of the server

        self.server = Server((address, 0), Handler)
        self.url = f"http://{address}:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def page_server() -> Iterator[Callable[[dict[str, Any]], PageServer]]:
    """Start servers by their pages; each gets a loopback address of its own."""
    opened: list[PageServer] = []

    def start(pages: dict[str, Any]) -> PageServer:
        opened.append(PageServer(pages, f"127.0.7.{len(opened) + 1}"))
        return opened[-1]

    yield start
    for server in opened:
        server.close()


@pytest.fixture(scope="session")
def answer() -> Callable[..., Said]:
    """An answer other than a plain page: status, headers, body."""
    return Said


@pytest.fixture(scope="session")
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])
