"""The text of section three from a page without ruling lines in, rows of the table whose figures stand inside their own label out.

Where a label takes several lines and its figures are set at half its height, reading line by line gives `一、本年新收政府信息 17 0 0 0 0 0 17
公开申请数量`. The words before and behind seven figures are put together; only what is then a label of the form, to the letter, and adds up
across the row counts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reports.form import REQUEST_COLUMNS, REQUEST_GROUPS, REQUEST_ROWS_2021
from reports.parsing.grid import LabelledRow, Value
from reports.parsing.sections import RunningText
from reports.wording import letters

_WIDTH = len(REQUEST_COLUMNS)
_SEVEN = re.compile(rf"(?<![\d.,])\d{{1,6}}(?:[ \u3000]+\d{{1,6}}){{{_WIDTH - 1}}}(?![\d.,]|[ \u3000]+\d)")
_FIGURES = re.compile(r"(?<![\d.,])\d{1,7}(?:[ \u3000]+\d{1,7})+(?![\d.,])")
LOOSE_DIGITS = re.compile(r"(?<!\d)\d+(?!\d|\s*[.．、])")  # the rest of a number that its cell cut in two, perhaps
_MOST_LINES = 8  # of a label


def surrounded_rows(source: RunningText) -> dict[str, list[LabelledRow]]:
    """By their keys; a label that several groups of figures could have has a row for each."""
    text = source.text
    groups = list(_SEVEN.finditer(text))
    found: dict[str, list[LabelledRow]] = {}
    for index, group in enumerate(groups):
        before = text[groups[index - 1].end() if index else 0 : group.start()]
        behind = text[group.end() : groups[index + 1].start() if index + 1 < len(groups) else len(text)]
        numbers = [int(number) for number in group.group().split()]
        holds = sum(numbers[:-1]) == numbers[-1] and not LOOSE_DIGITS.search(before) and not LOOSE_DIGITS.search(behind)
        keys = _labels_around(before, behind)
        holds = holds and not _stands_alone(before)
        if len(keys) == 1:
            key, place = keys.pop(), source.place_at(group.start())
            values = tuple(Value(number, column, place) for column, number in enumerate(group.group().split()))
            row = LabelledRow((key,), key, values, place)
            found.setdefault(key, []).extend([row] if holds else [row, row])  # never the only one
    return found


def parted_labels(source: RunningText) -> set[str]:
    """The keys of labels that stand around figures of which there are not seven: what follows such a label is another row's."""
    groups = list(_FIGURES.finditer(source.text))
    keys: set[str] = set()
    for index, group in enumerate(groups):
        if len(group.group().split()) != _WIDTH:
            before = source.text[groups[index - 1].end() if index else 0 : group.start()]
            behind = source.text[group.end() : groups[index + 1].start() if index + 1 < len(groups) else None]
            keys |= _labels_around(before, behind) - _labels_around(before, "")
    return keys


def _labels_around(before: str, behind: str) -> set[str]:
    """The keys of the labels that end lines of the words before and begin lines of the words behind make up; one line before at least."""
    above, below = before.rstrip().split("\n"), behind.split("\n")
    tails = ["".join(above[-count:]) for count in range(1, min(len(above), _MOST_LINES) + 1)]
    heads = ["".join(below[:count]) for count in range(min(len(below), _MOST_LINES) + 1)]
    labels = _labels()
    return {
        labels[words] for tail in tails if letters(tail) for head in heads if (words := letters(tail + head)) in labels
    }


def _stands_alone(before: str) -> bool:
    """Whether a whole label stands above the one before the figures: they may be those of two rows, run together."""
    lines = before.rstrip().split("\n")[:-1]
    labels = _labels()
    starts = range(max(0, len(lines) - 2 * _MOST_LINES), len(lines))
    return any(
        letters("".join(lines[start:stop])) in labels for start in starts for stop in range(start + 1, len(lines) + 1)
    )


@lru_cache(maxsize=1)
def _labels() -> dict[str, str]:
    """With the numbering printed before them: without it 其他 and 总计 are headings of columns too. A group's label may stand before its first row's."""
    groups = {group.key: letters(group.ordinal + group.text) for group in REQUEST_GROUPS}
    found: dict[str, str] = {}
    started: set[str] = set()
    for row in REQUEST_ROWS_2021:
        wordings = [letters(row.ordinal + words) for words in (row.text, *row.variants)] if row.ordinal else []
        if row.group in groups and row.group not in started:
            started.add(row.group)
            wordings += [groups[row.group] + words for words in wordings]
        found.update(dict.fromkeys(wordings, row.key))
    return found
