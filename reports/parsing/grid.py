"""Table rows in, labelled rows of value cells out: which cells of a row are its label and which hold figures.

A merged cell counts once, in its first position. What stands in a cell is not interpreted here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from reports.model import Cell, Place, Table
from reports.parsing.numbers import is_blank, looks_like_value


class Value(NamedTuple):
    """One cell that may hold a figure, and its column in the grid."""

    text: str
    column: int
    place: Place

    @property
    def blank(self) -> bool:
        return is_blank(self.text)


class LabelledRow(NamedTuple):
    """One row: the cells before its figures, the key its label names (None when the form has no such row), the cells after."""

    labels: tuple[str, ...]
    key: str | None
    values: tuple[Value, ...]
    place: Place

    @property
    def label(self) -> str:
        return next((text for text in reversed(self.labels) if text.strip()), "")


Line = list[Value]  # the cells that begin in a row; the repeats of merged cells are left out
Grid = list[Line]


def grid_of(table: Table) -> Grid:
    return [_own_cells(row) for row in table.rows]


def _own_cells(row: tuple[Cell, ...]) -> Line:
    make = tuple.__new__  # what naming the fields does, in half the time
    return [make(Value, (text, column, place)) for column, (text, spans, place) in enumerate(row) if not spans]


def labelled_row(cells: Line, find_key: Callable[[str], str | None]) -> LabelledRow | None:
    """Splits a row after its last cell that names a row of the form, or else after the words before its first figure."""
    if not cells:
        return None
    key = last = None
    for index in range(len(cells) - 1, -1, -1):
        text = cells[index].text
        if not looks_like_value(text) and (key := find_key(text)) is not None:
            last = index
            break
    if last is None:
        first = next((i for i, cell in enumerate(cells) if not cell.blank and looks_like_value(cell.text)), len(cells))
        words = [index for index in range(first) if not cells[index].blank]
        if not words:
            return None
        last = words[-1]
    labels = tuple(cell.text for cell in cells[: last + 1])
    return LabelledRow(labels, key, tuple(cells[last + 1 :]), cells[last].place)
