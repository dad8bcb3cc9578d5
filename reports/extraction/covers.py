"""The areas that a PDF page paints in, those that cover what was drawn before out: a figure painted over with white and written anew.

Only a plain rectangle of full colour counts, as far as the page's clipping lets it show. What has another form is not taken for a cover.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from reports.extraction.limits import refuse_beyond

_THIN = 3.0  # points: a line, no area
_NEAR = 1.5  # points between a corner and the box around it: half a stroke's width
_FULL = 255
_STEP, _HIGHEST = 20.0, 15_000.0  # points; no page is higher
_MOST = 200_000  # areas on a page
_CORNERS = (4, 5)  # pieces of a rectangle's outline, closed by hand or by the file
Box = tuple[float, float, float, float]
Point = tuple[float, float]


class Covers:
    """Painted areas by the height on the page at which they lie: a page may paint one for every line of its text."""

    def __init__(self) -> None:
        self._by_height: dict[int, list[tuple[Box, Any]]] = {}
        self._count = 0

    def add(self, path: Any) -> None:
        box: Box = path.get_bounds()
        if _has_area(box):
            self._count += 1
            refuse_beyond(self._count, _MOST, "painted areas on a page")
            for step in range(_step(box[1]), _step(box[3]) + 1):
                self._by_height.setdefault(step, []).append((box, path))

    def over(self, box: Box) -> list[Box]:
        """Those that lie over the middle height of a box, wherever they begin and end in it."""
        near = [path for around, path in self._by_height.get(_step(_middle(box)), ()) if _lies_over(around, box)]
        covers = (_covering_box(path) for path in near)
        return [cover for cover in covers if cover is not None and _lies_over(cover, box)]


def _covering_box(path: Any) -> Box | None:
    from pypdfium2 import raw  # type: ignore[import-untyped]

    box: Box = path.get_bounds()
    if raw.FPDFPath_CountSegments(path.raw) not in _CORNERS:
        return None
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path.raw, filled, stroked)
    if not filled.value or raw.FPDFPageObj_HasTransparency(path.raw):
        return None
    colour = fill_of(path)
    if colour is None or colour[3] < _FULL or not all(_is_corner(point, box) for point in _points(path)):
        return None
    return _as_clipped(path, box)


def fill_of(item: Any) -> tuple[int, ...] | None:
    """Red, green, blue and how much it covers, up to 255 each; None for a pattern."""
    from pypdfium2 import raw

    red, green, blue, cover = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    found = raw.FPDFPageObj_GetFillColor(item.raw, red, green, blue, cover)
    return (red.value, green.value, blue.value, cover.value) if found else None


def _as_clipped(path: Any, box: Box) -> Box | None:
    """The part of a box inside every rectangle that it is clipped to; nothing when it is clipped to another form."""
    from pypdfium2 import raw

    clip = raw.FPDFPageObj_GetClipPath(path.raw)
    for index in range(max(0, raw.FPDFClipPath_CountPaths(clip))):
        count = raw.FPDFClipPath_CountPathSegments(clip, index)
        if count not in _CORNERS:
            return None
        corners = [_point(raw.FPDFClipPath_GetPathSegment(clip, index, at)) for at in range(count)]
        across, up = [x for x, _ in corners], [y for _, y in corners]
        box = (max(box[0], min(across)), max(box[1], min(up)), min(box[2], max(across)), min(box[3], max(up)))
    return box if _has_area(box) else None


def _points(path: Any) -> Iterator[Point]:
    from pypdfium2 import raw

    matrix = path.get_matrix()
    for index in range(raw.FPDFPath_CountSegments(path.raw)):
        yield matrix.on_point(*_point(raw.FPDFPath_GetPathSegment(path.raw, index)))


def _point(segment: Any) -> Point:
    from pypdfium2 import raw

    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    return x.value, y.value


def _is_corner(point: Point, box: Box) -> bool:
    across = min(abs(point[0] - box[0]), abs(point[0] - box[2]))
    return across <= _NEAR and min(abs(point[1] - box[1]), abs(point[1] - box[3])) <= _NEAR


def _has_area(box: Box) -> bool:
    return box[2] - box[0] > _THIN and box[3] - box[1] > _THIN


def _lies_over(cover: Box, box: Box) -> bool:
    return cover[1] <= _middle(box) <= cover[3] and cover[0] < box[2] and box[0] < cover[2]


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2


def _step(height: float) -> int:
    return int(max(0.0, min(_HIGHEST, height)) // _STEP)
