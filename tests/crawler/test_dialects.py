"""Every portal family of the county in a box, harvested in one process: all reports are found, with their files, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from archive.harvests import RunOfSite
from crawler.addresses import host_of, url_key
from demo.dialects import FAMILIES
from demo.server import CountyServer
from demo.world import World

# Enough for one common list to be longer than a page of it.
SIZES: dict[str, Any] = {"townships": 2, "departments": 3, "years": (2022, 2023, 2024)}


@dataclass
class Harvested:
    """What the truth says of one site, and what its run came to. Keys, not addresses: session ids and twins are one page."""

    reports: set[str]
    files: set[str]
    out_of_reach: set[str]
    run: RunOfSite
    seen_reports: set[str]
    seen_files: set[str]


pytestmark = pytest.mark.xdist_group("dialects")  # harvested once


@pytest.fixture(scope="module")
def harvested(shared_crawling: Any) -> Iterator[dict[str, Harvested]]:
    home = shared_crawling
    home.settings |= {
        "NIANBAO_HOSTS_AT_ONCE": "100",
        "NIANBAO_TIMEOUT_SECONDS": "30",
    }  # one server makes the files of all sites
    world = World.build(5, counties=len(FAMILIES), families=FAMILIES, arrangements=("mixed",), **SIZES)
    with CountyServer(world) as server:
        truth = server.truth()
        ids = [
            home.add(
                site["url"],
                code=site["family"].replace("_", "-"),
                hosts=tuple(host_of(origin) for origin in found["hosts"]),
            )
            for site, found in zip(truth["sites"], truth["conditions"], strict=True)
        ]
        runs = home.crawl("harvest", ids)
    sightings = home.sightings()
    yield {
        site["family"]: _harvested(
            truth, number, runs[site["family"].replace("_", "-")], [one for one in sightings if one.site_id == id_]
        )
        for number, (site, id_) in enumerate(zip(truth["sites"], ids, strict=True))
    }


def _harvested(truth: dict[str, Any], number: int, run: RunOfSite, sightings: list[Any]) -> Harvested:
    organs = {one["name"] for one in truth["organs"] if one["site"] == truth["sites"][number]["url"]}
    ledger = {(row["organ"], row["year"]): row["state"] for row in truth["conditions"][number]["ledger"]}
    own = [report for report in truth["reports"] if report["organ"] in organs]
    hidden = [one for one in own if ledger[one["organ"], one["year"]] == "unreachable from here"]
    return Harvested(
        reports={url_key(report["url"]) for report in own if report not in hidden},
        files={url_key(url) for report in own if report not in hidden for url in report["attachments"]},
        out_of_reach={url_key(report["url"]) for report in hidden},
        run=run,
        seen_reports={one.url_key for one in sightings if one.parent_id is None},
        seen_files={one.url_key for one in sightings if one.parent_id is not None},
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_every_report_of_a_family_is_found_and_nothing_else(harvested: dict[str, Harvested], family: str) -> None:
    found = harvested[family]
    assert found.seen_reports == found.reports, found.run.reason
    assert found.seen_files == found.files
    assert found.run.state == "done" and len(found.reports) >= 7


@pytest.mark.parametrize("family", FAMILIES)
def test_each_list_of_reports_says_whether_it_was_read_to_its_end(harvested: dict[str, Harvested], family: str) -> None:
    found = harvested[family]
    lists = [one for one in found.run.facts["lists"] if one["reports"]]
    assert sum(one["reports"] for one in lists) >= len(found.reports), "every report stands in a list that was counted"
    assert all(one["complete"] for one in lists) == (not found.out_of_reach), lists


def test_pages_are_turned_in_every_family_whose_lists_have_some(harvested: dict[str, Harvested]) -> None:
    turned = {name for name, one in harvested.items() if any(walk["pages"] > 1 for walk in one.run.facts["lists"])}
    # Each organ of the first two has a list of its own; the others give a hundred rows, or all at once.
    assert set(FAMILIES) - turned == {"lonsun", "hanweb_annual", "gkmlpt", "ch00232", "jcms_inline"}
