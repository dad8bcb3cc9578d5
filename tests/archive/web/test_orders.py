"""What an operator orders for a site, in the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import lxml.html
from sqlalchemy import select

from archive.database import reading
from archive.models import AuditEntry, Order, Site

Somebody = Callable[[str], httpx.Client]


def orders(archive: Any) -> list[Order]:
    with reading(archive.county.engine) as session:
        return list(session.scalars(select(Order)))


def forms(client: httpx.Client, site: str) -> dict[str, dict[str, str]]:
    """Each form of the site's page, by its address: the fields it sends."""
    page = lxml.html.document_fromstring(client.get(f"/sites/{site}").text)
    found = page.xpath("//main//form[@method='post']")
    return {
        form.get("action"): {field.get("name"): field.get("value") for field in form.xpath(".//input")}
        for form in found
    }


def test_the_button_writes_an_order_that_names_the_site_and_the_operator(own_archive: Any, somebody: Somebody) -> None:
    operator, path = somebody("operator"), f"/sites/{own_archive.site}/recrawl"
    origin = str(operator.base_url).rstrip("/")
    answer = operator.post(path, data=forms(operator, own_archive.site)[path], headers={"Origin": origin})
    assert answer.status_code == 303
    (order,) = orders(own_archive)
    assert (order.kind, order.site_id, order.ordered_by, order.taken_at) == (
        "recrawl",
        own_archive.county.site_id,
        "operator",
        None,
    )
    assert "waiting since" in operator.get(answer.headers["location"]).text
    with reading(own_archive.county.engine) as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.who, entry.act, entry.subject) == ("operator", "re-crawl ordered", own_archive.site)


def test_a_second_press_orders_nothing_more(own_archive: Any, somebody: Somebody) -> None:
    operator, path = somebody("operator"), f"/sites/{own_archive.site}/recrawl"
    sent = forms(operator, own_archive.site)[path]
    for _ in range(2):
        assert operator.post(path, data=sent).status_code == 303
    assert len(orders(own_archive)) == 1
    assert path not in forms(operator, own_archive.site)


def test_an_operator_pauses_a_site_and_takes_it_up_again(own_archive: Any, somebody: Somebody) -> None:
    operator = somebody("operator")
    for act, paused in (("pause", True), ("resume", False)):
        path = f"/sites/{own_archive.site}/{act}"
        assert operator.post(path, data=forms(operator, own_archive.site)[path]).status_code == 303
        with reading(own_archive.county.engine) as session:
            assert session.scalars(select(Site.paused)).one() is paused
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all() == ["site paused", "site resumed"]


def test_others_see_no_button_and_read_what_it_takes(own_archive: Any, somebody: Somebody) -> None:
    for role in ("", "reader", "reviewer"):
        client = somebody(role)
        assert forms(client, own_archive.site) == {}
        page = client.get(f"/sites/{own_archive.site}").text
        assert "takes an operator" in page and f"nianbao recrawl {own_archive.site}" in page


def test_an_order_for_no_site_is_not_found(own_archive: Any, somebody: Somebody) -> None:
    operator = somebody("operator")
    (fields, *_) = forms(operator, own_archive.site).values()
    assert operator.post("/sites/nobody/recrawl", data=fields).status_code == 404


def test_an_address_alone_orders_nothing(own_archive: Any, somebody: Somebody) -> None:
    assert somebody("operator").get(f"/sites/{own_archive.site}/recrawl").status_code == 405
    assert orders(own_archive) == []
