"""Harvests: begun, found again after a death, closed with the worst state of their runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, update

from archive.database import reading, writing
from archive.harvests import finish_harvest, site_runs, start_harvest, take_over, unfinished_harvest, unread_harvest
from archive.models import Harvest, SiteRun
from archive.sites import NewSite, add_site

NOW = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)


@pytest.fixture
def site_ids(engine: Engine) -> list[int]:
    with writing(engine) as session:
        return [add_site(session, NewSite(f"http://{name}.gov.cn/"), NOW).id for name in ("b", "a", "c")]


def begin(engine: Engine, site_ids: list[int], kind: str = "harvest") -> int:
    with writing(engine) as session:
        return start_harvest(session, kind, site_ids, NOW, "someone")


def set_states(engine: Engine, harvest_id: int, states: list[str]) -> None:
    with writing(engine) as session:
        for run, state in zip(site_runs(session, harvest_id), states, strict=True):
            session.execute(update(SiteRun).where(SiteRun.id == run.id).values(state=state))


def test_a_harvest_has_one_waiting_run_a_site(engine: Engine, site_ids: list[int]) -> None:
    harvest_id = begin(engine, [*site_ids, site_ids[0]])
    with reading(engine) as session:
        runs = site_runs(session, harvest_id)
        assert [run.site.code for run in runs] == ["a", "b", "c"]
        assert {(run.state, run.is_open, run.requests) for run in runs} == {("waiting", True, 0)}
        assert session.get_one(Harvest, harvest_id).ordered_by == "someone"


def test_an_unknown_kind_is_refused(engine: Engine, site_ids: list[int]) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        begin(engine, site_ids, "hunt")


@pytest.mark.parametrize(
    ("states", "state"),
    [
        (["done", "done", "done"], "done"),
        (["done", "failed", "done"], "failed"),
        (["stopped", "failed", "done"], "stopped"),
        (["done", "failed", "waiting"], "interrupted"),
        (["done", "running", "done"], "interrupted"),
        (["interrupted", "failed", "stopped"], "interrupted"),
    ],
)
def test_a_harvest_ends_in_the_worst_state_of_its_runs(
    engine: Engine, site_ids: list[int], states: list[str], state: str
) -> None:
    harvest_id = begin(engine, site_ids)
    set_states(engine, harvest_id, states)
    with writing(engine) as session:
        assert finish_harvest(session, harvest_id, NOW) == state
    with reading(engine) as session:
        harvest = session.get_one(Harvest, harvest_id)
        assert (harvest.state, harvest.ended_at) == (state, NOW)
        assert unfinished_harvest(session, "harvest") == (harvest_id if state == "interrupted" else None)


def test_the_newest_harvest_that_has_sites_left_is_continued(engine: Engine, site_ids: list[int]) -> None:
    with reading(engine) as session:
        assert unfinished_harvest(session, "harvest") is None
    first, second = begin(engine, site_ids), begin(engine, site_ids)
    begin(engine, site_ids, "recrawl")
    with reading(engine) as session:
        assert unfinished_harvest(session, "harvest") == second
    set_states(engine, second, ["done", "failed", "stopped"])
    with reading(engine) as session:
        assert unfinished_harvest(session, "harvest") == first


def test_a_harvest_that_is_said_to_run_when_another_crawls_was_interrupted(engine: Engine, site_ids: list[int]) -> None:
    dead, ended, mine = (begin(engine, site_ids) for _ in range(3))
    set_states(engine, dead, ["done", "running", "waiting"])
    set_states(engine, ended, ["done", "done", "failed"])
    set_states(engine, mine, ["done", "interrupted", "running"])
    with writing(engine) as session:
        finish_harvest(session, ended, NOW)
        finish_harvest(session, mine, NOW)  # interrupted, and now continued
    with writing(engine) as session:
        take_over(session, mine, NOW)
    with reading(engine) as session:
        runs = site_runs(session, dead)
        assert [run.state for run in runs] == ["done", "interrupted", "waiting"]
        assert runs[1].reason is not None and "died" in runs[1].reason
        assert runs[1].facts["why"] == {"code": "interrupted"}
        assert [run.state for run in site_runs(session, mine)] == ["done", "interrupted", "running"]
        states = [(one.state, one.ended_at) for one in (session.get_one(Harvest, id) for id in (dead, ended, mine))]
        assert states == [("interrupted", None), ("failed", NOW), ("running", None)]
        assert unfinished_harvest(session, "harvest") == mine


def test_a_harvest_that_died_after_its_last_site_had_ended_is_closed_when_another_crawls(
    engine: Engine, site_ids: list[int]
) -> None:
    dead, mine = (begin(engine, site_ids) for _ in range(2))
    set_states(engine, dead, ["done", "done", "failed"])
    with writing(engine) as session:
        take_over(session, mine, NOW)
    with reading(engine) as session:
        closed = session.get_one(Harvest, dead)
        assert (closed.state, closed.ended_at) == ("failed", NOW)


def test_a_harvest_that_died_while_it_was_read_is_found_again_within_its_day(
    engine: Engine, site_ids: list[int]
) -> None:
    def unread(since: datetime = NOW) -> int | None:
        with reading(engine) as session:
            return unread_harvest(session, "harvest", since)

    assert unread() is None
    first = begin(engine, site_ids)
    set_states(engine, first, ["done", "running", "failed"])
    assert unread() is None
    set_states(engine, first, ["done", "stopped", "failed"])
    assert (unread(), unread(NOW + timedelta(seconds=1))) == (first, None)
    with writing(engine) as session:
        session.execute(update(SiteRun).where(SiteRun.harvest_id == first).values(read_at=NOW))
    assert unread() is None
