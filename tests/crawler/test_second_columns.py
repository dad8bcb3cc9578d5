"""Organs that keep older reports in a second column, which only their own page shows: by chance, few or many, in every family that has directories.

What is lost is an older report that nobody knows of, for every list that was read is whole. None may be; and at whose own page nobody looked, is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.crawl_cost import with_files
from crawler.addresses import url_key
from demo.hazards.apart import DIRECTORIES
from demo.server import CountyServer
from demo.world import World
from tests.crawler.ledgers import Harvested

DENSITIES = ("years_behind_few", "years_behind_some", "years_behind_most")
# Where no list's page shows what stands beside it, and no answer holds the lists of all.
HIDING = ("eportal", "iframes", "hanweb_xxgk", "intertid", "miit", "cac", "epoint", "epoint_old", "hanweb_annual")
OTHERS = tuple(family for family in DIRECTORIES if family not in HIDING)
CASES = (
    *((density, family) for density in DENSITIES for family in HIDING),
    *((DENSITIES[number % len(DENSITIES)], family) for number, family in enumerate(OTHERS)),
)
SIZES: dict[str, Any] = {"townships": 6, "departments": 6, "years": (2021, 2022, 2023, 2024)}

pytestmark = pytest.mark.xdist_group("second_columns")  # harvested once


@pytest.fixture(scope="module")
def harvested(shared_crawling: Any) -> Iterator[dict[int, Harvested]]:
    """By county: what the harvest left."""
    home = shared_crawling
    home.settings |= {"NIANBAO_HOSTS_AT_ONCE": "100", "NIANBAO_TIMEOUT_SECONDS": "60"}
    families = [family for _, family in CASES]
    hazards = {number: (density,) for number, (density, _) in enumerate(CASES)}
    world = World.build(12, counties=len(CASES), families=families, hazards=hazards, **SIZES)
    with CountyServer(with_files(world, 0)) as server:
        truth = server.truth()
        ids = [home.add(site["url"], code=f"county-{number}") for number, site in enumerate(truth["sites"])]
        runs = home.crawl("harvest", ids)
    captures, sightings = home.captures(), home.sightings()
    yield {
        number: Harvested.of(id_, condition, runs[f"county-{number}"], captures, sightings)
        for number, (condition, id_) in enumerate(zip(truth["conditions"], ids, strict=True))
    }


each = pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{density}-{family}" for density, family in CASES])


@each
def test_a_first_harvest_finds_what_stands_in_second_columns(harvested: dict[int, Harvested], number: int) -> None:
    found = harvested[number]
    assert len(found.rows) > 40
    assert found.seen == {url_key(row["url"]) for row in found.rows}


@each
def test_where_second_columns_were_found_nobodys_own_page_is_passed_by(
    harvested: dict[int, Harvested], number: int
) -> None:
    found = harvested[number]
    hidden = [row for row in found.rows if "_wn" in row["url"]]
    if hidden and CASES[number][1] in HIDING:
        assert "unlooked" not in found.run.facts
