"""Each of the ten kinds that a change may be: every report that a run asked for is counted in exactly one."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from reports.model import ChangeKind
from tests.archive.changes.showing import HOME, REPORT, Portal, flagged, kinds, page

OTHER, TITLE = HOME + "nb/2.html", "岚溪县双河镇2024年政府信息公开工作年度报告"
FILE = HOME + "nb/1.docx"


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


def show_other(portal: Portal) -> None:
    """A second report, so that one that is gone does not make the site ill."""
    portal.show(OTHER, page(upheld=7), TITLE)
    portal.run()


def vanish(portal: Portal) -> None:
    portal.answers[REPORT] = (404, b"gone")


def move(portal: Portal) -> None:
    vanish(portal)
    del portal.listed[REPORT]
    portal.show(HOME + "new/9.html", page())


def come_back(portal: Portal) -> None:
    vanish(portal)
    portal.run()
    portal.run("confirm")
    portal.show(REPORT, page())


def replace_file(portal: Portal) -> None:
    portal.attachments[FILE] = REPORT
    portal.answers[FILE] = (200, b"first file")
    portal.run()
    portal.answers[FILE] = (200, b"second file")


def be_ill(portal: Portal) -> None:
    portal.answers[REPORT] = (503, b"later")


LIVED = {
    ChangeKind.UNCHANGED: lambda portal: None,
    ChangeKind.COSMETIC: lambda portal: portal.show(REPORT, page(frame="1024")),
    ChangeKind.TEXT_EDITED: lambda portal: portal.show(REPORT, page(text="本年度工作有序。")),
    ChangeKind.FIGURES_CHANGED: lambda portal: portal.show(REPORT, page(upheld=3)),
    ChangeKind.ATTACHMENT_REPLACED: replace_file,
    ChangeKind.NEW: lambda portal: portal.show(HOME + "nb/3.html", page(upheld=9), "岚溪县梅溪镇2024年政府信息公开工作年度报告"),
    ChangeKind.MOVED: move,
    ChangeKind.REMOVED: vanish,
    ChangeKind.RESTORED: come_back,
    ChangeKind.SOFT_ERROR: be_ill,
}  # fmt: skip


def test_every_kind_is_lived_through_here() -> None:
    assert set(LIVED) == set(ChangeKind)


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_a_run_counts_each_report_in_exactly_one_kind(portal: Portal, kind: ChangeKind) -> None:
    show_other(portal)
    LIVED[kind](portal)
    portal.run()
    counted = kinds(portal.engine)
    beside = {ChangeKind.NEW: {"unchanged": 2}, ChangeKind.MOVED: {"unchanged": 1, "new": 1}}
    assert counted == (
        {"unchanged": 2} if kind is ChangeKind.UNCHANGED else {kind.value: 1, **beside.get(kind, {"unchanged": 1})}
    )


@pytest.mark.parametrize("kind", [ChangeKind.UNCHANGED, ChangeKind.COSMETIC, ChangeKind.SOFT_ERROR])
def test_what_says_nothing_of_the_report_raises_no_flag(portal: Portal, kind: ChangeKind) -> None:
    show_other(portal)
    LIVED[kind](portal)
    portal.run()
    portal.run("confirm")
    assert flagged(portal.engine) == []


def test_a_404_while_the_site_is_ill_is_a_soft_error(portal: Portal) -> None:
    show_other(portal)
    vanish(portal)
    portal.answers[HOME] = (503, b"down")
    portal.run()
    assert kinds(portal.engine) == {"soft error": 1, "unchanged": 1}


def test_what_stays_gone_is_unchanged(portal: Portal) -> None:
    show_other(portal)
    vanish(portal)
    portal.run()
    portal.run("confirm")
    portal.run()
    assert kinds(portal.engine) == {"unchanged": 2}
