"""The rows of a document's tables in, the figures of table two (information disclosed of its own accord) out, for both editions."""

from __future__ import annotations

from collections.abc import Sequence

from reports.form import DISCLOSURE_2019, DISCLOSURE_2021
from reports.model import Edition, ExtraRow, Figure, State
from reports.parsing.alignment import Window, find_window, unknown
from reports.parsing.figures import Reading, figures_of, without_value
from reports.parsing.grid import Grid, LabelledRow, labelled_row
from reports.parsing.labels import disclosure_column, disclosure_row
from reports.parsing.numbers import compact, looks_like_value
from reports.wording import letters

_COLUMNS = {
    edition: {row.key: tuple(column.key for column in block.columns) for block in blocks for row in block.rows}
    for edition, blocks in ((Edition.FORM_2021, DISCLOSURE_2021), (Edition.FORM_2019, DISCLOSURE_2019))
}
_ONLY = {
    Edition.FORM_2021: {"issued", "repealed", "in_force", "amount_wan"},
    Edition.FORM_2019: {"new_made", "new_public", "total_public", "prev_items", "delta", "items", "amount"},
}


def is_disclosure_table(grid: Grid) -> bool:
    columns = rows = 0
    for line in grid:
        for text in [cell.text for cell in line if not looks_like_value(cell.text)]:
            columns += disclosure_column(text) is not None
            rows += disclosure_row(text) is not None
    return (columns >= 1 and rows >= 1) or rows >= 3 or columns >= 2


def begins_with_row(grid: Grid) -> bool:
    return any(disclosure_row(cell.text) is not None for line in grid[:1] for cell in line)


def edition_votes(texts: Sequence[str]) -> dict[Edition, int]:
    """How many headings of the table's columns belong to one edition only."""
    columns = {disclosure_column(text) for text in texts}
    return {edition: len(columns & only) for edition, only in _ONLY.items()}


def read_disclosure(grids: Sequence[Grid], edition: Edition) -> Reading:
    reading = Reading()
    headed: tuple[str, ...] = ()
    for grid in grids:
        for line in grid:
            columns = tuple(key for cell in line if (key := disclosure_column(cell.text)) is not None)
            if columns:
                headed = columns
                continue
            row = labelled_row(line, disclosure_row)
            if row is None:
                continue
            if row.key is None:
                _keep_extra(reading, row)
                continue
            _read_row(reading, row, headed, edition)
            headed = headed if row.key in {"rules", "penalty", "licence"} else ()
    return reading


def _read_row(reading: Reading, row: LabelledRow, headed: tuple[str, ...], edition: Edition) -> None:
    assert row.key is not None
    columns = _COLUMNS[edition].get(row.key)
    if columns is None:
        _keep_extra(reading, row)
        return
    window = find_window(row.values, len(columns))
    if headed and headed != columns:
        if sorted(headed) == sorted(columns):
            columns = headed
        else:
            window = unknown(f"the columns are headed {', '.join(headed)}; the form has {', '.join(columns)}")
    keys = tuple(f"disclosure.{row.key}.{column}" for column in columns)
    reading.add(_doubt_merged(figures_of(keys, _proved(window), row)))


def _proved(window: Window) -> Window:
    """No sum guards these rows: a blank at the border of one with figures may be a cell that moved."""
    if window.cells is not None and len(window.cells) > 1 and window.edge and not all(c.blank for c in window.cells):
        return unknown("a blank at the border of the row: the figures may have moved by one column")
    return window


def _doubt_merged(figures: list[Figure]) -> list[Figure]:
    """43 and 0 whose cells were merged stand as 430 beside a blank; no sum says whether the blank always was one."""
    return [
        without_value(figure, "a blank behind the digits: those of two cells may stand in one")
        if after is not None
        and after.state is State.BLANK
        and len(compact(figure.raw)) > 1
        and figure.value is not None
        else figure
        for figure, after in zip(figures, [*figures[1:], None], strict=True)
    ]


def _keep_extra(reading: Reading, row: LabelledRow) -> None:
    words = letters(row.label)
    if words and not words.startswith(("信息内容", "第二十条")) and any(not value.blank for value in row.values):
        cells = tuple(value.text for value in row.values)
        reading.extras.append(ExtraRow("disclosure", row.label, cells, row.place))
