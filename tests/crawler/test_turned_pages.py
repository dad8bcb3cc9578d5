"""Articles that go on over several pages: each page is fetched once, and all of them are read as one report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from archive.database import reading
from archive.desk import Desk
from archive.models import Reading, Sighting, figure_column, figures
from archive.readings import read_new
from archive.warc import WarcStore
from crawler.articles import further_pages
from crawler.portals import Page
from demo.server import CountyServer
from demo.world import World
from reports.form import FIGURE_KEYS
from reports.publication import part_number

URL = "http://www.shili.gov.cn/nb/202501/t20250120_1.html"


def test_only_the_pager_of_the_article_itself_leads_on() -> None:
    links = (
        "<a href='t20250120_1_1.html'>2</a><a href='./t20250120_1_2.html'>下一页</a><a href='t20250120_1_3.html'>相关解读</a>"
        "<a href='t20250120_2.html'>3</a><a href='t20250120_1_wap.html'>2</a><a href='/nb/index_2.html'>2</a><a href='t20250120_1.html'>1</a>"
    )
    page = Page(URL, f"<html><body><div class='TRS_Editor'>…</div>{links}</body></html>".encode())
    names = [link.url.rpartition("/")[2] for link in further_pages(page, URL)]
    assert names == ["t20250120_1_1.html", "t20250120_1_2.html"]


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("http://shili.gov.cn/a_12.html", 12),
        ("https://shili.gov.cn/a_2.html", 2),
        ("http://shili.gov.cn/a_0.html", None),
        ("http://shili.gov.cn/a.html", None),
        ("http://shili.gov.cn/ab_2.html", None),
        ("http://shili.gov.cn/a_2.pdf", None),
        ("http://shili.gov.cn/a_2024.html", None),
    ],
)
def test_a_further_page_is_known_by_its_number(url: str, number: int | None) -> None:
    assert part_number("http://shili.gov.cn/a.html", url) == number


def test_an_article_of_several_pages_is_read_as_one_report(crawling: Any) -> None:
    sizes: dict[str, Any] = {"counties": 1, "townships": 2, "departments": 1, "years": (2023, 2024)}
    with CountyServer(World.build(3, **sizes, families=("trs",), hazards={0: ("turned_pages",)})) as server:
        truth = server.truth()
        site_id = crawling.add(server.sites[0].url)
        runs = [crawling.crawl("harvest", [site_id]) for _ in range(2)]
        asked = [entry.target for entry in server.log.entries() if entry.status == 200]
    assert all(run.state == "done" for one in runs for run in one.values())
    (turned,) = {row["hazard"]: row for row in truth["conditions"][0]["ledger"] if row["hazard"]}.values()
    assert turned["hazard"] == "turned_pages"
    further = {
        target
        for target in asked
        if part_number(turned["url"], f"{turned['url'].rpartition('/')[0]}/{target.rpartition('/')[2]}")
    }
    assert len(further) == 2
    store = WarcStore(crawling.folder / "warc")
    read_new(Desk(crawling.engine, store, lambda: datetime.now(UTC)))
    with reading(crawling.engine) as session:
        rows = session.execute(
            select(Sighting.url, Reading.state, figures)
            .join(Reading, Reading.sighting_id == Sighting.id)
            .join(figures, figures.c.reading_id == Reading.id)
            .where(Reading.current)
        ).mappings()
        found = {row["url"]: row for row in rows}
    for report in truth["reports"]:
        row = found[report["url"]]
        assert row["state"] == "read"
        known = {
            key: value for key, value in report["figures"].items() if isinstance(value, int) and key in FIGURE_KEYS
        }
        assert {key: row[figure_column(key)] for key in known} == known, report["url"]
