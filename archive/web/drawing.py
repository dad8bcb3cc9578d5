"""A PDF's or a picture's bytes and the number of a page go in, that page comes out as a picture, with a box around the place where something was read.

A box is left, bottom, right, top, growing upwards, as the reader gives it (reports.model.Place): points of a PDF that has a text of its own,
pixels of the page as it was drawn or enlarged for OCR.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import Lock
from zlib import Z_RLE

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, UnidentifiedImageError

from reports.extraction.images import DOTS, LEAST_WIDTH
from reports.extraction.limits import MOST_PIXELS
from reports.extraction.ocr import straightened
from reports.extraction.sniffing import kind_of

MOST_PAGES = 60  # of a PDF shown at once; a report has three to thirty
PAGE_WIDTH, WHOLE_WIDTH = 1100, 800  # pixels of a drawn page, and of one that stands below its close-up
DRAWN_KINDS = ("pdf", "image")
PDFIUM = Lock()  # the library is not made for threads
_COLOURS = 63  # of a drawn page, and one more for the box
_RED = (176, 28, 46)
_WEBP_QUALITY = 30  # of a hundred: figures are read as well as in what was scanned
_AROUND = 4  # pixels between a cell and its box: a stroke on the ruling line would hide it
_NEAR = 150  # pixels above and below the box in a close-up

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Marked:
    """What is drawn on a page: a box, and whether only its surroundings are wanted. `by_ocr`: its measure is that of the picture read by OCR."""

    box: Box
    by_ocr: bool = False
    near: bool = False

    @property
    def width(self) -> int:
        """Pixels of the whole page."""
        return PAGE_WIDTH if self.near else WHOLE_WIDTH


@dataclass(frozen=True, slots=True)
class Drawn:
    body: bytes
    media_type: str


def drawn_page(body: bytes, number: int, marked: Marked | None = None) -> Drawn | None:
    """Page `number` (from 1); None when there is no such page or it cannot be drawn."""
    kind = kind_of(body)
    if kind not in DRAWN_KINDS or not 1 <= number <= MOST_PAGES:
        return None
    made = _of_pdf(body, number, marked) if kind == "pdf" else _of_picture(body, number, marked)
    if made is None:
        return None
    picture, box = made
    if box is not None and marked is not None and marked.near:
        picture, box = _cut(picture, box)
    photographed = kind == "image" or (marked is not None and marked.by_ocr)
    return _as_webp(picture, box) if photographed else _as_png(picture, box)


def _as_webp(picture: Image.Image, box: Box | None) -> Drawn:
    """A photograph has no two pixels alike: as a PNG it has twice the size and more."""
    shown = picture.convert("RGB")
    if box is not None:
        _draw(shown, box, _RED)
    out = io.BytesIO()
    shown.save(out, "WEBP", quality=_WEBP_QUALITY, method=0)
    return Drawn(out.getvalue(), "image/webp")


def _as_png(picture: Image.Image, box: Box | None) -> Drawn:
    shown = picture.convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
    if box is not None:
        # The red is a colour of its own in the palette: of a page's few colours a thin line would get the nearest.
        known = [*(shown.getpalette() or ()), *(0,) * 3 * _COLOURS]  # a page of few colours has a short one
        shown.putpalette([*known[: 3 * _COLOURS], *_RED])
        _draw(shown, box, _COLOURS)
    out = io.BytesIO()
    # A page is runs of one colour: a third of the time, some percent more bytes.
    shown.save(out, "PNG", compress_type=Z_RLE)
    return Drawn(out.getvalue(), "image/png")


def _of_pdf(body: bytes, number: int, marked: Marked | None) -> tuple[Image.Image, Box | None] | None:
    try:
        with PDFIUM:
            document = pypdfium2.PdfDocument(body)
            try:
                if number > len(document):
                    return None
                sheet = document[number - 1]
                width, height = sheet.get_size()
                if marked is not None and marked.by_ocr:
                    if width * height * (DOTS / 72) ** 2 > MOST_PIXELS:
                        return None
                    return _as_read(sheet.render(scale=DOTS / 72).to_pil(), marked)
                # A page as wide as a wall would take the memory of one: its longer side decides as well.
                wide = PAGE_WIDTH if marked is None else marked.width
                scale = min(wide / max(width, 1.0), 2 * wide / max(height, 1.0))
                drawn = sheet.render(scale=scale)
                picture = drawn.to_pil().copy()
                return picture, None if marked is None else _on_bitmap(drawn.get_posconv(sheet), marked.box)
            finally:
                document.close()
    except pypdfium2.PdfiumError:
        return None


def _on_bitmap(turned: pypdfium2.PdfPosConv, box: Box) -> Box:
    """A page may be turned or cut: pdfium itself says where a point comes to lie."""
    x1, y1 = turned.to_bitmap(box[0], box[1])
    x2, y2 = turned.to_bitmap(box[2], box[3])
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _of_picture(body: bytes, number: int, marked: Marked | None) -> tuple[Image.Image, Box | None] | None:
    try:
        with Image.open(io.BytesIO(body)) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.seek(number - 1)
            picture = image.convert("RGB")
    except (UnidentifiedImageError, EOFError, OSError, ValueError, Image.DecompressionBombError):
        return None
    if marked is None:
        return _bounded(picture), None
    if picture.width < LEAST_WIDTH:
        picture = picture.resize((LEAST_WIDTH, round(picture.height * LEAST_WIDTH / picture.width)))
    return _as_read(picture, marked)


def _as_read(picture: Image.Image, marked: Marked) -> tuple[Image.Image, Box]:
    """The page as OCR saw it, laid straight, with the box turned over: pictures grow downwards."""
    picture = _straight(picture.convert("RGB"))
    high, scale = picture.height, min(1.0, marked.width / picture.width, 2 * marked.width / picture.height)
    left, bottom, right, top = marked.box
    shown = picture.resize((max(1, round(picture.width * scale)), max(1, round(high * scale))))
    return shown, (left * scale, (high - top) * scale, right * scale, (high - bottom) * scale)


def _straight(picture: Image.Image) -> Image.Image:
    """Without OCR's own libraries the page is shown as it was scanned: what was read with them was read elsewhere."""
    try:
        import numpy as np

        return Image.fromarray(straightened(np.asarray(picture)))
    except ModuleNotFoundError:
        return picture


def _bounded(picture: Image.Image) -> Image.Image:
    picture.thumbnail((PAGE_WIDTH, 2 * PAGE_WIDTH))
    return picture


def _cut(picture: Image.Image, box: Box) -> tuple[Image.Image, Box]:
    """The page's whole width around the box: the label of a row stands at its beginning."""
    left, top, right, bottom = box
    first = max(0, min(round(top), picture.height) - _NEAR)
    last = min(picture.height, max(round(bottom), 0) + _NEAR)
    return picture.crop((0, first, picture.width, max(last, first + 1))), (left, top - first, right, bottom - first)


def _draw(shown: Image.Image, box: Box, colour: int | tuple[int, int, int]) -> None:
    left, top, right, bottom = (
        max(0.0, min(edge, limit))
        for edge, limit in zip(box, (shown.width, shown.height, shown.width, shown.height), strict=True)
    )
    frame = (left - _AROUND, top - _AROUND, max(left, right) + _AROUND, max(top, bottom) + _AROUND)
    ImageDraw.Draw(shown).rectangle(frame, outline=colour, width=3)
