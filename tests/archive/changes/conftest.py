"""A county's site with one report, harvested once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from archive.database import writing
from archive.models import Region
from archive.sites import NewSite, add_site
from archive.warc import WarcStore
from tests.archive.changes.showing import HOME, REPORT, Portal, page


@pytest.fixture
def portal(engine: Engine, home: Path) -> Iterator[Portal]:
    with writing(engine) as session:
        session.add(Region(code="990121", name="岚溪县", level="county"))
        session.flush()
        site = add_site(
            session, NewSite(HOME, name="岚溪县人民政府", region_code="990121"), datetime(2025, 1, 1, tzinfo=UTC)
        )
    made = Portal(engine, WarcStore(home / "warc"), site.id)
    made.show(REPORT, page())
    made.run("harvest")
    yield made
