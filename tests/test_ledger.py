"""Counties whose portals fail in every way, harvested for real: the ledger says of each organ and year what the county's own truth says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select

import demonstration
import scheduler
from archive import coverage
from archive.coverage import OrganYear
from archive.database import migrate, open_database, reading
from archive.flag_lists import flag_lines
from archive.models import Site
from archive.readings import Desk
from archive.warc import WarcStore
from archive.web.matrix import matrix_of
from configuration import Configuration
from crawler.campaign import Campaign
from demo.server import CountyServer
from demo.world import World
from reports.organs import organ_key

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 15, tzinfo=UTC)  # the reports of 2024 are due, those of 2025 are not
HIDDEN = (
    "robots_site",
    "robots_column",
    "robots_error",
    "maintenance",
    "login_wall",
    "challenge_412",
    "challenge_202",
    "waf_wzws",
    "challenge_lists",
    "dead_host",
    "js_shell",
)
PARTLY = ("", "soft_404", "home_redirect", "private_redirect")


@dataclass
class Harvested:
    engine: Engine
    truth: Mapping[str, Any]
    rows: Mapping[tuple[str | None, str, int], OrganYear]

    def county(self, hazard: str) -> tuple[str, Mapping[tuple[str, int], str]]:
        """The region, and the state that each organ and year should have, by the organ's short name."""
        number = (*PARTLY, *HIDDEN).index(hazard)
        site, conditions = self.truth["sites"][number], self.truth["conditions"][number]
        names, code = [], site["region"]
        regions = {region["code"]: region for region in self.truth["regions"]}
        while code:
            names.append(regions[code]["name"])
            code = regions[code]["parent"]
        return site["region"], {
            (organ_key(row["organ"], names), row["year"]): row["state"] for row in conditions["ledger"]
        }


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    home = tmp_path_factory.mktemp("ledger")
    settings = Configuration(
        home=home, contact="test@example.org", delay_seconds=0, confirm_after_seconds=0, timeout_seconds=2
    )
    hazards = {number: (name,) if name else () for number, name in enumerate((*PARTLY, *HIDDEN))}
    world = World.build(
        3, counties=len(hazards), townships=2, departments=2, years=(2023, 2024), families=("trs",), hazards=hazards
    )
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    with CountyServer(world) as county:
        truth = county.truth()
        sites = demonstration._add_sites(engine, truth)
        Campaign(settings, Desk(engine, WarcStore(settings.warc_folder), lambda: datetime.now(UTC))).run(
            "harvest", sites
        )
    with reading(engine) as session:
        rows = {(row.region, row.organ, row.year): row for row in coverage.organ_years(session, NOW, ZONE.key)}
    yield Harvested(engine, truth, rows)
    engine.dispose()


@pytest.mark.parametrize("hazard", PARTLY)
def test_every_organ_and_year_has_the_state_that_the_county_says(harvested: Harvested, hazard: str) -> None:
    region, expected = harvested.county(hazard)
    found = {(organ, year): row.state for (code, organ, year), row in harvested.rows.items() if code == region}
    assert {key: state for key, state in found.items() if key[1] < 2025} == expected
    assert {state for (_, year), state in found.items() if year == 2025} == {coverage.NOT_YET_DUE}


@pytest.mark.parametrize("hazard", HIDDEN)
def test_what_is_hidden_is_never_missing(harvested: Harvested, hazard: str) -> None:
    """Nothing was seen, so the organs are the gazetteer's, and the year is the last that may be due."""
    region, expected = harvested.county(hazard)
    found = {
        (organ, year): row for (code, organ, year), row in _after_all_deadlines(harvested).items() if code == region
    }
    assert found.keys() >= {(organ, 2025) for organ, _ in expected if organ.endswith(("镇", "乡", "人民政府"))}
    assert {row.state for row in found.values()} == set(expected.values())
    assert all(row.evidence and row.as_of for row in found.values())


def _after_all_deadlines(harvested: Harvested) -> Mapping[tuple[str | None, str, int], OrganYear]:
    with reading(harvested.engine) as session:
        rows = coverage.organ_years(session, datetime(2026, 11, 1, tzinfo=UTC), ZONE.key)
        return {(row.region, row.organ, row.year): row for row in rows}


def test_the_page_of_a_site_and_the_ledger_agree(harvested: Harvested) -> None:
    with reading(harvested.engine) as session:
        for site in session.scalars(select(Site)):
            matrix = matrix_of(session, [site], NOW.astimezone(ZONE).date(), ZONE)
            cells = {(row.organ, year): cell.state for row in matrix.rows for year, cell in row.cells.items()}
            assert cells == {
                (organ, year): row.state
                for (code, organ, year), row in harvested.rows.items()
                if code == site.region_code
            }


def test_a_county_costs_a_fixed_number_of_queries(harvested: Harvested) -> None:
    asked: list[str] = []
    event.listen(harvested.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    with reading(harvested.engine) as session:
        site = session.scalars(select(Site)).first()
        assert site is not None
        asked.clear()
        rows = coverage.ledger(session, [site], NOW.astimezone(ZONE).date(), ZONE).rows
    assert len(rows) >= 15
    assert len(asked) <= 16


def test_a_sweep_harvests_a_real_site_and_flags_what_is_overdue(tmp_path: Path) -> None:
    """The timer's own way from end to end: what is due is crawled, read and looked over; the next sweep finds nothing to do."""
    settings = Configuration(
        home=tmp_path / "home", contact="test@example.org", delay_seconds=0, confirm_after_seconds=0
    )
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    last = datetime.now(ZONE).year - 1
    with CountyServer(World.build(3, counties=1, townships=2, departments=2, years=(last - 2, last - 1))) as county:
        demonstration._add_sites(engine, county.truth())
        now = datetime.now(UTC)
        swept = scheduler.sweep(settings, lambda: now, engine)
        assert len(swept) == 1
        assert scheduler.sweep(settings, lambda: now + timedelta(minutes=5), engine) == []
    with reading(engine) as session:
        states = Counter((row.year, row.state) for row in coverage.organ_years(session, now, ZONE.key))
        overdue = [line for line in flag_lines(session) if line.rule == "overdue"]
    assert states[last - 1, coverage.HELD] >= 4
    assert len(overdue) == states[last, coverage.OVERDUE]
    engine.dispose()
