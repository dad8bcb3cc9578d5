"""Where a request came from, which names are ours, and how much one address may ask for."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import Request

from archive.web.limits import Allowance, is_expensive
from archive.web.reach import is_open_to_others, is_ours, reached
from configuration import Configuration

PUBLIC = {"public_url": "https://nb.example"}


def request_of(client: str, host: str = "127.0.0.1:8710", **headers: str) -> Request:
    lines = {"host": host, **{key.replace("_", "-"): value for key, value in headers.items()}}
    return Request(
        {
            "type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 8710), "client": (client, 1),
            "headers": [(key.encode(), value.encode()) for key, value in lines.items()],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "host", "ours"),
    [
        ({}, "127.0.0.1:8710", True),
        ({}, "localhost:8710", True),
        ({}, "[::1]:8710", True),
        ({}, "localhost.evil.example", False),
        ({}, "192.0.2.7:8710", False),
        ({}, "[::1", False),
        ({"host": "0.0.0.0"}, "192.0.2.7:8710", True),
        ({"host": "0.0.0.0"}, "evil.example:8710", False),
        ({"host": "archive.lan"}, "archive.lan:8710", True),
        (PUBLIC, "nb.example", True),
        (PUBLIC, "NB.example", True),
        (PUBLIC, "nb.example:8710", False),
        (PUBLIC, "nb.example.evil.example", False),
    ],
)
def test_only_our_own_names_lead_here(settings: dict[str, Any], host: str, ours: bool) -> None:
    assert is_ours(request_of("127.0.0.1", host), Configuration(**settings)) is ours


@pytest.mark.parametrize(
    ("settings", "peer", "forwarded", "address", "hidden"),
    [
        ({}, "127.0.0.1", None, "127.0.0.1", False),
        ({}, "192.0.2.7", None, "192.0.2.7", False),
        ({}, "127.0.0.1", "203.0.113.9", "127.0.0.1", True),
        (PUBLIC, "127.0.0.1", "203.0.113.9", "203.0.113.9", False),
        (PUBLIC, "127.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9", False),
        (PUBLIC, "127.0.0.1", "203.0.113.9, 127.0.0.1", "203.0.113.9", False),
        (PUBLIC, "127.0.0.1", "nonsense", "127.0.0.1", False),
        (PUBLIC, "192.0.2.7", "127.0.0.1", "192.0.2.7", True),
        ({**PUBLIC, "proxies": "10.0.0.0/8"}, "10.1.2.3", "203.0.113.9, 10.9.9.9", "203.0.113.9", False),
        ({**PUBLIC, "proxies": "10.0.0.0/8"}, "127.0.0.1", "203.0.113.9", "127.0.0.1", True),
    ],
)
def test_only_a_named_proxy_is_believed_about_who_asks(
    settings: dict[str, Any], peer: str, forwarded: str | None, address: str, hidden: bool
) -> None:
    more = {"x_forwarded_for": forwarded} if forwarded else {}
    where = reached(request_of(peer, **more), Configuration(**settings))
    assert (where.address, where.hidden) == (address, hidden)
    assert where.secure is (bool(forwarded) and not hidden)


def test_whoever_comes_through_an_unknown_proxy_is_not_taken_for_this_machine() -> None:
    where = reached(request_of("127.0.0.1", x_forwarded_for="203.0.113.9"), Configuration())
    assert not where.local


@pytest.mark.parametrize(
    ("settings", "is_open"),
    [
        ({}, False),
        ({"host": "::1"}, False),
        ({"host": "0.0.0.0"}, True),
        (PUBLIC, True),
        ({"public_url": "http://localhost:1"}, False),
    ],
)
def test_an_archive_is_open_to_others_by_its_own_address_or_through_a_proxy(settings: dict[str, Any], is_open: bool) -> None:  # fmt: skip
    assert is_open_to_others(Configuration(**settings)) is is_open


def test_so_many_a_minute_and_each_comes_back_with_time() -> None:
    moment = 0.0
    allowance = Allowance(2, lambda: moment)
    assert [allowance.wait("192.0.2.7") for _ in range(3)] == [0, 0, 30]
    assert allowance.wait("192.0.2.8") == 0
    moment = 30.0
    assert [allowance.wait("192.0.2.7") for _ in range(2)] == [0, 30]
    moment = 3600.0
    assert [allowance.wait("192.0.2.7") == 0 for _ in range(3)] == [True, True, False]


def test_the_addresses_of_one_ipv6_network_share_what_they_may_have() -> None:
    allowance = Allowance(1, lambda: 0.0)
    assert allowance.wait("2001:db8::1") == 0
    assert allowance.wait("2001:db8::2") > 0
    assert allowance.wait("2001:db8:0:1::1") == 0


def test_what_is_expensive() -> None:
    for path in (
        "/search",
        "/api/reports",
        "/api/search",
        "/compare",
        "/harvests/3/events",
        "/reports/3/compare",
        "/changes.csv",
        "/reports/3.docx",
    ):
        assert is_expensive(path), path
    for path in ("/", "/changes", "/reports/3", "/api/docs", "/login", "/static/style.css"):
        assert not is_expensive(path), path
