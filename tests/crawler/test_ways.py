"""All ways in which portals realise the reports' column, in families of different kinds, harvested in one process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crawler.addresses import host_of, url_key
from demo.server import CountyServer
from demo.site import WAYS
from demo.world import World

FAMILIES = ("trs", "jcms", "vsb")
SCRIPTED = (
    "epoint",
    "kaipu_harbin",
    "truecms",
    "ztree",
    "iframes",
)  # a column is empty until its script, tree or frame is asked
SIZES: dict[str, Any] = {"townships": 2, "departments": 2, "years": (2022, 2023, 2024)}

pytestmark = pytest.mark.xdist_group("ways")  # harvested once


@pytest.fixture(scope="module")
def harvested(shared_crawling: Any) -> Iterator[dict[tuple[str, str], tuple[set[str], set[str], str]]]:
    """By family and way: the reports and files there are, those that were found, and what the run says."""
    home = shared_crawling
    home.settings |= {
        "NIANBAO_HOSTS_AT_ONCE": "100",
        "NIANBAO_TIMEOUT_SECONDS": "30",
    }  # one server makes the files of all sites
    world = World.build(5, counties=len(FAMILIES) * len(WAYS), families=FAMILIES, arrangements=WAYS, **SIZES)
    yield _found(home, world)


def _found(home: Any, world: World) -> dict[tuple[str, str], tuple[set[str], set[str], str]]:
    with CountyServer(world) as server:
        truth = server.truth()
        ids = [
            home.add(site["url"], hosts=tuple(host_of(origin) for origin in found["hosts"]))
            for site, found in zip(truth["sites"], truth["conditions"], strict=True)
        ]
        runs = {run.site.id: run for run in home.crawl("harvest", ids).values()}
    sightings = home.sightings()
    found: dict[tuple[str, str], tuple[set[str], set[str], str]] = {}
    for site, id_ in zip(truth["sites"], ids, strict=True):
        organs = {one["name"] for one in truth["organs"] if one["site"] == site["url"]}
        own = [report for report in truth["reports"] if report["organ"] in organs]
        there = {url_key(url) for report in own for url in (report["url"], *report["attachments"])}
        seen = {one.url_key for one in sightings if one.site_id == id_}
        found[site["family"], site["arrangement"]] = (there, seen, runs[id_].reason or "")
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_every_report_is_found_whichever_way_the_column_is_realised(
    harvested: dict[tuple[str, str], tuple[set[str], set[str], str]], family: str, way: str
) -> None:
    there, seen, said = harvested[family, way]
    assert seen == there, said


def test_reports_filed_in_a_wrong_column_are_found_where_its_list_comes_by_script(crawling: Any) -> None:
    world = World.build(4, counties=len(SCRIPTED), families=SCRIPTED, arrangements=("astray",), **SIZES)
    found = _found(crawling, world)
    assert len(found) == len(SCRIPTED)
    for (family, _), (there, seen, said) in found.items():
        assert seen == there, (family, said)
