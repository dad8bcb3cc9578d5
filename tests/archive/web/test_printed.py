"""A table of a file as it is shown beside a figure: merged cells once, whatever the file's kind."""

from __future__ import annotations

import pytest

from archive.web.printed import printed
from reports import extract
from reports.model import NOWHERE, Cell, Place, Table

HTML = """<table><tr><td colspan="2" rowspan="2">甲</td><td>乙</td></tr><tr><td>1</td></tr><tr><td>丙</td><td colspan="2">丙</td></tr>
<tr><td rowspan="9">丁</td><td>2</td><td>3</td></tr><tr><td>4</td></tr></table>"""


def shown(table: Table) -> list[list[tuple[str, int, int]]]:
    return [[(cell.text, cell.columns, cell.rows) for cell in row] for row in printed(table, NOWHERE)]


def html_table() -> Table:
    (table,) = extract(HTML.encode(), "text/html", None).blocks
    assert isinstance(table, Table)
    return table


def test_a_merged_cell_is_shown_once_with_what_it_covers() -> None:
    assert shown(html_table()) == [
        [("甲", 2, 2), ("乙", 1, 1)],
        [("1", 1, 1)],
        [("丙", 1, 1), ("丙", 2, 1)],  # the same words, not the same cell
        [("丁", 1, 2), ("2", 1, 1), ("3", 1, 1)],
        [("4", 1, 1)],
    ]


@pytest.mark.parametrize(("row", "column"), [(1, 1), (2, 3), (4, 3)])
def test_the_cell_that_was_asked_for_is_marked_alone(row: int, column: int) -> None:
    table = html_table()
    place = table.rows[row - 1][column - 1].place
    cells = [cell for line in printed(table, place) for cell in line]
    assert [cell.text for cell in cells if cell.here] == [table.rows[row - 1][column - 1].text]


def test_repeats_that_name_their_own_position_are_joined_too() -> None:
    """As Word documents, RTF and spreadsheets are read."""
    rows = tuple(
        tuple(Cell("总计", (row, column) != (1, 1), Place(row=row, column=column)) for column in (1, 2))
        for row in (1, 2)
    )
    assert shown(Table(rows)) == [[("总计", 2, 2)], []]
