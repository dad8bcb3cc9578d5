"""A report and the same organ's report of the year before in, what does not carry over from one to the other out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from math import ceil

from reports.checking.operands import Side, doubts, side
from reports.checking.sums import compared
from reports.copying import repeated_share
from reports.form import DISCLOSURE_2019, REQUEST_COLUMNS
from reports.model import Edition, Finding, Outcome, Report, Severity

_WATCHED = (
    ("requests.new_received.total", "新收申请"),
    ("requests.result_total.total", "办结申请"),
    ("disputes.review.total", "行政复议"),
    ("disclosure.licence.decisions", "行政许可"),
    ("disclosure.penalty.decisions", "行政处罚"),
    ("disclosure.coercion.decisions", "行政强制"),
    ("disclosure.fees.amount_wan", "行政事业性收费"),
)
_TOO_FEW = 10  # below this a fivefold change is chance
_FIVEFOLD = 5
_HALF, _NEARLY_ALL = 0.5, 0.9
_OfTwo = Callable[[Report, Report], Iterator[Finding]]
_OfOneOrTwo = Callable[[Report, Report | None], Iterator[Finding]]


def _of_two_years(rule: str, severity: Severity) -> Callable[[_OfTwo], _OfOneOrTwo]:
    """The rule below is asked of a report and that of the year before; where there is no such pair, the finding says why."""

    def of_two_years(judged: _OfTwo) -> _OfOneOrTwo:
        @wraps(judged)
        def checked(report: Report, earlier: Report | None) -> Iterator[Finding]:
            if earlier is None:
                reason = "没有上一年度的报告可供核对。"
            elif report.year is None or earlier.year != report.year - 1:
                reason = f"用于核对的报告年度为{earlier.year or '未知'}，不是上一年度。"
            else:
                yield from judged(report, earlier)
                return
            yield Finding(rule, "all", Outcome.NOT_ASSESSABLE, severity, reason)

        return checked

    return of_two_years


@_of_two_years("X-CARRY", Severity.ERROR)
def carried_over(report: Report, earlier: Report) -> Iterator[Finding]:
    """X-CARRY: what was left over last year came in this year. A merger of organs breaks this with good reason."""
    for column in REQUEST_COLUMNS if report.figures and earlier.figures else ():
        left = side(earlier, (f"requests.carried_out.{column.key}",))
        right = side(report, (f"requests.carried_in.{column.key}",))
        sentence = f"{column.text}：上年报告结转下年度{{left}}，本年报告上年结转{{right}}"
        yield compared("X-CARRY", column.key, Severity.ERROR, left, right, sentence)


@_of_two_years("X-INFORCE", Severity.WARN)
def in_force_chain(report: Report, earlier: Report) -> Iterator[Finding]:
    """X-INFORCE: documents in force are last year's, plus the new, less the repealed."""
    if report.form is not Edition.FORM_2021 or earlier.form is not Edition.FORM_2021:
        return
    for row, name in (("rules", "规章"), ("normative", "行政规范性文件")):
        before = side(earlier, (f"disclosure.{row}.in_force",))
        moved = side(report, (f"disclosure.{row}.issued", f"disclosure.{row}.repealed"))
        left = Side(before.figures + moved.figures, (1, 1, -1))
        right = side(report, (f"disclosure.{row}.in_force",))
        sentence = f"{name}：上年现行有效加本年制发减本年废止为{{left}}，本年现行有效为{{right}}"
        yield compared("X-INFORCE", row, Severity.WARN, left, right, sentence)


def item_chain(report: Report, earlier: Report | None) -> Iterator[Finding]:
    """T2-F19-DELTA: last year's items and their change give this year's items of the year before (edition of 2019 only)."""
    if report.form is Edition.FORM_2019:
        yield from _items_go_on(report, earlier)


@_of_two_years("T2-F19-DELTA", Severity.INFO)
def _items_go_on(report: Report, earlier: Report) -> Iterator[Finding]:
    if earlier.form is not Edition.FORM_2019:
        return
    for row in (row for block in DISCLOSURE_2019 for row in block.rows):
        key = f"disclosure.{row.key}"
        if f"{key}.delta" not in report.figures:
            continue
        left, right = side(earlier, (f"{key}.prev_items", f"{key}.delta")), side(report, (f"{key}.prev_items",))
        sentence = f"{row.text}：上年报告的项目数量加增减为{{left}}，本年报告的上一年项目数量为{{right}}"
        yield compared("T2-F19-DELTA", row.key, Severity.INFO, left, right, sentence)


def documents_are_plausible(report: Report, earlier: Report | None) -> Iterator[Finding]:
    """T2-SOFT: more documents cannot be repealed than were in force and new; those in force include the new ones not repealed."""
    if report.form is not Edition.FORM_2021:
        return
    for row, name in (("rules", "规章"), ("normative", "行政规范性文件")):
        keys = tuple([f"disclosure.{row}.{column}" for column in ("issued", "repealed", "in_force")])
        read = side(report, keys)
        issued, repealed, in_force = map(report.value, keys)
        if issued is None or repealed is None or in_force is None:
            message = f"{name}：制发、废止、现行有效件数不全，无法核对（{doubts(read)}）。"
            yield Finding("T2-SOFT", row, Outcome.NOT_ASSESSABLE, Severity.INFO, message, keys=keys)
        else:
            outcome = _unless_doubtful(Outcome.PASS if in_force + repealed >= issued else Outcome.FAIL, read)
            message = f"{name}：制发{issued}件、废止{repealed}件、现行有效{in_force}件{_ending(read)}"
            yield Finding("T2-SOFT", row, outcome, Severity.INFO, message, in_force + repealed, issued, keys)
        if earlier is not None and earlier.year == (report.year or 0) - 1:
            yield from _repealed_were_there(row, name, Side((*read.figures[:2], earlier.figures.get(keys[2]))))


def _repealed_were_there(row: str, name: str, operands: Side) -> Iterator[Finding]:
    """`operands`: this year's issued and repealed, and last year's in force."""
    issued, repealed, before = [None if figure is None else figure.value for figure in operands.figures]
    if issued is None or repealed is None or before is None:
        return
    there = before + issued
    outcome = _unless_doubtful(Outcome.FAIL if repealed > there else Outcome.PASS, operands)
    compared = "多于" if repealed > there else "不多于"
    message = (
        f"{name}：废止{repealed}件，{compared}上年现行有效的{before}件与本年制发的{issued}件之和{_ending(operands)}"
    )
    yield Finding(
        "T2-SOFT", f"{row}.repealed", outcome, Severity.INFO, message, repealed, there, (f"disclosure.{row}.repealed",)
    )


@_of_two_years("YOY", Severity.INFO)
def changes_are_plausible(report: Report, earlier: Report) -> Iterator[Finding]:
    """YOY: a figure five times last year's, or a fifth of it, is worth a look."""
    for key, name in _WATCHED:
        now, then = report.value(key), earlier.value(key)
        if max(now or 0, then or 0) < _TOO_FEW:
            continue
        if now is None or then is None:
            message = f"{name}：上年或本年的数据没有读出，无法比较。"
            yield Finding("YOY", key, Outcome.NOT_ASSESSABLE, Severity.INFO, message, now, then, (key,))
            continue
        leap = now > _FIVEFOLD * then or then > _FIVEFOLD * now
        operands = Side((report.figures.get(key), earlier.figures.get(key)))
        outcome = _unless_doubtful(Outcome.FAIL if leap else Outcome.PASS, operands)
        message = f"{name}由上年的{then}变为{now}，变化{'超过五倍' if leap else '在五倍以内'}{_ending(operands)}"
        yield Finding("YOY", key, outcome, Severity.INFO, message, now, then, (key,))


@_of_two_years("REPEAT", Severity.WARN)
def text_is_new(report: Report, earlier: Report) -> Iterator[Finding]:
    """REPEAT: how much of the prose stood in last year's report already, word for word."""
    repeated = repeated_share(report, earlier)
    if repeated is None:
        yield Finding("REPEAT", "all", Outcome.NOT_ASSESSABLE, Severity.WARN, "正文除固定表述外过短，无法比较。")
        return
    percent = ceil(repeated.share * 100)  # so that more than half is never shown as 50
    severity = Severity.ERROR if repeated.share > _NEARLY_ALL else Severity.WARN
    outcome = Outcome.FAIL if repeated.share > _HALF else Outcome.PASS
    shown = f"，例如“{_longest(repeated.passages)}”" if repeated.passages else ""
    message = f"除固定表述外，正文有{percent}%与上年报告相同{shown}。"
    yield Finding("REPEAT", "all", outcome, severity, message, percent, round(_HALF * 100))


def _unless_doubtful(outcome: Outcome, read: Side) -> Outcome:
    return Outcome.UNCERTAIN if read.doubtful else outcome


def _ending(read: Side) -> str:
    return f"，存疑（{doubts(read)}）。" if read.doubtful else "。"


def _longest(passages: Sequence[str]) -> str:
    passage = max(passages, key=len)
    return passage if len(passage) <= 60 else passage[:60] + "…"
