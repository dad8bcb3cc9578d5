"""How SQLite would go about a nation's lists: it is told a nation's weights, and asked. The first lines of a whole list come at once, however many
follow, and those of one site are found by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from archive.database import reading, weigh, writing
from archive.listings import Filters, changes, findings, reports_held
from archive.search import hits_page
from archive.wishes import Search
from tests.archive.rows import county, tell_a_nations_weights


@pytest.fixture
def nation(sqlite_engine: Engine) -> Engine:
    weigh(sqlite_engine)
    with writing(sqlite_engine) as session:
        rows = county(session)
        for url in ("http://a/1", "http://a/2"):  # of one alone SQLite would know more
            rows.finding(rows.report(url))
    tell_a_nations_weights(sqlite_engine)
    return sqlite_engine


def steps_of(engine: Engine, listed: Callable[..., Iterator[Any]], filters: Any) -> list[str]:
    """What SQLite would do for the queries of this list."""
    asked: list[tuple[str, Any]] = []

    def note(_: Connection, __: Any, statement: str, values: Any, *___: Any) -> None:
        asked.append((statement, values))

    with reading(engine) as session:
        event.listen(engine, "before_cursor_execute", note)
        list(listed(session, filters))
        event.remove(engine, "before_cursor_execute", note)
        plans = [session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + sql, values) for sql, values in asked]
        return [step for plan in plans for *_, step in plan]


@pytest.mark.parametrize(
    ("listed", "filters"),
    [
        (reports_held, Filters()),
        (findings, Filters()),
        (findings, Filters(outcome="fail")),
        (changes, Filters()),
    ],
    ids=["reports", "findings", "findings that fail", "changes"],
)
def test_a_whole_list_is_walked_in_its_order_with_nothing_sorted_or_read_before(
    nation: Engine, listed: Callable[..., Iterator[Any]], filters: Filters
) -> None:
    steps = steps_of(nation, listed, filters)
    assert steps
    assert not [step for step in steps if "B-TREE" in step or "BLOOM" in step or "AUTOMATIC" in step], steps


@pytest.mark.parametrize("listed", [reports_held, findings, changes])
def test_what_one_site_has_is_found_without_looking_at_all_others(
    nation: Engine, listed: Callable[..., Iterator[Any]]
) -> None:
    steps = steps_of(nation, listed, Filters(site="lanxi", limit=10))
    # What is given is a table of its own, and so is what was found: the numbers of sites and of rows.
    assert not [step for step in steps if step.startswith("SCAN") and "VIRTUAL" not in step and step != "SCAN found"], (
        steps
    )


@pytest.mark.parametrize(
    ("wish", "step"),
    [
        (Search(), "SEARCH current_readings USING INTEGER PRIMARY KEY"),
        (Search(level="department"), "SEARCH readings USING COVERING INDEX ix_readings_organ_year"),
        (Search(level="department"), "SEARCH organs USING COVERING INDEX ix_organs_level_region_code"),
        (Search(year=2021), "SEARCH readings USING COVERING INDEX ix_readings_year"),
        (Search(region="99"), "SEARCH one USING COVERING INDEX ix_current_readings_region"),
        (Search(region="99", level="department"), "SEARCH readings USING COVERING INDEX ix_readings_organ_year"),
    ],
    ids=["all", "of a level", "the organs of a level", "of a year", "of a region", "of a region's level"],
)
def test_the_newest_reports_that_a_search_looks_at_are_found_in_an_index_alone(
    nation: Engine, wish: Search, step: str
) -> None:
    steps = steps_of(nation, lambda session, wish: hits_page(session, wish, 9).hits, wish)
    assert [taken for taken in steps if taken.startswith(step)], steps
    assert not [taken for taken in steps if taken.startswith("SCAN") and not taken.endswith(("way", "found")) and "VIRTUAL" not in taken], steps  # fmt: skip
