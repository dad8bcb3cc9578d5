"""Every hazard of the county in a box, each on a site of its own, all in one crawl: what is reachable is held, and each hole has its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from archive.harvests import RunOfSite
from crawler.addresses import host_of, url_key
from demo.hazards import HAZARDS
from demo.hazards.hazard import Hazard
from demo.server import CountyServer
from demo.world import World

SIZES: dict[str, Any] = {"townships": 1, "departments": 1, "years": (2022, 2023, 2024)}
HELD = {"held", "held, not readable"}
# What a run, or the newest answer at an address, must name for each state of the ledger.
REASONS = {
    "blocked by a challenge": {"challenge", "login wall"},
    "refused by robots.txt": {"robots"},
    "unreachable from here": {
        "unreachable",
        "hold",
        "maintenance",
        "scripts",
        "redirected",
        "refused",
        "no content",
        "half a list",
    },
    "not found": {"soft 404", "home redirect", "gone"},
}


@dataclass
class Harvested:
    rows: list[dict[str, Any]]
    run: RunOfSite
    answers: dict[str, Any]  # the newest capture of each address
    seen: set[str]
    expected: set[str]


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
        hazard.name: Harvested(
            rows=[row for row in found["ledger"] if row["url"]],
            run=runs[hazard.name.replace("_", "-")],
            answers={one.url_key: one for one in captures if one.site_id == id_},
            seen={one.url_key for one in sightings if one.site_id == id_ and one.parent_id is None},
            expected={url_key(row["url"]) for row in found["ledger"] if row["url"]},
        )
        for hazard, found, id_ in zip(HAZARDS, truth["conditions"], ids, strict=True)
    }


def _named(found: Harvested, key: str) -> set[str]:
    """What stood in the way of this address: its newest answer, or what the run says when it was never asked."""
    answer = found.answers.get(key)
    if answer is not None:
        status = {404: "gone", 410: "gone"} | dict.fromkeys((301, 302, 303, 307, 308), "redirected")
        named = answer.blocked or status.get(answer.status) or ("no content" if answer.status >= 400 else None)
        return {named} if named else set()
    half = any(not walk["complete"] for walk in found.run.facts["lists"])
    return {*found.run.facts["tally"], *(["half a list"] if half else [])}


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_what_a_hazard_leaves_alone_is_held_and_each_hole_has_its_reason(
    harvested: dict[str, Harvested], hazard: Hazard
) -> None:
    found = harvested[hazard.name]
    wrong = []
    for row in found.rows:
        key, state = url_key(row["url"]), row["state"]
        answer = found.answers.get(key)
        has_content = key in found.seen and answer is not None and answer.status == 200 and answer.blocked is None
        explained = not has_content and bool(_named(found, key) & REASONS.get(state, set()))
        if not (has_content if state in HELD else explained):
            wrong.append((state, row["url"], _named(found, key)))
    assert not wrong, found.run.reason


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_no_hazard_makes_a_report_of_what_is_none(harvested: dict[str, Harvested], hazard: Hazard) -> None:
    assert harvested[hazard.name].seen <= harvested[hazard.name].expected


def test_a_site_that_showed_none_of_its_reports_is_a_failed_run_that_says_why(harvested: dict[str, Harvested]) -> None:
    for name, found in harvested.items():
        if not found.seen:
            assert found.run.state == "failed" and found.run.reason, name
            assert set(found.run.facts["troubles"]), name
