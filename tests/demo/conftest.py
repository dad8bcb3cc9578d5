"""A running county in a box, and a bare HTTP client that shows what came over the wire."""

from __future__ import annotations

import html
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from demo.dialects import FAMILIES
from demo.server import Address, CountyServer
from demo.world import World


@dataclass(frozen=True, slots=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self, encoding: str = "utf-8") -> str:
        return self.body.decode(encoding)

    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Got]


@pytest.fixture(scope="session")
def world() -> World:
    return World.build(1)


@pytest.fixture(scope="module")
def county(world: World) -> Iterator[CountyServer]:
    """Running and never edited: for tests that only read."""
    with CountyServer(world) as server:
        yield server


@pytest.fixture
def edited(world: World) -> Iterator[CountyServer]:
    """Running and this test's own: for tests that plant."""
    with CountyServer(world) as server:
        yield server


@pytest.fixture
def ask() -> Ask:
    def send(url: str, method: str = "GET", body: bytes | None = None, timeout: float = 10, **headers: str) -> Got:
        split = urlsplit(url)
        connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=timeout)
        try:
            target = split.path + (f"?{split.query}" if split.query else "")
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, target, body, named)
            response = connection.getresponse()
            return Got(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    return send


@dataclass(frozen=True, slots=True)
class Portal:
    """One family's site in the county of all families, what stands on it, and a client that reads it as plainly as can be."""

    address: Address
    reports: list[Any]
    ask: Ask

    def text(self, url: str, form: Mapping[str, object] | None = None, **headers: str) -> str:
        """The page at an address, which may be relative to the site; a form is posted."""
        url = urljoin(self.address.url, url)
        if form is None:
            got = self.ask(url, **headers)
        else:
            kind = "application/x-www-form-urlencoded; charset=UTF-8"
            got = self.ask(url, "POST", urlencode(form).encode(), Content_Type=kind, **headers)
        assert got.status == 200, url
        try:
            return got.text()
        except UnicodeDecodeError:
            return got.text("gb18030")

    def json(self, url: str, form: Mapping[str, object] | None = None) -> Any:
        return json.loads(self.text(url, form))

    def pages(self, start: str, following: Callable[[str, int], str | None]) -> str:
        """All pages of a list, one after the other: `following` says which address comes after page `number`, from 1."""
        url, seen = urljoin(self.address.url, start), []
        while len(seen) < 40:
            seen.append(self.text(url))
            link = following(seen[-1], len(seen))
            if link is None:
                return "\n".join(seen)
            url = urljoin(url, link)
        raise AssertionError(f"{start} has no end")

    @property
    def column(self) -> str:
        return self.address.column_url

    def path(self, report: Any) -> str:
        split = urlsplit(report["url"])
        return split.path + (f"?{split.query}" if split.query else "")

    def must_list(self, text: str, titles: bool = True) -> None:
        """Every report's title and address stand in what the lists said."""
        said = html.unescape(text)
        assert len(self.reports) > 25
        missing = [report["title"] for report in self.reports if titles and report["title"] not in said]
        unlinked = [self.path(report) for report in self.reports if self.path(report).rsplit("/", 1)[1] not in said]
        assert (missing, unlinked) == ([], [])


@pytest.fixture(scope="session")
def all_families() -> Iterator[CountyServer]:
    """A county of every family, its reports in one list where the family can have that."""
    sizes: dict[str, Any] = {"townships": 4, "departments": 3, "years": (2021, 2022, 2023, 2024)}
    world = World.build(1, counties=len(FAMILIES), families=FAMILIES, arrangements=("mixed",), **sizes)
    with CountyServer(world) as server:
        yield server


@pytest.fixture(scope="session")
def all_reports(all_families: CountyServer) -> Mapping[str, list[Any]]:
    """The truth's reports by their site's home page."""
    found: dict[str, list[Any]] = {address.url: [] for address in all_families.sites}
    for report in all_families.truth()["reports"]:
        found["{0.scheme}://{0.netloc}/".format(urlsplit(report["url"]))].append(report)
    return found


@pytest.fixture
def portal(all_families: CountyServer, all_reports: Mapping[str, list[Any]], ask: Ask) -> Callable[[str], Portal]:
    def of(family: str) -> Portal:
        address = next(address for address in all_families.sites if address.family == family)
        return Portal(address, all_reports[address.url], ask)

    return of
