"""The lines drawn on a page in, its ruled tables out: a grid of positions, joined where no line parts them.

Nothing is guessed from white space: a table is what its lines enclose.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.extraction.seen import raised

_THIN = 3.0  # points: a drawn line may be a filled rectangle this wide
_SNAP = 2.5  # points within which two lines are one
_SHORTEST = 4.0
_OPEN_ROW = 8.0  # points beyond the last horizontal line that make a row of their own
_SMALL = 0.8  # of the height of the digits before it
_PROSE = 16  # characters in a row of one cell that 第二十条第（一）项 does not have


class Character(NamedTuple):
    text: str
    left: float
    bottom: float
    right: float
    top: float


class Stroke(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def between(cls, one: tuple[float, float], other: tuple[float, float]) -> Stroke:
        return cls(min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]))


class _Ruling(NamedTuple):
    """A horizontal line at height `at` or a vertical one at `at` from the left, from `start` to `stop`."""

    at: float
    start: float
    stop: float


class RuledTable:
    """The grid between vertical lines at `xs` and horizontal lines at `ys` (from the top down)."""

    def __init__(self, xs: list[float], ys: list[float], horizontals: list[_Ruling], verticals: list[_Ruling]) -> None:
        self._xs, self._ys = xs, ys
        self.left, self.right, self.top, self.bottom = xs[0], xs[-1], ys[0], ys[-1]
        self._falling = [-y for y in ys]
        self._region = _join_positions(xs, ys, horizontals, verticals)
        self._characters: dict[int, list[Character]] = {}

    def holds(self, character: Character) -> bool:
        x, y = (character.left + character.right) / 2, (character.bottom + character.top) / 2
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def put(self, character: Character) -> bool:
        """Puts a character into the cell that its middle falls into."""
        x, y = (character.left + character.right) / 2, (character.bottom + character.top) / 2
        column, row = bisect_right(self._xs, x) - 1, bisect_right(self._falling, -y) - 1
        if not (0 <= column < len(self._xs) - 1 and 0 <= row < len(self._ys) - 1):
            return False
        self._characters.setdefault(self._region[row][column], []).append(character)
        return True

    def peel_prose(self) -> list[Character]:
        """Takes away the rows at the top and the bottom that are one cell wide, when they hold prose, and gives back their characters.

        A frame around the text of a page joins a table's lines to it, and the page's paragraphs become rows.
        """
        peeled: list[Character] = []
        for at_top in (True, False):
            wide = self._one_cell_rows(at_top)
            if any(len(self._characters.get(region, ())) > _PROSE for region in wide):
                for region in wide:
                    peeled += self._characters.pop(region, [])
                keep = slice(len(wide), None) if at_top else slice(0, len(self._region) - len(wide))
                self._region = self._region[keep]
                self._ys = self._ys[len(wide) :] if at_top else self._ys[: len(self._ys) - len(wide)]
        self.top, self.bottom = self._ys[0], self._ys[-1]
        return peeled

    def _one_cell_rows(self, at_top: bool) -> list[int]:
        wide: list[int] = []
        for regions in self._region if at_top else reversed(self._region):
            if len(set(regions)) > 1:
                break
            wide.append(regions[0])
        return wide

    def boxes(self) -> Iterator[tuple[float, float, float, float]]:
        """The box of each cell, joined positions as one: left, bottom, right, top."""
        corners: dict[int, tuple[float, float, float, float]] = {}
        for row, regions in enumerate(self._region):
            for column, region in enumerate(regions):
                left, bottom, right, top = self._xs[column], self._ys[row + 1], self._xs[column + 1], self._ys[row]
                before = corners.get(region, (left, bottom, right, top))
                corners[region] = (
                    min(before[0], left),
                    min(before[1], bottom),
                    max(before[2], right),
                    max(before[3], top),
                )
        yield from corners.values()

    def rows(self) -> Iterator[list[tuple[str, bool, tuple[float, float, float, float]]]]:
        """Per row: each position's text, whether it repeats a joined cell, and its box."""
        texts = {region: _cell_text(characters) for region, characters in self._characters.items()}
        seen: set[int] = set()
        for row, regions in enumerate(self._region):
            line = []
            for column, region in enumerate(regions):
                box = (self._xs[column], self._ys[row + 1], self._xs[column + 1], self._ys[row])
                line.append((texts.get(region, ""), region in seen, box))
                seen.add(region)
            yield line


def find_tables(strokes: Sequence[Stroke]) -> list[RuledTable]:
    """The tables of two columns or more, from the groups of lines that touch each other. One row may be all that the next page got."""
    horizontals = _join_rulings([_Ruling((s.bottom + s.top) / 2, s.left, s.right) for s in strokes if _flat(s)])
    verticals = _join_rulings([_Ruling((s.left + s.right) / 2, s.bottom, s.top) for s in strokes if _upright(s)])
    tables = []
    for across, down in _touching(horizontals, verticals):
        xs = _distinct([line.at for line in down])
        ys = _distinct([line.at for line in across] + _open_ends(across, down))[::-1]
        if len(xs) >= 3 and len(ys) >= 2:
            tables.append(RuledTable(xs, ys, across, down))
    return tables


def _open_ends(across: list[_Ruling], down: list[_Ruling]) -> list[float]:
    """Where most vertical lines run on beyond the last horizontal one: the page ended before the row was closed."""
    ends: list[float] = []
    if not across or len(down) < 3:
        return ends
    lowest, highest = min(line.at for line in across), max(line.at for line in across)
    below = [line.start for line in down if line.start < lowest - _OPEN_ROW]
    above = [line.stop for line in down if line.stop > highest + _OPEN_ROW]
    if len(below) * 2 > len(down):
        ends.append(min(below))
    if len(above) * 2 > len(down):
        ends.append(max(above))
    return ends


def _flat(stroke: Stroke) -> bool:
    return stroke.top - stroke.bottom <= _THIN and stroke.right - stroke.left >= _SHORTEST


def _upright(stroke: Stroke) -> bool:
    return stroke.right - stroke.left <= _THIN and stroke.top - stroke.bottom >= _SHORTEST


def _join_rulings(lines: list[_Ruling]) -> list[_Ruling]:
    """Pieces of one line become one; the same line drawn twice counts once."""
    joined: list[_Ruling] = []
    for row in _clusters(sorted(lines)):
        at = row[len(row) // 2].at
        start = stop = None
        for line in sorted(row, key=lambda line: line.start):
            if start is None or stop is None:
                start, stop = line.start, line.stop
            elif line.start <= stop + _SNAP:
                stop = max(stop, line.stop)
            else:
                joined.append(_Ruling(at, start, stop))
                start, stop = line.start, line.stop
        if start is not None and stop is not None:
            joined.append(_Ruling(at, start, stop))
    return joined


def _clusters(lines: list[_Ruling]) -> Iterator[list[_Ruling]]:
    group: list[_Ruling] = []
    for line in lines:
        if group and line.at - group[0].at > _SNAP:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _touching(horizontals: list[_Ruling], verticals: list[_Ruling]) -> Iterator[tuple[list[_Ruling], list[_Ruling]]]:
    """Groups of lines that are connected by crossing or meeting each other."""
    parent = list(range(len(horizontals) + len(verticals)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for i, across in enumerate(horizontals):
        for j, down in enumerate(verticals):
            meets = (
                across.start - _SNAP <= down.at <= across.stop + _SNAP
                and down.start - _SNAP <= across.at <= down.stop + _SNAP
            )
            if meets:
                parent[root(len(horizontals) + j)] = root(i)
    groups: dict[int, tuple[list[_Ruling], list[_Ruling]]] = {}
    for i, across in enumerate(horizontals):
        groups.setdefault(root(i), ([], []))[0].append(across)
    for j, down in enumerate(verticals):
        groups.setdefault(root(len(horizontals) + j), ([], []))[1].append(down)
    yield from groups.values()


def _distinct(values: list[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _SNAP:
            kept.append(value)
    return kept


def _join_positions(
    xs: list[float], ys: list[float], horizontals: list[_Ruling], verticals: list[_Ruling]
) -> list[list[int]]:
    """For each position of the grid the number of the cell it belongs to: neighbours without a line between them are one cell."""
    width, height = len(xs) - 1, len(ys) - 1
    region = [[row * width + column for column in range(width)] for row in range(height)]

    def merge(old: int, new: int) -> None:
        for line in region:
            for column, value in enumerate(line):
                if value == old:
                    line[column] = new

    for row in range(height):
        for column in range(width):
            middle_x, middle_y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
            if (
                column + 1 < width
                and not _drawn(verticals, xs[column + 1], middle_y)
                and region[row][column] != region[row][column + 1]
            ):
                merge(region[row][column + 1], region[row][column])
            if (
                row + 1 < height
                and not _drawn(horizontals, ys[row + 1], middle_x)
                and region[row][column] != region[row + 1][column]
            ):
                merge(region[row + 1][column], region[row][column])
    return region


def _drawn(lines: list[_Ruling], at: float, through: float) -> bool:
    return any(abs(line.at - at) <= _SNAP and line.start <= through <= line.stop for line in lines)


def texts_of(line: Sequence[Character]) -> list[str]:
    """What each character of a line says, from the left: a digit much smaller than the one before it is a raised mark, not one of its number."""
    texts = [character.text for character in line]
    tall = 0.0  # of the digits of one number
    for index, character in enumerate(line):
        if not character.text.isdigit():
            tall = 0.0
            continue
        height = character.top - character.bottom
        if height < _SMALL * tall:
            texts[index] = raised(character.text)
        tall = max(tall, height)
    return texts


def _cell_text(characters: list[Character]) -> str:
    """A cell's characters line by line; a gap wider than half a character is a space."""
    lines: list[list[Character]] = []
    for character in sorted(characters, key=lambda c: -(c.top + c.bottom)):
        middle = (character.top + character.bottom) / 2
        if lines and lines[-1][0].bottom < middle:
            lines[-1].append(character)
        else:
            lines.append([character])
    texts = []
    for line in lines:
        parts: list[str] = []
        before: Character | None = None
        ordered = sorted(line, key=lambda c: c.left)
        for character, text in zip(ordered, texts_of(ordered), strict=True):
            if before is not None and character.left - before.right > 0.6 * max(character.top - character.bottom, 4.0):
                parts.append(" ")
            parts.append(text)
            before = character
        texts.append("".join(parts))
    return "\n".join(texts)
