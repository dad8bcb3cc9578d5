"""The objects drawn on a PDF page in, the type among them that nobody sees out: drawn invisibly, white where no colour lies under it, painted over.

A picture of a page with invisible type over it is a scan whose words OCR put there: that type is read, and said to be OCR's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.extraction.covers import Box, Covers, fill_of

_COVERS = 0.7  # of a page, a picture that is the page
_WHITE = 250  # and above, of 255


def is_layered(page: Any, drawn: Sequence[Any]) -> bool:
    """Whether a page is a picture of itself whose words nobody sees: unseen type over it or under it, as scanners' OCR puts there."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    seen = unseen = 0
    width, height = page.get_size()
    covered = False
    for item in drawn:
        if item.type == raw.FPDF_PAGEOBJ_TEXT:
            hidden = raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
            seen, unseen = seen + (not hidden), unseen + hidden
        if item.type != raw.FPDF_PAGEOBJ_IMAGE:
            continue
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= _COVERS * width * height:
            covered = True
            seen, unseen = 0, unseen + seen  # what was drawn before lies under it
    return covered and unseen > seen


@dataclass
class Unseen:
    """Text objects, by their addresses, that nobody sees, and the areas painted over others or over a part of them."""

    objects: set[int] = field(default_factory=set)
    covered: dict[int, list[Box]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.objects or self.covered)

    def hides(self, pointer: Any, box: Box) -> bool:
        """Whether a character of a text object, in this box, is not seen."""
        at = _address(pointer)
        return at in self.objects or any(_holds_middle(cover, box) for cover in self.covered.get(at, ()))


def unseen_type(drawn: Sequence[Any]) -> Unseen:
    """Of the objects drawn on a page that is no layered scan."""
    from pypdfium2 import raw

    found = Unseen()
    white: list[tuple[int, Box]] = []
    covers = Covers()
    for item in reversed(drawn):
        if item.level > 0 and item.type != raw.FPDF_PAGEOBJ_TEXT:
            continue  # inside a form boxes are the form's own
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            covers.add(item)
        if item.type != raw.FPDF_PAGEOBJ_TEXT:
            continue
        mode = raw.FPDFTextObj_GetTextRenderMode(item.raw)
        colour = fill_of(item) if mode == raw.FPDF_TEXTRENDERMODE_FILL else None
        if mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP) or (colour and colour[3] == 0):
            found.objects.add(_address(item.raw))
        elif item.level == 0:
            box = item.get_bounds()
            if colour and _is_white(colour):
                white.append((_address(item.raw), box))
            if above := covers.over(box):
                found.covered[_address(item.raw)] = above
    if white:
        grounds = [item.get_bounds() for item in drawn if _is_ground(item)]
        found.objects |= {at for at, box in white if not any(_holds_middle(ground, box) for ground in grounds)}
    return found


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def _is_ground(item: Any) -> bool:
    """Whether white can be read on it: a picture, a shading or an area filled with a colour."""
    from pypdfium2 import raw

    if item.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
        return True
    if item.type != raw.FPDF_PAGEOBJ_PATH:
        return False
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item.raw, ctypes.byref(filled), ctypes.byref(stroked))
    colour = fill_of(item) if filled.value else None
    return colour is not None and colour[3] > 0 and not _is_white(colour)


def _is_white(colour: tuple[int, ...]) -> bool:
    return min(colour[:3]) >= _WHITE


def _holds_middle(ground: Box, box: Box) -> bool:
    across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return ground[0] <= across <= ground[2] and ground[1] <= up <= ground[3]
