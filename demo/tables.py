"""A report's figures and its dress go in; the three official tables come out as grids of merged cells, as the form lays them out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from demo.figures import Value
from demo.report import AnnualReport
from reports.form import (
    DISPUTE_COLUMNS,
    DISPUTE_GROUPS,
    FORMS,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_GROUPS,
    SIGNED_KEYS,
    Label,
)
from reports.model import Edition

CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


@dataclass(frozen=True, slots=True)
class GridCell:
    text: str
    down: int = 1  # how many rows it covers
    across: int = 1  # how many columns it covers
    heading: bool = False


Grid = tuple[tuple[GridCell, ...], ...]  # a row holds only the cells that begin in it


def width(grid: Grid) -> int:
    return sum(cell.across for cell in grid[0])


def spread(grid: Grid) -> list[list[tuple[GridCell, int, int] | None]]:
    """The grid with a place for every position: the cell with its row and column where it begins, None where it reaches."""
    places: list[list[tuple[GridCell, int, int] | None]] = [[None] * width(grid) for _ in grid]
    covered: set[tuple[int, int]] = set()
    for row, cells in enumerate(grid):
        column = 0
        for cell in cells:
            while (row, column) in covered:
                column += 1
            places[row][column] = (cell, row, column)
            covered |= {(row + down, column + across) for down in range(cell.down) for across in range(cell.across)}
            column += cell.across
    return places


def tables(report: AnnualReport) -> dict[str, Grid]:
    """The grid of each section that has one, by the section's key."""
    return {"disclosure": _disclosure(report), "requests": _requests(report), "disputes": _disputes(report)}


def _words(report: AnnualReport) -> Callable[[str], str]:
    """How this report's editor types what the form prints."""
    dress = report.dress

    def typed(text: str) -> str:
        if dress.half_width:
            text = text.translate(str.maketrans("（）：，", "():,")).replace(".", "．")
        if dress.spaced and len(text) == 4:
            text = f"{text[:2]} {text[2:]}"
        return text

    return typed


def _wording(report: AnnualReport, label: Label) -> str:
    """The words of a label: the form's, or this editor's own."""
    if report.edition is Edition.FORM_2019 and label.key == "decisions":
        return "处理决定数量"  # as that edition printed it
    return label.variants[-1] if report.dress.own_words and label.variants else label.text


def _head(text: str, down: int = 1, across: int = 1) -> GridCell:
    return GridCell(text, down, across, heading=True)


def shown(report: AnnualReport, key: str) -> str:
    """What stands in a figure's cell."""
    value = report.figures[key]
    if value is None:
        return ""
    text = _number(value)
    if key in SIGNED_KEYS and value > 0 and report.dress.plus_signs:
        return f"+{text}"
    return text + report.units.get(key, "")


def _number(value: Value) -> str:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def _disclosure(report: AnnualReport) -> Grid:
    typed = _words(report)
    rows: list[tuple[GridCell, ...]] = []
    for block in FORMS[report.edition].disclosure:
        spans = _spans(len(block.columns))
        rows.append((_head(typed(block.article), across=4),))
        labels = [
            _head(typed(_wording(report, column)), across=span)
            for column, span in zip(block.columns, spans, strict=True)
        ]
        rows.append((_head("信息内容"), *labels))
        for row in block.rows:
            keys = [f"disclosure.{row.key}.{column.key}" for column in block.columns]
            values = [GridCell(shown(report, key), across=span) for key, span in zip(keys, spans, strict=True)]
            rows.append((_head(typed(_wording(report, row))), *values))
    return tuple(rows)


def _spans(columns: int) -> tuple[int, ...]:
    """How a block's columns share the three positions right of the label."""
    return {1: (3,), 2: (1, 2), 3: (1, 1, 1)}[columns]


def _requests(report: AnnualReport) -> Grid:
    typed = _words(report)
    inner = [column for column in REQUEST_COLUMNS if column.group]
    rows: list[tuple[GridCell, ...]] = [
        (_head(typed(CORNER), down=3, across=3), _head("申请人情况", across=len(REQUEST_COLUMNS))),
        (_head(typed("自然人"), down=2), _head("法人或其他组织", across=len(inner)), _head("总计", down=2)),
        tuple(_head(typed(column.text)) for column in inner),
    ]
    printed_rows = _request_rows(report)
    groups = {group.key: group for group in REQUEST_GROUPS}
    in_results = sum(1 for row in printed_rows if row.group)
    opened: set[str] = set()
    for row in printed_rows:
        cells: list[GridCell] = []
        label = typed(row.ordinal + _wording(report, row))
        if row.group and "results" not in opened:
            opened.add("results")
            results = groups["results"]
            cells.append(_head(typed(results.ordinal + results.text), down=in_results))
        if row.group is None:
            cells.append(_head(label, across=3))
        elif row.group == "results":
            cells.append(_head(label, across=2))
        else:
            if row.group not in opened:
                opened.add(row.group)
                group = groups[row.group]
                members = sum(1 for other in printed_rows if other.group == row.group)
                cells.append(_head(typed(group.ordinal + group.text), down=members))
            cells.append(_head(label))
        values = [GridCell(shown(report, f"requests.{row.key}.{column.key}")) for column in REQUEST_COLUMNS]
        rows.append((*cells, *values))
    return tuple(rows)


def _request_rows(report: AnnualReport) -> Sequence[Label]:
    """The form's rows; 其他处理 in one row where the report prints no parts of it."""
    rows = FORMS[report.edition].request_rows
    if f"requests.{rows[-3].key}.total" in report.figures:
        return rows
    before = [row for row in rows[:-2] if row.group != "other"]
    return (*before, OTHER_ALL, *rows[-2:])


def _disputes(report: AnnualReport) -> Grid:
    typed = _words(report)
    columns = [typed(column.text) for column in DISPUTE_COLUMNS]
    keys = [f"disputes.{group.key}.{column.key}" for group in DISPUTE_GROUPS for column in DISPUTE_COLUMNS]
    return (
        (_head("行政复议", across=5), _head("行政诉讼", across=10)),
        (
            *(_head(column, down=2) for column in columns),
            _head(DISPUTE_GROUPS[1].text, across=5),
            _head(DISPUTE_GROUPS[2].text, across=5),
        ),
        tuple(_head(column) for _ in range(2) for column in columns),
        tuple(GridCell(shown(report, key)) for key in keys),
    )
