"""What the archive keeps in one language and what a source says go in, markup in the reader's language comes out, with what is of another marked so."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from archive.ledger_words import in_chinese
from archive.web.messages import Messages, messages
from archive.web.messages.finding_words import in_english

_CHINESE = re.compile(
    r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]+(?:[\s\d\w·.〔〕-]*[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]+)*"
)
_ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,][A-Za-z]")


class Teller:
    """The words of one language, and what was found out told in it: for those who write no page."""

    def __init__(self, language: str) -> None:
        self._words = messages(language)

    def __call__(self, key: str, **values: object) -> str:
        return self._words(key, **values)

    def word(self, table: str, value: str | None) -> str:
        return self._words.word(table, value)

    def told(self, said: str | None) -> str:
        return told(said, self._words)


def told(said: str | None, words: Messages) -> str:
    """A sentence that was found out long ago, in the reader's language; one that has no fellow there stays as it is."""
    if not said:
        return ""
    return in_chinese(said) if words.language == "zh" else in_english(said)


def marked(text: object, words: Messages) -> Markup:
    """Text for a page: Chinese in an English page, and English sentences in a Chinese one, say what language they are."""
    plain = "" if text is None else str(text)
    if plain.isdecimal():
        return escape(plain)
    if words.language == "zh":
        foreign = _ENGLISH.search(plain) is not None and _CHINESE.search(plain) is None
        return Markup('<span lang="en">{}</span>').format(plain) if foreign else escape(plain)
    made, end = Markup(""), 0
    for found in _CHINESE.finditer(plain):
        made += escape(plain[end : found.start()])
        made += Markup('<span lang="zh-Hans">{}</span>').format(found.group())
        end = found.end()
    return made + escape(plain[end:])
