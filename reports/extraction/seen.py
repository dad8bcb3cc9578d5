"""A part of a page in, how a reader sees it out: plainly, raised or lowered beside other words, turned about, or not at all.

A struck-out 9 before a 12 is no 912, and the mark of a footnote behind it no digit. What the page's style sheets hide by class has been given the
attribute `hidden` before (`stylesheets.py`). White type is turned about where nothing says that its ground has a colour: it may be unseen, and gives no figure.
"""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from reports.remembering import remembered

UNSEEN, PLAIN, RAISED, TURNED = range(4)
_UNSEEN_TAGS = frozenset(("del", "s", "strike", "rt", "rp", "select", "option", "datalist"))
_RAISED_TAGS = frozenset(("sup", "sub"))
_ZERO = r"0+(?:\.0*)?(?![\d.])"
_UNSEEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|line-through"
    rf"|font-size\s*:\s*(?:{_ZERO}|[01](?:\.\d+)?p[xt])|opacity\s*[:(]\s*{_ZERO}"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4}|(?:^|[;\s])(?:left|top)\s*:\s*-[5-9]\d\d"
    rf"|transform\s*:[^;]{{0,80}}scale[xy]?\(\s*{_ZERO}|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*{_ZERO})"
    r"|clip\s*:\s*rect\(\s*([01])(?:px)?(?:[\s,]+\1(?:px)?){3}\s*\)",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(rf"(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*{_ZERO}", re.IGNORECASE)  # seen all the same,
_SHUT = re.compile(r"overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)  # unless what runs over is cut off
_RAISED_STYLE = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.IGNORECASE)
_TURNED_STYLE = re.compile(r"unicode-bidi\s*:\s*(?:bidi|isolate)-override", re.IGNORECASE)
_WHITE = r"(?:white|#fff|#(?:f[c-f]){3}|rgb\(\s*25[0-5](?:\s*,\s*25[0-5]){2}\s*\))"  # nearly white as well
_CLEAR = rf"(?:transparent|#[\da-f]{{6}}00|(?:rgb|hsl)a\((?:[^,()]*,){{3}}\s*{_ZERO})"
_WHITE_TYPE = re.compile(rf"(?:^|[;\s])color\s*:\s*(?:{_WHITE}|{_CLEAR})(?![\w])", re.IGNORECASE)
_GROUND = re.compile(
    rf"background(?:-color|-image)?\s*:\s*(?!{_WHITE}(?![\w])|transparent|none|inherit|initial)[^;\s]", re.IGNORECASE
)
_FAINT = 4  # white: seen on a ground of another colour only
_RAISED_DIGITS = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LEVEL_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_ONLY_RAISED = re.compile(r"[\s⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")


def how_seen(element: Element) -> int:
    tag = element.tag
    if tag in _UNSEEN_TAGS or element.get("hidden") is not None:
        return UNSEEN
    style = element.get("style")
    seen = PLAIN if style is None else _styled(style)
    if tag == "font" and _is_white((element.get("color") or "").strip()):
        seen = _FAINT
    if seen == _FAINT:
        seen = PLAIN if _has_ground(element) else TURNED
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
    if seen == _FAINT:
        return PLAIN if _has_ground(element) else TURNED
    return PLAIN if seen == RAISED else seen


def _has_ground(element: Element) -> bool:
    """Whether it, or anything around it, is said to have a ground of a colour of its own."""
    return any(
        _GROUND.search(one.get("style") or "")
        or one.get("background") is not None
        or not _is_white((one.get("bgcolor") or "white").strip())
        for one in (element, *element.iterancestors())
    )


@remembered
def _is_white(colour: str) -> bool:
    return re.fullmatch(_WHITE, colour, re.IGNORECASE) is not None


@remembered  # a page repeats a few styles hundreds of times
def _styled(style: str) -> int:
    if _UNSEEN_STYLE.search(style) or (_NO_SIZE.search(style) and _SHUT.search(style)):
        return UNSEEN
    if _TURNED_STYLE.search(style):
        return TURNED
    if _WHITE_TYPE.search(style):
        return _FAINT
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
