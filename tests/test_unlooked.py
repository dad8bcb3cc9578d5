"""A county whose organs each keep a directory, harvested for real: a report that is missing is overdue only where the organ's own page was looked at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, select

import demonstration
from archive import coverage
from archive.database import migrate, open_database, reading
from archive.desk import Desk
from archive.models import SiteRun
from archive.warc import WarcStore
from benchmarks.crawl_cost import with_files
from configuration import Configuration
from crawler.campaign import Campaign
from crawler.shortcuts import is_same
from demo.server import CountyServer
from demo.world import World
from tests.drills.ledger import NOW, ZONE

# Four organs lack a year between others: at two of them a first harvest looks.
WORLD = World.build(
    138,
    counties=1,
    townships=6,
    departments=6,
    years=(2021, 2022, 2023, 2024),
    families=("eportal",),
    arrangements=("organs",),
)


def test_what_is_missing_is_overdue_once_the_organs_own_page_was_looked_at(tmp_path: Path) -> None:
    settings = Configuration(
        home=tmp_path / "home", contact="test@example.org", delay_seconds=0, confirm_after_seconds=0
    )
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    campaign = Campaign(settings, Desk(engine, WarcStore(settings.warc_folder), lambda: datetime.now(UTC)))
    missing = {(organ, year) for organ, year in WORLD.counties[0].absent}
    with CountyServer(with_files(WORLD, 0)) as county:
        sites = demonstration._add_sites(engine, county.truth())
        campaign.run("harvest", sites)
        unlooked = _unlooked(engine)
        states = _states(engine, missing)
        campaign.run("recrawl", sites)
        assert not _unlooked(engine) and set(_states(engine, missing).values()) == {coverage.OVERDUE}
    engine.dispose()
    assert set(states.values()) == {coverage.OVERDUE, coverage.UNREACHABLE}
    for (organ, year), state in states.items():
        named = any(is_same(organ, name) for name in unlooked)
        assert state == (coverage.UNREACHABLE if named else coverage.OVERDUE), (organ, year)


def _unlooked(engine: Engine) -> list[str]:
    """The organs at whose own page nobody looked, as the last run says."""
    with reading(engine) as session:
        run = session.scalars(select(SiteRun).order_by(SiteRun.id.desc())).first()
        assert run is not None and run.state == "done"
        return list(run.facts.get("unlooked", ()))


def _states(engine: Engine, missing: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    with reading(engine) as session:
        rows = [row for row in coverage.organ_years(session, NOW, ZONE.key) if row.year <= 2024]
    found = {
        (organ, year): row.state
        for organ, year in missing
        for row in rows
        if row.year == year and is_same(organ, row.organ) and row.state != coverage.HELD
    }
    assert len(found) == len(missing)
    return found
