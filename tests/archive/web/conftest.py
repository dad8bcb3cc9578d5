"""An archive as a county leaves it: reports of one organ over the years, one edited, one moved away, one only as PDF, all read for real.

The reports are the demo's (values made from a seed), put into plain pages here and recorded as the crawler records them: WARC files first.
"""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, select

from archive.database import open_database, reading, writing
from archive.desk import Desk
from archive.exchange import Exchange
from archive.harvests import finish_harvest, start_harvest
from archive.models import ROLES, Capture, Organ, Region, Sighting, Site, SiteRun, User, UserSession
from archive.readings import read_new
from archive.recorder import Recorder
from archive.sightings import FoundReport
from archive.sites import NewSite, add_site
from archive.users import hash_password
from archive.warc import WarcStore
from archive.web import create_app
from configuration import Configuration
from demo import layouts, pdf
from demo.report import AnnualReport
from demo.world import World

HOME = "http://www.lanpu.gov.cn/"
FIELD = "requests.new_received.natural"
# What no page of a stranger may do here: each line is one way out of a careless view.
HOSTILE = """<script>document.title='pwned';fetch('http://outside.example/s')</script><img src="http://outside.example/i.png" onerror="alert(1)">
<link rel="stylesheet" href="http://outside.example/c.css"><link rel="preconnect" href="http://outside.example">
<meta http-equiv="refresh" content="0;url=http://outside.example/"><base href="http://outside.example/">
<iframe src="http://outside.example/f"></iframe><form action="http://outside.example/p"><button>提交</button></form>
<div style="background:url(http://outside.example/b.png)">背景</div><a href="javascript:alert(1)">链接</a><svg onload="alert(1)"></svg>"""


def page_of(report: AnnualReport, extra: str = "") -> bytes:
    return (
        f'<html><head><meta charset="utf-8"><title>{report.title}</title></head><body>{extra}<h1>{report.title}</h1>'
        f'<p>发布日期：{report.published}</p><div id="zoom">{layouts.body(report)}</div></body></html>'
    ).encode()


def edited(report: AnnualReport, **figures: int) -> AnnualReport:
    return replace(
        report, figures={**report.figures, **{key.replace("__", "."): value for key, value in figures.items()}}
    )


@dataclass
class County:
    """A site that answers what it is told to, crawled and read whenever `run` is called."""

    engine: Engine
    store: WarcStore
    site_id: int = 0
    clock: datetime = datetime(2026, 2, 1, tzinfo=UTC)
    answers: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    listed: dict[str, FoundReport] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.clock

    def show(self, name: str, report: AnnualReport, body: bytes | None = None, kind: str = "text/html") -> str:
        url = f"{HOME}nb/{name}"
        self.answers[url] = (200, kind, page_of(report) if body is None else body)
        self.listed[url] = FoundReport(
            url, url, report.title, report.published, report.organ.name, report.year, HOME + "nb/"
        )
        return url

    def attach(self, name: str, to: str, body: bytes, kind: str) -> None:
        url = f"{HOME}nb/{name}"
        self.answers[url] = (200, kind, body)
        self.listed[url] = FoundReport(url, url, name, None, None, None, to, parent_url_key=to)

    def run(self, kind: str = "recrawl", state: str = "done", reason: str | None = None) -> None:
        self.clock += timedelta(days=1)
        with writing(self.engine) as session:
            harvest_id = start_harvest(session, kind, [self.site_id], self.clock)
            run_id = session.scalars(select(SiteRun.id).where(SiteRun.harvest_id == harvest_id)).one()
        recorder = Recorder(self.engine, self.store, self.now, "test/1", "test@example.org")
        recorder.begin(run_id)
        known = {sighting.url for sighting in recorder.known(self.site_id)}
        for url in sorted({*self.answers, *known}):
            self.clock += timedelta(seconds=2)
            self._record(recorder, run_id, url)
        recorder.finish(run_id, state, reason, {})
        with writing(self.engine) as session:
            finish_harvest(session, harvest_id, self.clock)
        read_new(Desk(self.engine, self.store, self.now))

    def _record(self, recorder: Recorder, run_id: int, url: str) -> None:
        status, kind, body = self.answers.get(url, (404, "text/html", "页面不存在".encode()))
        path = url.removeprefix("http://www.lanpu.gov.cn")
        asked = f"GET {path} HTTP/1.1\r\nHost: www.lanpu.gov.cn\r\nUser-Agent: test\r\n\r\n".encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nServer: 示例\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        found = self.listed.get(url)
        purpose = "home" if url == HOME else "attachment" if found and found.parent_url_key else "article"
        recorder.record(run_id, Exchange(url, self.clock, asked, head, body), purpose=purpose, url_key=url)
        if found and status == 200:
            recorder.sight(run_id, found)


@dataclass
class Archive:
    """The county's archive with a browser before it. `ids` has the sighting of each year, `pdf` included."""

    county: County
    configuration: Configuration
    client: httpx.Client
    reports: dict[int, AnnualReport]
    site: str = ""
    ids: dict[str, int] = field(default_factory=dict)
    organ_id: int = 0

    def get(self, address: str, lang: str = "en", **more: Any) -> httpx.Response:
        return self.client.get(address, headers={"Accept-Language": lang, **more.pop("headers", {})}, **more)

    def capture(self, url_end: str, newest: bool = True) -> Capture:
        order = Capture.id.desc() if newest else Capture.id.asc()
        with reading(self.county.engine) as session:
            return session.scalars(select(Capture).where(Capture.url.endswith(url_end)).order_by(order)).first()  # type: ignore[return-value]


def department_reports() -> dict[int, AnnualReport]:
    """One department's reports of all years, without planted mistakes, in the plainest page."""
    county = World.build(1).counties[0]
    organ = next(organ for organ in county.organs if organ.level == "department")
    dressed = {r.year: replace(r, dress=replace(r.dress, layout="plain")) for r in county.reports if r.organ == organ}
    return dict(sorted(dressed.items()))


def new_county(engine: Engine, home: Path) -> County:
    county = County(engine, WarcStore(home / "warc"))
    with writing(engine) as session:
        session.add(Region(code="990181", name="岚浦县", level="county"))
        session.flush()
        county.site_id = add_site(session, NewSite(HOME, name="岚浦县人民政府", region_code="990181"), county.clock).id
    county.answers[HOME] = (
        200,
        "text/html",
        f"<html><head><title>首页</title></head><body>{HOSTILE}<p>首页</p></body></html>".encode(),
    )
    return county


def lived(county: County) -> dict[int, AnnualReport]:
    """Harvest, edit behind the archive's back, re-crawl, confirm."""
    reports = department_reports()
    *others, gone, last = reports
    for year in others:
        county.show(f"{year}.html", reports[year])
    county.show(f"{gone}.html", reports[gone])
    body = f'<html><body><h1>{reports[last].title}</h1><div id="zoom"><p>见附件：<a href="{last}.pdf">年报</a></p></div></body></html>'
    article = county.show(f"{last}.html", reports[last], body.encode())
    county.attach(f"{last}.pdf", article, pdf.made(reports[last]), "application/pdf")
    county.run("harvest")
    year = others[-1]
    more = int(reports[year].figures[FIELD] or 0) + 7
    changed = edited(reports[year], requests__new_received__natural=more)
    county.show(f"{year}.html", changed)
    del county.answers[f"{HOME}nb/{gone}.html"]
    county.run("recrawl")
    county.run("confirm")
    return {**reports, year: changed}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", lifespan="off", proxy_headers=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@dataclass(frozen=True)
class Home:
    """An archive on disk: its folder, its one organ's reports as published last, and the clock when it was left."""

    folder: Path
    reports: dict[int, AnnualReport]
    county: County


@pytest.fixture(scope="session")
def lived_home(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Home:
    """Lived through once a worker; each test gets a copy."""
    folder = tmp_path_factory.mktemp("lived")
    shutil.copyfile(sqlite_template, folder / "index.sqlite")
    engine = open_database(f"sqlite:///{folder / 'index.sqlite'}")
    county = new_county(engine, folder)
    reports = lived(county)
    engine.dispose()
    return Home(folder, reports, county)


@contextmanager
def opened(county: County, home: Path, reports: dict[int, AnnualReport]) -> Iterator[Archive]:
    """The archive behind its server, with what the tests ask of it."""
    configuration = Configuration(home=home)
    app = create_app(configuration, county.engine, county.store, lambda: datetime(2026, 3, 1, tzinfo=UTC))
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        archive = Archive(county, configuration, client, reports)
        with reading(county.engine) as session:
            archive.ids = {row.url.rsplit("/", 1)[-1]: row.id for row in session.scalars(select(Sighting))}
            archive.site = session.scalars(select(Site.code)).first() or ""
            archive.organ_id = session.scalars(select(Organ.id).order_by(Organ.id)).first() or 0
        yield archive


@contextmanager
def copied(lived: Home, home: Path) -> Iterator[Archive]:
    shutil.copytree(lived.folder, home, dirs_exist_ok=True)
    engine = open_database(f"sqlite:///{home / 'index.sqlite'}")
    then = lived.county
    county = replace(
        then, engine=engine, store=WarcStore(home / "warc"), answers=dict(then.answers), listed=dict(then.listed)
    )
    with opened(county, home, lived.reports) as made:
        yield made
    engine.dispose()


@pytest.fixture(scope="session")
def archive(lived_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """On SQLite, shared by the tests that only look and leave no cookie."""
    with copied(lived_home, tmp_path_factory.mktemp("shared")) as made:
        yield made


@pytest.fixture
def own_archive(lived_home: Home, home: Path) -> Iterator[Archive]:
    """A copy of it, for a test that changes something or keeps a cookie."""
    with copied(lived_home, home) as made:
        yield made


PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def somebody(own_archive: Archive, password_hash: str) -> Iterator[Callable[[str], httpx.Client]]:
    """Browsers of the accounts `reader`, `reviewer` and `operator` at `own_archive`, logged in. Their password is PASSWORD."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with writing(own_archive.county.engine) as session:
        for role in ROLES:
            user = User(name=role, role=role, password_hash=password_hash, made_at=at, password_at=at)
            session.add(user)
            session.flush()
            token = sha256(f"token-of-{role}".encode()).hexdigest()
            session.add(UserSession(token_sha256=token, user_id=user.id, begun_at=at, seen_at=at, address="127.0.0.1"))
    clients = []

    def browser(role: str) -> httpx.Client:
        client = httpx.Client(
            base_url=own_archive.client.base_url,
            cookies={"session": f"token-of-{role}"} if role else {},
            headers={"Accept-Language": "en"},
            timeout=30,
        )
        clients.append(client)
        return client

    yield browser
    for client in clients:
        client.close()


@pytest.fixture
def serve_app() -> Iterator[Callable[[FastAPI], httpx.Client]]:
    """Applications with other settings, each behind a server of its own."""
    with ExitStack() as opened_servers:

        def serve(app: FastAPI) -> httpx.Client:
            address = opened_servers.enter_context(served(app))
            return opened_servers.enter_context(httpx.Client(base_url=address, timeout=30))

        yield serve


@pytest.fixture
def lived_archive(engine: Engine, home: Path) -> Iterator[Archive]:
    """On both databases, lived through anew: for tests of the queries."""
    county = new_county(engine, home)
    with opened(county, home, lived(county)) as made:
        yield made


@pytest.fixture
def empty_archive(engine: Engine, home: Path) -> Iterator[Archive]:
    with opened(County(engine, WarcStore(home / "warc")), home, {}) as made:
        yield made
