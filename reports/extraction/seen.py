"""A part of a page in, how a reader sees it out: plainly, raised or lowered beside other words, turned about, or not at all.

A struck-out 9 before a 12 is no 912, and the mark of a footnote behind it no digit. What a style sheet hides by class is not known here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.etree import _Element as Element

UNSEEN, PLAIN, RAISED, TURNED = range(4)
_UNSEEN_TAGS = frozenset(("del", "s", "strike", "rt", "rp", "select", "option", "datalist"))
_RAISED_TAGS = frozenset(("sup", "sub"))
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|line-through|font-size\s*:\s*0+(?![\d.])"
    r"|opacity\s*:\s*0(?:\.0*)?(?![\d.])|(?:left|top|text-indent)\s*:\s*-\d{4}",
    re.IGNORECASE,
)
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.IGNORECASE)
_TURNED_STYLE = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.IGNORECASE)
_RAISED_DIGITS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LEVEL_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_ONLY_RAISED = re.compile(r"[\s⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")


def how_seen(element: Element) -> int:
    tag = element.tag
    if tag in _UNSEEN_TAGS or element.get("hidden") is not None:
        return UNSEEN
    style = element.get("style")
    seen = PLAIN if style is None else _styled(style)
    if seen != PLAIN:
        return seen
    if tag == "bdo" and (element.get("dir") or "").strip().lower() == "rtl":
        return TURNED
    return RAISED if tag in _RAISED_TAGS else PLAIN


def how_cell_seen(element: Element) -> int:
    """The same for a row or a cell, which is never raised."""
    if element.get("hidden") is not None:
        return UNSEEN
    style = element.get("style")
    seen = PLAIN if style is None else _styled(style)
    return PLAIN if seen == RAISED else seen


@lru_cache(maxsize=1024)  # a page repeats a few styles hundreds of times
def _styled(style: str) -> int:
    if _UNSEEN_STYLE.search(style):
        return UNSEEN
    if _TURNED_STYLE.search(style):
        return TURNED
    return RAISED if _RAISED_STYLE.search(style) else PLAIN


def raised(text: str) -> str:
    """Small digits beside others, so that none of them is taken for one of a number's."""
    return text.translate(_RAISED_DIGITS)


def turned(text: str) -> str:
    """Words that are shown from the right to the left, between the marks that say so: 12 is seen as 21, and no figure is read from it."""
    return f"\u202e{text}\u202c" if text else ""


def level(text: str) -> str:
    """A cell in which everything is raised is an ordinary one: some editors set all type so."""
    return text.translate(_LEVEL_DIGITS) if text and _ONLY_RAISED.fullmatch(text) else text


def entered(field: Element) -> str:
    """What a form's field shows."""
    kind = (field.get("type") or "text").lower()
    return field.get("value") or "" if kind in {"text", "number", "tel"} else ""
