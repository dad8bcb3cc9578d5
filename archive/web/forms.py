"""A form and a report's figures go in, the three official tables come out as the form prints them: rows of merged cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.form import (
    DISPUTE_COLUMNS,
    DISPUTE_GROUPS,
    FORM_2019,
    FORMS,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_GROUPS,
    Form,
    Label,
)
from reports.labels import figure_label
from reports.model import Edition, Figure, State

__all__ = ["FigureCell", "HeaderCell", "OfficialTable", "figure_label", "official_tables", "printed_rows"]

BALANCE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
_OTHER_KEYS = tuple(f"requests.{OTHER_ALL.key}.{column.key}" for column in REQUEST_COLUMNS)


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """`name` is the key of the label, for a gloss in another language."""

    text: str
    name: str = ""
    colspan: int = 1
    rowspan: int = 1
    scope: str = "col"


@dataclass(frozen=True, slots=True)
class FigureCell:
    key: str
    label: str
    figure: Figure | None  # None: the report was read with another form
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class OfficialTable:
    key: str  # disclosure, requests, disputes
    rows: tuple[tuple[HeaderCell | FigureCell, ...], ...]
    head_rows: int


def official_tables(edition: Edition, figures: Mapping[str, Figure]) -> tuple[OfficialTable, ...]:
    """Empty for the free form, which has no official tables."""
    form = FORMS.get(edition)
    if form is None:
        return ()
    return (_disclosure(form, figures), _requests(form, figures), _disputes(figures))


def _disclosure(form: Form, figures: Mapping[str, Figure]) -> OfficialTable:
    width = max(len(block.columns) for block in form.disclosure)
    rows: list[tuple[HeaderCell | FigureCell, ...]] = []
    for block in form.disclosure:
        spans = _spread(width, len(block.columns))
        rows.append((HeaderCell(block.article, "article", colspan=width + 1, scope="colgroup"),))
        headings = [
            HeaderCell(column.text, f"columns.{column.key}", colspan=span)
            for column, span in zip(block.columns, spans, strict=True)
        ]
        rows.append((HeaderCell("信息内容", "content"), *headings))
        for row in block.rows:
            cells = [
                _cell(f"disclosure.{row.key}.{column.key}", figures, span)
                for column, span in zip(block.columns, spans, strict=True)
            ]
            rows.append((HeaderCell(row.text, f"disclosure.{row.key}", scope="row"), *cells))
    return OfficialTable("disclosure", tuple(rows), 0)


def _spread(width: int, parts: int) -> list[int]:
    """Columns of the widest block, shared out among fewer: 3 over 1 is 3, 3 over 2 is 1 and 2."""
    return [1] * (parts - 1) + [width - parts + 1]


def _requests(form: Form, figures: Mapping[str, Figure]) -> OfficialTable:
    organisations = sum(1 for column in REQUEST_COLUMNS if column.group)
    head: list[tuple[HeaderCell | FigureCell, ...]] = [
        (
            HeaderCell(BALANCE, "balance", colspan=3, rowspan=3),
            HeaderCell("申请人情况", "applicants", colspan=len(REQUEST_COLUMNS), scope="colgroup"),
        ),
        (
            HeaderCell(REQUEST_COLUMNS[0].text, "columns.natural", rowspan=2),
            HeaderCell("法人或其他组织", "columns.organisation", colspan=organisations, scope="colgroup"),
            HeaderCell(REQUEST_COLUMNS[-1].text, "columns.total", rowspan=2),
        ),
        tuple(HeaderCell(column.text, f"columns.{column.key}") for column in REQUEST_COLUMNS if column.group),
    ]
    body: list[tuple[HeaderCell | FigureCell, ...]] = []
    rows = printed_rows(form, figures)
    inside = sum(1 for row in rows if row.group)
    results = {group.key: group for group in REQUEST_GROUPS}
    for group, members in groupby(rows, key=lambda row: row.group):
        for position, row in enumerate(members):
            headings: list[HeaderCell] = []
            if group and not any(
                cell.name == "results" for cells in body for cell in cells if isinstance(cell, HeaderCell)
            ):
                headings.append(_heading(results["results"], "results", rowspan=inside, scope="rowgroup"))
            if group not in (None, "results") and position == 0:
                size = sum(1 for other in rows if other.group == group)
                headings.append(_heading(results[group or ""], f"groups.{group}", rowspan=size, scope="rowgroup"))
            colspan = 3 if group is None else 2 if group == "results" else 1
            headings.append(_heading(row, f"requests.{row.key}", colspan=colspan, scope="row"))
            cells = [_cell(f"requests.{row.key}.{column.key}", figures) for column in REQUEST_COLUMNS]
            body.append((*headings, *cells))
    return OfficialTable("requests", (*head, *body), len(head))


def printed_rows(form: Form, figures: Mapping[str, Figure]) -> Sequence[Label]:
    """The rows of the form; 其他处理 as one row where a report of the newer form printed it so."""
    single = any(key in figures and figures[key].state is not State.ABSENT for key in _OTHER_KEYS)
    if form is FORM_2019 or not single:
        return form.request_rows
    parts = [row for row in form.request_rows if row.group == "other"]
    printed = any(
        figures[key].state is not State.ABSENT
        for row in parts
        for column in REQUEST_COLUMNS
        if (key := f"requests.{row.key}.{column.key}") in figures
    )
    position = form.request_rows.index(parts[0])
    rest = form.request_rows[position if printed else position + len(parts) :]
    return (*form.request_rows[:position], OTHER_ALL, *rest)


def _heading(label: Label, name: str, *, colspan: int = 1, rowspan: int = 1, scope: str) -> HeaderCell:
    return HeaderCell(label.ordinal + label.text, name, colspan, rowspan, scope)


def _disputes(figures: Mapping[str, Figure]) -> OfficialTable:
    width = len(DISPUTE_COLUMNS)
    review, *suits = DISPUTE_GROUPS
    head: tuple[tuple[HeaderCell | FigureCell, ...], ...] = (
        (
            HeaderCell(review.text, "disputes.review", colspan=width, rowspan=2, scope="colgroup"),
            HeaderCell("行政诉讼", "disputes.suit", colspan=width * len(suits), scope="colgroup"),
        ),
        tuple(HeaderCell(group.text, f"disputes.{group.key}", colspan=width, scope="colgroup") for group in suits),
        tuple(
            HeaderCell(column.text, f"dispute_columns.{column.key}")
            for _ in DISPUTE_GROUPS
            for column in DISPUTE_COLUMNS
        ),
    )
    body = tuple(
        _cell(f"disputes.{group.key}.{column.key}", figures) for group in DISPUTE_GROUPS for column in DISPUTE_COLUMNS
    )
    return OfficialTable("disputes", (*head, body), len(head))


def _cell(key: str, figures: Mapping[str, Figure], colspan: int = 1) -> FigureCell:
    return FigureCell(key, figure_label(key), figures.get(key), colspan)
