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
from archive.bookkeeping import book_of
from archive.coverage import OrganYear
from archive.database import migrate, open_database, reading
from archive.flag_lists import flag_lines
from archive.models import Site
from archive.readings import Desk
from archive.warc import WarcStore
from archive.web.matrix import matrix_of
from configuration import Configuration
from crawler.campaign import Campaign
from demo.hazards import HAZARDS
from demo.server import CountyServer
from demo.world import World
from reports.extraction import ocr
from reports.organs import organ_key

ZONE = ZoneInfo("Asia/Shanghai")
GAZETTEER = ("镇", "乡", "人民政府")  # the organs that are known without any list
NOW = datetime(2025, 11, 1, tzinfo=UTC)  # the reports of 2024 are due
SOON = datetime(2026, 1, 15, tzinfo=UTC)  # those of 2025 are not
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
        state = "with_ocr" if ocr.installed() else "state"
        ledger = self.truth["conditions"][number]["ledger"]
        return {(organ_key(row["organ"], names), row["year"]): row[state] for row in ledger}


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    home = tmp_path_factory.mktemp("ledger")
    settings = Configuration(
        home=home, contact="test@example.org", delay_seconds=0, confirm_after_seconds=0, timeout_seconds=2
    )
    hazards = {number: (name,) if name else () for number, name in enumerate(HAZARD_NAMES)}
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


def test_every_failure_that_the_county_in_a_box_can_show_is_among_the_twelve_kinds() -> None:
    assert len(FAILURES) == 12
    assert set(HAZARD_NAMES) - {""} == {hazard.name for hazard in HAZARDS if hazard.state != coverage.HELD}


@pytest.mark.parametrize("hazard", HAZARD_NAMES, ids=lambda name: name or "none")
def test_every_organ_and_year_has_the_state_that_the_county_says(harvested: Harvested, hazard: str) -> None:
    """Where nothing was seen, the organs are the gazetteer's, and the year is the last that is due; their state is no other."""
    found = {key: row.state for key, row in harvested.found(hazard).items()}
    expected = dict(harvested.expected(hazard))
    if not any(row.sighting_ids for row in harvested.found(hazard).values()):
        expected = {key: state for key, state in expected.items() if key[0].endswith(GAZETTEER) and key[1] == 2024}
    assert found == expected
    assert all(row.evidence and (row.as_of or row.state == coverage.NOT_YET_DUE) for row in harvested.found(hazard).values())  # fmt: skip


def test_what_is_not_due_is_not_missing(harvested: Harvested) -> None:
    with reading(harvested.engine) as session:
        rows = list(coverage.organ_years(session, SOON, ZONE.key, harvested.truth["sites"][0]["region"], 2025))
    assert rows and {row.state for row in rows} == {coverage.NOT_YET_DUE}


def test_the_page_of_a_site_and_the_ledger_agree(harvested: Harvested) -> None:
    with reading(harvested.engine) as session:
        for site in session.scalars(select(Site)):
            matrix = matrix_of(book_of(session, [site], NOW.astimezone(ZONE).date(), ZONE))
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
    assert len(rows) == 10
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
