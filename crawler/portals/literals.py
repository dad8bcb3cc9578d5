"""Text of a script or an answer goes in; the value that a JavaScript literal, a JSON or a JSONP answer stands for comes out."""

from __future__ import annotations

import json
import re
from typing import Any

TOKEN = re.compile(
    r"\s+|//[^\n]*|/\*.*?\*/|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>[\[\]{}:,])",
    re.DOTALL,
)
WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
JSONP = re.compile(r"^\s*[\w$.]+\s*\(\s*(.*?)\s*\)\s*;?\s*$", re.DOTALL)
DEEPEST = 60
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)


class NoLiteral(ValueError):
    """The text at this place is no literal that this reader knows; it says what it met."""


def json_answer(text: str) -> Any:
    """The value of an answer in JSON, or in JSONP with whatever name for its function; None when it is neither."""
    text = text.lstrip("\ufeff").strip()
    for candidate in (text, *(match[1] for match in [JSONP.match(text)] if match)):
        try:
            return json.loads(candidate)
        except ValueError:
            continue
    return None


def literal_after(text: str, name: str) -> Any:
    """The value that a script assigns to `name`, or gives it in an object; None when there is none."""
    for found in re.finditer(rf"(?<![\w$]){re.escape(name)}[\"']?\s*[:=]\s*(?=[\[{{'\"\d-])", text):
        try:
            return literal_at(text, found.end())
        except NoLiteral:
            continue
    return None


def literal_at(text: str, start: int) -> Any:
    """The literal that begins at `start`. Raises NoLiteral."""
    value, _ = _value(text, start, 0)
    return value


def _next(text: str, at: int) -> tuple[str, str, int]:
    """The kind and the text of the next token that counts, and where it ends."""
    while at < len(text):
        found = TOKEN.match(text, at)
        if found is None:
            raise NoLiteral(f"expected a literal, met {text[at : at + 20]!r}")
        at = found.end()
        if found.lastgroup:
            return found.lastgroup, found[0], at
    raise NoLiteral("the text ends inside a literal")


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise NoLiteral(f"more than {DEEPEST} levels")
    kind, token, at = _next(text, at)
    match kind, token:
        case "string", _:
            return _unescaped(token[1:-1]), at
        case "number", _:
            return (float(token) if any(mark in token for mark in ".eE") else int(token)), at
        case "mark", "[":
            return _array(text, at, depth)
        case "mark", "{":
            return _object(text, at, depth)
        case "name", _ if token in WORDS:
            return WORDS[token], at
    raise NoLiteral(f"expected a value, met {token!r}")


def _array(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    values: list[Any] = []
    while True:
        _, token, after = _next(text, at)
        if token == "]":
            return values, after
        value, at = _value(text, at, depth + 1)
        values.append(value)
        _, token, after = _next(text, at)
        if token == ",":
            at = after
        elif token != "]":
            raise NoLiteral(f"expected , or ] in a list, met {token!r}")


def _object(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    while True:
        kind, token, after = _next(text, at)
        if token == "}":
            return values, after
        if kind == "mark":
            raise NoLiteral(f"expected a name in an object, met {token!r}")
        _, colon, at = _next(text, after)
        if colon != ":":
            raise NoLiteral(f"expected : after {token}, met {colon!r}")
        values[_unescaped(token[1:-1]) if kind == "string" else token], at = _value(text, at, depth + 1)
        _, token, after = _next(text, at)
        if token == ",":
            at = after
        elif token != "}":
            raise NoLiteral(f"expected , or }} in an object, met {token!r}")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return ESCAPE.sub(
        lambda found: chr(int(found[1] or found[2], 16)) if found[1] or found[2] else ESCAPES.get(found[3], found[3]),
        text,
    )
