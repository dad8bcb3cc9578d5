"""Words, page metadata and an address in, the dates they offer as the day of publication out, best trusted first.

A date in the page's own words is trusted most, an address least: addresses keep the date of a draft or of a move to a new system.
Ranks 2 and 4 are left to callers: the row of the list that led here, and the answer's Last-Modified.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from reports.model import DateEvidence
from reports.wording import squeeze

PAGE, LIST_ROW, META, LAST_MODIFIED, SIGNED, ADDRESS = 1, 2, 3, 4, 5, 6
_DATE = re.compile(r"((?:19|20)\d{2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?")
_CHINESE_DATE = re.compile(
    r"([二一][〇○零Oo0一九二]{1}[〇○零Oo0一二三四五六七八九]{2})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_PUBLISHED = re.compile(
    r"(?:发布日期|发布时间|公开日期|公开时间|发文日期|发文时间|刊登日期|上传时间|更新时间|信息时间"
    r"|(?<!成文)(?<!生成)(?<!制发)(?<!归档)(?<!废止)(?<!失效)(?<!生效)(?<!施行)(?:日期|时间))[:]?"
    r"(?=(?:19|20)\d{2}[-年/.])"
)
_WRITTEN = re.compile(r"(?:成文日期|成文时间|生成日期|公文生成日期|制发日期)[:]?(?=(?:19|20)\d{2}[-年/.])")
_META_NAMES = ("pubdate", "publishdate", "firstpublishedtime", "article:published_time", "others", "createdate")
_IN_ADDRESS = (
    re.compile(r"/t((?:19|20)\d{2})(\d{2})(\d{2})_"),
    re.compile(r"/((?:19|20)\d{2})[-/](\d{1,2})[-/](\d{1,2})/"),
    re.compile(r"/((?:19|20)\d{2})(\d{2})/(\d{2})/"),
    re.compile(r"/((?:19|20)\d{2})(\d{2})(\d{2})/"),
    re.compile(r"[/_]((?:19|20)\d{2})(\d{2})(\d{2})\d{0,9}\.s?html?"),
)
_DIGITS = {
    character: index
    for index, characters in enumerate(("〇○零Oo0", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for character in characters
}


def find_dates(
    head: Iterable[str], tail: Iterable[str], metadata: Mapping[str, str], url: str | None
) -> tuple[DateEvidence, ...]:
    """All evidence, by rank, each date of a source once. `head` stands before the first section, `tail` ends the last."""
    found: list[DateEvidence] = []
    for text in head:
        short = squeeze(text)
        found += _labelled(short, _PUBLISHED, "page", PAGE) + _labelled(short, _WRITTEN, "written", SIGNED)
    for name in _META_NAMES:
        if name in metadata and (day := read_date(squeeze(metadata[name]))) is not None:
            found.append(DateEvidence(day, f"meta {name}", metadata[name], META))
    for text in tail:
        if len(text) > 40:
            continue
        short = squeeze(text)
        if len(short) <= 16 and (day := read_date(short) or _chinese_date(short)) is not None:
            found.append(DateEvidence(day, "signature", text.strip(), SIGNED))
    if url:
        found += _address_date(url)
    unique = {(evidence.value, evidence.source): evidence for evidence in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda evidence: (evidence.rank, evidence.value)))


def read_date(text: str) -> date | None:
    found = _DATE.search(text)
    return _day(*found.groups()) if found else None


def _labelled(text: str, label: re.Pattern[str], source: str, rank: int) -> list[DateEvidence]:
    evidence = []
    for found in label.finditer(text):
        raw = text[found.start() : found.end() + 11]
        day = read_date(text[found.end() : found.end() + 11])
        if day is not None:
            evidence.append(DateEvidence(day, source, raw, rank))
    return evidence


def _address_date(url: str) -> list[DateEvidence]:
    for pattern in _IN_ADDRESS:
        found = pattern.search(url)
        if found and (day := _day(*found.groups())) is not None:
            return [DateEvidence(day, "address", found.group(), ADDRESS)]
    return []


def _chinese_date(text: str) -> date | None:
    found = _CHINESE_DATE.search(text)
    if found is None:
        return None
    year = "".join(str(_DIGITS[character]) for character in found.group(1))
    return _day(year, str(_counted(found.group(2))), str(_counted(found.group(3))))


def _counted(words: str) -> int:
    """二十三 is 23, 十 is 10, 三 is 3."""
    tens, ten, ones = words.partition("十")
    if not ten:
        return _DIGITS.get(words, 0)
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
