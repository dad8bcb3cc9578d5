"""A workbook's styles in, how a cell of each is seen out: plainly, struck out, white on white, or with its number hidden by its format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml.etree import _Element as Element

from reports.extraction.packed import Packed
from reports.extraction.seen import turned

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STYLES = "xl/styles.xml"
_OFF = {"0", "false"}
_WHITE_INDICES, _WHITE_THEME = {"1", "9"}, "0"  # of the palette of Excel 97, and the theme's light ground
_QUOTED = re.compile(r'"[^"]*"|\\.')
_CONDITION = re.compile(r"\[[<>=]")


class Look(NamedTuple):
    """How one style shows its cells. `sections`: of its format, for numbers above nothing, below it, nothing itself, and for words."""

    struck: bool = False
    white: bool = False
    grounded: bool = False
    sections: tuple[str, ...] = ()

    def shown(self, text: str, is_number: bool) -> str:
        """What a person sees of a cell's text; white type on no ground is turned about, as on a page."""
        if self.struck or (self._hides(text) if is_number else self._hides_words()):
            return ""
        return turned(text) if self.white and not self.grounded else text

    def _hides(self, number: str) -> bool:
        """A format of ;;; shows nothing, one of 0;-0; nothing for a zero."""
        if len(self.sections) < 2:
            return False
        below, nothing = number.startswith("-"), not number.strip("-0.")
        at = 2 if nothing and len(self.sections) > 2 else 1 if below and not nothing else 0
        return not self.sections[at].strip()

    def _hides_words(self) -> bool:
        return len(self.sections) > 3 and not self.sections[3].strip()


PLAIN = Look()


def read_looks(packed: Packed) -> list[Look]:
    """By the number that a cell names its style with."""
    if _STYLES not in packed.names:
        return []
    root = packed.markup(_STYLES)
    fonts = [(_is_on(font, "strike"), is_white(font.find(f"{_MAIN}color"))) for font in _children(root, "fonts")]
    fills = [_has_ground(fill) for fill in _children(root, "fills")]
    formats = {one.get("numFmtId"): one.get("formatCode") or "" for one in _children(root, "numFmts")}
    looks = []
    for style in _children(root, "cellXfs"):
        struck, white = fonts[font] if (font := number_of(style.get("fontId"))) < len(fonts) else (False, False)
        grounded = fills[fill] if (fill := number_of(style.get("fillId"))) < len(fills) else False
        looks.append(Look(struck, white, grounded, _sections(formats.get(style.get("numFmtId"), ""))))
    return looks


def number_of(written: str | None) -> int:
    """What an attribute counts; none stands for the first."""
    return int(written) if written is not None and written.isdecimal() else 0


def _sections(code: str) -> tuple[str, ...]:
    """Of a number's format. With conditions of its own, [>100], it is not taken for one that hides."""
    if _CONDITION.search(code):
        return ()
    return tuple(_QUOTED.sub(lambda found: "" if found.group() == '""' else "q", code).split(";"))


def is_white(colour: Element | None) -> bool:
    if colour is None or (colour.get("tint") or "").startswith("-"):
        return False
    return (
        (colour.get("rgb") or "").upper()[-6:] == "FFFFFF"
        or colour.get("indexed") in _WHITE_INDICES
        or colour.get("theme") == _WHITE_THEME
    )


def _has_ground(fill: Element) -> bool:
    pattern = fill.find(f"{_MAIN}patternFill")
    if pattern is None:
        return fill.find(f"{_MAIN}gradientFill") is not None
    kind = pattern.get("patternType") or "none"
    return kind not in {"none", "solid"} or (kind == "solid" and not is_white(pattern.find(f"{_MAIN}fgColor")))


def _is_on(font: Element, name: str) -> bool:
    mark = font.find(f"{_MAIN}{name}")
    return mark is not None and mark.get("val") not in _OFF


def _children(root: Element, name: str) -> Iterable[Element]:
    found = root.find(f"{_MAIN}{name}")
    return () if found is None else [one for one in found if isinstance(one.tag, str)]
