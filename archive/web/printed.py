"""A table's grid goes in, its rows as the file shows them come out: a merged cell once, with how many columns and rows it covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.model import Cell, Place, Table

Grid = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """`here` marks the cell that was asked for."""

    text: str
    columns: int
    rows: int
    here: bool


def printed(table: Table, wanted: Place) -> list[list[PrintedCell]]:
    grid, covered = table.rows, set[tuple[int, int]]()
    shown: list[list[PrintedCell]] = []
    for row, cells in enumerate(grid):
        line = []
        for column, cell in enumerate(cells):
            if (row, column) in covered:
                continue
            columns, rows = _extent(grid, row, column, covered)
            positions = [(row + down, column + right) for down in range(rows) for right in range(columns)]
            covered.update(positions)
            here = any(grid[down][right].place == wanted for down, right in positions)
            line.append(PrintedCell(cell.text, columns, rows, here))
        shown.append(line)
    return shown


def _extent(grid: Grid, row: int, column: int, covered: set[tuple[int, int]]) -> tuple[int, int]:
    """How far the cell reaches to the right, and with that width downwards."""
    origin = grid[row][column]

    def continues(down: int, right: int) -> bool:
        inside = down < len(grid) and right < len(grid[down]) and (down, right) not in covered
        return inside and _repeats(grid[down][right], origin, down, right)

    columns = 1
    while continues(row, column + columns):
        columns += 1
    rows = 1
    while all(continues(row + rows, column + right) for right in range(columns)):
        rows += 1
    return columns, rows


def _repeats(cell: Cell, origin: Cell, row: int, column: int) -> bool:
    """A repeat of this very cell: it names the origin's place or its own position, never that of another merged cell with the same words."""
    if not cell.spans or cell.text != origin.text:
        return False
    return (cell.place.row, cell.place.column) == (row + 1, column + 1) or cell.place == origin.place
