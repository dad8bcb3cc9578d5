"""The rows of the table on requests in, the same rows out without the column of line numbers (行次, 序号) that some print before the figures.

Line numbers stand where a row's first figure does, and beside a blank total seven cells are left all the same: only the whole column shows what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reports.form import REQUEST_COLUMNS, REQUEST_ROWS_2021
from reports.parsing.grid import LabelledRow
from reports.parsing.numbers import read_amount

_FEWEST_STEPS = 6  # from one row to the next by one: no column of figures has so many
_MOST_SKIPPED = 4  # lines between two rows that were found
_LINE_OF_FIGURES = re.compile(r"(?<![\d.,])(\d{1,2})(?: \d+){4,}")
_NUMBERS: dict[str | None, int] = {row.key: number for number, row in enumerate(REQUEST_ROWS_2021, 1)}


def without_line_numbers(rows: Sequence[LabelledRow]) -> Sequence[LabelledRow]:
    """In such a table a row that does not begin with its number keeps one cell, and so is unknown."""
    numbered = [row for row in rows if row.key is not None and row.values]
    firsts = [_first(row) for row in numbered]
    steps = sum(one is not None and other == one + 1 for one, other in pairwise(firsts))
    if steps < _FEWEST_STEPS or steps * 2 < len(numbered):
        return rows
    cut: list[LabelledRow] = []
    before = 0
    for row in rows:
        at = _printed(row)
        first = _first(row)
        if row.key is None or at is None:
            cut.append(row)
        elif first is not None and before < first <= before + _MOST_SKIPPED:
            cut.append(row._replace(values=row.values[at + 1 :]))
            before = first
        else:
            cut.append(row._replace(values=row.values[at : at + 1]))
            before += 1
    return cut


def text_has_line_numbers(text: str) -> bool:
    """The same for a text whose labels stand around their figures: the first numbers of its lines of figures go on by one."""
    firsts = [int(found.group(1)) for found in _LINE_OF_FIGURES.finditer(text)]
    steps = sum(other == one + 1 for one, other in pairwise(firsts))
    return steps >= _FEWEST_STEPS and steps * 2 >= len(firsts)


def beginning_with_their_number(rows: Sequence[LabelledRow]) -> set[str | None]:
    """The rows of a text whose first of seven figures may be their number: no sum holds, and a blank total leaves no trace in a text.

    One such row among others whose sums hold is an organ's slip.
    """
    whole = [(row, numbers) for row in rows if len(numbers := _numbers(row)) == len(REQUEST_COLUMNS) and any(numbers)]
    suspects = {row.key for row, numbers in whole if not _adds_up(numbers) and _may_be_number_of(row, numbers[0])}
    proved = any(_adds_up(numbers) for _, numbers in whole)
    return suspects if len(suspects) > 1 or not proved else set()


def _may_be_number_of(row: LabelledRow, first: int) -> bool:
    return first > 0 and row.key in _NUMBERS and abs(first - _NUMBERS[row.key]) <= _MOST_SKIPPED


def adds_up(row: LabelledRow) -> bool:
    """Whether a row is seven numbers of which the last is the others' sum."""
    numbers = _numbers(row)
    return len(numbers) == len(REQUEST_COLUMNS) and _adds_up(numbers)


def _adds_up(numbers: Sequence[int]) -> bool:
    return sum(numbers[:-1]) == numbers[-1]


def _numbers(row: LabelledRow) -> list[int]:
    return [value for cell in row.values if isinstance(value := read_amount(cell.text).value, int)]


def _printed(row: LabelledRow) -> int | None:
    """Where the first cell stands that is not blank: a filler may stand before it."""
    return next((index for index, value in enumerate(row.values) if not value.blank), None)


def _first(row: LabelledRow) -> int | None:
    at = _printed(row)
    value = None if at is None else read_amount(row.values[at].text).value
    return value if isinstance(value, int) else None
