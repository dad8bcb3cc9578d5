"""The sections' prose in, the numbers it states out: what each counts, its unit, whose, and the words it stood in.

Only wordings that leave no doubt about what is counted are read. A number beside other words is passed over, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.model import NarrativeFigure, Section
from reports.wording import squeeze_prose

# a number from its first digit on, and no longer than one can be: a page may be two megabytes of digits
_N = r"(?P<about>近|约|超过|超)?(?P<number>(?<![\d_])(?<!\d[.,])\d[\d,]{0,15}(?:\.\d+)?)(?P<more>余|多)?(?P<unit>%s)"
_COUNT = _N % "件次|批次|件|条|份|次|宗|个|篇|起|人次|项|期|场|例"
_MONEY = _N % "万元|亿元|元"
_SUM = r"(?:数量|总数|总量)?(?:共计|总计|合计|累计|共|为|达到|达)?"
_APPLICATION = (
    r"(?:(?:政府信息公开|信息公开|依申请公开|政府信息依申请公开|依申请政府信息公开|公开)?(?:的)?"
    r"(?:申请|依申请公开事项|依申请公开)(?:事项|件)?)"
)
_SENTENCE = re.compile(r"[^。；;!?！？]+")
_SCOPE = re.compile(
    r"(?:全[省市区县旗州盟乡镇]|[我本](?:省|市|区|县|旗|乡|镇|街道|局|委|办|厅|处|机关|单位)(?:政府)?|市政府(?:办公厅|办)?|(?:区|县)政府(?:办公室|办)?)"
)
_IN_YEAR = re.compile(r"((?:19|20)\d{2})年")
_LAST_YEAR = re.compile(r"(?:较|比|同)?(?:上年|上一年|去年)度?(?!.*结转)")
_LONGEST = 2_000  # characters of a sentence; in what is longer every figure would be looked at beside every other
_NEAR = 300  # characters before a number in which its year and scope are looked for
_PARTED = re.compile(r"(?<=\d)\s+(?=\d)")  # 17 0 0 17件 is a row of a table that lost its cells, not 170017件
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Wording:
    """A wording that states one figure. Without a number in it, it states `zero`."""

    meaning: str
    needles: frozenset[
        str
    ]  # one of them stands in every sentence that the pattern fits: looked for first, because it is cheap
    pattern: re.Pattern[str]
    counted: bool  # whether it holds a number; if not, it denies


_NEEDLES = {
    "new_received": ("收到", "受理", "新收", "接收", "接到", "收悉"),
    "settled": ("答复", "办结", "完毕", "回复"),
    "carried_in": ("结转",),
    "carried_out": ("结转", "顺延"),
    "granted_all": ("部分公开",),
    "granted": ("予以公开",),
    "granted_part": ("部分公开",),
    "refused": ("不予公开",),
    "unavailable": ("无法提供",),
    "not_processed": ("不予处理",),
    "other": ("其他处理",),
    "disclosed": ("公开",),
    "rules": ("规章",),
    "normative": ("规范性文件",),
    "policy_documents": ("政策性文件",),
    "interpretations": ("解读",),
    "press_conferences": ("新闻发布会",),
    "gazette_issues": ("公报",),
    "new_media_accounts": ("政务新媒体",),
    "published": ("发表", "推送"),
    "procurement": ("集中采购",),
    "fee": ("处理费", "费用", "复制", "邮寄"),
    "accountability": ("责任追究",),
    "review": ("行政复议",),
    "suit": ("诉讼",),
}


def _wording(meaning: str, *patterns: str) -> list[_Wording]:
    needles = frozenset(_NEEDLES[meaning])
    return [_Wording(meaning, needles, re.compile(pattern), "(?P<number>" in pattern) for pattern in patterns]


_WORDINGS = (
    *_wording(
        "new_received",
        rf"(?:收到|受理|新收|接收|接到|收悉)(?:各类|各种)?{_APPLICATION}{_SUM}{_COUNT}",
        rf"(?:收到|受理|新收|接收|接到){_SUM}{_COUNT}(?:政府信息公开|信息公开|公开)?申请",
        rf"(?:收到|受理|接到)[^，,。]{{0,16}}?申请{_SUM}{_COUNT}",
        r"(?:未|没有|无)(?:曾)?(?:收到|受理|接到|接收|新收)[^，,。；0-9]{0,40}?(?:申请|政府信息公开$|政府信息公开(?=[，,]))",
    ),
    *_wording(
        "settled",
        rf"(?:答复|办结|办理完毕|处理完毕|回复){_APPLICATION}?{_SUM}{_COUNT}",
    ),
    *_wording("carried_in", rf"(?:上年度?|上一年度?|去年)结转(?:的)?{_APPLICATION}?{_SUM}{_COUNT}"),
    *_wording(
        "carried_out",
        rf"{_COUNT}(?:申请)?(?:按照《条例》|依法)?(?:结转|顺延)(?:至|到)?(?:下|次)一?年",
        rf"结转(?:至|到)?(?:下|次)一?年度?(?:继续办理|办理|答复)?(?:的)?{_APPLICATION}?{_SUM}{_COUNT}",
    ),
    *_wording("granted_all", rf"予以公开(?:及|和|或|、)(?:者)?部分公开(?:的)?{_SUM}{_COUNT}"),
    *_wording("granted", rf"(?<!不)予以公开(?:的)?{_SUM}{_COUNT}"),
    *_wording("granted_part", rf"(?<![及和或、])部分公开(?:的)?{_SUM}{_COUNT}"),
    *_wording("refused", rf"不予公开(?:的)?{_SUM}{_COUNT}"),
    *_wording("unavailable", rf"无法提供(?:的)?{_SUM}{_COUNT}"),
    *_wording("not_processed", rf"不予处理(?:的)?{_SUM}{_COUNT}"),
    *_wording("other", rf"其他处理(?:的)?{_SUM}{_COUNT}"),
    *_wording(
        "disclosed",
        rf"(?:主动|累计|共|全年)公开(?:发布)?(?!申请)[^，,。；\d]{{0,20}}?信息{_SUM}{_COUNT}",
        rf"主动公开(?:各类)?(?:政府)?信息[^，,。；\d]{{0,6}}{_SUM}{_COUNT}",
    ),
    *_wording("rules", rf"(?<!行政)(?<!行政规范性文件和)规章{_SUM}{_COUNT}"),
    *_wording("normative", rf"规范性文件{_SUM}{_COUNT}"),
    *_wording("policy_documents", rf"政策性文件{_SUM}{_COUNT}"),
    *_wording(
        "interpretations",
        rf"(?:政策)?解读(?:材料|稿件|信息|文件)?{_SUM}{_COUNT}",
        rf"对{_COUNT}[^，。；\d]{{0,50}}进行(?:了)?解读",
    ),
    *_wording("press_conferences", rf"新闻发布会{_SUM}{_COUNT}"),
    *_wording("gazette_issues", rf"公报{_SUM}{_N % '期'}"),
    *_wording(
        "new_media_accounts",
        rf"(?:运维|运营|开设|开通|现有|拥有|共有)[^，,。；\d]{{0,12}}政务新媒体(?:账号)?{_SUM}{_N % '个'}",
    ),
    *_wording("published", rf"(?:发表|推送)(?:信息|文章|稿件)?{_SUM}{_N % '条|篇|期'}"),
    *_wording("procurement", rf"集中采购[^，,。；\d]{{0,12}}{_SUM}{_MONEY}"),
    *_wording(
        "fee",
        rf"(?:收取|收到|征收)[^，,。；\d]{{0,20}}?(?:信息处理费|处理费|费用){_SUM}{_MONEY}",
        rf"信息处理费(?:用)?(?:收取|收到|征收)?{_SUM}{_MONEY}",
        r"(?:未|无|没有|不存在|暂未|尚未)(?:收取|收到|发生|产生|征收)?[^，,。；\d]{0,14}信息处理费",
        # until 2018 the fees were those of searching, copying and posting
        rf"(?:检索|复制|邮寄)[^，,。；\d]{{0,14}}费用?{_SUM}{_MONEY}",
        r"(?:未|没有|无)(?:收取|发生|产生)(?:任何|相关)?(?:的)?(?:(?:检索|复制|邮寄)(?:费)?[、和及等]*)*(?:费用|费)(?![0-9])",
    ),
    *_wording("accountability", r"(?:未|没有)(?:发生|出现)[^，,。；\d]{0,8}责任追究"),
    *_wording(
        "review",
        rf"行政复议(?:案件|申请)?{_SUM}{_COUNT}",
        r"(?:未|没有|无)(?:发生|出现|收到)?[^，,。；\d]{0,22}行政复议",
    ),
    *_wording(
        "suit",
        rf"(?<!提起)(?:行政)?诉讼(?:案件)?{_SUM}{_COUNT}",
        r"(?:未|没有|无)(?:发生|出现|收到)?[^。；\d]{0,30}行政诉讼",
    ),
)
_BY_NEEDLE = {
    needle: [index for index, one in enumerate(_WORDINGS) if needle in one.needles]
    for needles in _NEEDLES.values()
    for needle in needles
}
_DETAIL = re.compile(rf"(?P<result>结果维持|结果纠正|其他结果|尚未审结)(?:的)?{_SUM}{_COUNT}")
_GROUP_OR_DETAIL = re.compile(rf"行政复议|诉讼|{_DETAIL.pattern}")
_DETAIL_KEYS = {"结果维持": "upheld", "结果纠正": "corrected", "其他结果": "other", "尚未审结": "pending"}
_ALL_UPHELD = re.compile(r"均(?:获|被|为|予以)?(?:结果)?维持")


def read_narrative(sections: Sequence[Section], year: int | None = None) -> tuple[NarrativeFigure, ...]:
    """The figures of the prose in reading order. A part of another figure (其中…) is left out where it would be taken for the whole, and so is what
    was counted in another year than that of the report.
    """
    found: dict[tuple[str, int | Decimal, str], NarrativeFigure] = {}
    for section in sections:
        if section.key == "problems":
            continue
        for sentence in _SENTENCE.findall(_closed_text(section)):
            for figure in _stated(sentence, section.key, year) if len(sentence) <= _LONGEST else ():
                found.setdefault((figure.meaning, figure.value, figure.unit), figure)
    return tuple(found.values())


def _closed_text(section: Section) -> str:
    """The section's paragraphs but the shortest, each ending a sentence."""
    text = "。".join([paragraph for paragraph in section.text.split("\n") if len(paragraph) >= 6])
    parted = text if text.isprintable() and " " not in text else _PARTED.sub("_", text)
    return squeeze_prose(parted)


def _stated(sentence: str, section: str, year: int | None) -> Iterator[NarrativeFigure]:
    counts = _DIGIT.search(sentence)
    denies = "未" in sentence or "无" in sentence or "没有" in sentence or "不存在" in sentence
    if not counts and not denies:
        return
    wordings = {index for needle, indices in _BY_NEEDLE.items() if needle in sentence for index in indices}
    if not wordings:
        return
    taken: list[tuple[int, int]] = []
    for index in sorted(wordings):
        wording = _WORDINGS[index]
        if not (counts if wording.counted else denies):
            continue
        for found in wording.pattern.finditer(sentence):
            span = found.span("number") if wording.counted else (0, 0)  # one 未发生 may deny several things
            if (
                any(start < span[1] and span[0] < stop for start, stop in taken)
                or _is_part(sentence, found, wording.meaning)
                or _is_of_another_year(sentence[max(0, found.start() - _NEAR) : found.start()], year)
            ):
                continue
            taken.append(span)
            near = _SCOPE.findall(sentence, max(0, found.end() - _NEAR), found.end())
            yield _figure(wording.meaning, found, section, near[-1] if near else _first_scope(sentence))
    yield from _details(sentence, section)


def _first_scope(sentence: str) -> str | None:
    """Of the whole sentence, where none stands shortly before the number."""
    scope = _SCOPE.search(sentence)
    return scope.group() if scope else None


def _is_of_another_year(before: str, year: int | None) -> bool:
    """2022年收到申请5件 in a report of 2023, and 较上年收到申请10件."""
    years = _IN_YEAR.findall(before)
    return bool(year and years and int(years[-1]) != year) or bool(
        _LAST_YEAR.search(before, max(before.rfind("，"), before.rfind(",")) + 1)
    )


def _figure(meaning: str, found: re.Match[str], section: str, scope: str | None) -> NarrativeFigure:
    groups = found.groupdict()
    if "number" not in groups:
        unit = "元" if meaning == "fee" else "件"
        return NarrativeFigure(meaning, 0, unit, found.group(), section, scope=scope)
    about = bool(groups["about"] or groups["more"])
    return NarrativeFigure(meaning, _number(groups["number"]), groups["unit"], found.group(), section, about, scope)


def _is_part(sentence: str, found: re.Match[str], meaning: str) -> bool:
    """其中主动公开 … 28 条 is a part of the total before it."""
    return meaning in {"disclosed", "new_received"} and "其中" in sentence[: found.start()]


def _details(sentence: str, section: str) -> Iterator[NarrativeFigure]:
    """The results of reviews or suits, counted after 其中; and 均获维持, which says that nothing else came of them."""
    if "复议" not in sentence and "诉讼" not in sentence:
        return
    group: str | None = None
    for found in _GROUP_OR_DETAIL.finditer(sentence):
        if found.group() in {"行政复议", "诉讼"}:
            group = "review" if found.group() == "行政复议" else "suit"
        elif group is not None and found.group("result"):
            meaning = f"{group}.{_DETAIL_KEYS[found.group('result')]}"
            yield NarrativeFigure(meaning, _number(found.group("number")), found.group("unit"), found.group(), section)
    upheld = _ALL_UPHELD.search(sentence)
    if upheld and group is not None:
        both = "复议" in sentence and "诉讼" in sentence
        for one in ("review", "suit") if both else (group,):
            yield NarrativeFigure(
                f"{one}.not_upheld", 0, "件", sentence[max(0, upheld.start() - 20) : upheld.end()], section
            )


def _number(digits: str) -> int | Decimal:
    plain = digits.replace(",", "")
    return Decimal(plain) if "." in plain else int(plain)
