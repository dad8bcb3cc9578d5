"""What the ledger says of a report that was removed, moved or restored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from archive import coverage
from archive.coverage import OrganYear
from archive.database import reading, writing
from archive.models import Reading
from tests.archive.changes.showing import HOME, REPORT, Portal, page

OTHER, TITLE = HOME + "nb/2.html", "岚溪县双河镇2024年政府信息公开工作年度报告"
NEW = HOME + "new/9.html"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


def row(portal: Portal) -> OrganYear:
    with reading(portal.engine) as session:
        rows = coverage.organ_years(session, portal.now() + timedelta(days=1), "Asia/Shanghai")
        (found,) = (row for row in rows if (row.organ, row.year) == ("柳林镇", 2024))
    return found


def twice(portal: Portal) -> None:
    portal.run()
    portal.run("confirm")


def test_a_report_that_is_gone_is_removed_and_held_again_when_it_is_back(portal: Portal) -> None:
    portal.show(OTHER, page(upheld=7).replace("柳林镇".encode(), "双河镇".encode()), TITLE)
    portal.run()
    assert row(portal).state == coverage.HELD
    portal.answers[REPORT] = (404, b"gone")
    twice(portal)
    assert row(portal).state == coverage.REMOVED
    assert REPORT in row(portal).evidence and row(portal).as_of is not None
    portal.show(REPORT, page())
    twice(portal)
    assert row(portal).state == coverage.HELD


def test_a_report_that_moved_is_held_at_its_new_address_and_moved_where_that_is_no_report(portal: Portal) -> None:
    portal.show(OTHER, page(upheld=7).replace("柳林镇".encode(), "双河镇".encode()), TITLE)
    portal.run()
    portal.answers[REPORT] = (404, b"gone")
    del portal.listed[REPORT]
    portal.show(NEW, page())
    twice(portal)
    held = row(portal)
    assert (held.state, held.evidence, len(held.sighting_ids), held.addresses) == (coverage.HELD, NEW, 2, 1)
    with writing(portal.engine) as session:
        session.execute(update(Reading).where(Reading.sighting_id == held.sighting_ids[0]).values(state="not a report"))
    assert row(portal).state == coverage.MOVED


@pytest.mark.parametrize(
    ("status", "blocked", "state"),
    [
        (503, None, "unreachable from here"),
        (412, "challenge", "blocked by a challenge"),
        (404, None, "not found"),
        (None, None, "unreachable from here"),
        (200, None, "held"),
    ],
)
def test_an_article_whose_file_could_not_be_had_is_in_the_state_of_its_file(
    portal: Portal, status: int | None, blocked: str | None, state: str
) -> None:
    article, file = HOME + "nb/9.html", HOME + "nb/9.pdf"
    title = "岚溪县石门镇2024年政府信息公开工作年度报告"
    portal.attachments = {file: article}
    portal.show(article, f"<h1>{title}</h1><div id=zoom><a href={file}>附件</a></div>".encode(), title)
    if status is not None:
        portal.answers[file] = (status, page().replace("柳林".encode(), "石门".encode()))
    else:
        portal.silent = {file}
    portal.blocked = {file: blocked} if blocked else {}
    portal.run()
    with reading(portal.engine) as session:
        rows = {row.organ: row for row in coverage.organ_years(session, portal.clock, "Asia/Shanghai", year=2024)}
    assert rows["石门镇"].state == state and rows["石门镇"].evidence
    assert rows["柳林镇"].state == "held"
