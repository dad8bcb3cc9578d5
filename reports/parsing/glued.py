"""Digits of several cells stuck together in, the one way to cut them that the form's own sums allow out; nothing when two ways are left.

A cut is never taken because it is likely. It is taken when it is the only one for which the row's total, the balance that the form
prints, and the sum of every column hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

Row = tuple[int, ...]
_MOST_CUTS = 4000  # of one row
_MOST_COMBINATIONS = 20_000  # of all rows of a table


def cuts(pieces: Sequence[str], width: int) -> Iterator[Row]:
    """Every way to cut the pieces of digits into `width` numbers without leading zeros; a border between pieces is always a cut."""
    if not pieces:
        if width == 0:
            yield ()
        return
    first, rest = pieces[0], pieces[1:]
    for parts in range(1, min(len(first), width - len(rest)) + 1):
        for head in _cut(first, parts):
            for tail in cuts(rest, width - parts):
                yield head + tail


def _cut(digits: str, parts: int) -> Iterator[Row]:
    if parts == 1:
        if digits == "0" or digits[0] != "0":
            yield (int(digits),)
        return
    longest = 1 if digits[0] == "0" else len(digits) - parts + 1
    for length in range(1, longest + 1):
        for tail in _cut(digits[length:], parts - 1):
            yield (int(digits[:length]), *tail)


def cuts_that_add_up(pieces: Sequence[str], width: int, groups: Sequence[tuple[int, int]]) -> list[Row] | None:
    """The cuts for which, in each group of columns (first, last), the last number is the sum of those before it. None: too many to try."""
    found: list[Row] = []
    for tried, row in enumerate(cuts(pieces, width)):
        if tried > _MOST_CUTS * width:
            return None
        if all(sum(row[first:last]) == row[last] for first, last in groups):
            found.append(row)
            if len(found) > _MOST_CUTS:
                return None
    return found


def settle(known: Mapping[str, Row], glued: Mapping[str, list[Row]], leaves: Sequence[str]) -> dict[str, Row] | None:
    """The one choice of a cut for every glued row under which all columns of the table on requests balance and add up."""
    needed = {"new_received", "carried_in", "result_total", "carried_out", *leaves}
    if needed - known.keys() - glued.keys() or any(not choices for choices in glued.values()):
        return None
    combinations = 1
    for choices in glued.values():
        combinations *= len(choices)
        if combinations > _MOST_COMBINATIONS:
            return None
    answer: dict[str, Row] | None = None
    keys = list(glued)
    for choice in product(*glued.values()):
        chosen = dict(zip(keys, choice, strict=True))
        if _adds_up({**known, **chosen}, leaves):
            if answer is not None:
                return None
            answer = chosen
    return answer


def _adds_up(rows: Mapping[str, Row], leaves: Sequence[str]) -> bool:
    total, incoming = rows["result_total"], zip(rows["new_received"], rows["carried_in"], strict=True)
    sums = [sum(column) for column in zip(*(rows[key] for key in leaves), strict=True)]
    settled = [sum(pair) for pair in zip(total, rows["carried_out"], strict=True)]
    return sums == list(total) and [sum(pair) for pair in incoming] == settled
