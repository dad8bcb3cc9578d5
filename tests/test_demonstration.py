"""The whole way, as `make demo` goes it, in small: harvest, read, edit, re-crawl, and no disagreement with the counties' own truth."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import fixity, journal
from archive.database import open_database, reading
from archive.models import ChangeRow, FlagRow, SiteRun
from archive.warc import WarcStore
from configuration import Configuration
from demo.server import CountyServer
from demo.world import World
from demonstration import Summary, harvest_and_judge


@pytest.fixture
def county() -> Iterator[CountyServer]:
    with CountyServer(World.build(5, counties=3, townships=2, departments=3, years=range(2020, 2024))) as server:
        yield server


@pytest.fixture
def configuration(home: Path, database_url: str) -> Configuration:
    return Configuration(
        home=home, database_url=database_url, contact="tests@example.org", delay_seconds=0, confirm_after_seconds=0
    )


def test_the_archive_agrees_with_the_counties_in_every_point(
    county: CountyServer, configuration: Configuration
) -> None:
    summary: Summary = harvest_and_judge(configuration, county, time.monotonic(), lambda line: None)
    assert summary.disagreements == ()
    assert summary.sites == 3
    assert summary.changes == 7
    assert summary.findings > 0
    engine = open_database(configuration.effective_database_url)
    try:
        with reading(engine) as session:
            rules = session.scalars(select(FlagRow.rule).where(FlagRow.change_id.is_not(None))).all()
            assert set(session.scalars(select(SiteRun.state))) == {"done"}
            assert set(session.scalars(select(ChangeRow.state))) <= {"raised", "withdrawn"}
        assert sorted(rules) == [
            "attachment-replaced",
            "figures-changed",
            "figures-changed-silently",
            "figures-changed-silently",
            "moved",
            "removed",
            "text-edited-silently",
        ]
        assert list(fixity.verify(engine, WarcStore(configuration.warc_folder), deep=True)) == []
        told = {row["code"] for row in journal.rows(configuration.warc_folder, "regions")}
        assert told == {
            region["code"] for region in county.truth()["regions"]
        }  # else no rebuild could give the same answers
        for site in county.sites:
            assert county.log.most_at_once(site.host) == 1
    finally:
        engine.dispose()
