"""What one site may cost in one run, and when: each limit ends the run with its reason, and what was not asked is not taken for missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive.database import writing
from archive.models import Site

YEARS = range(2012, 2025)
ROWS = "".join(
    f"<li><a href='/nb/t{year + 1}0120_{year}.html'>柳林镇{year}年政府信息公开工作年度报告</a><span>{year + 1}-01-20</span></li>"
    for year in YEARS
)
FILLER = "<p>栖桐县人民政府门户网站欢迎您。</p>" * 30
SITE = {
    "/": f"<html><head><title>栖桐县</title></head><body><a href='/nb/'>政府信息公开年报</a>{FILLER}",
    "/nb/": f"<html><head><title>政府信息公开年报</title></head><body><ul>{ROWS}</ul>{FILLER}",
} | {f"/nb/t{year + 1}0120_{year}.html": f"<html><body><div id='zoom'>{FILLER}</div></body></html>" for year in YEARS}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (("NIANBAO_REQUESTS_A_SITE", "6"), "the budget of 6 requests"),
        (("NIANBAO_BYTES_A_SITE", "9000"), "the budget of 9000 bytes"),
        (("NIANBAO_MINUTES_A_SITE", "0.001"), "the budget of 0.001 minutes"),
    ],
)
def test_a_used_up_budget_stops_the_run_and_says_so(
    crawling: Any, page_server: Callable[[dict[str, Any]], Any], setting: tuple[str, str], words: str
) -> None:
    crawling.settings |= dict([setting])
    server = page_server(SITE)
    runs = crawling.crawl("harvest", [crawling.add(server.url, code="box", delay=0.02)])
    assert runs["box"].state == "stopped" and runs["box"].reason.startswith(words)
    assert "addresses not asked" in runs["box"].reason
    assert 1 < len(server.asked) < len(SITE)


def test_a_site_is_not_asked_outside_its_window_and_later_goes_on(
    crawling: Any, page_server: Callable[[dict[str, Any]], Any]
) -> None:
    server = page_server(SITE)
    site = crawling.add(server.url, code="box")
    here = datetime.now(ZoneInfo("Asia/Shanghai"))
    with writing(crawling.engine) as session:
        session.get_one(Site, site).window = f"{here + timedelta(hours=2):%H:%M}-{here + timedelta(hours=3):%H:%M}"
    harvest = crawling.order("harvest", [site])
    closed = crawling.go_on(harvest)["box"]
    assert closed.state == "interrupted" and "window" in closed.reason and server.asked == []
    with writing(crawling.engine) as session:
        session.get_one(Site, site).window = f"{here - timedelta(hours=2):%H:%M}-{here + timedelta(hours=2):%H:%M}"
    opened = crawling.go_on(harvest)["box"]
    assert opened.state == "done" and opened.reports_seen == len(YEARS)


def test_what_waits_for_its_turn_is_not_asked_any_more_when_the_time_is_over(
    crawling: Any, page_server: Callable[[dict[str, Any]], Any], answer: Any
) -> None:
    """A host may ask for an hour, and a robots.txt for years: neither keeps a run alive, nor is anything asked after its end."""
    crawling.settings |= {"NIANBAO_MINUTES_A_SITE": "0.03"}
    tired = SITE | {"/nb/": answer(503, {"Retry-After": "3000"}, b"later")}
    patient = SITE | {"/robots.txt": answer(200, {}, b"User-agent: *\nCrawl-delay: 1000000000")}
    servers = {code: page_server(pages) for code, pages in (("tired", tired), ("patient", patient))}
    runs = crawling.crawl("harvest", [crawling.add(server.url, code=code) for code, server in servers.items()])
    for code, asked in (("tired", ["/robots.txt", "/", "/nb/"]), ("patient", ["/robots.txt"])):
        assert runs[code].state == "stopped" and runs[code].reason.startswith("the budget of 0.03 minutes"), code
        assert servers[code].asked == asked
