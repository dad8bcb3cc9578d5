"""One report in, what the arithmetic of its own tables says out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from reports.checking.operands import Side, doubts, side, weigh
from reports.form import (
    DISPUTE_COLUMNS,
    DISPUTE_GROUPS,
    FORM_2019,
    FORM_2021,
    MONEY_KEYS,
    REQUEST_COLUMNS,
    SIGNED_KEYS,
    Form,
)
from reports.model import Edition, Finding, Outcome, Report, Severity, State

_COLUMNS = [(column.key, column.text) for column in REQUEST_COLUMNS]
_ROW_NAMES = {row.key: row.text for form in (FORM_2021, FORM_2019) for row in form.request_rows}
_GROUP_NAMES = {group.key: group.text for group in DISPUTE_GROUPS}
_DECIDED = {Outcome.PASS, Outcome.FAIL}
_SAID = {Outcome.PASS: "相符", Outcome.FAIL: "不相符", Outcome.UNCERTAIN: "存疑", Outcome.NOT_ASSESSABLE: "无法核对"}


def compared(rule: str, where: str, severity: Severity, left: Side, right: Side, sentence: str) -> Finding:
    """The finding of two sides that should be equal. `sentence` names both, e.g. 自然人列：新收加结转 {left}，总计加结转下年度 {right}."""
    outcome = weigh(left, right)
    shown = sentence.format(left=_shown(left), right=_shown(right))
    reason = "" if outcome in _DECIDED else f"（{doubts(left, right)}）"
    message = f"{shown}，{_SAID[outcome]}{reason}。"
    fields = (rule, where, outcome, severity, message, left.value, right.value, left.keys + right.keys)
    return tuple.__new__(Finding, fields)  # what naming the fields does, in a third of the time


def requests_balance(report: Report) -> Iterator[Finding]:
    """T3-BAL: what came in is what was settled and what is left."""
    for column, name in _columns(report):
        left = side(report, (f"requests.new_received.{column}", f"requests.carried_in.{column}"))
        right = side(report, (f"requests.result_total.{column}", f"requests.carried_out.{column}"))
        sentence = f"{name}：本年新收加上年结转为{{left}}，总计加结转下年度为{{right}}"
        yield compared("T3-BAL", column, Severity.ERROR, left, right, sentence)


def results_add_up(report: Report) -> Iterator[Finding]:
    """T3-SUM: the total of what was settled is the sum of its rows."""
    leaves = _leaves(report)
    for column, name in _columns(report):
        left = side(report, _column_keys(leaves, column))
        right = side(report, (f"requests.result_total.{column}",))
        yield compared(
            "T3-SUM", column, Severity.ERROR, left, right, f"{name}：各项办理结果之和为{{left}}，总计为{{right}}"
        )


def applicants_add_up(report: Report) -> Iterator[Finding]:
    """T3-ROW: a row's total is the sum of its six kinds of applicant."""
    for row, name in _rows(report):
        *applicants, total = _row_keys(row)
        left, right = side(report, applicants), side(report, (total,))
        yield compared("T3-ROW", row, Severity.ERROR, left, right, f"{name}：各类申请人之和为{{left}}，总计为{{right}}")


def other_results_add_up(report: Report) -> Iterator[Finding]:
    """T3-OTHER: 其他处理 is the sum of its three parts, where a report prints both."""
    parts = [row.key for row in FORM_2021.request_rows if row.group == "other"]
    for column, name in _columns(report):
        whole = report.figures.get(f"requests.other.all.{column}")
        printed = [report.figures.get(f"requests.{part}.{column}") for part in parts]
        if whole is None or whole.state is State.ABSENT or all(p is None or p.state is State.ABSENT for p in printed):
            continue
        left = side(report, (f"requests.{part}.{column}" for part in parts))
        right = side(report, (f"requests.other.all.{column}",))
        yield compared(
            "T3-OTHER", column, Severity.WARN, left, right, f"{name}：其他处理各项之和为{{left}}，其他处理为{{right}}"
        )


def disputes_add_up(report: Report) -> Iterator[Finding]:
    """T4-SUM: a total of reviews or suits is the sum of its four results."""
    if not report.figures:
        return
    for group in DISPUTE_GROUPS:
        left = side(report, (f"disputes.{group.key}.{column.key}" for column in DISPUTE_COLUMNS[:-1]))
        right = side(report, (f"disputes.{group.key}.total",))
        sentence = f"{_GROUP_NAMES[group.key]}：各项结果之和为{{left}}，总计为{{right}}"
        yield compared("T4-SUM", group.key, Severity.ERROR, left, right, sentence)


def counts_are_natural(report: Report) -> Iterator[Finding]:
    """F-NONNEG: a count is a whole number and not negative."""
    bad = [
        figure
        for key, figure in report.figures.items()
        if figure.value is not None
        and (
            (key not in MONEY_KEYS and not isinstance(figure.value, int))
            or (key not in SIGNED_KEYS and figure.value < 0)
        )
    ]
    for figure in bad:
        outcome = Outcome.UNCERTAIN if figure.repaired else Outcome.FAIL
        message = f"{figure.key} 印为 {figure.raw.strip()}，应为非负整数。"
        yield Finding("F-NONNEG", figure.key, outcome, Severity.ERROR, message, figure.value, None, (figure.key,))
    if bad or not report.figures:
        return
    unread = tuple([key for key, figure in report.figures.items() if figure.state is State.TEXT])
    if unread:  # it may be anything
        message = f"读出的数量均为非负整数，另有{len(unread)}个单元格无法辨认。"
        yield Finding("F-NONNEG", "all", Outcome.NOT_ASSESSABLE, Severity.ERROR, message, None, None, unread)
    else:
        yield Finding("F-NONNEG", "all", Outcome.PASS, Severity.ERROR, "各项数量均为非负整数。")


def cells_are_filled(report: Report) -> Iterator[Finding]:
    """BLANK: the official tables are to be filled with numbers; a blank is not a zero."""
    blank, dash, absent, text = State.BLANK, State.DASH, State.ABSENT, State.TEXT
    empty: list[str] = []
    lacking: list[str] = []
    unread: list[str] = []
    for key, figure in report.figures.items():
        if figure.state is blank or figure.state is dash:
            empty.append(key)
        elif figure.state is absent:
            lacking.append(key)
        elif figure.state is text:
            unread.append(key)
    for table, name in (("disclosure", "表二"), ("requests", "表三"), ("disputes", "表四")):
        keys = tuple([key for key in empty if key.startswith(table)])
        if keys:
            message = f"{name}有{len(keys)}个单元格空白或以横线、斜线填写，空白不等于零。"
            sure = any(report.figures[key].repaired is None for key in keys)
            outcome = Outcome.FAIL if sure else Outcome.UNCERTAIN
            yield Finding("BLANK", table, outcome, Severity.INFO, message, len(keys), 0, keys)
        elif unknown := tuple([key for key in unread if key.startswith(table)]):  # a blank may stand among them
            message = f"{name}有{len(unknown)}个单元格无法辨认，是否空白不能确定。"
            yield Finding("BLANK", table, Outcome.NOT_ASSESSABLE, Severity.INFO, message, None, None, unknown)
        elif report.figures and not any(key.startswith(table) for key in lacking):
            yield Finding("BLANK", table, Outcome.PASS, Severity.INFO, f"{name}没有空白单元格。", 0, 0)


def _columns(report: Report) -> list[tuple[str, str]]:
    return _COLUMNS if report.figures else []


@lru_cache(maxsize=64)
def _row_keys(row: str) -> list[str]:
    return [f"requests.{row}.{column}" for column, _ in _COLUMNS]


@lru_cache(maxsize=64)
def _column_keys(rows: tuple[str, ...], column: str) -> list[str]:
    return [f"requests.{row}.{column}" for row in rows]


def _rows(report: Report) -> list[tuple[str, str]]:
    """The rows that were read: each of them gives all seven figures or none."""
    if not report.figures:
        return []
    read = [row.key for row in _form(report).request_rows if _printed(report, f"requests.{row.key}.total")]
    if "other.all" not in read and _printed(report, "requests.other.all.total"):
        read.append("other.all")
    return [(row, _ROW_NAMES[row]) for row in read]


def _leaves(report: Report) -> tuple[str, ...]:
    """The rows under the total: with 其他处理 in one row or in its three parts, whichever the report prints."""
    leaves = [row.key for row in _form(report).leaf_rows]
    parts = [row for row in leaves if row.startswith("other.")]
    if report.form is Edition.FORM_2021 and not any(_printed(report, f"requests.{part}.total") for part in parts):
        leaves = [row for row in leaves if row not in parts] + ["other.all"]
    return tuple(leaves)


def _printed(report: Report, key: str) -> bool:
    figure = report.figures.get(key)
    return figure is not None and figure.state is not State.ABSENT


def _form(report: Report) -> Form:
    return FORM_2019 if report.form is Edition.FORM_2019 else FORM_2021


def _shown(one: Side) -> str:
    return "未知" if one.value is None else str(one.value)
