"""Who may order a re-crawl: this machine, from one of these pages, and nobody else."""

from __future__ import annotations

from typing import Any

import httpx
import lxml.html
import pytest
from fastapi import Request
from sqlalchemy import select

from archive.database import reading
from archive.models import Order
from archive.web.safety import TOKEN_COOKIE, refusal

TOKEN = "t" * 43


def orders(archive: Any) -> list[Order]:
    with reading(archive.county.engine) as session:
        return list(session.scalars(select(Order)))


def form(archive: Any) -> tuple[str, dict[str, str]]:
    (found,) = lxml.html.document_fromstring(archive.get(f"/sites/{archive.site}").text).xpath("//form[@method='post']")
    return found.get("action"), {field.get("name"): field.get("value") for field in found.xpath(".//input")}


def test_the_button_writes_an_order_that_names_the_site(own_archive: Any) -> None:
    action, fields = form(own_archive)
    answer = own_archive.client.post(
        action, data=fields, headers={"Origin": str(own_archive.client.base_url).rstrip("/")}
    )
    assert answer.status_code == 303
    (order,) = orders(own_archive)
    assert (order.kind, order.site_id, order.taken_at) == ("recrawl", own_archive.county.site_id, None)
    assert "waiting since" in own_archive.get(answer.headers["location"]).text


def test_a_second_press_orders_nothing_more(own_archive: Any) -> None:
    action, fields = form(own_archive)
    for _ in range(2):
        assert own_archive.client.post(action, data=fields).status_code == 303
    assert len(orders(own_archive)) == 1


@pytest.mark.parametrize("fields", [{}, {"token": "wrong"}, {"token": ""}])
def test_a_form_without_the_page_s_token_is_refused(own_archive: Any, fields: dict[str, str]) -> None:
    action, _ = form(own_archive)
    answer = own_archive.client.post(action, data=fields)
    assert answer.status_code == 403
    assert orders(own_archive) == []


def test_a_form_of_another_origin_is_refused(own_archive: Any) -> None:
    action, fields = form(own_archive)
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Referer": "http://evil.example/a"},
    ):
        assert own_archive.client.post(action, data=fields, headers=headers).status_code == 403
    assert orders(own_archive) == []


def test_a_foreign_name_that_leads_here_is_refused(own_archive: Any) -> None:
    action, fields = form(own_archive)
    assert own_archive.client.post(action, data=fields, headers={"Host": "evil.example"}).status_code == 403
    assert orders(own_archive) == []


def test_an_order_through_a_proxy_is_refused(own_archive: Any) -> None:
    action, fields = form(own_archive)
    assert own_archive.client.post(action, data=fields, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert orders(own_archive) == []


def test_an_order_for_no_site_is_not_found(own_archive: Any) -> None:
    _, fields = form(own_archive)
    assert own_archive.client.post("/sites/nobody/recrawl", data=fields).status_code == 404


def test_an_address_alone_orders_nothing(own_archive: Any) -> None:
    answer: httpx.Response = own_archive.get(f"/sites/{own_archive.site}/recrawl")
    assert answer.status_code == 405
    assert orders(own_archive) == []


def test_a_form_without_end_is_refused(own_archive: Any) -> None:
    action, fields = form(own_archive)
    assert own_archive.client.post(action, data={**fields, "more": "x" * 100_000}).status_code == 403


def request_of(client: str, host: str = "127.0.0.1:8710", **headers: str) -> Request:
    lines = {
        "host": host,
        "cookie": f"{TOKEN_COOKIE}={TOKEN}",
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    return Request(
        {
            "type": "http", "method": "POST", "path": "/", "query_string": b"", "scheme": "http", "server": ("127.0.0.1", 8710), "client": (client, 1),
            "headers": [(key.encode(), value.encode()) for key, value in lines.items()],
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("client", "host", "refused"),
    [
        ("127.0.0.1", "127.0.0.1:8710", None),
        ("127.0.0.1", "localhost:8710", None),
        ("::1", "[::1]:8710", None),
        ("192.0.2.7", "127.0.0.1:8710", "refused.loopback"),
        ("127.0.0.1", "192.0.2.7:8710", "refused.loopback"),
        ("127.0.0.1", "localhost.evil.example", "refused.loopback"),
    ],
)
def test_only_this_machine_may_order(client: str, host: str, refused: str | None) -> None:
    assert refusal(request_of(client, host), TOKEN) == refused
