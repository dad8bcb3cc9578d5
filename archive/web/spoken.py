"""A language's words go in, a Jinja extension comes out that writes them into the templates as they are compiled: `t("nav.label")` becomes its words.

A page says some hundred words. To look each up by a call while it is made costs more than all the rest of what a template does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_CALL = ("name", "lparen", "string", "rparen")


def spoken(words: Mapping[str, str]) -> type[Extension]:
    class Spoken(Extension):
        _words: ClassVar = words

        def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
            return _written(stream, self._words)

    return Spoken


def _written(tokens: Iterable[Token], words: Mapping[str, str]) -> Iterator[Token]:
    held = deque[Token]()
    for token in tokens:
        held.append(token)
        if len(held) < len(_CALL):
            continue
        if held[0].value == "t" and tuple(one.type for one in held) == _CALL:
            yield Token(held[0].lineno, "string", words[held[2].value])
            held.clear()
        else:
            yield held.popleft()
    yield from held
