"""Counties whose organs each keep a directory, in every family that has them: how many requests an organ takes, counted at the server.

One is the least, as each organ's list is an answer of its own. The first organ takes the steps of its page beside; two do where only the distance from
a page's number to its list's tells the next; and three take a step where only the order of the lists' numbers does. A second request for each organ is
needed where a list's address, or an interface's name for it, is drawn at random and only the page before it tells: such names are never guessed. Where
one answer holds the lists of all organs (kaipu and its kin), two organs and those of which it lacks a year are asked, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.crawl_cost import with_files
from crawler.addresses import host_of, url_key
from demo.dialects import DIALECTS
from demo.server import CountyServer
from demo.world import World

FAMILIES = tuple(dialect.name for dialect in DIALECTS if "organs" in dialect.ways)
SIZES: dict[str, Any] = {"townships": 2, "departments": 2, "years": (2024,)}
ORGANS = 4
# By how many the four organs and all else take beside the reports and their files.
COUNTS: dict[int, tuple[str, ...]] = {
    12: ("trs", "vsb", "trs_hunan", "trs_paging", "trs_hubei", "trs_scripted", "trs_beijing", "trs_yunnan", "trs_henan", "trs_chengdu", "trs_mee", "trs_nda",
         "trs_listmodel", "hanweb_annual", "nfcms", "lonsun", "jeecms", "plain"),
    13: ("jcms", "jcms_pages", "jcms_sparing", "jcms_inline", "jcms_stuck", "jcms_chained", "xxgk_php", "xxgk_show", "datalist", "hrss"),
    14: ("trs_shanghai", "trs_was", "hanweb_xxgk", "ch00232", "neimenggu"),
    15: ("hebei", "kaipu_harbin", "kaipu_sichuan"),
    16: ("epoint_old", "eportal", "iframes", "intertid", "cac", "miit"),
    17: ("kaipu", "epoint", "truecms", "ztree"),
    20: ("jpaas",),
}  # fmt: skip
MOST = {family: count for count, families in COUNTS.items() for family in families}

pytestmark = pytest.mark.xdist_group("directories")  # harvested once


@pytest.fixture(scope="module")
def beside(shared_crawling: Any) -> Iterator[dict[str, int]]:
    """By family: the requests beside those for reports and their files."""
    home = shared_crawling
    home.settings |= {"NIANBAO_HOSTS_AT_ONCE": "100", "NIANBAO_TIMEOUT_SECONDS": "60"}
    world = World.build(11, counties=len(FAMILIES), families=FAMILIES, arrangements=("organs",), **SIZES)
    with CountyServer(with_files(world, 0)) as server:
        truth = server.truth()
        ids = [home.add(site["url"], code=site["family"].replace("_", "-")) for site in truth["sites"]]
        home.crawl("harvest", ids)
        log = server.log.entries()
    there = {url_key(url) for report in truth["reports"] for url in (report["url"], *report["attachments"])}
    assert {one.url_key for one in home.sightings()} == there, "cheap is only what found everything"
    others = [entry for entry in log if url_key(f"http://{entry.host}{entry.target}") not in there]
    hosts = {site["family"]: host_of(site["url"]) for site in truth["sites"]}
    yield {family: sum(host_of(f"http://{entry.host}/") == host for entry in others) for family, host in hosts.items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_organ_takes_no_more_requests_than_its_portal_makes_needed(beside: dict[str, int], family: str) -> None:
    assert ORGANS < beside[family] <= MOST[family]
