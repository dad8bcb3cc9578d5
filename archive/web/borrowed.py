"""Two texts go in, the first in pieces comes out, each with whether the second has it word for word: 16 letters or more, punctuation aside."""

from __future__ import annotations

from collections.abc import Iterator

_SHORTEST = 16


def pieces(text: str, other: str) -> list[tuple[bool, str]]:
    places = [place for place, character in enumerate(text) if character.isalnum()]
    letters = "".join(text[place] for place in places)
    there = "".join(character for character in other if character.isalnum())
    known = {there[start : start + _SHORTEST] for start in range(len(there) - _SHORTEST + 1)}
    found: list[tuple[bool, str]] = []
    last = 0
    for start, stop in _runs(letters, known):
        begin, end = places[start], places[stop - 1] + 1
        found += [(False, text[last:begin]), (True, text[begin:end])]
        last = end
    return [(borrowed, piece) for borrowed, piece in [*found, (False, text[last:])] if piece]


def _runs(letters: str, known: set[str]) -> Iterator[tuple[int, int]]:
    """The stretches of letters that are covered by windows the other text has too; windows that touch are one stretch."""
    start, stop = 0, 0
    for at in range(len(letters) - _SHORTEST + 1):
        if letters[at : at + _SHORTEST] not in known:
            continue
        if at > stop:
            if stop:
                yield start, stop
            start = at
        elif not stop:
            start = at
        stop = at + _SHORTEST
    if stop:
        yield start, stop
