"""Two versions of a report differ in what a reader would call a difference, and in nothing else."""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal

import pytest

import reports
from reports.comparison import same_words
from reports.model import ChangeKind, ExtraRow, Figure, State
from reports.publication import figures_digest
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


SAME = [
    ("公开 12 件", "公开１２件"),
    ("浏览次数：12次", "浏览次数：15次"),
    ("来源：青石镇 浏览：12", "来源：青石镇 浏览：99"),
    ("访问 33 次", "访问 34 次"),
    ("点击量：", "点击量：7"),
    ("扫一扫在手机打开当前页", ""),
    ("字体：[大 中 小]", ""),
]
DIFFERENT = [
    ("网站访问量1200次", "网站访问量1300次"),
    ("政务新媒体点击量：50万次", "政务新媒体点击量：80万次"),
    ("方便群众浏览", "方便群众阅读"),
    ("扫一扫二维码查询公开指南", "扫一扫二维码下载公开申请表"),
    ("公开12件", "公开12.5件"),
    ("公开，", "公开。"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_counters_and_buttons_around_a_report_are_no_words_of_it(one, other):
    assert same_words("本镇公开信息。" + one) == same_words("本镇公开信息。" + other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_a_report_says_of_visits_is_its_own(one, other):
    assert same_words(one) != same_words(other)


def test_money_that_is_printed_with_another_zero_is_the_same():
    key = "disclosure.fees.amount_wan"
    before = version()
    prints = [
        Figure(key, value, str(value), State.NUMBER) for value in (Decimal("7.10"), Decimal("7.1"), Decimal("7.2"))
    ]
    first, second, third = (dataclasses.replace(before, figures={**before.figures, key: one}) for one in prints)
    assert reports.compare(first, second) == []
    assert [(c.before, c.after) for c in reports.compare(second, third)] == [("7.1", "7.2")]


def test_a_row_that_a_province_adds_is_compared_by_its_label():
    before = version()
    rows = [(ExtraRow("disclosure", "信息发布总数量", (count,)),) for count in ("120", "１20", "150")]
    first, second, third = (dataclasses.replace(before, extras=row) for row in rows)
    assert reports.compare(first, second) == []
    assert figures_digest(first) == figures_digest(second) != figures_digest(third)
    (change,) = reports.compare(first, third)
    assert (change.kind, change.where) == (ChangeKind.FIGURES_CHANGED, "disclosure: 信息发布总数量")
    assert (change.before, change.after) == ("120", "150")


def test_a_paragraph_that_moved_is_shown_where_it_went_and_nothing_else():
    before = version(lambda text: text.replace("继续改进。", "甲段。</p><p>乙段。</p><p>丙段。"))
    after = version(lambda text: text.replace("继续改进。", "乙段。</p><p>丙段。</p><p>甲段。"))
    assert [(c.before, c.after) for c in reports.compare(before, after)] == [("甲段。", None), (None, "甲段。")]
    joined = version(lambda text: text.replace("继续改进。", "甲段。乙段。</p><p>丙段。"))
    assert reports.compare(before, joined) == []


def test_thousands_of_equal_lines_are_compared_at_once():
    """A search for the longest equal stretch, as difflib's, looks at these for minutes."""
    before = version(lambda text: text.replace("继续改进。", "</p><p>".join(["同样的一行"] * 9000)))
    after = version(lambda text: text.replace("继续改进。", "</p><p>".join(["同样的一行", "另外的一行"] * 4500)))
    assert len(reports.compare(before, after)) == 4500
