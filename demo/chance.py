"""A seed and some names go in, a stream of draws comes out: the same on every machine and every Python from 3.11 on.

Only `random.Random.random()` promises the same numbers across versions of Python; everything here is made from it alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of draws that belongs to its names: `Chance(1, "figures", "青岚县", 2024)` never disturbs another stream."""

    def __init__(self, *names: object) -> None:
        self._random = random.Random("/".join(str(name) for name in names))  # noqa: S311 - not for secrets

    def number(self, lowest: int, highest: int) -> int:
        """A whole number from lowest to highest, both included."""
        return lowest + int(self._random.random() * (highest - lowest + 1))

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(0, len(choices) - 1)]

    def several(self, choices: Sequence[T], count: int) -> tuple[T, ...]:
        """So many different ones, in a drawn order; all of them when there are fewer."""
        pool = list(choices)
        return tuple(pool.pop(self.number(0, len(pool) - 1)) for _ in range(min(count, len(pool))))

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, each as likely as its weight."""
        left = self.number(1, sum(weight for _, weight in choices))
        for choice, weight in choices:
            left -= weight
            if left <= 0:
                return choice
        raise ValueError(f"expected at least one choice with a weight above 0, found {choices!r}")
