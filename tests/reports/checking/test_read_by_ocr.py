"""Whatever a report breaks, no rule is certain of it when OCR read the words: neither of this year's report nor of the one before."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest

import reports
from reports.checks import CHECKS
from reports.model import Edition, Finding, Outcome, Report
from tests.reports.mutating import Page, Row, as_html

SURE = {Outcome.PASS, Outcome.FAIL}
ON_FILES = {"ACCESS"}  # judges the file, not what was read of it
WORDS = (
    "2019年，我局按照国办公开办函〔2019〕60号文件公开信息，2019年初见成效。全年收到政府信息公开申请7777件。收取信息处理费30元，未收取信息处理费。"
    "岗位轮换以后，新接手的同志对发布流程还不熟悉，有两次把草稿误传到了公开栏目；村里的老人不上网，公示栏又常被雨水打湿，大家要跑到便民大厅来问；"
    "表格里的项目名称年年调整，填报时容易串行。打算把流程画成一张图贴在桌边，给公示栏加装雨棚，每季度请村民代表来挑一次毛病，并把去年的表格和今年的表格放在一起对着看，"
    "发现串行当场改正，不留到年底集中处理。"
)


def broken(seed: int, year: int, edition: Edition) -> reports.Document:
    """A report in which every rule of its edition finds something, with figures drawn by chance."""
    chance = random.Random(seed)
    page = next(page for _ in range(99) if (page := Page(chance)).form.edition is edition)
    for row in page.requests:
        row.cells = [str(chance.randint(20, 90)) for _ in row.cells]
    at = next((index for index, row in enumerate(page.requests) if row.key == "other.no_correction"), None)
    if at is not None:
        page.requests.insert(at, Row("other.all", [], ["", "（六）其他处理"], ["7", "1", "1", "1", "1", "1", "5000"]))
    page.disputes.cells = [str(chance.randint(1, 9)) for _ in page.disputes.cells[:-1]] + ["-4"]
    for _, _, rows in page.disclosure:
        for row in rows:
            row.cells = [str(chance.randint(1, 9) * 10 ** (year % 2 * 3)), *("0" for _ in row.cells[1:])]
    page.requests[3].cells[2] = "—"
    text = as_html(page).replace("2023年", f"{year}年").replace("本年度工作情况如下，依法公开。", WORDS)
    text = text.replace("<p>五、存在的主要问题及改进情况</p>", "")
    return reports.extract(text.encode(), None, None)


@cache
def pairs() -> list[tuple[reports.Document, reports.Document]]:
    old, new = Edition.FORM_2019, Edition.FORM_2021
    made = [((2023, new), (2022, new)), ((2024, old), (2023, new)), ((2020, old), (2019, old))]
    return [
        (broken(seed, *now), broken(seed + 1, *before)) for seed in range(800_000, 800_012, 2) for now, before in made
    ]


def said(now: reports.Document, before: reports.Document) -> list[Finding]:
    return reports.check(reports.parse(now), reports.parse(before))


def test_these_reports_break_every_rule():
    failed = {finding.rule for pair in pairs() for finding in said(*pair) if finding.outcome is Outcome.FAIL}
    assert failed == {rule.id for rule in CHECKS} - ON_FILES


@pytest.mark.parametrize("index", range(18))
def test_no_rule_is_certain_of_a_report_that_ocr_read(index):
    now, before = pairs()[index]
    read = replace(now, by_ocr=True)
    assert [finding for finding in said(read, before) if finding.outcome in SURE] == []
    plain = said(now, before)
    assert [(f.rule, f.where, f.keys) for f in said(read, before)] == [(f.rule, f.where, f.keys) for f in plain]


@pytest.mark.parametrize("index", range(18))
def test_no_rule_is_certain_of_what_ocr_read_in_the_year_before(index):
    now, before = pairs()[index]
    doubted = {(f.rule, f.where, f.outcome) for f in said(now, replace(before, by_ocr=True))}
    plain = {(f.rule, f.where, f.outcome) for f in said(now, before)}
    assert {rule for rule, _, outcome in doubted - plain if outcome in SURE} == set()
    across = {"X-CARRY", "X-INFORCE", "T2-F19-DELTA", "YOY", "REPEAT"}
    assert [found for found in doubted if found[0] in across and found[2] in SURE] == []
    own = {found for found in plain if found[0] not in {*across, "T2-SOFT"}}
    assert own <= doubted  # this year's own report is as certain as it was


def test_pictures_in_which_ocr_found_nothing_are_certainly_pictures():
    report = reports.parse(pairs()[0][0])
    bare = replace(report, image_only=True)
    assert "ACCESS" in {f.rule for f in reports.check(bare, None) if f.outcome is Outcome.FAIL}
    document = replace(pairs()[0][0], image_only=True, by_ocr=True)
    assert isinstance(read := reports.parse(document), Report)
    assert not read.by_ocr
