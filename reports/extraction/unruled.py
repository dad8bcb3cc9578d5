"""The characters of a page without ruling lines in, its rows of figures with their labels out, each as one line of words.

Set by height, a page gives the first line of one label, the figures, the second line of the label and half of a group's label in one breath.
Here a row is told by its place: figures at one height that stand in the same columns as those of other rows, and beside them the one block of
words that is as high as they are, lies around them and around no others. What has no such block stays among the lines of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.extraction.ruled import Character, texts_of

_WIDTH = 7  # figures of a row: fewer are read line by line as well
_FEWEST_ROWS = 3  # that share their columns
_MOST_CHARACTERS = 6_000  # of a page: a full one has 2,000
_SAME = 2.5  # points between edges that are one edge
_BEGINS = re.compile(r"[（(]?\s*(?:[一二三四五六七八九十]|\d{1,2})\s*(?:[）)、.．]|$)|[（(]")
_REACH = 2.0  # lines' heights in which the rest of a wrapped number would stand
_EDGE = 0.3  # of a line's height that figures may stand above or below their label


class Word(NamedTuple):
    characters: tuple[Character, ...]
    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.top - self.bottom


class Row(NamedTuple):
    """A row's line, the characters that it takes from the page, and its height."""

    text: str
    characters: tuple[Character, ...]


def rows_of(characters: Sequence[Character]) -> list[Row]:
    """The rows whose label is certain, from the top down; none when fewer than three rows share their columns."""
    if len(characters) > _MOST_CHARACTERS:
        return []
    words = list(words_of(characters))
    rows = _aligned([row for row in _number_rows(words) if len(row) == _WIDTH])
    if len(rows) < _FEWEST_ROWS:
        return []
    edge = min(row[0].left for row in rows)
    in_rows = {id(word) for row in rows for word in row}
    blocks = [_Block(lines) for lines in _stacked([word for word in words if word.right < edge and word.left < edge])]
    found: list[tuple[float, Row]] = []
    for row in rows:
        label = [block for block in blocks if [other for other in rows if block.reaches(other)] == [row]]
        if label and not _something_beside([word for word in words if id(word) not in in_rows], label, row):
            ordered = sorted(label, key=lambda block: block.left)
            text = "".join(block.text for block in ordered) + " " + " ".join(word.text for word in row)
            parts = [word for block in ordered for word in block.words] + list(row)
            found.append((row[0].middle, Row(text, tuple(one for word in parts for one in word.characters))))
    return [row for _, row in sorted(found, key=lambda item: -item[0])]


def words_of(characters: Sequence[Character]) -> Iterator[Word]:
    """Characters at one height without a gap between them."""
    lines: list[list[Character]] = []
    for character in sorted(characters, key=lambda c: -(c.top + c.bottom)):
        middle = (character.top + character.bottom) / 2
        near = next((line for line in lines[-3:] if abs((line[0].top + line[0].bottom) / 2 - middle) < _SAME), None)
        if near is None:
            lines.append([character])
        else:
            near.append(character)
    for line in lines:
        run: list[Character] = []
        for character in sorted(line, key=lambda c: c.left):
            if run and character.left - run[-1].right > 0.5 * max(character.top - character.bottom, 4.0):
                yield _word(run)
                run = []
            run.append(character)
        yield _word(run)


def _word(run: Sequence[Character]) -> Word:
    return Word(
        tuple(run), "".join(texts_of(run)), run[0].left, min(c.bottom for c in run), max(c.right for c in run),
        max(c.top for c in run),
    )  # fmt: skip


def _number_rows(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Numbers at one height, left to right."""
    rows: list[list[Word]] = []
    for word in sorted((word for word in words if word.text.isdecimal()), key=lambda word: -word.middle):
        if rows and abs(rows[-1][0].middle - word.middle) < _SAME:
            rows[-1].append(word)
        else:
            rows.append([word])
    yield from (sorted(row, key=lambda word: word.left) for row in rows)


def _aligned(rows: Sequence[list[Word]]) -> list[list[Word]]:
    """The rows whose numbers share an edge or the middle with those of most rows, column by column."""
    best: list[list[Word]] = []
    for model in rows:
        same = [row for row in rows if all(_one_column(one, other) for one, other in zip(model, row, strict=True))]
        best = max(best, same, key=len)
    return best


def _one_column(one: Word, other: Word) -> bool:
    return (
        abs(one.left - other.left) < _SAME
        or abs(one.right - other.right) < _SAME
        or abs(one.left + one.right - other.left - other.right) < 2 * _SAME
    )


class _Block:
    """The lines of one label."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.words = words
        self.text = "".join(word.text for word in words)
        self.left, self.right = min(word.left for word in words), max(word.right for word in words)
        self.top, self.bottom = max(word.top for word in words), min(word.bottom for word in words)
        self._off = _EDGE * words[0].height

    def reaches(self, row: Sequence[Word]) -> bool:
        return self.bottom - self._off <= row[0].middle <= self.top + self._off


def _stacked(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words below each other with one left edge, set as close as lines of one text; a numbering begins a new block."""
    waiting = sorted(words, key=lambda word: -word.middle)
    while waiting:
        block = [waiting.pop(0)]
        step: float | None = None
        while (below := _below(block[-1], waiting, step)) is not None:
            step = step or block[-1].middle - below.middle
            block.append(below)
            waiting.remove(below)
        yield block


def _below(word: Word, words: Sequence[Word], step: float | None) -> Word | None:
    for other in words:
        apart = word.middle - other.middle
        if apart > 2.2 * word.height:
            return None
        if abs(other.left - word.left) < _SAME and apart > 0.5 * word.height:
            far = step is not None and abs(apart - step) > 0.25 * step
            return None if far or _BEGINS.match(other.text) else other
    return None


def _something_beside(words: Sequence[Word], label: Sequence[_Block], row: Sequence[Word]) -> bool:
    """Whether words of no label stand at the row's height, or words below or above its figures that may be the rest of a wrapped number."""
    taken = {id(word) for block in label for word in block.words}
    reach = _REACH * row[0].height
    top = max(row[0].middle + reach, *(block.top for block in label))
    bottom = min(row[0].middle - reach, *(block.bottom for block in label))
    return any(
        abs(word.middle - row[0].middle) < _SAME or (word.right > row[0].left - _SAME and bottom <= word.middle <= top)
        for word in words
        if id(word) not in taken
    )
