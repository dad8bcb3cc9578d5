"""Sentences of one language with their fellows of the other go in; a sentence that the archive keeps goes in, its fellow comes out.

What is kept in one language stays as it was written: its rows are evidence. A sentence is known by its words around the holes, so that rows of
older days are told as well. What no sentence fits is given back as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from string import Formatter

_DAY = r"\d{4}-\d\d-\d\d"
_HOLES = {
    "url": r"https?://\S+",
    "said": r".+",
    "why": r".+",
    "text": r".*",
    "thing": r".+?",
    "other": r".+?",
    "status": r"\d+(?:, .+)?",
    "state": r"\w+",
    "code": r"[^\s:]+",
    "count": r"-?[\d,.]+",
    "more": r"-?[\d,.]+",
    "third": r"-?[\d,.]+",
    "left": r"-?[\d.]+|未知",
    "right": r"-?[\d.]+|未知",
    "quote": r".+?",
    "again": r".+?",
    "stop": r"。?",
    "year": r"(?:19|20|21)\d\d",
    "month": r"\d\d?",
    "date": r"\d\d?",
    "moment": _DAY + r" \d\d:\d\d",
}
_TOLD = frozenset(
    ("said", "why", "thing", "other", "state", "status", "code", "left", "right", "stop")
)  # holes that hold such sentences and words themselves


class Phrasebook:
    """Of two sentences that fit the first is taken. `words` are single words that holes may hold."""

    def __init__(self, sentences: Iterable[tuple[str, str]], words: Mapping[str, str]) -> None:
        self._sentences = tuple(sentences)
        self._words = words
        self._matched = lru_cache(maxsize=2048)(self._match)  # a county says the same of most of its organs

    def told(self, said: str) -> str:
        if said in self._words:
            return self._words[said]
        if said.startswith("http") and " " not in said:
            return said  # an address alone, as the ledger has for each report that is held
        return self._matched(said)

    def _match(self, said: str) -> str:
        for needed, pattern, fellow in self._patterns:
            found = pattern.fullmatch(said) if needed in said else None
            if found is not None:
                return fellow.format(**{name: self._filled(name, part) for name, part in found.groupdict().items()})
        return said

    def _filled(self, name: str, part: str) -> str:
        return self.told(part) if name in _TOLD else part

    @cached_property
    def _patterns(self) -> tuple[tuple[str, re.Pattern[str], str], ...]:
        """Each with its longest words: where they are not, nothing need be matched. A page asks for hundreds of sentences."""
        return tuple(
            (_longest(kept), re.compile(_pattern(kept), re.DOTALL), fellow) for kept, fellow in self._sentences
        )


def _longest(kept: str) -> str:
    return max((text for text, _, _, _ in Formatter().parse(kept)), key=len)


def _pattern(kept: str) -> str:
    made = ""
    for text, name, _, _ in Formatter().parse(kept):
        made += re.escape(text)
        made += f"(?P<{name}>{_HOLES.get(name, _DAY)})" if name else ""
    return made
