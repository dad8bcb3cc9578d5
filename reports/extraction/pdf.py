"""A PDF's bytes in, Document out: ruled tables and the text between them, page by page.

pdfium gives characters and lines; the grid is our own (`ruled.py`). pdfplumber reads the same figures ten times slower.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from reports.errors import UnreadableFile
from reports.extraction import ocr
from reports.extraction.images import read_scanned_pdf
from reports.extraction.limits import MOST_CHARACTERS, MOST_PAGES, refuse_beyond
from reports.extraction.paging import Pages
from reports.extraction.ruled import Character, Stroke
from reports.extraction.unseen_type import Unseen, is_layered, unseen_type
from reports.model import Document, Table

_MOST_STROKES = 200_000
_MOST_DRAWN = 500_000  # objects of any kind; a page full of type has a thousand
_DEEPEST = 4  # forms inside forms
_FEWEST = 30  # characters a page: a scan has a page number or a stamp at most
_HIGHEST = 80.0  # points: no report prints larger


def read_pdf(payload: bytes, url: str | None) -> Document:
    """Runs pdfium, which is C++: callers give it a process of its own (`workers.py`)."""
    import pypdfium2 as pdfium  # type: ignore[import-untyped]

    try:
        source = pdfium.PdfDocument(payload)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(
            f"expected a PDF without a password, found one that pdfium cannot open: {error}"
        ) from error
    try:
        refuse_beyond(len(source), MOST_PAGES, "pages")
        metadata = {name.lower(): value for name, value in source.get_metadata_dict(skip_empty=True).items()}
        pages = Pages()
        images = 0
        by_ocr = False
        for number in range(len(source)):
            page = source[number]
            drawn = _drawn(page)
            strokes, pictures = page_strokes(drawn)
            images += pictures
            layered = pictures > 0 and is_layered(page, drawn)
            by_ocr = by_ocr or layered
            unseen = Unseen() if layered else unseen_type(drawn)
            pages.add(list(page_characters(page, unseen)), strokes, number + 1)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(f"expected a whole PDF, found a damaged page: {error}") from error
    finally:
        source.close()
    scanned = pages.characters < _FEWEST * max(1, pages.count) and images > 0
    blocks = tuple(pages.blocks())
    lines_are_drawn = any(isinstance(block, Table) for block in blocks)
    if (scanned or (by_ocr and not lines_are_drawn)) and ocr.installed():
        return read_scanned_pdf(payload, url)
    return Document(
        "pdf",
        blocks,
        title=metadata.get("title"),
        metadata=metadata,
        url=url,
        image_only=scanned,
        by_ocr=by_ocr and not scanned,
    )


def _drawn(page: Any) -> list[Any]:
    """What a page draws, forms inside forms opened."""
    drawn = list(islice(page.get_objects(max_depth=_DEEPEST), _MOST_DRAWN + 1))
    refuse_beyond(len(drawn), _MOST_DRAWN, "drawn objects on a page")
    return drawn


def page_characters(page: Any, unseen: Unseen) -> Iterator[Character]:
    """Every visible character with its box, in pdfium's reading order."""
    import ctypes

    from pypdfium2 import raw

    text = page.get_textpage()
    count = raw.FPDFText_CountChars(text.raw)
    refuse_beyond(count, MOST_CHARACTERS, "characters on a page")
    box = raw.FS_RECTF()
    at = ctypes.byref(box)
    edges = [ctypes.c_double() for _ in range(4)]
    left, bottom, right, top = map(ctypes.byref, edges)
    tight = (left, right, bottom, top)
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text.raw, index)
        if code <= 32 or code in {0xA0, 0x3000, 0xFFFE, 0xFEFF} or 0xD800 <= code < 0xE000:
            continue
        # the loose box is as high as the font: the tight one of 一 is a stroke that overlaps no neighbour
        if not raw.FPDFText_GetLooseCharBox(text.raw, index, at):
            continue
        if unseen and unseen.hides(
            raw.FPDFText_GetTextObject(text.raw, index), (box.left, box.bottom, box.right, box.top)
        ):
            continue
        if box.top - box.bottom < _HIGHEST and box.right - box.left < _HIGHEST:
            yield Character(chr(code), box.left, box.bottom, box.right, box.top)
        elif raw.FPDFText_GetCharBox(text.raw, index, *tight):  # upright type: its loose box covers half the page
            yield Character(chr(code), *(edge.value for edge in edges))
    text.close()


def page_strokes(drawn: Sequence[Any]) -> tuple[list[Stroke], int]:
    """The horizontal and vertical lines that a page draws, and how many pictures it shows."""
    from pypdfium2 import raw

    strokes: list[Stroke] = []
    images = 0
    for item in drawn:
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images += 1
        if item.type != raw.FPDF_PAGEOBJ_PATH:
            continue
        strokes += _path_strokes(item)
        refuse_beyond(len(strokes), _MOST_STROKES, "drawn lines on a page")
    return strokes, images


def _path_strokes(path: Any) -> Iterator[Stroke]:
    """A thin path is one line; any other gives its straight pieces."""
    from pypdfium2 import raw

    left, bottom, right, top = path.get_bounds()
    if right - left <= 3.0 or top - bottom <= 3.0:
        yield Stroke(left, bottom, right, top)
        return
    count = raw.FPDFPath_CountSegments(path.raw)
    if count > 4000:
        return
    yield from _straight_pieces(path, count)


def _straight_pieces(path: Any, count: int) -> Iterator[Stroke]:
    import ctypes

    from pypdfium2 import raw

    matrix = path.get_matrix()
    start: tuple[float, float] | None = None
    here: tuple[float, float] | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path.raw, index)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and here is not None:
            yield Stroke.between(here, point)
        here = point
        if raw.FPDFPathSegment_GetClose(segment) and start is not None:
            yield Stroke.between(point, start)
            here = start
