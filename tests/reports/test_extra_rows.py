"""Rows that a province asks for beside the form are kept as printed, wherever the portal puts them, and are no figures of the form."""

from __future__ import annotations

import random

import pytest

import reports
from reports.model import ExtraRow, Report
from tests.reports.mutating import Page, as_html

LABEL = "2023年本行政区域（或本部门）政府信息公开发布总数量（非新闻类、消息类）"


def read(markup: str) -> Report:
    return reports.parse(reports.extract(markup.encode(), None, None))


def kept(report: Report) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(row.table, row.label, row.cells) for row in report.extras]


@pytest.mark.parametrize(
    "insert",
    [
        f"<tr><td>{LABEL}</td><td colspan=3>1234</td></tr></table><p>三、收到和处理",  # as a last row of table two
        f"</table><table><tr><td>{LABEL}</td><td>1234</td></tr></table><p>三、收到和处理",  # as a table of its own
        f"</table><table><tr><td colspan=2>省定项目</td></tr><tr><td>{LABEL}</td><td>1234</td></tr></table><p>三、收到和处理",
    ],
)
def test_a_row_of_a_province_is_kept_in_its_place(insert):
    page = Page(random.Random(20_001))
    report = read(as_html(page).replace("</table><p>三、收到和处理", insert))
    assert kept(report) == [("disclosure", LABEL, ("1234",))]
    assert report.extras[0].place is not None
    assert {key: report.value(key) for key in page.true} == page.true


def test_a_row_of_a_province_among_the_requests_is_kept_and_moves_nothing():
    page = Page(random.Random(20_001))
    row = "<tr><td colspan=3>五、本年收到的网络申请数量</td>" + "<td>3</td>" * 7 + "</tr>"
    report = read(as_html(page).replace("</table><p>四、", f"{row}</table><p>四、"))
    assert kept(report) == [("requests", "五、本年收到的网络申请数量", ("3",) * 7)]
    assert {key: report.value(key) for key in page.true} == page.true


def test_a_table_of_words_is_no_row():
    page = Page(random.Random(20_001))
    words = "</table><table><tr><td>联系人</td><td>张同志</td></tr></table><p>三、收到和处理"
    assert kept(read(as_html(page).replace("</table><p>三、收到和处理", words))) == []


def test_the_rest_of_a_table_that_nobody_can_place_is_shown_and_not_lost():
    page = Page(random.Random(20_001))
    strange = "</table><table><tr><td>合计</td><td>12</td><td>13</td></tr></table><p>五、"
    report = read(as_html(page).replace("</table><p>五、", strange))
    assert report.extras == (ExtraRow("disputes", "合计", ("12", "13"), report.extras[0].place),)
