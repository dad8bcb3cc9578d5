"""Digits of several cells stuck together in, the one way to cut them that the form's own sums allow out; nothing when two ways are left.

A cut is never taken because it is likely. It is taken when it is the only one for which the row's total, the balance that the form
prints, and the sum of every column hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, product
from math import prod

Row = tuple[int, ...]
LONGEST_NUMBER = 7  # digits of one count
_MOST_STEPS = 60_000  # of the search for one row's cuts
_MOST_CUTS = 2_000  # of one row
_MOST_COMBINATIONS = 20_000  # of all rows of a table


def cuts_that_add_up(pieces: Sequence[str], width: int, groups: Sequence[tuple[int, int]]) -> list[Row] | None:
    """The ways to cut pieces of digits into `width` numbers so that in each group of columns (first, last) the last is the others' sum.

    The groups follow each other and cover every column. A border between two pieces is always a cut; no number has a leading zero.
    None when there are too many ways to try.
    """
    borders = list(accumulate(map(len, pieces)))
    if sum(last - first + 1 for first, last in groups) != width or borders[-1] < width:
        return []
    search = _Search("".join(pieces), borders, [last - first for first, last in groups])
    try:
        return list(search.rows(0, 0))
    except _TooMany:
        return None


class _TooMany(Exception):
    """The digits allow more cuts than are worth looking at."""


class _Search:
    """The cuts of one row. A total is chosen first, wherever it may stand, because it leaves little choice for its parts."""

    def __init__(self, digits: str, borders: Sequence[int], parts: Sequence[int]) -> None:
        self._digits, self._parts = digits, parts
        self._next_border = [next(border for border in borders if border > at) for at in range(len(digits))]
        self._known: dict[tuple[int, int, int, int], list[Row]] = {}
        self._steps = self._found = 0

    def rows(self, at: int, group: int) -> Iterator[Row]:
        if group == len(self._parts):
            if at == len(self._digits):
                yield ()
            return
        after = sum(count + 1 for count in self._parts[group + 1 :])
        for start in range(at + self._parts[group], len(self._digits) - after):
            for stop in self._stops(start, len(self._digits) - after):
                if after == 0 and stop < len(self._digits):
                    continue
                total = int(self._digits[start:stop])
                parts = self._adding_up_to(total, at, start, self._parts[group])
                for rest in self.rows(stop, group + 1) if parts else ():
                    for row in parts:
                        self._found += 1
                        if self._found > _MOST_CUTS:
                            raise _TooMany
                        yield (*row, total, *rest)

    def _stops(self, start: int, last: int) -> range:
        """Where a number that begins at `start` may end."""
        longest = 1 if self._digits[start] == "0" else LONGEST_NUMBER
        return range(start + 1, min(start + longest, self._next_border[start], last) + 1)

    def _adding_up_to(self, total: int, start: int, stop: int, count: int) -> list[Row]:
        """The ways to cut the digits from `start` to `stop` into so many numbers with this sum."""
        key = (total, start, stop, count)
        if key not in self._known:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise _TooMany
            self._known[key] = list(self._cut(*key))
        return self._known[key]

    def _cut(self, total: int, start: int, stop: int, count: int) -> Iterator[Row]:
        length = stop - start
        longest = -(-length // count)  # digits that one of the numbers has at least
        if (longest > 1 and total < 10 ** (longest - 1)) or total > 10 ** (length - count + 1) + 9 * count:
            return
        if count == 1:
            if stop in self._stops(start, stop) and int(self._digits[start:stop]) == total:
                yield (total,)
            return
        for end in self._stops(start, stop - count + 1):
            number = int(self._digits[start:end])
            if number > total:
                return
            for rest in self._adding_up_to(total - number, end, stop, count - 1):
                yield (number, *rest)


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
