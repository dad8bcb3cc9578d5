"""Every page in both languages: whatever the interface says is in the reader's, and what the source says is marked as what it is."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator

import httpx
import pytest
from lxml import html

from archive.audit import COMMAND_LINE, Doer, record
from archive.database import writing
from archive.web.messages.finding_words import SENTENCES, in_english
from archive.web.telling import marked, messages, told
from demo.world import World
from reports.checks import check
from reports.extraction import extract
from reports.model import Report
from reports.parsing import parse
from tests.archive.web.conftest import Archive, page_of

HAN = re.compile("[\u3400-\u9fff]")
SENTENCE = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z'’-]{2,})+")
VERBATIM = ("code", "pre", "script", "style", "time")  # what is typed or was sent is in no language
OTHERS = re.compile(r"[?&](lang|theme|below)=|/(body|payload|record|view)$|\.(csv|jsonl?|xlsx|parquet|zip|wacz|docx|bib|txt|atom)|^/api/(?!docs)|^/static|^/login\?")  # fmt: skip
BEGINNINGS = ("/", "/nothing-here", "/regions/000000", "/reports?year=x", "/search?figures=much", "/search?q=公开&year=2024", "/login", "/api/docs")  # fmt: skip
A_KIND = 5  # pages of one kind that are looked at
FILLED = {
    "stop": "。",
    **dict.fromkeys(("count", "more", "third", "left", "right", "month", "date"), "12"),
    "year": "2024",
    "thing": "自然人",
    "said": "自然人：各项办理结果之和为2，总计为1",
    "why": "有空白单元格",
    "text": "财政局",
    "quote": "财政局",
    "again": "2025",
}


def spoken(page: html.HtmlElement) -> Iterator[tuple[str, str]]:
    """Each text with the language that it says it is in. Texts of attributes are in that of their element."""
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        around = [element, *element.iterancestors()]
        if not any(one.tag in VERBATIM for one in around):
            yield _language(around), (element.text or "").strip()
        if not any(one.tag in VERBATIM for one in around[1:]):
            yield _language(around[1:]), (element.tail or "").strip()
        for name in ("title", "aria-label", "alt"):
            yield _language(around), element.get(name) or ""


def _language(around: list[html.HtmlElement]) -> str:
    return next((one.get("lang") for one in around if one.get("lang")), "")[:2]


def pages(archive: Archive, language: str) -> Iterator[tuple[str, html.HtmlElement]]:
    waiting, seen, kinds = deque(BEGINNINGS), set(BEGINNINGS), Counter[str]()
    while waiting:
        address = waiting.popleft()
        kind = re.sub(r"figures/[\w.]+", "figures/", re.sub(r"\d+", "0", address.partition("?")[0]))
        kinds[kind] += 1
        if kinds[kind] > A_KIND:
            continue
        answer = archive.get(address, language)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        page = html.fromstring(answer.text)
        yield address, page
        links = {link.partition("#")[0] for link in page.xpath("//a/@href") if link.startswith("/")}
        new = sorted(link for link in links - seen if not OTHERS.search(link))
        seen.update(new)
        waiting.extend(new)


def test_a_chinese_page_says_nothing_in_english(archive: Archive) -> None:
    found = {
        (address, text)
        for address, page in pages(archive, "zh")
        for language, text in spoken(page)
        if language == "zh" and SENTENCE.search(text) and not HAN.search(text)
    }
    assert found == set()


def test_an_english_page_marks_whatever_chinese_stands_in_it(archive: Archive) -> None:
    """Names in titles and labels cannot be marked: there, what is left without the names is English."""
    found = set()
    for address, page in pages(archive, "en"):
        title = page.findtext("head/title") or ""
        attributes = {one.get(name) for one in page.iter() for name in ("title", "aria-label", "alt")}
        found |= {
            (address, text)
            for language, text in spoken(page)
            if language == "en" and HAN.search(text) and text != title and text not in attributes
        }
    assert found == set()


def test_no_sentence_of_a_check_stays_chinese_on_an_english_page(archive: Archive) -> None:
    """Marking it as Chinese would not make it English."""
    for address in ("/findings", "/", "/flags", f"/reports/{archive.ids['2024.html']}"):
        page = html.fromstring(archive.get(address, "en").text)
        marked_chinese = page.xpath("//*[@lang='zh-Hans']")
        said = [one.text_content() for one in marked_chinese if one.tag != "p" or "why" in (one.get("class") or "")]
        assert [text for text in said if text.endswith("。") and len(text) < 80] == [], address


@pytest.mark.parametrize(("chinese", "english"), SENTENCES)
def test_each_sentence_of_the_checks_has_its_english(chinese: str, english: str) -> None:
    told_now = in_english(chinese.format_map(FILLED))
    assert not HAN.search(told_now.replace("财政局", "").replace("说明", "")), told_now


def read(county_report: object) -> Report:
    return parse(extract(page_of(county_report), "text/html", None))  # type: ignore[arg-type]


def test_whatever_the_checks_say_of_a_county_is_told_in_english() -> None:
    """Quotations and names of organs apart."""
    county = World.build(1).counties[0]
    untold = set()
    for organ in county.organs[:12]:
        earlier = None
        for report in sorted((one for one in county.reports if one.organ == organ), key=lambda one: one.year):
            now = read(report)
            messages_now = {finding.message for finding in check(now, earlier)}
            untold |= {message for message in messages_now if in_english(message) == message}
            earlier = now
    assert untold == set()


def test_chinese_in_an_english_text_is_marked_and_markup_stays_harmless() -> None:
    english, chinese = messages("en"), messages("zh")
    said = told("发布机关为<b>镇，正文却写“我局”。", english)
    assert marked(said, english) == (
        'The organ is &lt;b&gt;<span lang="zh-Hans">镇</span>, but the text says “<span lang="zh-Hans">我局</span>”.'
    )
    assert marked("no such words", chinese) == '<span lang="en">no such words</span>'
    assert marked("2025 年", chinese) == "2025 年" and marked(None, english) == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_only_an_operator_sees_is_in_the_reader_s_language_too(
    own_archive: Archive, somebody: Callable[[str], httpx.Client], language: str
) -> None:
    with writing(own_archive.county.engine) as session:
        at, typed = own_archive.county.clock, Doer("root", COMMAND_LINE)
        record(session, typed, "role changed", "李", at, "reader → reviewer")
        record(session, typed, "verdict given", "change:1", at, "confirmed: 已致电核实")
        record(session, typed, "deadline set", "990181", at, "county: the law")
    found = set()
    for address in ("/audit", "/users", "/account", "/review?mark=change:1", f"/sites/{own_archive.site}"):
        page = html.fromstring(somebody("operator").get(address, headers={"Accept-Language": language}).text)
        wrong = (lambda text: SENTENCE.search(text) and not HAN.search(text)) if language == "zh" else HAN.search
        attributes = {one.get(name) for one in page.iter() for name in ("title", "aria-label", "alt")}
        apart = {page.findtext("head/title"), *attributes}
        found |= {
            (address, text) for tongue, text in spoken(page) if tongue == language and wrong(text) and text not in apart
        }
    assert found == set()
