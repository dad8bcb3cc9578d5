"""The requests of one site are found by its run, however many captures are newer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from archive.database import reading, writing
from archive.models import Capture, Harvest, SiteRun
from archive.web.logs import asked_in_run
from tests.archive.rows import NOON, county

ASKED = (400, 90, 90, 90, 90)  # the site that asked most came first


@pytest.fixture
def runs(engine: Engine) -> list[int]:
    """One harvest after the other of a site. The database has noted how their captures are spread."""
    runs = []
    with writing(engine) as session:
        rows = county(session)
        for requests in ASKED:
            harvest = Harvest(kind="harvest", started_at=NOON)
            session.add(harvest)
            session.flush()
            rows.run = SiteRun(harvest_id=harvest.id, site_id=rows.site.id)
            session.add(rows.run)
            session.flush()
            runs.append(rows.run.id)
            for number in range(requests):
                rows.capture(f"http://a/{number}")
        session.execute(text("ANALYZE"))
    return runs


def test_the_newest_requests_of_a_site_come_first_page_by_page(engine: Engine, runs: list[int]) -> None:
    with reading(engine) as session:
        first = asked_in_run(session, runs[3], 50)
        rest = asked_in_run(session, runs[3], 50, first[-1].id)
        of_run = select(Capture.id).where(Capture.site_run_id == runs[3]).order_by(Capture.id.desc())
        assert [one.id for one in (*first, *rest)] == session.scalars(of_run).all()


def test_captures_that_are_newer_are_not_walked_through(engine: Engine, runs: list[int]) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _, __, statement, values, *___: asked.append((statement, values)))  # fmt: skip
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with reading(engine) as session:
        asked_in_run(session, runs[0], 20)
        statement, values = next(one for one in asked if "FROM captures" in one[0])
        steps = [step for *_, step in session.connection().exec_driver_sql(explain + statement, values)]
    assert any("site_run_id" in step for step in steps), steps
    assert not [step for step in steps if "SCAN captures" in step or "pk_captures" in step], steps
