"""The numbers in what organs' pages led to go in; those in what the next organ's page will lead to come out, where they run evenly.

Systems number what they make in the order in which they make it, and make organs' directories after one pattern. So `/col/col7014/` leads to
`/col/col7016/` as `/col/col7017/` does to `/col/col7019/`, always two further; and the lists of organs that stand beside each other in the
directory bear 352, 355 and 358. How far it is from a page to its list two organs have to show, how far from list to list three.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

PROOFS = 2  # times that the same was seen, and more often than anything else
NUMBER = re.compile(r"\d+")
Value = TypeVar("Value", str, int, float)


@dataclass(frozen=True, slots=True)
class Led:
    """One organ: its place in the directory, the numbers in its page's address, and those in what the page led to, as they are written."""

    place: int
    own: tuple[int, ...]
    to: tuple[str, ...]


@dataclass(slots=True)
class Numbering:
    """Of requests that differ in their numbers only."""

    _led: list[Led] = field(default_factory=list)

    def note(self, led: Led) -> None:
        if all(known.place != led.place for known in self._led):
            self._led.append(led)

    def reckoned(self, place: int, own: tuple[int, ...]) -> tuple[str, ...] | None:
        """The numbers for an organ at this place; None where one of them does not follow from those before it."""
        if len(self._led) < PROOFS:
            return None
        found = [self._number(at, place, own) for at in range(len(self._led[-1].to))]
        return None if None in found else tuple(number for number in found if number is not None)

    def _number(self, at: int, place: int, own: tuple[int, ...]) -> str | None:
        written = [led.to[at] for led in self._led]
        same = _usual(written)
        if same is not None:
            return same
        values = [int(number) for number in written]
        alike = all(len(led.own) == len(own) for led in self._led)
        for which, number in enumerate(own if alike else ()):
            further = _usual(value - led.own[which] for value, led in zip(values, self._led, strict=True))
            if further is not None:
                return _as_written(number + further, written[-1])
        steps = [
            (later - earlier) / (after.place - before.place)
            for (earlier, before), (later, after) in pairwise(zip(values, self._led, strict=True))
        ]
        step = _usual(steps)
        if step is None or step % 1:
            return None
        return _as_written(values[-1] + int(step) * (place - self._led[-1].place), written[-1])


def _usual(seen: Iterable[Value]) -> Value | None:
    counted = Counter(seen)
    best, times = counted.most_common(1)[0] if counted else (None, 0)
    return best if times >= PROOFS and times * 2 > counted.total() else None


def _as_written(number: int, like: str) -> str | None:
    """With as many leading zeros as it takes to be as long as its sister."""
    return None if number < 0 else str(number).zfill(len(like)) if like.startswith("0") else str(number)
