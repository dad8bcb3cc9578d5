"""Counties whose portals fail in every way, harvested for real: the ledger says of each organ and year what the county's own truth says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select

import demonstration
import scheduler
from archive import coverage
from archive.bookkeeping import book_of
from archive.database import migrate, open_database, reading
from archive.flag_lists import flag_lines
from archive.models import Site
from archive.web.matrix import matrix_of
from configuration import Configuration
from demo.hazards import HAZARDS
from demo.server import CountyServer
from demo.world import World
from tests.drills.ledger import FAILURES, HAZARD_NAMES, NOW, ZONE, Harvested, harvest

SOON = datetime(2026, 1, 15, tzinfo=UTC)  # those of 2025 are not

pytestmark = pytest.mark.xdist_group("ledger")  # harvested once


@pytest.fixture(scope="module")
def harvested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    with harvest(3, tmp_path_factory.mktemp("ledger")) as found:
        yield found


def test_every_failure_that_the_county_in_a_box_can_show_is_among_the_twelve_kinds() -> None:
    assert len(FAILURES) == 12
    assert set(HAZARD_NAMES) - {""} == {hazard.name for hazard in HAZARDS if hazard.state != coverage.HELD}


@pytest.mark.parametrize("hazard", HAZARD_NAMES, ids=lambda name: name or "none")
def test_every_organ_and_year_has_the_state_that_the_county_says(harvested: Harvested, hazard: str) -> None:
    assert harvested.disagreements(hazard) == {}
    assert all(row.evidence and (row.as_of or row.state == coverage.NOT_YET_DUE) for row in harvested.found(hazard).values())  # fmt: skip


def test_what_is_not_due_is_not_missing(harvested: Harvested) -> None:
    with reading(harvested.engine) as session:
        rows = list(coverage.organ_years(session, SOON, ZONE.key, harvested.truth["sites"][0]["region"], 2025))
    assert rows and {row.state for row in rows} == {coverage.NOT_YET_DUE}


def test_the_page_of_a_site_and_the_ledger_agree(harvested: Harvested) -> None:
    with reading(harvested.engine) as session:
        for site in session.scalars(select(Site)):
            matrix = matrix_of(book_of(session, [site.id], NOW.astimezone(ZONE).date(), ZONE))
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
