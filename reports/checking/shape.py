"""One report in, what is wrong with its shape out: sections, edition, its own name and year inside, outdated papers cited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from reports.form import SECTIONS
from reports.model import Edition, Finding, Outcome, Report, Section, Severity
from reports.wording import close_up

_FIRST_YEAR = {Edition.FORM_2019: 2019, Edition.FORM_2021: 2021}
_LAST_YEAR_2019 = 2020
_ORGAN_ENDINGS = (
    ("town", r"(?:乡|镇|街道|苏木|办事处)(?:人民政府)?(?:办公室)?(?:办事处)?$", r"我(?:局|委(?!员)|厅|院|校|中心)"),
    ("county", r"(?:县|市|区|旗)(?:人民)?政府(?:办公室)?$", r"我(?:局|乡|镇|街道)(?![村镇亲土])"),
    ("bureau", r"(?:局|委员会|委|厅|处|办公室|中心)$", r"我(?:乡|镇|街道)(?![村镇亲土])"),
)
_KIND_OF_TOWN = re.compile(r"(乡|镇|街道|苏木)(?:人民政府)?(?:党工委)?(?:办公室)?(?:办事处)?$")
_CALLS_ITSELF = re.compile(r"我(乡|镇|街道|苏木)(?![村镇亲土])")
_ALL_TOWNS = re.compile(r"乡镇$|[各该本我全]")  # of no one town: 各乡镇, 全县乡镇
_OTHER_TOWN = re.compile(r"([\u4e00-\u9fff]{2,4}?(?:乡|镇|街道))(?:人民政府|党委、政府|办事处)")
_CITED = re.compile(
    r"国办[\u4e00-\u9fff]{0,4}函[〔\[(（［【]2019[〕\])）］】](60|51|61)号"
)  # of the office that issues the form
_YEAR = re.compile(r"(20\d{2})年")
_PERIOD = re.compile(r"(20\d{2})年1月1日.{0,8}?(?:(20\d{2})年)?12月31日")


def sections_are_complete(report: Report) -> Iterator[Finding]:
    """SECTIONS: the six sections stand in the form's order. Those found always do; what is told is which are missing."""
    if report.form is Edition.FREE and report.year is not None and report.year < 2019:
        return
    found = {section.key for section in report.sections}
    missing = [section for section in SECTIONS if section.key not in found]
    if not missing:
        yield Finding(
            "SECTIONS", "all", Outcome.PASS, Severity.WARN, "六个部分齐全，顺序正确。", len(found), len(SECTIONS)
        )
    for section in missing:
        outcome = Outcome.UNCERTAIN if report.image_only else Outcome.FAIL
        message = f"没有找到“{section.ordinal}、{section.text}”。"
        yield Finding("SECTIONS", section.key, outcome, Severity.WARN, message, len(found), len(SECTIONS))


def edition_is_current(report: Report) -> Iterator[Finding]:
    """FORM: the edition is the one in use for the report's year; 其他处理 in one row is a remainder of the older one."""
    if report.year is None or report.form is Edition.FREE:
        outcome = Outcome.NOT_ASSESSABLE
        yield Finding("FORM", "edition", outcome, Severity.WARN, "没有读到官方表格或报告年度，无法判断格式版本。")
        return
    outdated = report.form is Edition.FORM_2019 and report.year > _LAST_YEAR_2019
    message = f"{report.year}年度报告采用{report.form.value}年版格式" + (
        "，该版本自2021年度起已被替代。" if outdated else "。"
    )
    outcome = Outcome.FAIL if outdated else Outcome.PASS
    yield Finding("FORM", "edition", outcome, Severity.WARN, message, report.year, _FIRST_YEAR[report.form])
    old_row = report.value("requests.other.all.total") is not None and report.form is Edition.FORM_2021
    if old_row and report.value("requests.other.misc.total") is None:
        message = "“其他处理”只有一行，沿用了2019年版的写法。"
        yield Finding(
            "FORM", "requests.other.all", Outcome.FAIL, Severity.INFO, message, keys=("requests.other.all.total",)
        )


def year_is_its_own(report: Report) -> Iterator[Finding]:
    """ID-YEAR: the text speaks of the report's year, not of another one left over from a model."""
    text = _whole_text(report)
    years = Counter(int(year) for year in _YEAR.findall(text))
    if report.year is None or not years:
        yield Finding("ID-YEAR", "all", Outcome.NOT_ASSESSABLE, Severity.WARN, "标题或正文没有写明年度。")
        return
    common, times = years.most_common(1)[0]
    counted = {int(first) for first, last in _PERIOD.findall(text) if last in {"", first}}
    if counted and report.year not in counted:
        other = max(counted)
        message = f"标题为{report.year}年度，正文所述统计期限却为{other}年。"
        yield Finding("ID-YEAR", "all", Outcome.FAIL, Severity.WARN, message, report.year, other)
    elif years[report.year] == 0 and times >= 2:
        message = f"标题为{report.year}年度，正文从未提到该年，而{common}年出现{times}次。"
        yield Finding("ID-YEAR", "all", Outcome.FAIL, Severity.WARN, message, report.year, common)
    elif years[report.year] == 0:
        message = f"标题为{report.year}年度，正文只提到{common}年。"
        yield Finding("ID-YEAR", "all", Outcome.UNCERTAIN, Severity.WARN, message, report.year, common)
    else:
        message = f"正文{years[report.year]}次提到报告年度{report.year}年。"
        yield Finding("ID-YEAR", "all", Outcome.PASS, Severity.WARN, message, report.year, report.year)


def organ_is_its_own(report: Report) -> Iterator[Finding]:
    """ID-ORGAN: the text calls its own organ what it is (我局 in a town's report was copied), and names no other town as itself."""
    text = _whole_text(report)
    organ = report.organ
    if organ is None or not text:
        yield Finding("ID-ORGAN", "all", Outcome.NOT_ASSESSABLE, Severity.WARN, "文中没有写明发布机关。")
        return
    wrong = _wrong_self_reference(organ, text) or _other_town(organ, text)
    if wrong is None:
        yield Finding("ID-ORGAN", "all", Outcome.PASS, Severity.WARN, "正文自称与发布机关一致。")
    else:
        words, sure = wrong
        message = f"发布机关为{organ}，正文却写“{words}”。"
        yield Finding("ID-ORGAN", "all", Outcome.FAIL if sure else Outcome.UNCERTAIN, Severity.WARN, message)


def papers_are_current(report: Report) -> Iterator[Finding]:
    """CITED: a report since 2021 does not cite the form of 2019, nor a paper that never held the form."""
    cited = set(_CITED.findall(_whole_text(report)))
    if report.year is None or not cited:
        return
    for number in sorted(cited):
        wrong = number == "51" or (number == "60" and report.year > _LAST_YEAR_2019)
        message = f"引用了〔2019〕{number}号文" + ("，该文已不适用于本年度报告格式。" if wrong else "。")
        outcome = Outcome.FAIL if wrong else Outcome.PASS
        yield Finding("CITED", number, outcome, Severity.INFO, message)


def text_is_accessible(report: Report) -> Iterator[Finding]:
    """ACCESS: the report is text, not pictures of text."""
    if report.image_only:
        message = "报告只有图片，没有可检索、可复制的文字。"
        yield Finding("ACCESS", "all", Outcome.FAIL, Severity.INFO, message)


def _whole_text(report: Report) -> str:
    return _closed_up(report.preamble, report.sections)


@lru_cache(maxsize=4)
def _closed_up(preamble: str, sections: tuple[Section, ...]) -> str:
    """Three rules read the same text one after the other."""
    return "\n".join((close_up(preamble), *(close_up(section.text) for section in sections)))


def _wrong_self_reference(organ: str, text: str) -> tuple[str, bool] | None:
    for _, ending, wrong in _ORGAN_ENDINGS:
        if re.search(ending, organ):
            found = re.search(wrong, text)
            return (found.group(), True) if found else _wrong_kind(organ, text)
    return None


def _wrong_kind(organ: str, text: str) -> tuple[str, bool] | None:
    """我乡 in the report of a 镇; with 我镇 beside it, it may be what the place was called before."""
    own = _KIND_OF_TOWN.search(organ)
    called = Counter(_CALLS_ITSELF.findall(text))
    others = [kind for kind in called if own is not None and kind != own.group(1)]
    return (f"我{others[0]}", called[own.group(1)] == 0) if others and own is not None else None


def _other_town(organ: str, text: str) -> tuple[str, bool] | None:
    """Another town named as an actor twice, while the own name never appears."""
    own = re.search(r"([\u4e00-\u9fff]{2,4}?(?:乡|镇|街道))", organ)
    if own is None or own.group(1)[-3:] in text:
        return None
    others = Counter(_OTHER_TOWN.findall(text))
    others = Counter(
        {name: count for name, count in others.items() if own.group(1) not in name and not _ALL_TOWNS.search(name)}
    )
    if not others:
        return None
    name, count = others.most_common(1)[0]
    return name, count >= 2
