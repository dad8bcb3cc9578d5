"""A text and the words that were searched for go in, the passage where they stand comes out, and its pieces."""

from __future__ import annotations

import re

_AROUND = 46  # characters of a passage on either side of the words


def passage(text: str, words: tuple[str, ...]) -> str:
    """The text around the first place where the longest of the words stands, with an ellipsis where it goes on."""
    if not words:
        return ""
    at = text.find(words[0])
    begin, end = max(0, at - _AROUND), min(len(text), at + len(words[0]) + _AROUND)
    shown = text[begin:end].replace("\n", " ")
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")


def marked(text: str, words: tuple[str, ...]) -> list[tuple[bool, str]]:
    """The text in pieces, each with whether it is one of the words."""
    if not words:
        return [(False, text)]
    pieces = re.split(f"({'|'.join(re.escape(word) for word in words)})", text)
    return [(bool(position % 2), piece) for position, piece in enumerate(pieces) if piece]
