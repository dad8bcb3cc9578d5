"""Every hazard of the county in a box, each on a site of its own, all in one crawl: what is reachable is held, and each hole has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crawler.addresses import host_of
from demo.hazards import HAZARDS
from demo.hazards.hazard import Hazard
from demo.server import CountyServer
from demo.world import World
from tests.crawler.ledgers import Harvested

SIZES: dict[str, Any] = {"townships": 1, "departments": 1, "years": (2022, 2023, 2024)}

pytestmark = pytest.mark.xdist_group("planted_hazards")  # harvested once


@pytest.fixture(scope="module")
def harvested(shared_crawling: Any) -> Iterator[dict[str, Harvested]]:
    home = shared_crawling
    home.settings |= {"NIANBAO_HOSTS_AT_ONCE": "100", "NIANBAO_TIMEOUT_SECONDS": "6"}
    families = [hazard.families[0] if hazard.families else "trs" for hazard in HAZARDS]
    hazards = {number: (hazard.name,) for number, hazard in enumerate(HAZARDS)}
    world = World.build(5, counties=len(HAZARDS), families=families, hazards=hazards, **SIZES)
    with CountyServer(world) as server:
        truth = server.truth()
        ids = [
            home.add(
                site["url"],
                code=hazard.name.replace("_", "-"),
                hosts=tuple(host_of(origin) for origin in found["hosts"]),
            )
            for hazard, site, found in zip(HAZARDS, truth["sites"], truth["conditions"], strict=True)
        ]
        runs = home.crawl("harvest", ids)
    captures, sightings = home.captures(), home.sightings()
    yield {
        hazard.name: Harvested.of(id_, found, runs[hazard.name.replace("_", "-")], captures, sightings)
        for hazard, found, id_ in zip(HAZARDS, truth["conditions"], ids, strict=True)
    }


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_what_a_hazard_leaves_alone_is_held_and_each_hole_has_its_reason(
    harvested: dict[str, Harvested], hazard: Hazard
) -> None:
    assert not list(harvested[hazard.name].unexplained())


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_no_hazard_makes_a_report_of_what_is_none(harvested: dict[str, Harvested], hazard: Hazard) -> None:
    assert not harvested[hazard.name].false


def test_a_site_that_showed_none_of_its_reports_is_a_failed_run_that_says_why(harvested: dict[str, Harvested]) -> None:
    for name, found in harvested.items():
        if not found.seen:
            assert found.run.state == "failed" and found.run.reason, name
            assert set(found.run.facts["troubles"]), name
