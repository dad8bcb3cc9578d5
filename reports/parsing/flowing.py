"""Running text in which a table lost its cells in, figures out: one cell a line, cells apart by spaces, or all digits stuck together.

Labels are looked for in the form's order; what stands between two labels is the first one's cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reports.form import (
    DISCLOSURE_2019,
    DISCLOSURE_2021,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_GROUPS,
    REQUEST_ROWS_2021,
    Label,
)
from reports.model import Edition, Place
from reports.parsing.alignment import Window, unknown
from reports.parsing.disputes_table import KEYS as DISPUTE_KEYS
from reports.parsing.disputes_table import SUMS, WIDTH
from reports.parsing.figures import Reading, figures_of
from reports.parsing.glued import cuts_that_add_up
from reports.parsing.grid import LabelledRow, Value
from reports.parsing.numbers import compact, looks_like_value
from reports.parsing.requests_table import BY_SUMS, OTHER_PARTS, read_rows
from reports.parsing.surrounded import surrounded_rows
from reports.wording import letters

_SPLIT = re.compile(r"[\s|]+")
_REQUEST_WIDTH = len(REQUEST_COLUMNS)
_SHORT = 3  # labels as short as 其他 and 总计 count only with their numbering


def read_requests_text(text: str, place: Place) -> Reading:
    """Table three out of the text of its section."""
    found = _find_in_order(text, _request_labels())
    rows = [
        LabelledRow((label.text,), label.key, _row_of_seven(chunk, place), place)
        for label, chunk in found
        if label.group != "-"
    ]
    whole = {row.key for row in rows if len(row.values) == _REQUEST_WIDTH}
    better = {row.key: row for row in surrounded_rows(text, place) if row.key not in whole}
    rows = [row for row in rows if row.key not in better] + list(better.values())
    if any(row.key in OTHER_PARTS for row in rows):
        rows = [row for row in rows if row.key != OTHER_ALL.key or row.values]
    return read_rows(rows) if len(rows) >= 3 else Reading()


def read_disclosure_text(text: str, edition: Edition, place: Place) -> Reading:
    """Table two out of the text of its section. Nothing guards its sums: digits stuck together stay unknown unless all are zero."""
    reading = Reading()
    start = re.search(r"信\s*息\s*内\s*容|第\s*二\s*十\s*条", text)
    if start is None:
        return reading
    blocks = DISCLOSURE_2019 if edition is Edition.FORM_2019 else DISCLOSURE_2021
    labels = [row for block in blocks for row in block.rows]
    widths = {row.key: tuple(column.key for column in block.columns) for block in blocks for row in block.rows}
    for label, chunk in _find_in_order(text[start.start() :], labels):
        values = _values(re.split(r"第\s*二\s*十\s*条|信\s*息\s*内\s*容", chunk)[0], place)
        row = LabelledRow((label.text,), label.key, values, place)
        keys = tuple(f"disclosure.{label.key}.{column}" for column in widths[label.key])
        reading.add(figures_of(keys, _exact_or_zeros(values, len(keys)), row))
    return reading


def read_disputes_text(text: str, place: Place) -> Reading:
    """Table four out of the text of its section: the cells follow the last heading of a column."""
    reading = Reading()
    headings = list(re.finditer(r"尚\s*未\s*审\s*结\s*总\s*计", text))
    if not headings:
        return reading
    values = _values(text[headings[-1].end() :], place)
    row = LabelledRow((), "disputes", values, place)
    reading.add(figures_of(DISPUTE_KEYS, _exact_or_sums(values), row))
    return reading


def _exact_or_zeros(values: tuple[Value, ...], width: int) -> Window:
    if len(values) == width:
        return Window(values)
    digits = "".join(value.text for value in values)
    if len(values) == 1 and len(digits) == width and set(digits) == {"0"}:
        return Window(values[:1] * width, rule="zeros cut apart") if width == 1 else _zeros(values[0], width)
    return unknown(f"{len(values)} cells for {width} columns, and no sum tells where one figure ends")


def _zeros(cell: Value, width: int) -> Window:
    return Window(tuple(Value("0", cell.column, cell.place) for _ in range(width)), rule="zeros cut apart")


def _exact_or_sums(values: tuple[Value, ...]) -> Window:
    if len(values) == WIDTH:
        return Window(values)
    pieces = [compact(value.text) for value in values]
    if not pieces or len(pieces) > WIDTH or not all(piece.isdecimal() for piece in pieces):
        return unknown(f"{len(values)} cells for {WIDTH} columns")
    choices = cuts_that_add_up(pieces, WIDTH, SUMS)
    if choices is None or len(choices) != 1:
        return unknown("digits of several cells are stuck together and the sums leave no single reading")
    place = values[0].place
    return Window(tuple(Value(str(number), 1, place) for number in choices[0]), rule=BY_SUMS)


def _row_of_seven(chunk: str, place: Place) -> tuple[Value, ...]:
    """The cells of a row, each on a line of its own or all on one. Spread unevenly over lines they must add up: what stands on a later line
    may be the rest of a wrapped label or the numbering of the next one.
    """
    values = _values(chunk, place)
    lines = [line for line in chunk.strip().split("\n") if line.strip()]
    first = _values(lines[0], place) if lines else ()
    if len(values) != _REQUEST_WIDTH or len(first) in {1, _REQUEST_WIDTH}:
        return values
    numbers = [value.text for value in values]
    adds_up = all(map(str.isdecimal, numbers)) and sum(map(int, numbers[:-1])) == int(numbers[-1])
    return values if adds_up else first


def _values(chunk: str, place: Place) -> tuple[Value, ...]:
    """The cells at the start of a chunk, up to the first word that cannot be a figure's."""
    values: list[Value] = []
    for piece in _SPLIT.split(chunk.strip()):
        if not piece or not looks_like_value(piece):
            break
        values.append(Value(piece, len(values), place))
    return tuple(values)


def _find_in_order(text: str, labels: Sequence[Label]) -> list[tuple[Label, str]]:
    """Each label found after the one before, with the text up to the next. A label that is not there is passed over."""
    spans: list[tuple[Label, int, int]] = []
    position = 0
    for label in labels:
        found = _pattern(label).search(text, position)
        if found is not None:
            spans.append((label, found.start(), found.end()))
            position = found.end()
    ends = [*(start for _, start, _ in spans), _end_of_table(text, position)][1:]
    return [(label, text[end:stop]) for (label, _, end), stop in zip(spans, ends, strict=True)]


def _end_of_table(text: str, position: int) -> int:
    found = re.compile(r"[一二三四五六]\s*、").search(text, position)
    return found.start() if found else len(text)


@lru_cache(maxsize=1)
def _request_labels() -> tuple[Label, ...]:
    """The rows of the form with its groups between them, in order. A group's text carries no figures of its own."""
    groups = {group.key: Label(group.key, group.text, group="-", ordinal=group.ordinal) for group in REQUEST_GROUPS}
    labels: list[Label] = []
    seen: set[str] = set()
    for row in REQUEST_ROWS_2021:
        if row.group and row.group not in seen:
            seen.add(row.group)
            labels.append(OTHER_ALL if row.group == "other" else groups[row.group])
        labels.append(row)
    return tuple(labels)


@lru_cache(maxsize=128)
def _pattern(label: Label) -> re.Pattern[str]:
    ordinal = _spaced(letters(label.ordinal))
    before = rf"(?:[（(]?\s*{ordinal}\s*[)）.、．,]+\s*)" if ordinal else ""
    wordings = "|".join(_spaced(letters(words)) for words in (label.text, *label.variants))
    short = len(letters(label.text)) < _SHORT
    # what the form adds in brackets or quotation marks after the words belongs to the label
    return re.compile(rf"{before}{'' if short else '?'}(?:{wordings})[）)”\"」]*" if before else rf"(?:{wordings})")


def _spaced(words: str) -> str:
    return r"[\s、“”\"（）()，,「」]*".join(map(re.escape, words))
