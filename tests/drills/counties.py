"""Fresh counties in, whatever of them was not found out: every dialect and every hazard, by seeds that no test uses.

    python -m tests.drills.counties --seeds 2 3 4        all dialects, each list longer than a page, and each way of the column
    python -m tests.drills.counties --seeds 2 --hazards  all hazards, each in a dialect that the seed chooses
    python -m tests.drills.counties --seeds 5 --columns  second columns at organs here and there, few, some or most, in all dialects with directories

What is held here is what the tests hold of their own seeds: all reports and files found, nothing else, each hole with its reason.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crawler.addresses import host_of, url_key
from demo.dialects import FAMILIES
from demo.hazards import HAZARDS
from demo.hazards.apart import DIRECTORIES
from demo.server import CountyServer
from demo.site import WAYS
from demo.world import World
from tests.crawler.conftest import Home, _open_home
from tests.crawler.ledgers import Harvested

COUNTY: dict[str, Any] = {"townships": 4, "departments": 4, "years": (2022, 2023, 2024)}
LARGE: dict[str, Any] = {"townships": 8, "departments": 8, "years": (2020, 2021, 2022, 2023, 2024)}
DENSITIES = ("years_behind_few", "years_behind_some", "years_behind_most")
SMALL: dict[str, Any] = {"townships": 2, "departments": 2, "years": (2021, 2022, 2023, 2024)}
PLAIN = ("trs", "jcms", "vsb", "kaipu", "plain", "gkmlpt")  # for hazards that any dialect may have
LONGEST_CRAWL = 1500.0  # seconds, on a machine that does much else
PATIENCE = {"NIANBAO_HOSTS_AT_ONCE": "100", "NIANBAO_TIMEOUT_SECONDS": "60"}


def losses_of_dialects(seed: int, way: str) -> Iterator[str]:
    """What was not found, or found and none, in a county of each dialect whose column is realised in this way where the dialect has it."""
    yield from _losses(World.build(seed, counties=len(FAMILIES), families=FAMILIES, arrangements=(way,), **COUNTY), way)


def losses_of_second_columns(seed: int, density: str) -> Iterator[str]:
    """The same where organs keep older reports in second columns."""
    planted = dict.fromkeys(range(len(DIRECTORIES)), (density,))
    yield from _losses(
        World.build(seed, counties=len(DIRECTORIES), families=DIRECTORIES, hazards=planted, **LARGE), density
    )


def _losses(world: World, what: str) -> Iterator[str]:
    families = world.families
    with tempfile.TemporaryDirectory() as folder:
        home = _open_home(Path(folder) / "home")
        home.patience_seconds = LONGEST_CRAWL
        home.settings |= PATIENCE
        with CountyServer(world) as server:
            truth = server.truth()
            ids = _added(home, truth, families)
            runs = home.crawl("harvest", ids)
        for number, (family, site_id) in enumerate(zip(families, ids, strict=True)):
            site = truth["sites"][number]["url"]
            organs = {one["name"] for one in truth["organs"] if one["site"] == site}
            hidden = {
                row["url"]
                for row in truth["conditions"][number]["ledger"]
                if row["state"] == "unreachable from here" and row["url"]
            }
            own = [one for one in truth["reports"] if one["organ"] in organs and one["url"] not in hidden]
            there = {url_key(url) for one in own for url in (one["url"], *one["attachments"])}
            seen = {one.url_key for one in home.sightings() if one.site_id == site_id}
            if seen != there:
                reason = runs[_code(family)].reason
                yield f"{family}, {what}: {len(there - seen)} missing, {len(seen - there)} false: {sorted(there ^ seen)[:2]} ({reason})"
        home.engine.dispose()


def losses_of_hazards(seed: int) -> Iterator[str]:
    """What has not the state that the hazard should lead to."""
    families = [
        (hazard.families or PLAIN)[(seed + place) % len(hazard.families or PLAIN)]
        for place, hazard in enumerate(HAZARDS)
    ]
    planted = {number: (hazard.name,) for number, hazard in enumerate(HAZARDS)}
    world = World.build(seed, counties=len(HAZARDS), families=families, hazards=planted, **SMALL)
    with tempfile.TemporaryDirectory() as folder:
        home = _open_home(Path(folder) / "home")
        home.patience_seconds = LONGEST_CRAWL
        home.settings |= PATIENCE | {"NIANBAO_TIMEOUT_SECONDS": "20"}
        with CountyServer(world) as server:
            truth = server.truth()
            ids = _added(home, truth, [hazard.name for hazard in HAZARDS])
            runs = home.crawl("harvest", ids)
        captures, sightings = home.captures(), home.sightings()
        for hazard, family, found, site_id in zip(HAZARDS, families, truth["conditions"], ids, strict=True):
            harvested = Harvested.of(site_id, found, runs[_code(hazard.name)], captures, sightings)
            losses = (*harvested.unexplained(), *(f"{key} is no report" for key in harvested.false))
            yield from (f"{hazard.name} in {family}: {loss}" for loss in losses)
        home.engine.dispose()


def _added(home: Home, truth: dict[str, Any], names: Sequence[str]) -> list[int]:
    return [
        home.add(site["url"], code=_code(name), hosts=tuple(host_of(origin) for origin in found["hosts"]))
        for name, site, found in zip(names, truth["sites"], truth["conditions"], strict=True)
    ]


def _code(name: str) -> str:
    return name.replace("_", "-")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--hazards", action="store_true")
    parser.add_argument("--columns", action="store_true")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    chosen = parser.parse_args()
    lost = 0
    for seed in chosen.seeds:
        if chosen.hazards:
            parts = {"hazards": losses_of_hazards(seed)}
        elif chosen.columns:
            parts = {density: losses_of_second_columns(seed, density) for density in DENSITIES}
        else:
            parts = {way: losses_of_dialects(seed, way) for way in chosen.ways}
        for part, losses in parts.items():
            found = list(losses)
            print(
                "\n".join((*(f"seed {seed}: {loss}" for loss in found), f"seed {seed}, {part}: {len(found)} losses")),
                flush=True,
            )
            lost += len(found)
    raise SystemExit(1 if lost else 0)


if __name__ == "__main__":
    main()
