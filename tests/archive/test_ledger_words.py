"""Whatever the ledger finds out in English has its Chinese: for work orders and for the Chinese pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from archive import coverage, deadlines, ledger_flags, obstacles, report_addresses
from archive.deadlines import Publication, timeliness
from archive.errors import WrongSearch
from archive.happening_words import HAPPENINGS
from archive.ledger_words import SENTENCES, in_chinese
from archive.wishes import conditions
from crawler import endings, journey, lists
from reports.parsing import alignment, blanks, disclosure_table, disputes_table, flowing, numbers, requests_table

DAY = deadlines.date(2026, 1, 31)


FILLED = {
    "url": "http://www.lanpu.gov.cn/a.html",
    "said": "due on 2026-01-31",
    "why": "timed out",
    "status": "403, challenge",
    "state": "failed",
    "moment": "2026-01-31 08:00",
    "code": "lanpu",
    "year": "2025",
    **dict.fromkeys(("due", "day", "missed"), "2026-01-31"),
    **dict.fromkeys(("count", "more", "third"), "3"),
    **dict.fromkeys(("text", "thing", "other", "again"), "县政府"),
}


def filled(template: str) -> str:
    return template.format_map(FILLED)


@pytest.mark.parametrize(("english", "chinese"), SENTENCES)
def test_each_sentence_comes_out_in_chinese(english: str, chinese: str) -> None:
    there = {"said": "应于2026-01-31前公布", "why": "超时", "status": "403，验证拦截", "state": "失败"}
    assert in_chinese(filled(english)) == chinese.format_map(FILLED | there)


@pytest.mark.parametrize(("english", "chinese"), HAPPENINGS)
def test_what_happens_while_crawling_and_reading_is_told_in_chinese(english: str, chinese: str) -> None:
    told = in_chinese(filled(english))
    assert told != filled(english) or not re.search("[a-z]", english)
    assert re.search("[一-鿿]", told)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("lanpu: no annual report found: unreachable: timed out (http://a.cn/b)", "lanpu：没有找到年报：无法访问：超时（http://a.cn/b）"),
        ("5 reports found; 2 lists ended early: 县政府: page 3 is empty", "找到 5 份年报；2 个列表没有读到末尾，其中有：县政府（第 3 页是空的）"),
        ("a list ended early (http://a.cn/b): its next page was a challenge", "列表没有读完（http://a.cn/b）：下一页是验证拦截"),
        ("a list has 199 entries by its own count, and gave 13 (http://a.cn/b): page 3 is empty", "列表自称共 199 条，只给出 13 条（http://a.cn/b）：第 3 页是空的"),
        ("harvest: 3 sites, 12 read, 4 changes", "年度采集：3 个网站，读出 12 份，4 处变动"),
    ],
)  # fmt: skip
def test_a_sentence_within_a_sentence_is_told_too(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


@pytest.mark.parametrize("asked", ["total > 3", "requests.new_received.totl > 3", "aaaaaa.bbb > 3", "???"])
def test_what_is_wrong_with_a_condition_is_told_in_chinese(asked: str) -> None:
    with pytest.raises(WrongSearch) as wrong:
        conditions(asked)
    assert re.search("[一-鿿]", in_chinese(str(wrong.value)))


def test_what_has_no_chinese_stays_as_it_is() -> None:
    assert in_chinese("http://www.lanpu.gov.cn/a.html") == "http://www.lanpu.gov.cn/a.html"
    assert in_chinese("3 files, 3 bytes") == "3 files, 3 bytes"


@pytest.mark.parametrize("day", [DAY.replace(day=1), deadlines.date(2026, 3, 1)])
@pytest.mark.parametrize("rank", [1, 9])
@pytest.mark.parametrize("missed", [None, deadlines.date(2026, 2, 28)])
@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("first_seen", [DAY.replace(day=2), deadlines.date(2026, 4, 30)])
def test_why_a_report_is_late_or_not_is_said_in_chinese(
    day: deadlines.date, rank: int, missed: deadlines.date | None, bulk: bool, first_seen: deadlines.date
) -> None:
    why = timeliness(Publication(day, rank, None, first_seen, missed, bulk), DAY).why
    assert re.search("[a-z]", in_chinese(why)) is None, why


def test_every_reason_that_is_written_in_the_ledger_s_modules_has_its_chinese() -> None:
    """Each text of several English words there, but docstrings and errors: with its holes filled it is one of the sentences."""
    sentences = [re.sub(r"\{\w+\}", "�", english) for english, _ in (*SENTENCES, *HAPPENINGS)]
    unknown = []
    for module in (
        coverage,
        obstacles,
        report_addresses,
        ledger_flags,
        endings,
        journey,
        lists,
        alignment,
        blanks,
        disclosure_table,
        disputes_table,
        flowing,
        numbers,
        requests_table,
    ):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)):
            text = "".join(part.value if isinstance(part, ast.Constant) else "�" for part in call.values)  # type: ignore[misc]
            if len(re.findall(r"[a-z]{2,}", text)) >= 3:
                known = any(text in one or text.startswith(one) for one in sentences)
                unknown += [] if known else [text]
    assert unknown == []
