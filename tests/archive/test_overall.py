"""What is summed up over the whole archive is kept, and read again as it was counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select, update

from archive import overall, upkeep
from archive.database import reading, writing
from archive.grid import grid_of
from archive.models import SumRow
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
