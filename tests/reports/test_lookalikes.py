"""Where the title says nothing, words and tables tell an annual report from what resembles it (own pages: tests/samples/lookalike_*)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import reports
from reports.model import Paragraph
from reports.parsing.lookalikes import _BY_TITLE, ANNUAL_REPORT, KINDS
from reports.parsing.structures import _OTHERS, INSTITUTIONS, institution_kind, structural_kind

SAMPLES = Path(__file__).parents[1] / "samples"
REPORTS = sorted(
    file.parent.name
    for file in SAMPLES.glob("html_*/input.html")
    if file.parent.name not in {"html_rule_of_law_report", "html_pictures_only", "html_gb18030_called_utf8"}
)
BUREAU = [
    "一、概述", "2012年，我局继续推进公开。全县教职工名册、学生学籍办理流程在网站公布。",
    "二、主动公开政府信息情况", "公开招生政策9条、录取办法3条、学年校历2份，各学校校务公开栏同步更新，校长接待日公布。共主动公开政府信息88条。",
    "三、依申请公开政府信息情况", "收到政府信息公开申请2件，均已答复。",
    "四、收费及减免情况", "未收取费用。",
    "五、因政府信息公开申请行政复议、提起行政诉讼情况", "无。",
    "六、存在的主要问题及改进措施", "师生反映查找不便。",
]  # fmt: skip


def page(paragraphs: list[str]) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<html><meta charset=utf-8><title>正文</title><div id='zoom'>{body}</div></html>".encode()


@pytest.mark.parametrize("name", REPORTS)
def test_an_annual_report_without_any_title_is_still_one(name):
    text = (SAMPLES / name / "input.html").read_text("utf-8")
    bare = re.sub(
        r"<(h1|title)>.*?</\1>",
        "",
        re.sub(r"青石[^<>。，]{0,12}20\d\d年[^<>。，]{0,4}政府信息公开[^<>。，]{0,10}报告", "", text),
    )
    assert reports.parse(reports.extract(bare.encode(), None, None)).sections


def test_an_education_bureau_that_writes_of_schools_is_no_school():
    report = reports.parse(reports.extract(page(BUREAU), None, None))
    assert [section.key for section in report.sections] == [
        "overview",
        "disclosure",
        "requests",
        "fees",
        "disputes",
        "problems",
    ]


def test_a_school_that_speaks_of_itself_is_one():
    own = [text.replace("我局", "我校").replace("政府信息", "信息") for text in BUREAU]
    with pytest.raises(reports.NotAReport) as refusal:
        reports.parse(reports.extract(page(own), None, None))
    assert refusal.value.kind == "school_report"


def test_one_mark_of_a_kind_proves_nothing():
    assert structural_kind([Paragraph("各位代表："), Paragraph("会议室在三楼。")]) is None
    assert institution_kind([Paragraph("本公司供水。")]) is None
    assert structural_kind([]) is None


def test_a_class_has_one_name_whatever_tells_it():
    by_title = {kind for kind, _ in _BY_TITLE}
    by_structure = {structure.kind for structure in (*INSTITUTIONS, *_OTHERS)}
    assert by_structure <= by_title
    assert {ANNUAL_REPORT, "unknown"} | by_title == KINDS.keys()
    schema = json.loads((Path(reports.__file__).parent / "schema.json").read_text("utf-8"))
    assert {ANNUAL_REPORT, *schema["$defs"]["refusal"]["properties"]["kind"]["enum"]} == KINDS.keys()


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("青石县第一中学2023年信息公开工作年度报告", "school_report"),
        ("青石县自来水公司2023年信息公开工作年度报告", "utility_report"),
        ("青石县城市投资集团2023年信息公开工作年度报告", "company_report"),
    ],
)
def test_an_institution_that_fills_in_the_form_gets_the_class_that_its_words_would_give(title, kind):
    body = (SAMPLES / "html_form_2021" / "input.html").read_text("utf-8")
    page = re.sub(r"青石镇2023年政府信息公开工作年度报告", title, body)
    with pytest.raises(reports.NotAReport) as refusal:
        reports.parse(reports.extract(page.encode(), None, None))
    assert refusal.value.kind == kind


STATUTORY = [
    "一、总体情况", "严格落实条例。", "二、主动公开政府信息情况", "依法公开。", "三、收到和处理政府信息公开申请情况", "无。",
    "四、政府信息公开行政复议、行政诉讼情况", "无。", "五、存在的主要问题及改进情况", "继续改进。", "六、其他需要报告的事项", "无。",
]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "organ"),
    [
        ("青石县预算绩效中心2023年政府信息公开工作年度报告", "青石县预算绩效中心"),
        ("青石县培训学校管理办公室2023年政府信息公开工作年度报告", "青石县培训学校管理办公室"),
        ("青石县银行保险监督管理局2023年政府信息公开工作年度报告", "青石县银行保险监督管理局"),
        ("青石县实验中学周边管委会2023年政府信息公开工作年度报告", "青石县实验中学周边管委会"),
        ("青石县水务局政府信息公开2023年度工作报告", "青石县水务局"),
        ("青石县2023年度政府信息公开工作总结报告", "青石县"),
        ("青石县人民政府关于2023年政府信息公开工作年度报告的公告", "青石县人民政府"),
        ("关于印发《青石县2023年政府信息公开工作年度报告》的通知", "青石县"),
    ],
)
def test_an_organs_name_with_a_look_alikes_words_is_no_look_alike(title, organ):
    report = reports.parse(reports.extract(page([title, *STATUTORY]), None, None))
    assert (report.organ, report.year) == (organ, 2023)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("青石中学2022-2023学年信息公开工作年度报告", "school_report"),
        ("青石学院2023年政府信息公开工作年度报告", "school_report"),
        ("青石县自来水公司2023年政府信息公开年度报告", "utility_report"),
        ("青石县第二人民医院2023年信息公开年度报告", "utility_report"),
        ("青石县2023年上半年政府信息公开工作报告", "periodic_statistics"),
        ("关于做好编制公布2023年政府信息公开工作年度报告的通知", "notice"),
    ],
)
def test_a_look_alike_in_the_reports_own_sections_is_told_by_its_title(title, kind):
    with pytest.raises(reports.NotAReport) as refusal:
        reports.parse(reports.extract(page([title, *STATUTORY]), None, None))
    assert refusal.value.kind == kind
