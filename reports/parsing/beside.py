"""The tables of a section that are none of the official ones in, their rows out as printed: what a province asks for beside the form.

吉林 asks for 2020年本行政区域（或本部门）政府信息公开发布总数量; where a portal puts such a row into a table of its own it is kept all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.model import ExtraRow
from reports.parsing.grid import Grid, labelled_row
from reports.wording import letters

_WITH_TABLES = ("disclosure", "requests", "disputes")  # the sections that hold the form's three tables


def rows_beside(section: str, grids: Sequence[Grid]) -> Iterator[ExtraRow]:
    """Rows with words and at least one figure; headings and tables of words alone are the section's prose."""
    for grid in grids if section in _WITH_TABLES else ():
        for line in grid:
            row = labelled_row(line, lambda _: None)
            if row is not None and letters(row.label) and any(not value.blank for value in row.values):
                yield ExtraRow(section, row.label, tuple(value.text for value in row.values), row.place)
