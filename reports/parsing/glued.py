"""Digits of several cells stuck together in, the one way to cut them that the form's own sums allow out; nothing when two ways are left.

A cut is never taken because it is likely. It is taken when it is the only one for which the row's total, the balance that the form
prints, and the sum of every column hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

Row = tuple[int, ...]
_LONGEST_NUMBER = 7  # digits of one count
_MOST_STEPS = 60_000  # of the search for one row's cuts
_MOST_CUTS = 2_000  # of one row
_MOST_COMBINATIONS = 20_000  # of all rows of a table


def cuts_that_add_up(pieces: Sequence[str], width: int, groups: Sequence[tuple[int, int]]) -> list[Row] | None:
    """The ways to cut pieces of digits into `width` numbers so that in each group of columns (first, last) the last is the others' sum.

    A border between two pieces is always a cut; no number has a leading zero. None when there are too many ways to try.
    """
    digits = "".join(pieces)
    borders = {sum(map(len, pieces[:count])) for count in range(1, len(pieces))}
    search = _Search(digits, borders, width, {last: first for first, last in groups})
    found: list[Row] = []
    for row in search.rows(0, ()):
        found.append(row)
        if len(found) > _MOST_CUTS:
            return None
    return None if search.steps > _MOST_STEPS else found


class _Search:
    """The search for the cuts of one row; it gives up, with `steps` above the limit, when the digits allow too many."""

    def __init__(self, digits: str, borders: set[int], width: int, totals: Mapping[int, int]) -> None:
        self._digits, self._borders, self._width, self._totals = digits, borders, width, totals
        self.steps = 0

    def rows(self, at: int, row: Row) -> Iterator[Row]:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            return
        if len(row) == self._width:
            if at == len(self._digits):
                yield row
            return
        for number in self._numbers(at, row):
            yield from self.rows(at + len(number), (*row, int(number)))

    def _numbers(self, at: int, row: Row) -> Iterator[str]:
        """The numbers that may stand next: for a total only the sum."""
        first = self._totals.get(len(row))
        if first is not None:
            total = str(sum(row[first:]))
            if self._digits.startswith(total, at) and not self._crosses(at, at + len(total)):
                yield total
            return
        after = self._width - len(row) - 1
        longest = 1 if self._digits[at : at + 1] == "0" else _LONGEST_NUMBER
        for stop in range(at + 1, min(at + longest, len(self._digits) - after) + 1):
            if not self._crosses(at, stop):
                yield self._digits[at:stop]

    def _crosses(self, start: int, stop: int) -> bool:
        return any(start < border < stop for border in self._borders)


def settle(known: Mapping[str, Row], glued: Mapping[str, list[Row]], leaves: Sequence[str]) -> dict[str, Row] | None:
    """The one choice of a cut for every glued row under which all columns of the table on requests balance and add up."""
    ends = ("new_received", "carried_in", "result_total", "carried_out")
    choices = {**{key: [row] for key, row in known.items()}, **glued}
    if not choices.keys() >= {*ends, *leaves} or any(not rows for rows in choices.values()):
        return None
    if prod(len(choices[key]) for key in ends) > _MOST_COMBINATIONS:
        return None
    answer: dict[str, Row] | None = None
    steps = _Steps(_MOST_COMBINATIONS)
    for chosen in product(*(choices[key] for key in ends)):
        new, old, total, left = chosen
        if any(n + o != t + rest for n, o, t, rest in zip(new, old, total, left, strict=True)):
            continue
        ordered = sorted(leaves, key=lambda leaf: len(choices[leaf]))
        for rows in _adding_up_to(total, [choices[leaf] for leaf in ordered], steps):
            if answer is not None:
                return None
            answer = {**dict(zip(ends, chosen, strict=True)), **dict(zip(ordered, rows, strict=True))}
    if answer is None or steps.left <= 0:
        return None
    return {key: answer[key] for key in glued if key in answer}


class _Steps:
    def __init__(self, left: int) -> None:
        self.left = left


def _adding_up_to(total: Row, choices: Sequence[list[Row]], steps: _Steps) -> Iterator[tuple[Row, ...]]:
    """Every choice of one row from each list whose columns add up to `total`."""
    steps.left -= 1
    if steps.left <= 0:
        return
    if not choices:
        if not any(total):
            yield ()
        return
    for row in choices[0]:
        rest = tuple(have - take for have, take in zip(total, row, strict=True))
        if min(rest) >= 0:
            for others in _adding_up_to(rest, choices[1:], steps):
                yield (row, *others)
