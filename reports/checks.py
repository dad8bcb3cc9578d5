"""A report, and the same organ's report of the year before if there is one, in; findings out: what every rule of the catalogue says.

A new rule is one function and one line in `CHECKS`.
"""

from __future__ import annotations

from reports.checking.catalogue import Rule, alone, doubted
from reports.checking.prose import fees_agree, prose_agrees_with_tables
from reports.checking.shape import (
    edition_is_current,
    organ_is_its_own,
    papers_are_current,
    sections_are_complete,
    text_is_accessible,
    year_is_its_own,
)
from reports.checking.sums import (
    applicants_add_up,
    cells_are_filled,
    counts_are_natural,
    disputes_add_up,
    other_results_add_up,
    requests_balance,
    results_add_up,
)
from reports.checking.years import (
    carried_over,
    changes_are_plausible,
    documents_are_plausible,
    in_force_chain,
    item_chain,
    text_is_new,
)
from reports.model import Finding, Report, Severity

__all__ = ["CHECKS", "RULES", "Rule", "check"]

CHECKS: tuple[Rule, ...] = (
    Rule(
        "T3-BAL", Severity.ERROR, "申请收办平衡", "requests balance",
        "本年新收加上年结转，应等于总计加结转下年度，七列逐列核对。",
        "New and carried-in requests equal the settled and carried-out ones, in each of seven columns.",
        alone(requests_balance),
    ),
    Rule(
        "T3-SUM", Severity.ERROR, "办理结果合计", "results add up",
        "总计应等于各项办理结果之和，七列逐列核对。",
        "The total of settled requests is the sum of its rows, in each of seven columns.",
        alone(results_add_up),
    ),
    Rule(
        "T3-ROW", Severity.ERROR, "申请人合计", "applicants add up",
        "每一行的总计应等于自然人与五类法人或其他组织之和。",
        "The total of every row is the sum of natural persons and five kinds of organisation.",
        alone(applicants_add_up),
    ),
    Rule(
        "T3-OTHER", Severity.WARN, "其他处理合计", "other results add up",
        "同时列出其他处理及其分项时，两者应一致。",
        "Where 其他处理 and its parts are both printed, they agree.",
        alone(other_results_add_up),
    ),
    Rule(
        "T4-SUM", Severity.ERROR, "复议诉讼合计", "reviews and suits add up",
        "行政复议、直接起诉、复议后起诉的总计，应等于四种结果之和。",
        "The totals of reviews, direct suits and suits after review are the sums of their four results.",
        alone(disputes_add_up),
    ),
    Rule(
        "F-NONNEG", Severity.ERROR, "数量为非负整数", "counts are natural numbers",
        "除增减数和金额外，各项数据应为非负整数。",
        "Every figure but changes and money is a whole number that is not negative.",
        alone(counts_are_natural),
    ),
    Rule(
        "BLANK", Severity.INFO, "空白单元格", "blank cells",
        "三张表的单元格应填写数字；空白或横线不能视为零。",
        "The cells of the three tables hold numbers; a blank or a dash is not a zero.",
        alone(cells_are_filled),
    ),
    Rule(
        "X-CARRY", Severity.ERROR, "结转衔接", "carry-over",
        "本年的上年结转，应等于上年报告的结转下年度；机构改革时可能有正当理由不一致。",
        "What came in from last year is what last year's report left over; a merger of organs may break this with good reason.",
        carried_over,
    ),
    Rule(
        "X-INFORCE", Severity.WARN, "现行有效文件衔接", "documents in force",
        "现行有效件数应等于上年现行有效加本年制发减本年废止。",
        "Documents in force are last year's, plus the new ones, less the repealed.",
        in_force_chain,
    ),
    Rule(
        "T2-F19-DELTA", Severity.INFO, "项目增减衔接", "items and their change",
        "2019年版：上年报告的项目数量加增减，应等于本年报告的上一年项目数量。",
        "Edition of 2019: last year's items and their change give this year's items of the year before.",
        item_chain,
    ),
    Rule(
        "T2-SOFT", Severity.INFO, "文件数量合理", "plausible document counts",
        "废止的文件不应多于原有与新制发之和，现行有效应包含未废止的新制发文件。",
        "No more documents are repealed than there were; those in force include the new ones that were not repealed.",
        documents_are_plausible,
    ),
    Rule(
        "TXT-NUM", Severity.WARN, "文表一致", "prose against tables",
        "正文所述申请、复议、诉讼数量与表中数据的差异；统计范围不同也会造成差异。",
        "Where the prose and the tables give different numbers; a different scope may explain it.",
        alone(prose_agrees_with_tables),
    ),
    Rule(
        "FEE", Severity.WARN, "信息处理费", "processing fees",
        "关于是否收取信息处理费的表述应前后一致。",
        "The report says one thing about processing fees.",
        alone(fees_agree),
    ),
    Rule(
        "YOY", Severity.INFO, "年度变化", "change from last year",
        "数据达到上年的五倍以上或不足五分之一时提示。",
        "A figure more than five times last year's, or less than a fifth, is worth a look.",
        changes_are_plausible,
    ),
    Rule(
        "REPEAT", Severity.WARN, "与上年重复", "repeats last year",
        "除固定表述外，正文与上年报告相同的比例；超过一半提示，超过九成从严。",
        "How much of the prose, the form's wording aside, stood in last year's report.",
        text_is_new,
        compares_words=True,
    ),
    Rule(
        "SECTIONS", Severity.WARN, "章节完整", "complete sections",
        "报告应按格式包含六个部分。",
        "The report has the form's six sections.",
        alone(sections_are_complete),
    ),
    Rule(
        "FORM", Severity.WARN, "格式版本", "edition of the form",
        "报告应采用该年度适用的格式版本。",
        "The report uses the edition of the form in force for its year.",
        alone(edition_is_current),
    ),
    Rule(
        "ID-YEAR", Severity.WARN, "年度一致", "its own year",
        "正文所述年度应与标题一致。",
        "The text speaks of the year in the title.",
        alone(year_is_its_own),
    ),
    Rule(
        "ID-ORGAN", Severity.WARN, "机关一致", "its own organ",
        "正文自称应与发布机关一致，不应出现其他机关。",
        "The text calls its organ what it is and speaks for no other.",
        alone(organ_is_its_own),
    ),
    Rule(
        "CITED", Severity.INFO, "引用文件有效", "papers cited are current",
        "引用的格式文件应适用于该年度。",
        "The papers cited for the form are in force for the year.",
        alone(papers_are_current),
    ),
    Rule(
        "ACCESS", Severity.INFO, "文字可检索", "text, not pictures",
        "报告应以文字而非图片形式发布。",
        "The report is published as text, not as pictures of text.",
        alone(text_is_accessible),
    ),
)  # fmt: skip
# Looks at all reports of a county and year at once: checking/neighbours.py applies it.
BORROWED = Rule(
    "COPIED", Severity.WARN, "与他单位雷同", "taken from a neighbour",
    "各部分的文字不应抄自同县其他机关同年的报告。",
    "No section takes its words from another organ of the county in the same year.",
    alone(lambda report: ()),
)  # fmt: skip
RULES = {rule.id: rule for rule in (*CHECKS, BORROWED)}


def check(report: Report, earlier: Report | None) -> list[Finding]:
    """Every rule's findings, in the catalogue's order. None is certain of text that OCR read."""
    findings: list[Finding] = []
    for rule in CHECKS:
        by_ocr = report.by_ocr or (rule.compares_words and earlier is not None and earlier.by_ocr)
        found = rule.apply(report, earlier)
        findings += map(doubted, found) if by_ocr else found
    return findings
