"""Running text in which a table lost its cells in, figures out: one cell a line, cells apart by spaces, or all digits stuck together.

Labels are looked for in the form's order; what stands between two labels is the first one's cells.
"""

from __future__ import annotations

import re
from itertools import pairwise

from reports.form import (
    DISCLOSURE_2019,
    DISCLOSURE_2021,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_ROWS_2021,
    Label,
)
from reports.model import Edition
from reports.parsing.alignment import Window, unknown
from reports.parsing.disputes_table import KEYS as DISPUTE_KEYS
from reports.parsing.disputes_table import SUMS, WIDTH
from reports.parsing.doubtful_rows import (
    differ,
    other_columns,
    run_together,
    stuck_to_the_next,
    stuck_to_their_label,
)
from reports.parsing.figures import Reading, figures_of
from reports.parsing.glued import LONGEST_NUMBER, cuts_that_add_up
from reports.parsing.grid import LabelledRow, Value
from reports.parsing.labels import request_row
from reports.parsing.labels_in_text import find_in_order, pattern_of, request_labels
from reports.parsing.line_numbers import (
    beginning_with_their_number,
    text_has_line_numbers,
    without_line_numbers,
)
from reports.parsing.numbers import compact, looks_like_value
from reports.parsing.requests_table import BY_SUMS, OTHER_PARTS, read_rows
from reports.parsing.sections import RunningText
from reports.parsing.surrounded import LOOSE_DIGITS, parted_labels, surrounded_rows
from reports.wording import letters

_PIECE = re.compile(r"[^\s|]+")
_HEADED = re.compile(r"信\s*息\s*内\s*容|第\s*二\s*十\s*条")
_REQUEST_WIDTH = len(REQUEST_COLUMNS)
# 15 2”: the rest of a number, and the last sign of its wrapped label. 24O2, a digit misspelt, is no 24.
_RUNS_ON = re.compile(r"(\d[\dA-Za-z]*)(?![\dA-Za-z.,．、)）])")
_DIGIT = re.compile(r"\d")
_ROW_ABOVE = {row.key: above for above, row in pairwise(REQUEST_ROWS_2021)}
_MOST_GLUED = 30  # digits of one row of table two, of which the ways to cut them are counted
_MOST_LOST = 6  # cells of a row
_LONGEST = 200_000  # characters of a section: the real ones with a table have 3,000


def read_requests_text(source: RunningText) -> Reading:
    """Table three out of the text of its section."""
    if len(source.text) > _LONGEST:
        return Reading(
            notes=[f"the section on requests has {len(source.text):,} characters: no table is looked for in it"]
        )
    found = find_in_order(source.text, request_labels())
    found = [(label, start, stop) for label, start, stop in found if label.group != "-"]
    doubtful: set[str | None] = {label.key for label, start, _ in found if _is_doubtful(source, label, start)}
    found_in = [(label, start, stop) for label, start, stop in found if label.key not in doubtful]
    rows = [_labelled(source, label, start, _values(source, start, stop)) for label, start, stop in found_in]
    numbered = text_has_line_numbers(source.text) or without_line_numbers(rows) is not rows
    width = _REQUEST_WIDTH + numbered
    rows = [_labelled(source, label, start, _row_of(width, source, start, stop)) for label, start, stop in found_in]
    cut = without_line_numbers(rows)
    if numbered and cut is rows:
        return Reading()
    rows = list(cut)
    doubtful |= beginning_with_their_number(rows) | stuck_to_their_label(source, found, rows)
    doubtful |= stuck_to_the_next(source, found, rows) | run_together(rows) | parted_labels(source)
    if other_columns(rows):
        return Reading()
    around = {} if numbered else surrounded_rows(source)
    rows = [
        row
        for row in rows
        if row.key not in doubtful and not any(differ(row, other) for other in around.get(row.key or "", ()))
    ]
    whole: set[str | None] = doubtful | {row.key for row in rows if len(row.values) == _REQUEST_WIDTH}
    better = {key: found[0] for key, found in around.items() if len(found) == 1 and key not in whole}
    rows = [row for row in rows if row.key not in better] + list(better.values())
    if any(row.key in OTHER_PARTS for row in rows):
        rows = [row for row in rows if row.key != OTHER_ALL.key or row.values]
    return read_rows(rows) if len(rows) >= 3 else Reading()


def _labelled(source: RunningText, label: Label, start: int, values: tuple[Value, ...]) -> LabelledRow:
    return LabelledRow((label.text,), label.key, values, source.place_at(start))


def _is_doubtful(source: RunningText, label: Label, end: int) -> bool:
    """Whether a row may hold other figures than its own: its label stands before others, too, whole or its end, or another row's right before it."""
    matches = list(pattern_of(label).finditer(source.text))
    here = next(match for match in matches if match.end() == end)
    start = here.end() - len(here.group().lstrip())
    line = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    above = letters(source.text[: start - len(line)].rstrip().rpartition("\n")[2])
    if len(above) > 1 and above != letters(label.text) and letters(label.text).endswith(above):
        return True
    if _ends_the_row_above(line, label):
        return True
    before = request_row(line)
    if before is not None and not (before == OTHER_ALL.key and label.key in OTHER_PARTS):
        return True
    own = [value.text for value in _values(source, end, len(source.text))][:_REQUEST_WIDTH]
    others = ([value.text for value in _values(source, match.end(), len(source.text))] for match in matches)
    return any(other and other[:_REQUEST_WIDTH] != own for other in others)


def _ends_the_row_above(line: str, label: Label) -> bool:
    """Whether words of a line before a label are the end of the label above, 请 3.其他: the cells of both rows are one, and what follows is a third's."""
    above = _ROW_ABOVE.get(label.key)
    words = letters(line)
    return above is not None and bool(words) and not _DIGIT.search(line) and letters(above.text).endswith(words)


def read_disclosure_text(source: RunningText, edition: Edition) -> Reading:
    """Table two out of the text of its section. Digits stuck together stay unknown unless all are zero.

    The form has no sum for this table. 平潭 2021 prints 693665 for 行政规范性文件: ten ways to cut it into three numbers, of which 69, 3, 665 is one
    and 6, 93, 665 another. Its prose names none of them, and the size of the numbers proves nothing: in force need not be more than issued.
    """
    reading = Reading()
    first = _HEADED.search(source.text)
    if first is None:
        return reading
    blocks = DISCLOSURE_2019 if edition is Edition.FORM_2019 else DISCLOSURE_2021
    labels = [row for block in blocks for row in block.rows]
    widths = {row.key: tuple(column.key for column in block.columns) for block in blocks for row in block.rows}
    found = find_in_order(source.text, labels, first.start())
    printed = {label.key for label, _, _ in found}
    below = {row.key: other.key for block in blocks for row, other in pairwise(block.rows)}
    for label, start, stop in found:
        headed = _HEADED.search(source.text, start, stop)
        values = _values(source, start, headed.start() if headed else stop)
        row = LabelledRow((label.text,), label.key, values, source.place_at(start))
        keys = tuple(f"disclosure.{label.key}.{column}" for column in widths[label.key])
        lost = below.get(label.key, label.key) not in printed  # then what stands here may be that row's
        window = unknown("the label of the row below is lost") if lost else _exact_or_zeros(values, len(keys))
        reading.add(figures_of(keys, window, row))
    return reading


def read_disputes_text(source: RunningText) -> Reading:
    """Table four out of the text of its section: the cells follow the last heading of a column."""
    reading = Reading()
    headings = list(re.finditer(r"尚\s*未\s*审\s*结\s*总\s*计", source.text))
    if not headings:
        return reading
    start = headings[-1].end()
    values = _values(source, start, len(source.text))
    row = LabelledRow((), "disputes", values, source.place_at(start))
    reading.add(figures_of(DISPUTE_KEYS, _exact_or_sums(values), row))
    return reading


def _exact_or_zeros(values: tuple[Value, ...], width: int) -> Window:
    if len(values) == width:
        return Window(values)
    digits = "".join(value.text for value in values)
    if len(values) == 1 and len(digits) == width and set(digits) == {"0"}:
        return Window(values[:1] * width, rule="zeros cut apart") if width == 1 else _zeros(values[0], width)
    if len(values) == 1 and digits.isdecimal() and width <= len(digits) <= _MOST_GLUED:
        ways = _ways_to_cut(digits, width)
        return unknown(
            f"digits of {width} cells stuck together: {ways} ways to cut them, and the form has no sum that tells which"
        )
    return unknown(f"{len(values)} cells for {width} columns, and no sum tells where one figure ends")


def _ways_to_cut(digits: str, width: int) -> int:
    """How many rows of so many numbers without leading zeros the digits can be."""
    if width == 1:
        return int(digits == "0" or digits[:1] not in {"", "0"})
    longest = 1 if digits[:1] == "0" else len(digits) - width + 1
    return sum(_ways_to_cut(digits[stop:], width - 1) for stop in range(1, longest + 1))


def _zeros(cell: Value, width: int) -> Window:
    return Window(tuple(Value("0", cell.column, cell.place) for _ in range(width)), rule="zeros cut apart")


def _exact_or_sums(values: tuple[Value, ...]) -> Window:
    if len(values) == WIDTH:
        return Window(values)
    pieces = [compact(value.text) for value in values]
    if not pieces or len(pieces) > WIDTH or not all(piece.isdecimal() for piece in pieces):
        return unknown(f"{len(values)} cells for {WIDTH} columns")
    if len(pieces) > WIDTH - _MOST_LOST and not any(map(_is_several, pieces)):
        return unknown(
            f"{len(pieces)} cells for {WIDTH} columns: as well lost as stuck together, and a cut may add up by chance"
        )
    choices = cuts_that_add_up(pieces, WIDTH, SUMS)
    if choices is None or len(choices) != 1:
        return unknown("digits of several cells are stuck together and the sums leave no single reading")
    place = values[0].place
    return Window(tuple(Value(str(number), 1, place) for number in choices[0]), rule=BY_SUMS)


def _is_several(digits: str) -> bool:
    """Whether digits cannot be one figure: 007, or more of them than a count has."""
    return (len(digits) > 1 and digits[0] == "0") or len(digits) > LONGEST_NUMBER


def _row_of(width: int, source: RunningText, start: int, stop: int) -> tuple[Value, ...]:
    """The cells of a row so wide, each on a line of its own or all on one. Spread unevenly over lines they are not known: what stands on a later line
    may be the rest of wrapped numbers, and last digits add up like the numbers they were cut from.
    """
    values = _values(source, start, stop)
    if len(values) == width and (rest := _RUNS_ON.match(source.text, _end_of_values(source, start, stop), stop)):
        return (*values, Value(rest.group(1), 0, values[-1].place))
    words = source.text[start:stop]
    begin = start + len(words) - len(words.lstrip())
    end = source.text.find("\n", begin, stop)
    first = _values(source, begin, stop if end < 0 else end)
    if len(first) == width:
        return values + _rest_below(source, end, stop) if len(values) == width else values
    return values if len(values) != width or _one_a_line(words, len(values)) else first


def _end_of_values(source: RunningText, start: int, stop: int) -> int:
    """Where the first piece begins that cannot be a figure's."""
    pieces = _PIECE.finditer(source.text, start, stop)
    return next((piece.start() for piece in pieces if not looks_like_value(piece.group())), stop)


def _rest_below(source: RunningText, end: int, stop: int) -> tuple[Value, ...]:
    """Digits in the next line that make no row of their own: 1051 of which the last digit wrapped into the 理 of 不予处理."""
    line = source.text[end + 1 : stop].split("\n")[0] if end >= 0 else ""
    loose = LOOSE_DIGITS.findall(line)
    few = loose if len(loose) < _REQUEST_WIDTH else []
    return tuple(Value(digits, 0, source.place_at(end + 1)) for digits in few)


def _one_a_line(words: str, count: int) -> bool:
    filled = [line for line in words.split("\n") if line.strip()][:count]
    return len(filled) == count and all(len(_PIECE.findall(line)) == 1 for line in filled)


def _values(source: RunningText, start: int, stop: int) -> tuple[Value, ...]:
    """The cells at the start of a stretch of text, up to the first word that cannot be a figure's."""
    values: list[Value] = []
    for piece in _PIECE.finditer(source.text, start, stop):
        if not looks_like_value(piece.group()):
            break
        values.append(Value(piece.group(), len(values), source.place_at(piece.start())))
    return tuple(values)
