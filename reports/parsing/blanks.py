"""Rows of the table on requests in, the same rows out, with those unknown whose blank cells leave doubt where their figures stand.

A blank may be a cell left empty, or the trace of a row that moved by a column or of two cells that were merged. Sums tell them apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.form import FORM_2019, FORM_2021, REQUEST_COLUMNS
from reports.parsing.alignment import Window, unknown
from reports.parsing.grid import LabelledRow
from reports.parsing.numbers import is_blank, read_amount
from reports.remembering import remembered

_TOTAL = len(REQUEST_COLUMNS) - 1
_ENDS = ("new_received", "carried_in", "result_total", "carried_out")
ReadRow = tuple[LabelledRow, Window]


def settle_blanks(found: Sequence[ReadRow], headed: bool) -> list[ReadRow]:
    """Keeps a row with blank cells only when sums prove that its figures stand in their columns. `headed`: all seven are named above them."""
    blanks = [_blanks(window) for _, window in found]
    if not any(map(_partly, blanks)):
        return list(found)
    proof = _Proof(found, blanks, headed)
    return [
        (row, unknown(doubt)) if _partly(blank) and (doubt := proof.doubt(row, window, blank)) else (row, window)
        for (row, window), blank in zip(found, blanks, strict=True)
    ]


def row_numbers(window: Window) -> tuple[int, ...] | None:
    """The row as whole numbers, blanks and dashes as nothing; None when a cell holds anything else."""
    numbers = [_whole(cell.text) for cell in window.cells or ()]
    return None if window.cells is None or None in numbers else tuple([number or 0 for number in numbers])


@remembered
def _whole(text: str) -> int | None:
    amount = read_amount(text)
    if amount.reason is not None or (amount.value is not None and not isinstance(amount.value, int)):
        return None
    return int(amount.value or 0)


def _blanks(window: Window) -> list[bool]:
    """Which of the row's cells are blank; nothing for a row that is not known."""
    return [is_blank(cell.text) for cell in window.cells or ()]


def _partly(blanks: list[bool]) -> bool:
    return True in blanks and False in blanks


class _Proof:
    """What the whole table says about one column."""

    def __init__(self, found: Sequence[ReadRow], blanks: Sequence[list[bool]], headed: bool) -> None:
        self._headed = headed
        filled = [blank for blank in blanks if False in blank]
        self._often_blank = [sum(column) * 2 >= len(filled) for column in zip(*filled, strict=True)]
        self._rows = {row.key: numbers for row, window in found if (numbers := row_numbers(window)) is not None}
        self._leaves = [row.key for row in (FORM_2019 if "other.all" in self._rows else FORM_2021).leaf_rows]
        self._held: dict[tuple[int, bool], bool] = {}

    def doubt(self, row: LabelledRow, window: Window, blanks: list[bool]) -> str | None:
        """Why the figures of a row with blanks may not stand where they seem to, or None."""
        if blanks[0] or blanks[-1]:
            proved = self._edge_is_proved(blanks, row.key or "")
            return None if proved else "a blank at the border of the row: the figures may have moved by one column"
        numbers = row_numbers(window)
        if numbers is None or sum(numbers) != 2 * numbers[_TOTAL]:
            return "a blank inside a row whose total does not hold: two cells may have been merged"
        return None

    def _edge_is_proved(self, blanks: list[bool], key: str) -> bool:
        if not self._headed:
            return False  # six columns and an empty one look the same, and add up the same
        if any(blanks[column] and not self._often_blank[column] for column in (0, _TOTAL)):
            return False
        balance = key in {"new_received", "carried_in", "carried_out"}
        return all(self._column_holds(column, balance) for column, blank in enumerate(blanks) if not blank)

    def _column_holds(self, column: int, balance: bool) -> bool:
        """Whether the column's balance, or its sum over the rows of one edition, is what is printed; blanks counted as nothing."""
        if (column, balance) not in self._held:
            self._held[column, balance] = self._balances(column) if balance else self._adds_up(column)
        return self._held[column, balance]

    def _balances(self, column: int) -> bool:
        if any(name not in self._rows for name in _ENDS):
            return False
        new, old, settled, left = (self._rows[name][column] for name in _ENDS)
        return new + old == settled + left

    def _adds_up(self, column: int) -> bool:
        if "result_total" not in self._rows or any(leaf not in self._rows for leaf in self._leaves):
            return False
        return sum(self._rows[leaf][column] for leaf in self._leaves) == self._rows["result_total"][column]
