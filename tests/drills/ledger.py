"""The drill of the ledger: counties whose portals fail in every way, harvested for real; each organ and year must be in the state that its county says.

    python -m tests.drills.ledger [--seeds 4 5 6]

A county for each way of failing and one that is well. Prints one line of JSON a seed; ends with 1 when any state is another.

Measured on x86-64, 2 shared cores, CPython 3.11.7: `--seeds 8 9 10 11 12`, 132 organs and years each, all states equal; 60 to 85 s of
CPU a seed. Seeds 3 to 7 before: equal, too.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

import demonstration
from archive import coverage
from archive.coverage import OrganYear
from archive.database import migrate, open_database, reading
from archive.desk import Desk
from archive.warc import WarcStore
from configuration import Configuration
from crawler.campaign import Campaign
from demo.server import CountyServer
from demo.world import World
from reports.organs import organ_key

ZONE = ZoneInfo("Asia/Shanghai")
GAZETTEER = ("镇", "乡", "人民政府")  # the organs that are known without any list
NOW = datetime(2025, 11, 1, tzinfo=UTC)  # the reports of 2024 are due
# The deliberate kinds of failure, each with every way in which the county in a box shows it.
FAILURES = {
    "a challenge on every page": ("challenge_412", "challenge_521", "challenge_202", "waf_wzws", "waf_acw"),
    "a challenge on the lists": ("challenge_lists",),
    "a login": ("login_wall",),
    "robots.txt refuses": ("robots_site", "robots_column"),
    "robots.txt cannot be read": ("robots_error", "robots_timeout"),
    "a dead host": ("dead_host",),
    "maintenance": ("maintenance",),
    "lists that a script writes": ("js_shell",),
    "half a list": ("half_list", "last_page_404"),
    "gone in disguise": ("soft_404", "home_redirect"),
    "redirects to inner addresses": ("private_redirect",),
    "pictures and scans": ("picture_tables", "picture_only", "scanned_pdf"),
}
HAZARD_NAMES = ("", *(name for names in FAILURES.values() for name in names))


@dataclass
class Harvested:
    engine: Engine
    truth: Mapping[str, Any]
    rows: Mapping[tuple[str | None, str, int], OrganYear]

    def found(self, hazard: str) -> dict[tuple[str, int], OrganYear]:
        region = self.truth["sites"][HAZARD_NAMES.index(hazard)]["region"]
        return {(organ, year): row for (code, organ, year), row in self.rows.items() if code == region}

    def expected(self, hazard: str) -> Mapping[tuple[str, int], str]:
        """The state that each organ and year of the county should have, by the organ's short name."""
        number = HAZARD_NAMES.index(hazard)
        names, code = [], self.truth["sites"][number]["region"]
        regions = {region["code"]: region for region in self.truth["regions"]}
        while code:
            names.append(regions[code]["name"])
            code = regions[code]["parent"]
        ledger = self.truth["conditions"][number]["ledger"]
        return {(organ_key(row["organ"], names), row["year"]): row["state"] for row in ledger}

    def disagreements(self, hazard: str) -> dict[tuple[str, int], tuple[str | None, str | None]]:
        """What the ledger says and what the county says, where that differs. Where nothing was seen, the organs are the gazetteer's, and the
        year is the last that is due; their state is no other."""
        found = {key: str(row.state) for key, row in self.found(hazard).items()}
        expected = {key: str(state) for key, state in self.expected(hazard).items()}
        if not any(row.sighting_ids for row in self.found(hazard).values()):
            expected = {key: state for key, state in expected.items() if key[0].endswith(GAZETTEER) and key[1] == 2024}
        keys = sorted(found.keys() | expected.keys())
        return {key: (found.get(key), expected.get(key)) for key in keys if found.get(key) != expected.get(key)}


@contextmanager
def harvest(seed: int, home: Path) -> Iterator[Harvested]:
    settings = Configuration(
        home=home, contact="test@example.org", delay_seconds=0, confirm_after_seconds=0, timeout_seconds=2
    )
    hazards = {number: (name,) if name else () for number, name in enumerate(HAZARD_NAMES)}
    world = World.build(
        seed, counties=len(hazards), townships=2, departments=2, years=(2023, 2024), families=("trs",), hazards=hazards
    )
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    try:
        with CountyServer(world) as county:
            truth = county.truth()
            sites = demonstration._add_sites(engine, truth)
            Campaign(settings, Desk(engine, WarcStore(settings.warc_folder), lambda: datetime.now(UTC))).run(
                "harvest", sites
            )
        with reading(engine) as session:
            rows = {(row.region, row.organ, row.year): row for row in coverage.organ_years(session, NOW, ZONE.key)}
        yield Harvested(engine, truth, rows)
    finally:
        engine.dispose()


def main() -> int:
    parser = argparse.ArgumentParser(description="Hold the ledger against what counties that fail in every way know.")
    parser.add_argument("--seeds", type=int, nargs="+", default=(4, 5, 6))
    wrong = 0
    for seed in parser.parse_args().seeds:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="nianbao-drill-") as folder, harvest(seed, Path(folder)) as found:
            differ = {hazard: points for hazard in HAZARD_NAMES if (points := found.disagreements(hazard))}
            said: dict[str, object] = {"seed": seed, "rows": len(found.rows)}
            said["states"] = Counter(str(row.state) for row in found.rows.values())
            said["differ"] = {
                hazard: [f"{key}: {words}" for key, words in points.items()] for hazard, points in differ.items()
            }
        said["seconds"] = round(time.monotonic() - begun, 1)
        print(json.dumps(said, ensure_ascii=False), flush=True)
        wrong += len(differ)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
