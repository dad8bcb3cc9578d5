"""Two versions of a report differ in what a reader would call a difference, and in nothing else."""

from __future__ import annotations

import dataclasses
import random

import reports
from reports.comparison import same_words
from reports.model import ChangeKind
from tests.reports.mutating import Page, as_html, as_tabs


def version(change=lambda text: text) -> reports.Report:
    return reports.parse(reports.extract(change(as_html(Page(random.Random(20_001)))).encode(), None, None))


def test_the_same_report_as_page_and_as_text_has_no_difference():
    text = reports.parse(reports.extract(as_tabs(Page(random.Random(20_001))).encode(), None, None))
    assert [change.where for change in reports.compare(version(), text)] == [
        "overview"
    ]  # its one sentence is worded otherwise


def test_white_space_width_and_counters_are_no_difference():
    after = version(
        lambda text: text.replace("继续改进。", "继续 改进。浏览次数：123次").replace("工作情况", "工作　情况")
    )
    assert reports.compare(version(), after) == []
    assert same_words("申请（１）件") == same_words("申请(1) 件")


def test_a_changed_figure_is_named_with_both_prints():
    before = version()
    key = "requests.result_total.natural"
    after = dataclasses.replace(
        before, figures={**before.figures, key: before.figures[key]._replace(value=99_999, raw="99999")}
    )
    (change,) = reports.compare(before, after)
    assert (change.kind, change.where, change.after) == (ChangeKind.FIGURES_CHANGED, key, "99999")


def test_an_edited_paragraph_is_shown_alone():
    after = version(lambda text: text.replace("继续改进。", "继续改进。</p><p>新增一项措施。"))
    (change,) = reports.compare(version(), after)
    assert (change.kind, change.where, change.before, change.after) == (
        ChangeKind.TEXT_EDITED,
        "problems",
        None,
        "新增一项措施。",
    )


def test_a_removed_section_and_a_changed_title_are_named():
    before = version()
    after = dataclasses.replace(before, sections=before.sections[:-1], title="另一标题")
    assert [(change.kind, change.where) for change in reports.compare(before, after)] == [
        (ChangeKind.TEXT_EDITED, "title"),
        (ChangeKind.REMOVED, "other"),
    ]
