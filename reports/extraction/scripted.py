"""A page's scripts in, the markup of an article that a script would write into the page out: some portals ship the report as a string."""

from __future__ import annotations

import re

_LITERAL = re.compile(
    r"""(?:=|\(|:)\s*("(?:[^"\\]|\\.){400,}"|'(?:[^'\\]|\\.){400,}'|`(?:[^`\\]|\\.){400,}`)""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r?\n)|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": " ", "f": " ", "v": " ", "0": ""}
_MARKUP = re.compile(r"<\s*(?:p|table|div|span)\b", re.IGNORECASE)


def scripted_article(scripts: list[str]) -> str | None:
    """The longest string literal that is markup and speaks of 信息公开; None when no script holds one."""
    best: str | None = None
    for script in scripts:
        if "信息公开" not in script and "\\u4fe1\\u606f" not in script.lower():
            continue
        for found in _LITERAL.finditer(script):
            text = _ESCAPE.sub(_unescape, found.group(1)[1:-1])
            if _MARKUP.search(text) and "信息公开" in text and (best is None or len(text) > len(best)):
                best = text
    return best


def _unescape(found: re.Match[str]) -> str:
    unicode, byte, newline, other = found.groups()
    if unicode or byte:
        return chr(int(unicode or byte, 16))
    return "" if newline else _SIMPLE.get(other, other)
