"""The words before the first section in, whose report it is and of which year out. What the file does not say stays unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.model import Document, Paragraph
from reports.wording import close_up, squeeze

TOPIC = re.compile(
    r"(?:政府信息公开|政务公开|政务信息公开|信息公开)(?:(?:19|20)\d{2}(?:年(?!度))?)?(?:工作)?(?:的)?(?:情况)?(?:年度)?(?:工作)?(?:情况)?(?:的)?(?:总结)?(?:报告|年报)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:\s*[-—至]\s*(?:19|20)?\d{2})?年?度?")
_CHINESE_YEAR = re.compile(r"(二[〇○零O0]{1}[〇○零O0一二三][〇○零O0一二三四五六七八九])年度?")
_PERIOD = re.compile(r"((?:19|20)\d{2})年1月1日.{0,8}?(?:((?:19|20)\d{2})年)?12月31日")
_ORGAN_LINE = re.compile(r"^[^，。；：:、]{2,40}$")
_PUBLISHER = re.compile(
    r"(?:发布机构|发布单位|公开机构|信息来源|来源|发文机关)[:]([^\s:，。]{2,30}?)(?=(?:发布|成文|公开|索引|时间|日期|文号|字体|浏览|$))"
)
_AUTHOR = re.compile(r"本报告由([^，。]{2,30}?)(?:根据|按照|依据|依照|编制)")
_TAILS = re.compile(r"[_|]|——|--|-(?=[^-]{2,20}(?:网|政府|门户))")
_LONGEST_TITLE = 200
_OF_A_SITE = re.compile(
    r"(?:政府|网站|门户|官网|网|平台|首页|系统)$|^(?:欢迎|首页)"
)  # what a site is called, not an article
_FIRST_HEADINGS = 5
_BRACKETS = re.compile(
    r"^(?:标题|题名|名称)[:]|^[【\[(].{1,8}?[】\])]|[【\[(](?:图片版|超链版|公示稿|全文|附件|年报)[】\])]"
)
_PLACES = r"(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,8}?(?:市|自治州|州|盟|地区))?(?:[\u4e00-\u9fff]{1,10}?(?:自治县|自治旗|县|区|旗|市))?"

_HIGHER = re.compile(r"(?:[\u4e00-\u9fff]{2,6}(?:省|自治区))?[\u4e00-\u9fff]{2,6}(?:市|州|盟)$")


@dataclass(frozen=True, slots=True)
class Identity:
    title: str
    organ: str | None
    year: int | None
    region: str | None
    period_year: int | None
    titled: bool  # whether a title of an annual report was found


def identify(document: Document, head: Sequence[str], body: Sequence[str]) -> Identity:
    """`head` are the paragraphs before the first section, `body` the rest."""
    title = _find_title(document, head)
    title = title[:_LONGEST_TITLE]
    squeezed = squeeze(title)
    period = _period_year((*head, *body[:3]))
    year = title_year(squeezed)
    organ = organ_of(squeezed) if TOPIC.search(squeezed) else None
    organ = organ or _named_organ(document, head)
    region = _region(organ, " ".join((*head[:12], *body[:2])))
    return Identity(title, organ, year or period, region, period, bool(TOPIC.search(squeezed)))


def title_year(squeezed: str) -> int | None:
    found = _YEAR.search(squeezed)
    if found:
        return int(found.group(1))
    found = _CHINESE_YEAR.search(squeezed)
    if found is None:
        return None
    digits = {"〇": "0", "○": "0", "零": "0", "O": "0"} | {
        word: str(i) for i, word in enumerate("0一二三四五六七八九") if i
    }
    return int("".join(digits.get(character, character) for character in found.group(1)))


def organ_of(squeezed: str) -> str | None:
    """The organ that a title names: what is left without year, topic and decoration."""
    words = _BRACKETS.sub("", squeezed)
    topic = TOPIC.search(words)
    if topic is None:
        return None
    words = words[: topic.start()]
    words = _CHINESE_YEAR.sub("", _YEAR.sub("", words, count=1), count=1).strip("的关于《>》:,.·")
    before, quoted, inside = words.rpartition("《")  # 青石县人民政府办公室关于印发《青石县2023年…报告》的通知
    words = inside if quoted and len(inside) >= 2 else before or inside
    words = re.sub(r"^关于|(?:关于)?(?:印发|公布|发布)?$|(?:关于|年度|年)$", "", words)
    if words.endswith("人民"):
        words += "政府"  # 某县人民政府信息公开…: the topic took the last word of the organ's name
    return words if 2 <= len(words) <= 40 else None


def _find_title(document: Document, head: Sequence[str]) -> str:
    """The first line that names a report with its organ and year; of less telling ones (a breadcrumb's 政府信息公开年报), the most telling."""
    lines = [joined for index in range(len(head)) for joined in _joined(head, index)]
    candidates = [
        line
        for line in lines
        if len(line) <= 120 and len(squeeze(line)) <= 60 and not re.search(r"[。；]|根据", squeeze(line))
    ]
    candidates += [document.metadata.get(name, "").strip() for name in ("articletitle", "og:title")]
    titles = [line for line in candidates if TOPIC.search(squeeze(line))]
    if titles:
        return max(titles, key=_tells)
    called = _TAILS.split((document.title or "").strip())[0].strip()
    if called and not _OF_A_SITE.search(squeeze(called)):
        return called
    headings = [_one_line(block.text) for block in document.blocks if isinstance(block, Paragraph) and block.level]
    own = next((line for line in headings[:_FIRST_HEADINGS] if not _OF_A_SITE.search(squeeze(line))), "")
    return own or called or (" ".join(head[0].split()) if head else "")


def _tells(title: str) -> int:
    short = squeeze(title)
    return (title_year(short) is not None) + (organ_of(short) is not None)


def _joined(head: Sequence[str], index: int) -> list[str]:
    """The title as one line, or as the form prints it over two or three: the organ, then the year and the topic."""
    line = _one_line(head[index])
    short = squeeze(line)
    choices = []
    if TOPIC.search(short):
        alone = organ_of(short) is None
        if (
            alone
            and index
            and _ORGAN_LINE.match(squeeze(head[index - 1]))
            and not re.search(r"\d{3}|^-", head[index - 1])
        ):
            choices.append(_one_line(head[index - 1]) + line)
        choices.append(line)
    elif len(short) <= 40 and re.search(r"信息公开|政务公开", short) and index + 1 < len(head):
        following = _one_line(head[index + 1])
        if not TOPIC.search(squeeze(following)):  # else the line is a crumb of the path above a whole title
            choices.append(line + following)
    return choices


def _one_line(text: str) -> str:
    line = re.sub(r"^(?:标题|题名)\s*[:：]\s*", "", " ".join(text.split()))
    return re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", line).strip("#* ")


def _period_year(texts: Sequence[str]) -> int | None:
    for text in texts:
        found = _PERIOD.search(close_up(text))
        if found and (found.group(2) is None or found.group(1) == found.group(2)):
            return int(found.group(1))
    return None


def publisher_of(metadata: Mapping[str, str], head: Sequence[str]) -> str | None:
    """Who published the page, as its metadata or the line above the text says."""
    source = metadata.get("contentsource", "").strip()
    if source:
        return source
    found = next((found for text in head if (found := _PUBLISHER.search(squeeze(text)))), None)
    return found.group(1) if found else None


def _named_organ(document: Document, head: Sequence[str]) -> str | None:
    for pattern in (_AUTHOR, _PUBLISHER):
        for text in head:
            found = pattern.search(squeeze(text))
            if found:
                return found.group(1)
    return None


def _region(organ: str | None, words: str) -> str | None:
    """The place that the organ's name begins with, with the higher places that the text itself prints before it."""
    if organ is None:
        return None
    own = re.match(
        r"([\u4e00-\u9fff]{1,12}?(?:自治县|自治旗|自治区|自治州|综合实验区|开发区|苏木|街道|[省市县区旗州盟乡镇]))",
        organ,
    )
    if own is None:
        return None
    place = re.match(rf"({_PLACES})", organ)
    best = place.group(1) if place and len(place.group(1)) > len(own.group(1)) else own.group(1)
    closed = close_up(words)
    at, done = closed.find(best), 0
    while at >= 0:
        found = _HIGHER.search(closed, done, at)
        higher = re.sub(r"^.*(?:由|在|与|和|到|据|下)", "", found.group()) if found else ""
        if higher != best and re.match(r"^[\u4e00-\u9fff]{2,}(?:市|州|盟)$", higher):
            return higher + best
        done = at + len(best)
        at = closed.find(best, done)
    return best
