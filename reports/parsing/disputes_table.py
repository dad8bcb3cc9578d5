"""The rows of a document's tables in, the figures of table four (administrative reviews and lawsuits) out."""

from __future__ import annotations

from collections.abc import Sequence

from reports.form import DISPUTE_COLUMNS, DISPUTE_GROUPS
from reports.parsing.alignment import Window, find_window, unknown
from reports.parsing.figures import Reading, figures_of
from reports.parsing.grid import Grid, LabelledRow, Line, Value
from reports.parsing.labels import dispute_result
from reports.parsing.numbers import looks_like_value, read_amount
from reports.wording import letters

KEYS = tuple(f"disputes.{group.key}.{column.key}" for group in DISPUTE_GROUPS for column in DISPUTE_COLUMNS)
WIDTH = len(KEYS)
SUMS = tuple((first, first + len(DISPUTE_COLUMNS) - 1) for first in range(0, WIDTH, len(DISPUTE_COLUMNS)))
_RESULTS = [column.key for column in DISPUTE_COLUMNS]


def is_disputes_table(grid: Grid) -> bool:
    results = {dispute_result(cell.text) for line in grid[:6] for cell in line}
    return len(results - {None, "total"}) >= 3


def disputes_tables(grids: Sequence[Grid]) -> list[Grid]:
    """The table itself, and what follows it on the next page when its row of figures was cut off there."""
    found: list[Grid] = []
    follows = False
    for grid in grids:
        goes_on = (
            follows and not any(_is_figures(line) for line in found[-1]) and any(_is_figures(line) for line in grid)
        )
        follows = is_disputes_table(grid) or goes_on
        if follows:
            found.append(grid)
    return found


def _is_figures(line: Line) -> bool:
    return len(line) == WIDTH and all(looks_like_value(cell.text) for cell in line) and any(not c.blank for c in line)


def read_disputes(grids: Sequence[Grid]) -> Reading:
    reading = Reading()
    for grid in grids:
        headed = _headed_as_the_form(grid)
        for cells in grid:
            if not cells or not all(looks_like_value(cell.text) for cell in cells):
                continue
            values = tuple(cells)
            window = find_window(values, WIDTH) if headed else unknown("the columns are not headed as in the form")
            row = LabelledRow((), "disputes", values, cells[0].place)
            reading.add(figures_of(KEYS, _proved(window), row))
    return reading


def _headed_as_the_form(grid: Grid) -> bool:
    """The five results three times in the form's order, under review, suit at once, suit after review."""
    results: list[str] = []
    kinds: list[str] = []
    for line in grid[:6]:
        for cell in line:
            if (result := dispute_result(cell.text)) is not None:
                results.append(result)
            words = letters(cell.text)
            kinds += [word for word in ("未经复议直接起诉", "复议后起诉") if word == words]
    direct_first = kinds.index("未经复议直接起诉") < kinds.index("复议后起诉") if len(set(kinds)) == 2 else True
    whole = len(results) // len(_RESULTS)
    return direct_first and (results == _RESULTS * whole or len(results) < 3 * len(_RESULTS))


def _proved(window: Window) -> Window:
    """A row with some blanks counts only when the totals beside them hold: cells may have moved or been merged, 705 and 0 to 7050 and a blank."""
    if window.cells is None or not window.some_blank or all(cell.blank for cell in window.cells):
        return window
    for edge, (first, last) in ((0, SUMS[0]), (WIDTH - 1, SUMS[-1])):
        group = window.cells[first : last + 1]
        if window.cells[edge].blank and not all(cell.blank for cell in group):
            return unknown("a blank at the border of the row: the figures may have moved by one column")
    for first, last in SUMS:
        group = window.cells[first : last + 1]
        beside = window.cells[first : last + 2]  # with the first cell of the next group
        if any(cell.blank for cell in beside) and any(not cell.blank for cell in group) and not _adds_up(group):
            return unknown("blank cells in a group whose total does not hold: the figures may have moved")
    return window


def _adds_up(group: tuple[Value, ...]) -> bool:
    numbers = [read_amount(cell.text).value or 0 for cell in group]
    return sum(numbers[:-1]) == numbers[-1] and bool(numbers[-1])
