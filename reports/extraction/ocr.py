"""A page's picture in, its characters with their boxes and the lines drawn on it out, read by OCR. Needs the extra `ocr`.

Boxes and heights are turned upwards, as in PDF, so that one table finder serves both. What cannot be read well is written as `？`:
a figure with such a mark is unknown, never a guess. The models are in the package; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reports.extraction.ruled import Character, RuledTable, Stroke, find_tables

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

UNREAD = "？"
_LEAST_SCORE = 0.75  # of a recognised line; below it a digit is a guess
_FINDING_LENGTH = 1280  # pixels: a quarter less work than at full length, the same figures (benchmarks/ocr_speed.py)
_RULING = 1.25  # of a character's height that a drawn line is long at least
_LEAST_INK = 12  # dark pixels in a cell that are more than dust
_STEEPEST = 5.0  # degrees that a sheet may lie askew on the glass


def installed() -> bool:
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def read_picture(picture: Picture) -> tuple[list[Character], list[Stroke]]:
    """`picture` is height × width × 3. One table page takes a few seconds."""
    straight = straightened(picture)
    height = float(straight.shape[0])
    characters = list(_recognised(straight, height))
    strokes = list(_longer_than_type(_drawn_lines(straight, height), characters))
    for table in find_tables(strokes):
        characters += _overlooked(straight, table, characters)
    return characters, strokes


def warm_up() -> None:
    """Loads the models, which the first page would otherwise pay for."""
    _engine()


@lru_cache(maxsize=1)
def _engine() -> Any:
    import logging

    from rapidocr import RapidOCR  # type: ignore[import-untyped,unused-ignore]

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 2,
            # words are looked for in a picture of this length and read from the whole one; cells passed over are read alone
            "Det.limit_type": "max",
            "Det.limit_side_len": _FINDING_LENGTH,
        }
    )


def _recognised(picture: Picture, height: float) -> Iterator[Character]:
    """Every recognised character; a line's width is shared out evenly where the reader gives no box of a word."""
    # the engine keeps what the last call asked for, so that every call names all of it
    found = _engine()(picture, use_det=True, use_cls=False, use_rec=True, return_word_box=True, text_score=0.3)
    if not found.txts:  # then its results are no lists of words
        return
    for line in found.word_results or ():
        for text, score, box in line:
            if box is not None:
                yield from _shared_out(text if score >= _LEAST_SCORE else _without_figures(text), box, height)


def _without_figures(text: str) -> str:
    """A badly read word may still be a label that can be known; a badly read digit is none."""
    return "".join(UNREAD if character.isascii() and character.isalnum() else character for character in text)


def _shared_out(text: str, box: Any, height: float) -> Iterator[Character]:
    left, right = min(point[0] for point in box), max(point[0] for point in box)
    top, bottom = min(point[1] for point in box), max(point[1] for point in box)
    step = (right - left) / max(1, len(text))
    for index, character in enumerate(text):
        if not character.isspace():
            yield Character(character, left + index * step, height - bottom, left + (index + 1) * step, height - top)


def _overlooked(picture: Picture, table: RuledTable, characters: Sequence[Character]) -> Iterator[Character]:
    """Cells with ink but no characters are read once more, each alone: detection passes over lone digits."""
    height = picture.shape[0]
    for left, bottom, right, top in table.boxes():
        if any(left <= (c.left + c.right) / 2 <= right and bottom <= (c.bottom + c.top) / 2 <= top for c in characters):
            continue
        inner = picture[int(height - top) + 4 : int(height - bottom) - 3, int(left) + 4 : int(right) - 3]
        if inner.size == 0 or int((inner.min(axis=2) < 128).sum()) < _LEAST_INK:
            continue
        text = _read_alone(inner)
        middle, high = (left + right) / 2, (top + bottom) / 2
        yield Character(text, middle - 4, high - 6, middle + 4, high + 6)


def _read_alone(cell: Picture) -> str:
    import cv2
    import numpy as np

    rows, columns = np.where(cell.min(axis=2) < 160)
    cut = cell[max(0, rows.min() - 4) : rows.max() + 5, max(0, columns.min() - 4) : columns.max() + 5]
    framed = cv2.copyMakeBorder(cut, 10, 10, 10, 10, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    found = _engine()(framed, use_det=False, use_cls=False, use_rec=True, return_word_box=False)
    texts, scores = list(found.txts or ()), list(found.scores or ())
    return str(texts[0]).strip() if texts and scores and scores[0] >= _LEAST_SCORE and str(texts[0]).strip() else UNREAD


def _drawn_lines(picture: Picture, height: float) -> list[Stroke]:
    """Long dark runs across and down."""
    import cv2

    dark = cv2.adaptiveThreshold(
        255 - cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, -12
    )
    strokes = []
    shortest = max(12, picture.shape[1] // 60)
    for across in (True, False):
        size = (shortest * 2, 1) if across else (1, shortest)
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
        lines = cv2.dilate(
            cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel), cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))
        )
        strokes += [_stroke(box, height, across) for box in _boxes_of(lines, across)]
    return strokes


def _longer_than_type(strokes: Sequence[Stroke], characters: Sequence[Character]) -> Iterator[Stroke]:
    """Without strokes no longer than the page's characters are high: those are of 十 and 制, and would cut cells in two."""
    heights = sorted(c.top - c.bottom for c in characters)
    shortest = _RULING * heights[len(heights) // 2] if heights else 0.0
    yield from (s for s in strokes if max(s.right - s.left, s.top - s.bottom) >= shortest)


def _boxes_of(lines: Any, across: bool) -> Iterator[tuple[int, int, int, int]]:
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
    for index in range(1, count):
        left, top, width, height, _ = (int(value) for value in stats[index])
        thick = height if across else width
        if thick <= 12:
            yield left, top, width, height


def _stroke(box: tuple[int, int, int, int], height: float, across: bool) -> Stroke:
    left, top, wide, high = box
    if across:
        middle = height - (top + high / 2)
        return Stroke(float(left), middle, float(left + wide), middle)
    middle = left + wide / 2
    return Stroke(middle, height - (top + high), middle, height - top)


def straightened(picture: Picture) -> Picture:
    """Turned by the usual slope of its long lines, when that is a slip of the sheet."""
    import cv2
    import numpy as np

    small = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(small, 60, 180)
    found = cv2.HoughLinesP(edges, 1, np.pi / 1440, 80, minLineLength=small.shape[1] // 4, maxLineGap=4)
    if found is None:
        return picture
    slopes = [np.degrees(np.arctan2(y2 - y1, x2 - x1)) for x1, y1, x2, y2 in found.reshape(-1, 4)]
    flat = [slope for slope in slopes if abs(slope) < _STEEPEST]
    slope = float(np.median(flat)) if flat else 0.0
    if abs(slope) < 0.1:
        return picture
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), slope, 1.0)
    return np.asarray(
        cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)),
        dtype=np.uint8,
    )
