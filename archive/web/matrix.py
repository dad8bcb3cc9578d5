"""A region's or a site's book goes in, its organs × years come out: this page of the ledger, with what was changed and failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive import coverage
from archive.books import Book, BookOrgan

CELL_STATES = coverage.STATES
_KEPT = (coverage.HELD, coverage.NOT_READABLE, coverage.MOVED, coverage.REMOVED)  # there is a page to show


@dataclass(frozen=True, slots=True)
class MatrixCell:
    state: str
    sighting_id: int | None = None
    changed: bool = False
    failures: int = 0
    addresses: int = 1  # at how many addresses of the site a report of this organ and year stands
    evidence: str = ""


@dataclass(slots=True)
class MatrixRow:
    organ: str
    organ_id: int | None
    level: str
    cells: dict[int, MatrixCell] = field(default_factory=dict)


MARKS = {state: f"mark mark-{state.replace(',', '').replace(' ', '-')}" for state in CELL_STATES}  # CSS classes


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows of one page, and the tally of all. `nowhere` counts the reports whose organ or year is unknown: they have no cell, and are
    not hidden. `before` rows stand on the pages before; `following` is the number for the next page."""

    years: tuple[int, ...]
    rows: tuple[MatrixRow, ...]
    nowhere: int
    tally: Mapping[str, int]
    before: int = 0
    following: int | None = None


_MOST_CELLS = 250  # of one page: its weight and its making


def matrix_of(book: Book, before: int = 0) -> Matrix:
    length = max(10, _MOST_CELLS // max(1, len(book.years)))
    rows = tuple(_row(organ) for organ in book.organs(before, length))
    tally = {**dict.fromkeys(CELL_STATES, 0), **book.tally}
    following = before + length if len(book) > before + length else None
    return Matrix(book.years, rows, book.nowhere, tally, before, following)


def _row(organ: BookOrgan) -> MatrixRow:
    row = MatrixRow(organ.organ, organ.organ_id, organ.level)
    for one in organ.years:
        row.cells[one.row.year] = MatrixCell(
            one.row.state,
            one.row.sighting_ids[0] if one.row.state in _KEPT else None,
            one.changed,
            one.failures,
            max(1, one.row.addresses),
            one.row.evidence,
        )
    return row
