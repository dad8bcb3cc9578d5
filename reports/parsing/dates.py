"""Words, page metadata and an address in, the dates they offer as the day of publication out, best trusted first.

A date in the page's own words is trusted most, an address less: addresses keep the date of a draft or of a move to a new system. What only
says when a page was last touched comes last. The row of the list that led here and the answer's Last-Modified are left to callers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from reports.model import DateEvidence
from reports.wording import squeeze

PAGE, LIST_ROW, META, SIGNED, ADDRESS, TOUCHED = 1, 2, 3, 5, 6, 7
IMPOSSIBLE = 10  # is added to the rank of a day before the reported year was over, or after the page was seen
_EARLIEST = (12, 1)  # of the reported year: some organs report before its last day
CHINA = timezone(timedelta(hours=8))
_PARTED = re.compile(r"(?<=\d)\s+(?=\d)")  # 2024-1-2 16:34 is no day 21
# the day is followed by no digit, but for an hour that lost the space before it: 2024-01-2016:34
_NUMBERS = r"((?:19|20)\d{2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})(?:日|(?!\d)|(?<=\d\d)(?=\d\d:))"
_WORDS = r"([二一][〇○◯零Oo0一九二][〇○◯零Oo0一二三四五六七八九]{2})年([元一二三四五六七八九十]{1,2})月([一二三四五六七八九十廿卅]{1,3})日"
_DATE = re.compile(_NUMBERS)
_ANY_DATE = re.compile(f"{_NUMBERS}|{_WORDS}")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?(?!\d)")
_OF_WRITING = ("成文", "生成", "制发", "编制", "填报", "填表", "制表", "印发", "签发")
_OF_TOUCHING = ("更新", "修改")
_OF_NEITHER = (
    "归档", "废止", "失效", "生效", "施行", "截止", "截至", "统计", "起始", "结束", "审核", "打印", "访问", "浏览", "查询", "下载", "当前", "现在", "系统",
)  # fmt: skip
_OTHER_DAYS = "".join(f"(?<!{words})" for words in (*_OF_WRITING, *_OF_TOUCHING, *_OF_NEITHER))
_ENDING = r"(?:日期|时间)[\])】]?[:]?"
_PUBLISHED = re.compile(rf"发布于[:]?|(?:发布|公开|发文|刊登|上传|信息)?{_OTHER_DAYS}{_ENDING}")
_WRITTEN = re.compile(rf"(?:{'|'.join(_OF_WRITING)}){_ENDING}")
_UPDATED = re.compile(rf"(?:{'|'.join(_OF_TOUCHING)}){_ENDING}")
_LABELS = ((_PUBLISHED, "page", PAGE), (_WRITTEN, "written", SIGNED), (_UPDATED, "updated", TOUCHED))
_BEFORE_ITS_SOURCE = re.compile(  # 2024-01-23 16:34 来源：青石镇
    rf"{_NUMBERS}(?:_?\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?(?:\||_)*(?:信息来源|来源|作者|发布机构|浏览|点击|阅读|字体|字号)"
)
_SIGNATURE = re.compile(rf"(?P<before>[^，。；：,;:]{{0,30}}?)\(?(?:{_NUMBERS}|{_WORDS})\)?")
_NO_SIGNATURE = re.compile(r"(?:[至自从于到止为是]|时间|日期|期限)$|统计[期时]|截[至止]|今天|更新|生成|\d")
_META_NAMES = ("pubdate", "publishdate", "firstpublishedtime", "article:published_time", "createdate")
_META_TOUCHED = ("others", "article:modified_time")  # 页面生成时间: when the page was last written out
_IN_ADDRESS = (
    re.compile(r"/t((?:19|20)\d{2})(\d{2})(\d{2})_"),
    re.compile(r"/((?:19|20)\d{2})[-/](\d{1,2})[-/](\d{1,2})/"),
    re.compile(r"/((?:19|20)\d{2})(\d{2})/(\d{2})/"),
    re.compile(r"/((?:19|20)\d{2})(\d{2})(\d{2})/"),
    re.compile(r"[/_]((?:19|20)\d{2})(\d{2})(\d{2})\d{0,9}(?:\.s?html?|/index\.s?html?)"),
)
_DIGITS = {
    character: index
    for index, characters in enumerate(("〇○◯零Oo0", "一元", "二", "三", "四", "五", "六", "七", "八", "九"))
    for character in characters
}


def find_dates(
    head: Iterable[str], tail: Iterable[str], metadata: Mapping[str, str], url: str | None, year: int | None = None
) -> tuple[DateEvidence, ...]:
    """All evidence, by rank, each date of a source once. `head` stands before the first section, `tail` ends the last."""
    found: list[DateEvidence] = []
    for text in head:
        found += _labelled(_closed(text))
    for name, rank in (*((name, META) for name in _META_NAMES), *((name, TOUCHED) for name in _META_TOUCHED)):
        if name in metadata and (day := _stamped(metadata[name])) is not None:
            found.append(DateEvidence(day, f"meta {name}", metadata[name], rank))
    for text in tail:
        if len(text) <= 60 and (day := _signed(_closed(text))) is not None:
            found.append(DateEvidence(day, "signature", text.strip(), SIGNED))
    if url:
        found += _address_date(url)
    return in_order(found, year)


def in_order(found: Iterable[DateEvidence], year: int | None, seen_on: date | None = None) -> tuple[DateEvidence, ...]:
    """By rank, each date of a source once. A day on which the report of that year cannot have come out stands behind all others."""
    unique: dict[tuple[date, str], DateEvidence] = {}
    for evidence in found:
        early = year is not None and evidence.value < date(year, *_EARLIEST)
        impossible = evidence.rank < IMPOSSIBLE and (early or (seen_on is not None and evidence.value > seen_on))
        judged = replace(evidence, rank=evidence.rank + IMPOSSIBLE) if impossible else evidence
        unique.setdefault((evidence.value, evidence.source), judged)
    return tuple(sorted(unique.values(), key=lambda evidence: (evidence.rank, evidence.value)))


def read_date(text: str) -> date | None:
    found = _DATE.search(text)
    return _day(*found.groups()) if found else None


def _closed(text: str) -> str:
    return squeeze(_PARTED.sub("_", text))


def _labelled(text: str) -> list[DateEvidence]:
    evidence = []
    for label, source, rank in _LABELS:
        for found in label.finditer(text):
            written = _ANY_DATE.match(text, found.end())
            if written is not None and (day := _day_of(written)) is not None:
                evidence.append(DateEvidence(day, source, text[found.start() : written.end()], rank))
    first = _BEFORE_ITS_SOURCE.match(text)
    if first is not None and (day := _day(*first.groups())) is not None:
        evidence.append(DateEvidence(day, "page", first.group(), PAGE))
    return evidence


def _stamped(content: str) -> date | None:
    """A day out of a meta tag. An instant told for another place is the day that it was in China."""
    try:
        instant = datetime.fromisoformat(content.strip())
    except ValueError:
        instant = None
    if instant is not None and instant.tzinfo is not None:
        return instant.astimezone(CHINA).date()
    short = _closed(content)
    compact = _COMPACT.search(short)
    return read_date(short) or (_day(*compact.groups()) if compact else None)


def _signed(text: str) -> date | None:
    """A line that is nothing but the organ and the day, or the day alone."""
    found = _SIGNATURE.fullmatch(text)
    if found is None or _NO_SIGNATURE.search(found["before"]):
        return None
    return _day_of(found, 1)


def _day_of(found: re.Match[str], first: int = 0) -> date | None:
    """The day that either way of writing gives, from so many groups on."""
    groups = found.groups()[first:]
    if groups[0] is not None:
        return _day(*groups[:3])
    year = "".join(str(_DIGITS[character]) for character in groups[3])
    return _day(year, str(_counted(groups[4])), str(_counted(groups[5])))


def _address_date(url: str) -> list[DateEvidence]:
    for pattern in _IN_ADDRESS:
        found = pattern.search(url)
        if found and (day := _day(*found.groups())) is not None:
            return [DateEvidence(day, "address", found.group(), ADDRESS)]
    return []


def _counted(words: str) -> int:
    """二十三 and 廿三 are 23, 十 is 10, 三 is 3."""
    tens, ten, ones = words.replace("廿", "二十").replace("卅", "三十").partition("十")
    if not ten:
        return _DIGITS[tens] if len(tens) == 1 else 0
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return 0
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
