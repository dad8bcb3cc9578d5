"""What reading a run asks of the database: of the whole run at once as far as it can, and never by looking at all that the archive holds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from archive.database import writing
from archive.desk import Desk
from archive.findings import check_neighbours, check_readings, checked_anew
from archive.flags import raise_for_findings
from archive.models import FindingRow, Reading
from archive.readings import read_new
from tests.archive.changes.showing import HOME, Portal, page
from tests.archive.rows import tell_a_nations_weights

QUESTIONS_A_REPORT = 9  # its file, its organ, its rows, its checks beside the year before
MOST_PLACES = 65_535  # for values, in one question to PostgreSQL
LARGE = ("captures", "sightings", "readings", "findings", "changes", "flags")  # tables that grow with every report
Asked = list[tuple[str, Any]]


@pytest.fixture
def asked(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the reading of the last run asked."""
    statements: Asked = []

    def note(_: Connection, __: Any, statement: str, values: Any, *___: Any) -> None:
        statements.append((statement, values))

    def read() -> None:
        statements.clear()
        event.listen(portal.engine, "before_cursor_execute", note)
        read_new(Desk(portal.engine, portal.store, portal.now))
        event.remove(portal.engine, "before_cursor_execute", note)

    monkeypatch.setattr(portal, "read", read)
    return statements


def show(portal: Portal, *numbers: int) -> None:
    for number in numbers:
        title = f"岚溪县第{number}镇2024年政府信息公开工作年度报告"
        portal.show(f"{HOME}nb/{number}.html", page(upheld=number, text=f"第{number}镇平稳。"), title)


def test_a_further_report_takes_few_questions(portal: Portal, asked: Asked) -> None:
    show(portal, *range(10, 15))
    portal.run()
    few = len(asked)
    show(portal, *range(20, 40))
    portal.run()
    assert 0 < len(asked) - few <= 15 * QUESTIONS_A_REPORT


def test_an_unchanged_report_takes_none_of_its_own(portal: Portal, asked: Asked) -> None:
    counts = []
    for numbers in (range(10, 15), range(20, 40)):
        show(portal, *numbers)
        portal.run()
        portal.run()
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_table_that_grows_with_the_archive_is_walked_through(portal: Portal, asked: Asked) -> None:
    show(portal, *range(10, 15))
    portal.run()
    tell_a_nations_weights(portal.engine)
    with portal.engine.connect() as connection:
        for statement, values in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                of_one = values[0] if isinstance(values, list) else values
                steps = [step for *_, step in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, of_one)]
                assert not [step for step in steps if step.startswith(tuple(f"SCAN {one}" for one in LARGE))], statement


def test_more_reports_than_a_question_has_places_for_are_checked_at_once(portal: Portal) -> None:
    show(portal, *range(10, 12))
    portal.run()
    with writing(portal.engine) as session:
        ids = session.scalars(select(Reading.id)).all()
        found = session.scalar(select(func.count()).select_from(FindingRow))
        many = [*ids, *range(ids[-1] + 1, MOST_PLACES + 10)]
        touched = checked_anew(session, many)
        check_readings(session, touched)
        check_neighbours(session, many)
        raise_for_findings(session, touched, portal.now())
        assert session.scalar(select(func.count()).select_from(FindingRow)) == found
        assert found
