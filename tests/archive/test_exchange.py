from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.exchange import Exchange


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\n", 200),
        (b"HTTP/1.0 404\nA: 1\n\n", 404),
        (b"HTTP/1.1 503\r\n\r\n", 503),
        (b"HTTP/1.1  302 Found\r\n\r\n", 302),
        (b"<html>200 OK</html>", 0),
        (b"", 0),
    ],
)
def test_the_status_is_read_from_heads_of_any_line_ends(head: bytes, status: int) -> None:
    exchange = Exchange(
        "http://www.shili.gov.cn/", datetime(2026, 1, 20, tzinfo=UTC), b"GET / HTTP/1.1\r\n\r\n", head, b""
    )
    assert exchange.status == status
