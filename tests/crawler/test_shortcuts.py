"""Organs whose directories are mostly made alike: what is asked in place of their own pages saves requests, and loses no report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crawler.addresses import host_of, url_key
from demo.dialects import dialect_of
from demo.portal import sites_of
from demo.server import CountyServer
from demo.world import World
from tests.crawler.ledgers import Harvested

UNLIKE = {
    "organs_apart": ("hanweb_xxgk", "hanweb_annual", "trs", "jcms", "iframes"),
    "years_apart": ("vsb", "eportal", "ztree", "trs", "kaipu"),
    "years_between": ("eportal", "iframes", "hanweb_xxgk", "trs"),
    "gathers_none": ("kaipu",),
    "gathers_some": ("kaipu_harbin",),
    "gathers_late": ("kaipu_sichuan",),
}
CASES = tuple((hazard, family) for hazard, families in UNLIKE.items() for family in families)
SIZES: dict[str, Any] = {"townships": 7, "departments": 7, "years": (2023, 2024)}
ORGANS = SIZES["townships"] + SIZES["departments"]
WORLD = World.build(
    5,
    counties=len(CASES),
    families=[family for _, family in CASES],
    hazards={number: (hazard,) for number, (hazard, _) in enumerate(CASES)},
    **SIZES,
)

pytestmark = pytest.mark.xdist_group("shortcuts")  # harvested once


@pytest.fixture(scope="module")
def harvested(shared_crawling: Any) -> Iterator[dict[int, tuple[Harvested, list[str]]]]:
    """By county: what the harvest left, and the addresses it asked for, without those of reports and their files."""
    home = shared_crawling
    home.settings |= {"NIANBAO_TIMEOUT_SECONDS": "30"}
    with CountyServer(WORLD) as server:
        truth = server.truth()
        ids = [home.add(site["url"], code=f"county-{number}") for number, site in enumerate(truth["sites"])]
        runs = home.crawl("harvest", ids)
        log = server.log.entries()
    there = {url_key(url) for report in truth["reports"] for url in (report["url"], *report["attachments"])}
    beside = [entry for entry in log if url_key(f"http://{entry.host}{entry.target}") not in there]
    captures, sightings = home.captures(), home.sightings()
    yield {
        number: (
            Harvested.of(id_, found, runs[f"county-{number}"], captures, sightings),
            [entry.target for entry in beside if host_of(f"http://{entry.host}/") == host_of(site["url"])],
        )
        for number, (site, found, id_) in enumerate(zip(truth["sites"], truth["conditions"], ids, strict=True))
    }


each = pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{hazard}-{family}" for hazard, family in CASES])


@each
def test_organs_that_are_not_like_the_others_lose_no_report(
    harvested: dict[int, tuple[Harvested, list[str]]], number: int
) -> None:
    found, _ = harvested[number]
    assert len(found.rows) > ORGANS
    assert found.seen == {url_key(row["url"]) for row in found.rows}
    assert not list(found.unexplained())


@each
def test_what_was_tried_in_vain_is_no_trouble_and_no_list_that_ended_early(
    harvested: dict[int, tuple[Harvested, list[str]]], number: int
) -> None:
    facts = harvested[number][0].run.facts
    # Each organ's page of years offers those of all others, too.
    assert set(facts.get("troubles", ())) <= {"soft 404"} and "gone" not in facts["tally"]
    assert all(walk["complete"] for walk in facts["lists"] if walk["reports"]), facts["lists"]


def _is_passed_by(hazard: str, family: str) -> bool:
    """The organs of a tree are nodes, asked for at one address; tests/crawler/test_directories.py counts those. And where interfaces give the lists and some
    organ keeps a second column, all pages are looked at (test_second_columns.py)."""
    return family != "ztree" and (family not in ("eportal", "iframes", "hanweb_xxgk") or not hazard.startswith("years"))


@pytest.mark.parametrize("number", [number for number, case in enumerate(CASES) if _is_passed_by(*case)])
def test_the_pages_of_organs_like_the_others_are_passed_by(
    harvested: dict[int, tuple[Harvested, list[str]]], number: int
) -> None:
    site = sites_of(WORLD)[number]
    pages = {dialect_of(site.family).column_path(site, column) for column in site.children("bmxz")}
    assert len(pages) == ORGANS
    _, beside = harvested[number]
    asked = pages & set(beside)
    assert 0 < len(asked) < ORGANS - 4, "one is learnt from, those that differ are asked, and no others"
