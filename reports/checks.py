"""A report, and the same organ's report of the year before if there is one, in; findings out: what every rule of the catalogue says.

A new rule is one function and one line in `CHECKS`.
"""

from __future__ import annotations

from reports.checking.catalogue import Rule, alone
from reports.checking.sums import (
    applicants_add_up,
    cells_are_filled,
    counts_are_natural,
    disputes_add_up,
    other_results_add_up,
    requests_balance,
    results_add_up,
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
)  # fmt: skip
RULES = {rule.id: rule for rule in CHECKS}


def check(report: Report, earlier: Report | None) -> list[Finding]:
    """Every rule's findings, in the catalogue's order."""
    return [finding for rule in CHECKS for finding in rule.apply(report, earlier)]
