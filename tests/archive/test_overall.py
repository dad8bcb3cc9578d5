"""What is summed up over the whole archive is kept, and read again as it was counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select, update

from archive import grid, overall, upkeep
from archive.database import reading, writing
from archive.grid import grid_of
from archive.models import Organ, Region, Sighting, Site, SumRow
from tests.archive.rows import NOON, county

ZONE = "Asia/Shanghai"


def test_the_sums_that_were_kept_are_those_that_were_counted(engine: Engine) -> None:
    with writing(engine) as session:
        rows = county(session)
        rows.finding(rows.report("http://a/1"))
    with reading(engine) as session:
        assert overall.last(session) is None
    overall.renew(engine, NOON, ZONE)
    with reading(engine) as session:
        last, counted = overall.last(session), grid_of(session, NOON, ZONE)
        assert last is not None
        assert (last.totals, last.site_reports) == (overall.totals(session, {1: 1}), {1: 1})
        assert (last.totals.reports, last.totals.failures) == (1, 1)
        assert (last.grid.years, last.grid.children) == (counted.years, counted.children)
        assert [last.grid.lines[code].held[2024] for code in last.grid.lines] == [1]
        assert {code: vars_of(line) for code, line in last.grid.lines.items()} == {
            code: vars_of(line) for code, line in counted.lines.items()
        }


def vars_of(line: object) -> dict[str, object]:
    values = {name: getattr(line, name) for name in ("code", "name", "level", "parent_code", "overdue")}
    return values | {name: dict(getattr(line, name)) for name in ("held", "there")}


def test_each_site_has_the_reports_that_stand_there_and_none_that_moved_away_or_is_no_report(engine: Engine) -> None:
    with writing(engine) as session:
        rows = county(session)
        kept = rows.report("http://a/1")
        rows.report("http://a/2", state="image only", year=2023)
        rows.report("http://a/3", state="not a report", year=2022)
        moved = rows.report("http://a/4", year=2021)
        session.get_one(Sighting, moved.sighting_id).moved_to_id = kept.sighting_id
        rows.reading(session.get_one(Sighting, kept.sighting_id), rows.capture("http://a/1"), current=False)
        session.add(Site(code="beside", name="岚溪县财政局", url="http://b/", region_code="990121", added_at=NOON))
        session.flush()
        beside = session.scalars(select(Site.id).where(Site.code == "beside")).one()
        rows.reading(rows.sighting("http://b/1", site_id=beside), rows.capture("http://b/1", site_id=beside), year=2020)
        rows.finding(kept)
        rows.finding(moved)
    with reading(engine) as session:
        counted = overall.counted(session, NOON, ZONE)
    assert counted.site_reports == {rows.site.id: 2, beside: 1}
    assert (counted.totals.reports, counted.totals.failures) == (3, 1)


def test_what_is_held_is_the_same_however_many_organs_are_asked_for_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        rows = county(session)
        session.add(Region(code="990122", name="岚江县", level="county"))
        session.flush()
        for number, year in enumerate((2021, 2022, 2022, 2023, 2023, 2023)):
            organ = Organ(name=f"{number}局", level="department", region_code="990121" if number % 2 else "990122")
            session.add(organ)
            session.flush()
            rows.report(f"http://a/{number}", organ_id=organ.id, year=year)
            rows.report(f"http://a/{number}/again", organ_id=organ.id, year=year)
    held = []
    for at_once in (1, 2, 20_000):
        monkeypatch.setattr(grid, "_ORGANS", at_once)
        with reading(engine) as session:
            held.append({code: dict(line.held) for code, line in grid_of(session, NOON, ZONE).lines.items()})
    assert held[0] == held[1] == held[2]
    assert held[0] == {"990121": {2021: 0, 2022: 1, 2023: 2}, "990122": {2021: 1, 2022: 1, 2023: 1}}


def test_sums_that_other_code_kept_are_not_shown_and_are_made_anew(engine: Engine) -> None:
    with writing(engine) as session:
        county(session).report("http://a/1")
    overall.renew(engine, NOON, ZONE)
    with writing(engine) as session:
        session.execute(update(SumRow).values(name="older"))
    with reading(engine) as session:
        assert overall.last(session) is None
    assert upkeep.renew_books(engine, ZONE, NOON) == 1
    with reading(engine) as session:
        assert overall.last(session) is not None
        assert len(session.scalars(select(SumRow)).all()) == 1


def test_several_may_keep_sums_at_once(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            list(threads.map(lambda _: overall.renew(engine, NOON, ZONE), range(4)))
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(SumRow)) == 1
