"""One report in, where its prose and its tables say different numbers out. A difference is shown, not called an error: scopes may differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reports.checking.operands import Side, doubts, side
from reports.form import FORM_2021, OTHER_ALL, REQUEST_COLUMNS
from reports.model import Finding, NarrativeFigure, Outcome, Report, Severity, State

_DISPUTE_RESULTS = ("upheld", "corrected", "other", "pending")
_NAMES = {
    "new_received": "新收申请", "settled": "办结申请", "carried_in": "上年结转申请", "carried_out": "结转下年度申请",
    "granted_all": "予以公开及部分公开", "granted": "予以公开", "granted_part": "部分公开", "refused": "不予公开",
    "unavailable": "无法提供", "not_processed": "不予处理", "other": "其他处理", "review": "行政复议", "suit": "行政诉讼",
}  # fmt: skip
_ROWS = {
    "new_received": ["new_received"],
    "settled": ["result_total"],
    "carried_in": ["carried_in"],
    "carried_out": ["carried_out"],
    "granted_all": ["granted", "granted_part"],
    "granted": ["granted"],
    "granted_part": ["granted_part"],
    **{
        group: [row.key for row in FORM_2021.request_rows if row.group == group]
        for group in ("refused", "unavailable", "not_processed", "other")
    },
}
_RESULT_NAMES = {
    "upheld": "结果维持",
    "corrected": "结果纠正",
    "other": "其他结果",
    "pending": "尚未审结",
    "not_upheld": "非维持结果",
}


def prose_agrees_with_tables(report: Report) -> Iterator[Finding]:
    """TXT-NUM: what the prose says of requests, reviews and suits is what the tables say."""
    stated: dict[str, list[NarrativeFigure]] = {}
    for figure in report.narrative:
        stated.setdefault(figure.meaning, []).append(figure)
    for meaning, figures in stated.items():
        printed = _table_side(report, meaning)
        if printed is not None:
            yield _difference(meaning, figures, printed)


def fees_agree(report: Report) -> Iterator[Finding]:
    """FEE: a report does not say both that fees were taken and that none were."""
    fees = [figure for figure in report.narrative if figure.meaning == "fee"]
    if not fees:
        message = "文中没有说明信息处理费收取情况。"
        yield Finding("FEE", "other", Outcome.NOT_ASSESSABLE, Severity.WARN, message)
        return
    taken = [figure for figure in fees if figure.value > 0]
    none = [figure for figure in fees if figure.value == 0]
    if taken and none:
        message = f"一处写“{taken[0].quotation}”，另一处写“{none[0].quotation}”，前后不一致。"
        yield Finding("FEE", "other", Outcome.FAIL, Severity.WARN, message, taken[0].value, 0)
    else:
        yield Finding(
            "FEE",
            "other",
            Outcome.PASS,
            Severity.WARN,
            f"关于信息处理费的表述一致：“{fees[0].quotation}”。",
            fees[0].value,
        )


def _difference(meaning: str, figures: list[NarrativeFigure], printed: Side) -> Finding:
    value = printed.value
    agreeing = [figure for figure in figures if figure.value == value]
    figure = (agreeing or figures)[0]
    said = f"正文称{_name(meaning)} {figure.value}{figure.unit}（“{figure.quotation}”）"
    if value is None:
        outcome, rest = Outcome.NOT_ASSESSABLE, f"表中数据无法核对（{doubts(printed)}）"
    elif agreeing and not printed.doubtful:
        outcome, rest = Outcome.PASS, f"与表中 {value} 一致"
    elif printed.doubtful or figure.approximate:
        reason = doubts(printed) if printed.doubtful else "正文为约数"
        outcome, rest = Outcome.UNCERTAIN, f"表中为 {value}（{reason}）"
    else:
        outcome, rest = Outcome.FAIL, f"表中为 {value}，两者不同"
    return Finding("TXT-NUM", meaning, outcome, Severity.WARN, f"{said}，{rest}。", figure.value, value, printed.keys)


def _table_side(report: Report, meaning: str) -> Side | None:
    """The figures of the tables that count what the prose counts; None when no table does."""
    if not report.figures:
        return None
    kind, _, result = meaning.partition(".")
    if kind in {"review", "suit"}:
        return _dispute_side(report, kind, result)
    rows = _rows(report, meaning)
    return _row_totals(report, rows) if rows else None


def _dispute_side(report: Report, kind: str, result: str) -> Side:
    groups = ("review",) if kind == "review" else ("suit_direct", "suit_after")
    results: Iterable[str] = (result or "total",) if result != "not_upheld" else _DISPUTE_RESULTS[1:]
    return side(report, (f"disputes.{group}.{one}" for group in groups for one in results))


def _rows(report: Report, meaning: str) -> list[str]:
    if meaning == "other" and _printed(report, f"requests.{OTHER_ALL.key}.total"):
        return [OTHER_ALL.key]
    return _ROWS.get(meaning, [])


def _row_totals(report: Report, rows: list[str]) -> Side:
    """The rows' totals; where a total is blank, the row's six kinds of applicant."""
    figures = []
    for row in rows:
        total = report.figures.get(f"requests.{row}.total")
        if total is not None and total.value is None and total.state is State.BLANK:
            figures += [report.figures.get(f"requests.{row}.{column.key}") for column in REQUEST_COLUMNS[:-1]]
        else:
            figures.append(total)
    return Side(tuple(figures))


def _printed(report: Report, key: str) -> bool:
    figure = report.figures.get(key)
    return figure is not None and figure.state is not State.ABSENT


def _name(meaning: str) -> str:
    kind, _, result = meaning.partition(".")
    return _NAMES[kind] + _RESULT_NAMES.get(result, "")
