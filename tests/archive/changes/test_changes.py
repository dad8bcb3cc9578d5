"""What a site shows from run to run, recorded as real WARC files, and what the archive makes of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from archive.database import reading, writing
from archive.models import ChangeRow, FindingRow, Organ, Reading, Sighting, SiteRun
from tests.archive.changes.showing import HOME, REPORT, Portal, count, current_value, flagged, page, states


def test_a_first_harvest_reads_and_flags_nothing(portal: Portal) -> None:
    assert current_value(portal.engine) == 1
    assert states(portal.engine) == []
    assert flagged(portal.engine) == []


def test_the_organ_goes_by_its_name_inside_the_county(portal: Portal) -> None:
    with reading(portal.engine) as session:
        assert session.scalars(select(Organ.name)).all() == ["柳林镇"]


def test_an_unchanged_page_is_neither_read_again_nor_changed(portal: Portal) -> None:
    portal.run()
    assert count(portal.engine, Reading) == 1
    assert states(portal.engine) == []


def test_a_counter_in_the_frame_changes_nothing(portal: Portal) -> None:
    for visits in ("17", "18", "19"):
        portal.show(REPORT, page(frame=visits))
        portal.run()
    assert count(portal.engine, Reading) == 1
    assert states(portal.engine) == []


def test_a_revised_figure_is_suspected_first_and_flagged_when_it_holds(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    assert states(portal.engine) == [("figures changed", "suspected")]
    assert flagged(portal.engine) == []
    portal.run("confirm")
    assert states(portal.engine) == [("figures changed", "raised")]
    assert flagged(portal.engine) == ["figures-changed-silently"]
    portal.run()
    assert states(portal.engine) == [("figures changed", "raised")]
    assert flagged(portal.engine) == ["figures-changed-silently"]
    assert current_value(portal.engine) == 3


def test_the_changed_figures_are_named_with_both_values(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    with reading(portal.engine) as session:
        details = session.scalars(select(ChangeRow.details)).one()
    named = {detail["where"]: (detail["before"], detail["after"]) for detail in details}
    assert named["disputes.review.upheld"] == ("1", "3")
    assert named["disputes.review.total"] == ("1", "3")


def test_a_change_that_does_not_hold_is_withdrawn_and_the_earlier_version_counts(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    portal.show(REPORT, page())
    portal.run("confirm")
    assert states(portal.engine) == [("figures changed", "withdrawn")]
    assert flagged(portal.engine) == []
    assert current_value(portal.engine) == 1


def test_a_third_version_in_the_second_fetch_is_a_new_suspicion(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    portal.show(REPORT, page(upheld=4))
    portal.run("confirm")
    assert states(portal.engine) == [("figures changed", "withdrawn"), ("figures changed", "suspected")]
    portal.run("confirm")
    assert states(portal.engine)[-1] == ("figures changed", "raised")


def test_an_edit_with_a_new_date_is_not_silent(portal: Portal) -> None:
    portal.show(REPORT, page(text="本年度工作有序。", shown="2025-03-01"))
    portal.run()
    portal.run("confirm")
    assert flagged(portal.engine) == ["text-edited"]


def test_an_edit_that_admits_a_correction_is_not_silent(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=2, text="本年度工作平稳。本报告已更正。"))
    portal.run()
    portal.run("confirm")
    assert flagged(portal.engine) == ["figures-changed"]


def test_a_removal_needs_two_fetches_and_is_flagged_once(portal: Portal) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    portal.answers[REPORT] = (404, b"gone")
    portal.run()
    assert ("removed", "suspected") in states(portal.engine)
    portal.run("confirm")
    portal.run()
    assert states(portal.engine).count(("removed", "raised")) == 1
    assert flagged(portal.engine) == ["removed"]


def test_what_comes_back_is_restored(portal: Portal) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    portal.answers[REPORT] = (404, b"gone")
    portal.run()
    portal.run("confirm")
    portal.show(REPORT, page())
    portal.run()
    portal.run("confirm")
    assert states(portal.engine)[-1] == ("restored", "raised")
    with reading(portal.engine) as session:
        assert not any(session.scalars(select(ChangeRow.silent))), "only an edit can be silent"
    assert flagged(portal.engine) == ["removed", "restored"]


def test_a_page_that_fails_once_is_no_removal(portal: Portal) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    portal.answers[REPORT] = (404, b"gone")
    portal.run()
    portal.show(REPORT, page())
    portal.run("confirm")
    assert ("removed", "withdrawn") in states(portal.engine)
    assert flagged(portal.engine) == []


@pytest.mark.parametrize("answer", [(503, b"down"), (404, b"gone")])
def test_nothing_is_removed_while_the_site_is_ill(portal: Portal, answer: tuple[int, bytes]) -> None:
    portal.answers[REPORT] = (404, b"gone")
    portal.answers[HOME] = answer
    portal.run()
    portal.run("confirm")
    assert states(portal.engine) == []


@pytest.mark.parametrize(
    ("status", "blocked"), [(500, None), (503, None), (412, "challenge"), (200, "login"), (403, None), (302, None)]
)
def test_an_error_or_a_challenge_says_nothing_about_the_report(
    portal: Portal, status: int, blocked: str | None
) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    before = states(portal.engine)
    portal.answers[REPORT] = (status, b"<html>please wait</html>")
    portal.blocked = {REPORT: blocked} if blocked else {}
    portal.run()
    portal.run("confirm")
    assert states(portal.engine) == before
    assert current_value(portal.engine) == 1


def test_a_soft_404_counts_as_gone(portal: Portal) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    portal.answers[REPORT] = (200, "您访问的页面不存在".encode())
    portal.blocked = {REPORT: "soft 404"}
    portal.run()
    portal.run("confirm")
    assert flagged(portal.engine) == ["removed"]


def test_a_moved_report_is_joined_by_its_content(portal: Portal) -> None:
    moved = HOME + "new/9.html"
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    portal.answers[REPORT] = (404, b"gone")
    del portal.listed[REPORT]
    portal.show(moved, page())
    portal.run()
    portal.run("confirm")
    assert ("moved", "raised") in states(portal.engine)
    assert "removed" not in [kind for kind, _ in states(portal.engine)]
    assert flagged(portal.engine) == ["moved"]
    with reading(portal.engine) as session:
        target = session.scalars(select(Sighting.id).where(Sighting.url == moved)).one()
        assert session.scalars(select(Sighting.moved_to_id).where(Sighting.url == REPORT)).one() == target
        news = session.scalars(select(ChangeRow).where(ChangeRow.kind == "new", ChangeRow.state == "raised")).all()
        assert target not in [change.sighting_id for change in news]


def test_a_new_report_is_a_change_and_no_flag(portal: Portal) -> None:
    portal.show(HOME + "nb/2.html", page(upheld=7), "岚溪县双河镇2024年政府信息公开工作年度报告")
    portal.run()
    assert states(portal.engine) == [("new", "raised")]
    assert flagged(portal.engine) == []


def test_another_file_under_the_page_is_an_attachment_replaced(portal: Portal) -> None:
    attachment = HOME + "nb/1.docx"
    portal.attachments[attachment] = REPORT
    portal.answers[attachment] = (200, b"first file")
    portal.run()
    portal.answers[attachment] = (200, b"second file")
    portal.run()
    portal.run("confirm")
    assert states(portal.engine) == [("attachment replaced", "raised")]
    assert flagged(portal.engine) == ["attachment-replaced"]


def test_figures_that_stand_in_an_attachment_are_read_from_it(portal: Portal) -> None:
    article, attachment = HOME + "nb/3.html", HOME + "nb/3a.html"
    shell = "<html><body><h1>岚溪县梅溪镇2024年政府信息公开工作年度报告</h1><div id=zoom><a href=3a.html>附件</a></div></body></html>"
    portal.show(article, shell.encode(), "岚溪县梅溪镇2024年政府信息公开工作年度报告")
    portal.attachments[attachment] = article
    portal.answers[attachment] = (200, page(upheld=5))
    portal.run()
    assert current_value(portal.engine, article) == 5
    portal.answers[attachment] = (200, page(upheld=6))
    portal.run()
    portal.run("confirm")
    assert ("attachment replaced", "raised") in states(portal.engine)
    assert current_value(portal.engine, article) == 6


def test_reading_twice_changes_nothing(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3))
    portal.run()
    before = (states(portal.engine), count(portal.engine, Reading))
    with writing(portal.engine) as session:
        session.execute(update(SiteRun).values(read_at=None))
    portal.read()
    assert count(portal.engine, Reading) == before[1]


def test_a_broken_sum_is_a_finding_and_a_flag_once(portal: Portal) -> None:
    portal.show(REPORT, page(upheld=3, total=9))
    portal.run()
    portal.run("confirm")
    with reading(portal.engine) as session:
        broken = session.execute(select(FindingRow.rule, FindingRow.place).where(FindingRow.outcome == "fail"))
        assert broken.all() == [("T4-SUM", "review")]
    assert flagged(portal.engine).count("T4-SUM") == 1
