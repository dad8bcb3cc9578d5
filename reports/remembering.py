"""A function of a text in, the same function with its latest answers at hand out: reports print the same few hundred labels and numbers.

A look into it reads one place of a table. `functools.lru_cache` moves an item of a list besides, which touches several more, and memory is far away
when a page of another kind was read in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
_MOST = 8192  # answers; then all are forgotten
_LONGEST = 500  # characters of a text worth keeping: no label has as many, and a page may be one text


class _Memory(dict[str, Answer]):
    def __init__(self, function: Callable[[str], Answer]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> Answer:
        answer = self._function(text)
        if len(text) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[text] = answer
        return answer


def remembered(function: Callable[[str], Answer]) -> Callable[[str], Answer]:
    return _Memory(function).__getitem__
