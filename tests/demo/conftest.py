"""A running county in a box, and a bare HTTP client that shows what came over the wire."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from demo.server import CountyServer
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
