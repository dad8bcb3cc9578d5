"""While a campaign crawls and reads, the books of what it wrote are made anew: who browses need not make them at each look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import demonstration
from archive import bookkeeping
from archive.database import migrate, open_database, reading
from archive.desk import Desk
from archive.warc import WarcStore
from configuration import Configuration
from crawler import campaign
from crawler.campaign import Campaign
from demo.server import CountyServer
from demo.world import World


def test_books_count_while_a_campaign_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Configuration(home=tmp_path, contact="test@example.org", delay_seconds=0, confirm_after_seconds=0)
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    counting: dict[str, list[int]] = {"crawled": [], "read": []}

    def look(stage: str) -> None:
        zone = ZoneInfo(settings.timezone)
        with reading(engine) as session:
            kept = [bookkeeping._kept(session, [site], datetime.now(zone).date(), zone) for site in sites]
        counting[stage].append(sum(content is not None for content in kept))

    def looked_over(_campaign: Campaign, _site_ids: Sequence[int]) -> None:
        look("read")

    monkeypatch.setattr(campaign, "BOOKS_SECONDS", 0)
    monkeypatch.setattr(Campaign, "_look_over", looked_over)
    desk = Desk(engine, WarcStore(settings.warc_folder), lambda: datetime.now(UTC))
    with CountyServer(World.build(7, counties=3, townships=2, departments=2, years=(2023, 2024))) as county:
        sites = demonstration._add_sites(engine, county.truth())
        Campaign(settings, desk, on_crawl=lambda line: look("crawled")).run("harvest", sites)
    engine.dispose()
    assert any(counting["crawled"]) and counting["read"] == [3]
