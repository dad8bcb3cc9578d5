"""Counties of about two hundred reports, harvested twice: how many requests a report takes, counted at the server.

A file that hangs on a report is a document of its own, fetched by a request of its own. So two figures are held to the limit: all requests but
those for files to a report, and all requests to a document (a report's page, or a file).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from benchmarks.crawl_cost import with_files
from crawler.addresses import url_key
from demo.log import Entry
from demo.server import CountyServer
from demo.world import World

# Static files with ETags, an interface without them, pages that differ at each visit; and portals where each organ keeps a directory: lists in pages,
# from interfaces by numbers that run evenly, and by names drawn at random.
PORTALS = (
    ("trs", "tabs"),
    ("jcms", "mixed"),
    ("vsb", "years"),
    *((family, "organs") for family in ("xxgk_show", "eportal", "jpaas")),
)
FAMILIES = tuple(family for family, _ in PORTALS)
DRAWN = {"jpaas": 1.5}  # two requests an organ are the least there
SIZES: dict[str, Any] = {"townships": 20, "departments": 20, "years": (2020, 2021, 2022, 2023, 2024)}
FILES = 0.1  # of the reports have one
MOST_REQUESTS = 1.3
MOST_DOWNLOADS_AGAIN = 0.3


@dataclass
class Costs:
    reports: int
    files: set[str]
    first: list[Entry]
    second: list[Entry]


pytestmark = pytest.mark.xdist_group("cost")  # harvested once


@pytest.fixture(scope="module")
def costs(shared_crawling: Any) -> Iterator[dict[str, Costs]]:
    home = shared_crawling
    world = World.build(1, counties=len(FAMILIES), families=FAMILIES, arrangements=[way for _, way in PORTALS], **SIZES)
    with CountyServer(with_files(world, FILES)) as server:
        truth = server.truth()
        ids = [home.add(site["url"]) for site in truth["sites"]]
        logs = []
        for _ in range(2):
            server.log.clear()
            home.crawl("harvest", ids)
            logs.append(server.log.entries())
    yield {
        site["family"]: _costs(truth, site, home, [[entry for entry in log if _of(site, entry)] for log in logs])
        for site in truth["sites"]
    }


def _of(site: dict[str, Any], entry: Entry) -> bool:
    return str(site["url"]).startswith(f"http://{entry.host}")


def _costs(truth: dict[str, Any], site: dict[str, Any], home: Any, logs: list[list[Entry]]) -> Costs:
    organs = {one["name"] for one in truth["organs"] if one["site"] == site["url"]}
    own = [report for report in truth["reports"] if report["organ"] in organs]
    seen = {one.url_key for one in home.sightings()}
    assert {url_key(report["url"]) for report in own} <= seen, "cheap is only what found everything"
    return Costs(len(own), {url for report in own for url in report["attachments"]}, logs[0], logs[1])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_first_harvest_takes_few_requests_for_a_report(costs: dict[str, Costs], family: str) -> None:
    cost = costs[family]
    assert cost.reports >= 190
    files = {url.partition("//")[2] for url in cost.files}
    for_files = [entry for entry in cost.first if f"{entry.host}{entry.target}" in files]
    assert len(for_files) == len(files), "each file once"
    most = DRAWN.get(family, MOST_REQUESTS)
    assert (len(cost.first) - len(for_files)) / cost.reports <= most
    assert len(cost.first) / (cost.reports + len(files)) <= most
    if dict(PORTALS)[family] != "organs":  # those take a list an organ, and files come on top
        assert len(cost.first) / cost.reports <= MOST_REQUESTS, (
            "and all requests to a report, where one in ten has a file"
        )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_second_harvest_downloads_little_in_full(costs: dict[str, Costs], family: str) -> None:
    cost = costs[family]
    downloads = [entry for entry in cost.second if entry.status == 200]
    assert len(downloads) / cost.reports <= MOST_DOWNLOADS_AGAIN
