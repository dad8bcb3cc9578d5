"""Whose report it is, of which year, published when, and whether it is one at all: from what the file says, never from a guess."""

from __future__ import annotations

import csv
from datetime import date

import pytest

import reports
from reports.errors import NotAReport
from reports.model import State
from reports.parsing.dates import find_dates, in_order
from reports.parsing.identity import identify, organ_of, title_year
from reports.parsing.lookalikes import resembling_kind
from reports.parsing.numbers import read_amount
from reports.wording import squeeze


@pytest.mark.parametrize(
    ("title", "organ", "year"),
    [
        ("青石镇人民政府2023年政府信息公开工作年度报告", "青石镇人民政府", 2023),
        ("2022年度石桥县水利局政府信息公开年报", "石桥县水利局", 2022),
        ("石桥县关于2012年政府信息公开工作年度报告", "石桥县", 2012),
        ("石桥县人民政府信息公开工作年度报告（2021年）", "石桥县人民政府", 2021),
        ("石桥县二〇一三年政府信息公开工作年度报告", "石桥县", 2013),
    ],
)
def test_organ_and_year_come_out_of_the_title(title, organ, year):
    assert organ_of(squeeze(title)) == organ
    assert title_year(squeeze(title)) == year


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("2023年石桥县政府工作报告", "government_work_report"),
        ("石桥县2023年法治政府建设年度报告", "rule_of_law_report"),
        ("石桥县人民政府网站2023年度报表", "website_report"),
        ("石桥县水利局2023年部门决算", "budget"),
        ("一图读懂石桥县2023年政府信息公开工作年度报告", "interpretation"),
        ("石桥县政府信息公开指南", "guide"),
        ("石桥县2023年政府信息公开工作年度报告", None),
    ],
)
def test_a_look_alike_gets_its_class_from_its_title(title, kind):
    assert resembling_kind(title) == kind


def test_a_look_alike_is_refused_with_its_class():
    with pytest.raises(NotAReport) as refusal:
        reports.parse(reports.extract("石桥县2023年法治政府建设年度报告\n一、主要举措\n无。".encode(), None, None))
    assert refusal.value.kind == "rule_of_law_report"


def test_dates_are_ranked_and_conflicts_kept():
    found = find_dates(
        ["发布日期：2024-01-31 16:34 来源：石桥县", "成文日期：2024年1月20日"],
        ["石桥县水利局", "2024年1月19日"],
        {"pubdate": "2024-02-01 09:00"},
        "http://www.x.gov.cn/zwgk/202401/t20240118_80613.htm",
    )
    assert [(evidence.value, evidence.rank) for evidence in found] == [
        (date(2024, 1, 31), 1),
        (date(2024, 2, 1), 3),
        (date(2024, 1, 19), 5),
        (date(2024, 1, 20), 5),
        (date(2024, 1, 18), 6),
    ]


def test_a_date_that_no_calendar_has_is_no_evidence():
    assert find_dates(["发布日期：2024-02-31"], [], {}, "http://x/1970/13/45/a.html") == ()


TITLED = [
    ("青石县人民政府", "关于召开会议的通知", "关于召开会议的通知"),
    ("青石县政府门户网站", "二〇二三年工作情况", "二〇二三年工作情况"),
    ("关于召开会议的通知-青石县人民政府网", "青石县人民政府门户网站", "关于召开会议的通知"),
    ("青石县政府信息公开年报", "青石镇2023年政府信息公开工作年度报告", "青石镇2023年政府信息公开工作年度报告"),
]


@pytest.mark.parametrize(("title", "heading", "expected"), TITLED)
def test_what_the_site_is_called_is_no_title(title, heading, expected):
    page = f"<html><head><title>{title}</title></head><body><div id=zoom><h1>{heading}</h1><p>一、总体情况</p><p>依法公开。</p></div></body></html>"
    document = reports.extract(page.encode(), None, None)
    head = [block.text for block in document.paragraphs[:1]]
    assert identify(document, head, []).title == expected


PAGE_DATES = [
    ("发布时间：2024-1-2 16:34", "2024-01-02", 1),  # not the 21st
    ("发布时间：2024-1-12 6:34 来源：青石镇", "2024-01-12", 1),
    ("时间：2024-01-2010:00", "2024-01-20", 1),
    ("时间：2024-1-210:00", None, 0),  # the 2nd at ten or the 21st at midnight
    ("发布日期：24-01-20", None, 0),
    ("发布日期：2024年", None, 0),
    ("[发布时间]2024.1.20", "2024-01-20", 1),
    ("发布于 2024年1月20日", "2024-01-20", 1),
    ("发布时间：二〇二四年一月二十日", "2024-01-20", 1),
    ("2024-01-23 16:34:12 来源：青石镇 浏览：12", "2024-01-23", 1),
    ("更新时间：2024-03-05", "2024-03-05", 7),  # touched, not published
    ("填报日期：2024-01-10", "2024-01-10", 5),
    ("统计截止时间：2024年12月31日", None, 0),
    ("当前时间：2024年5月3日 星期五", None, 0),
]


@pytest.mark.parametrize(("line", "day", "rank"), PAGE_DATES)
def test_a_line_above_the_text_gives_the_day_that_it_calls_one_of_publication(line, day, rank):
    found = [(evidence.value.isoformat(), evidence.rank) for evidence in find_dates([line], [], {}, None)]
    assert found == ([] if day is None else [(day, rank)])


SIGNATURES = [
    ("二〇二五年一月二十日", "2025-01-20"),
    ("二○二五年十二月三十一日", "2025-12-31"),
    ("二零二五年元月廿一日", "2025-01-21"),
    ("２０２５年１月２０日", "2025-01-20"),
    ("（2025年1月20日）", "2025-01-20"),
    ("河南省焦作市博爱县苏家作乡人民政府 2025年1月20日", "2025-01-20"),
    ("自流井区统计局2025年1月20日", "2025-01-20"),
    ("二〇二五年二月三十日", None),
    ("2025年1月", None),
    ("25年1月20日", None),
    ("截至2024年12月31日", None),
    ("统计期限为2024年1月1日至2024年12月31日", None),
    ("以上情况，特此报告，2025年1月20日", None),
]


@pytest.mark.parametrize(("line", "day"), SIGNATURES)
def test_a_signature_is_the_organ_and_the_day_and_nothing_else(line, day):
    found = [evidence.value.isoformat() for evidence in find_dates([], [line], {}, None)]
    assert found == ([] if day is None else [day])


@pytest.mark.parametrize(
    ("name", "content", "day", "rank"),
    [
        ("pubdate", "2024-1-2 09:00", "2024-01-02", 3),
        ("pubdate", "20240120", "2024-01-20", 3),
        ("pubdate", "20240120093000", "2024-01-20", 3),
        ("article:published_time", "2024-01-31T20:00:00Z", "2024-02-01", 3),  # already the next day in China
        ("article:published_time", "2024-01-31T20:00:00+08:00", "2024-01-31", 3),
        ("others", "页面生成时间 2024-03-05 12:13:14", "2024-03-05", 7),
    ],
)
def test_a_meta_tag_gives_the_day_in_china(name, content, day, rank):
    (found,) = find_dates([], [], {name: content}, None)
    assert (found.value.isoformat(), found.rank) == (day, rank)


@pytest.mark.parametrize(
    "url",
    [
        "http://x/art/2024/1/20/art_1_2.html",
        "http://x/zw/202401/t20240120_123.html",
        "http://x/202401201234567/index.html",
        "http://x/2024-01/20/content_1.html",
        "http://x/columns/0a-1b/202401/20/9c.html",
        "http://x/20240120/3f3f3f3f/c.html",
    ],
)
def test_addresses_of_every_portal_give_their_day(url):
    assert [(e.value.isoformat(), e.rank) for e in find_dates([], [], {}, url)] == [("2024-01-20", 6)]


def test_a_day_on_which_the_report_cannot_have_come_out_stands_last():
    early = find_dates(["发布日期：2019-03-04"], ["2024年1月20日"], {"pubdate": "2023-12-28"}, None, 2023)
    assert [(e.value.isoformat(), e.rank) for e in early] == [("2023-12-28", 3), ("2024-01-20", 5), ("2019-03-04", 11)]
    late = in_order(find_dates(["发布日期：2034-01-20"], [], {"pubdate": "2024-01-21"}, None), 2023, date(2024, 3, 1))
    assert [(e.value.isoformat(), e.rank) for e in late] == [("2024-01-21", 3), ("2034-01-20", 11)]
    assert in_order(late, 2023, date(2024, 3, 1)) == late


@pytest.mark.parametrize(
    ("raw", "key", "value", "state"),
    [
        ("12", "requests.granted.total", 12, State.NUMBER),
        ("１２", "requests.granted.total", 12, State.NUMBER),
        ("1,234", "requests.granted.total", 1234, State.NUMBER),
        ("0", "requests.granted.total", 0, State.ZERO),
        ("3件", "requests.granted.total", 3, State.NUMBER),
        ("", "requests.granted.total", None, State.BLANK),
        ("\u3000", "requests.granted.total", None, State.BLANK),
        ("/", "requests.granted.total", None, State.DASH),
        ("——", "requests.granted.total", None, State.DASH),
        ("无", "requests.granted.total", None, State.TEXT),
        ("1 2", "requests.granted.total", None, State.TEXT),
        ("007", "requests.granted.total", None, State.TEXT),
        ("1²", "requests.granted.total", None, State.TEXT),
        ("3元", "requests.granted.total", None, State.TEXT),
        ("24000元", "disclosure.fees.amount_wan", None, State.TEXT),
        ("增2", "disclosure.licence.delta", 2, State.NUMBER),
        ("-2", "disclosure.licence.delta", -2, State.NUMBER),
    ],
)
def test_a_cell_means_what_is_printed_in_it_or_nothing(raw, key, value, state):
    amount = read_amount(raw, key)
    assert (amount.value, amount.state) == (value, state)
    assert amount.value is not None or amount.state in {State.BLANK, State.DASH} or amount.reason


def test_titles_of_real_links_are_told_from_look_alikes():
    from pathlib import Path

    links = Path(__file__).parents[3] / "shared" / "samples" / "links.csv"
    if not links.is_file():
        pytest.skip("the real samples do not lie beside the project")
    with links.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    refused = [
        row["title"]
        for row in rows
        if row["is_annual_report"] == "yes"
        and resembling_kind(row["title"]) not in {None, "school_report", "company_report", "work_summary"}
    ]
    assert not refused
