"""The objects drawn on a PDF page in, the type among them that nobody sees out: drawn invisibly, or white where no colour lies under it.

A picture of a page with invisible type over it is a scan whose words OCR put there: that type is read, and said to be OCR's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

_COVERS = 0.7  # of a page, a picture that is the page
_WHITE = 250  # and above, of 255
Box = tuple[float, float, float, float]


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


def unseen_type(drawn: Sequence[Any]) -> set[int]:
    """The addresses of the text objects that nobody sees, among the objects drawn on a page that is no layered scan."""
    from pypdfium2 import raw

    unseen: set[int] = set()
    white: list[tuple[int, Box]] = []
    for item in drawn:
        if item.type != raw.FPDF_PAGEOBJ_TEXT:
            continue
        mode = raw.FPDFTextObj_GetTextRenderMode(item.raw)
        colour = _fill(item) if mode == raw.FPDF_TEXTRENDERMODE_FILL else None
        if mode in (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP) or (colour and colour[3] == 0):
            unseen.add(address(item.raw))
        elif colour and _is_white(colour) and item.level == 0:  # inside a form boxes are the form's own
            white.append((address(item.raw), item.get_bounds()))
    if white:
        grounds = [item.get_bounds() for item in drawn if _is_ground(item)]
        unseen |= {at for at, box in white if not any(_holds_middle(ground, box) for ground in grounds)}
    return unseen


def address(pointer: Any) -> int:
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
    colour = _fill(item) if filled.value else None
    return colour is not None and colour[3] > 0 and not _is_white(colour)


def _is_white(colour: tuple[int, ...]) -> bool:
    return min(colour[:3]) >= _WHITE


def _fill(item: Any) -> tuple[int, ...] | None:
    """Red, green, blue and how much it covers, up to 255 each; None for a pattern."""
    from pypdfium2 import raw

    red, green, blue, cover = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    found = raw.FPDFPageObj_GetFillColor(item.raw, red, green, blue, cover)
    return (red.value, green.value, blue.value, cover.value) if found else None


def _holds_middle(ground: Box, box: Box) -> bool:
    across, up = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return ground[0] <= across <= ground[2] and ground[1] <= up <= ground[3]
