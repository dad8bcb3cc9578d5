"""The rows of table three as a text prints them in, those that may hold other figures than their own out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from reports.form import OTHER_ALL, REQUEST_COLUMNS, Label
from reports.parsing.grid import LabelledRow
from reports.parsing.line_numbers import adds_up
from reports.parsing.sections import RunningText

_WIDTH = len(REQUEST_COLUMNS)


def stuck_to_their_label(
    source: RunningText, found: Sequence[tuple[Label, int, int]], rows: Sequence[LabelledRow]
) -> set[str | None]:
    """The rows, fewer than half, whose first digits follow their label without a space, and do not add up: the others may have wrapped with it.

    A total of 1436976 was 14369, and 76 the end of a 276 of which the 2 stood behind the label.
    """
    stuck = {label.key for label, start, _ in found if source.text[start : start + 1].isdecimal()}
    if len(stuck) * 2 >= len(found):
        return set()
    return {row.key for row in rows if row.key in stuck and not adds_up(row)}


def stuck_to_the_next(
    source: RunningText, found: Sequence[tuple[Label, int, int]], rows: Sequence[LabelledRow]
) -> set[str | None]:
    """The rows of several cells whose last digit touches the numbering of the label below, and that do not add up: 35.属于 may be a 35, or a 3 and a 5."""
    stuck = {label.key for label, _, stop in found if source.text[stop - 1 : stop + 1].isdecimal()}
    return {row.key for row in rows if row.key in stuck and len(row.values) > 1 and not adds_up(row)}


def run_together(rows: Sequence[LabelledRow]) -> set[str | None]:
    """The rows that do not add up and stand before a label without any figures: theirs may be those of both, 3 and 2981 in one cell."""
    return {
        row.key
        for row, below in pairwise(rows)
        if row.values and not below.values and below.key != OTHER_ALL.key and not adds_up(row)
    }


def other_columns(rows: Sequence[LabelledRow]) -> bool:
    """Whether most rows have one figure too few or too many: then the seven of some other row are not what they seem."""
    widths = Counter(len(row.values) for row in rows)
    return max(widths[_WIDTH - 1], widths[_WIDTH + 1]) > widths[_WIDTH]


def differ(row: LabelledRow, other: LabelledRow) -> bool:
    """Whether a label is printed in two places with other figures beside it."""
    return len(row.values) == len(other.values) and [v.text for v in row.values] != [v.text for v in other.values]
