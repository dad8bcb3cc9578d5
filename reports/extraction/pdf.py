"""A PDF's bytes in, Document out: ruled tables and the text between them, page by page.

pdfium gives characters and lines; the grid is our own (`ruled.py`). pdfplumber reads the same figures ten times slower.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_CELLS, MOST_PAGES, refuse_beyond
from reports.extraction.ruled import Character, RuledTable, Stroke, find_tables
from reports.model import Cell, Document, Paragraph, Place, Table
from reports.parsing.wording import real_characters

_PAGE_NUMBER = re.compile(r"^[-—–－\s]*(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/共]\s*\d{1,3}\s*页?)?[-—–－\s]*$")
_MOST_CHARACTERS = 1_000_000
_MOST_STROKES = 200_000
_HIGHEST = 80.0  # points: no report prints larger
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.、．]\D)"
)


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
        gathering = _Gathering()
        for number in range(len(source)):
            gathering.add_page(source[number], number + 1)
    except pdfium.PdfiumError as error:
        raise UnreadableFile(f"expected a whole PDF, found a damaged page: {error}") from error
    finally:
        source.close()
    blocks = tuple(gathering.blocks())
    scanned = gathering.characters < 30 * max(1, gathering.pages) and gathering.images > 0
    title = metadata.get("title")
    return Document("pdf", blocks, title=title, metadata=metadata, url=url, image_only=scanned)


class _Gathering:
    """The lines and tables of all pages, in reading order."""

    def __init__(self) -> None:
        self.pages = self.characters = self.images = 0
        self._items: list[Line | Table] = []
        self._tables = self._cells = 0

    def add_page(self, page: Any, number: int) -> None:
        self.pages += 1
        strokes, images = page_strokes(page)
        self.images += images
        characters = list(page_characters(page))
        self.characters += len(characters)
        refuse_beyond(self.characters, _MOST_CHARACTERS, "characters")
        tables = find_tables(strokes)
        loose: list[Character] = []
        for character in characters:
            table = next((table for table in tables if table.holds(character)), None)
            if table is None or not table.put(character):
                loose.append(character)
        for table in tables:
            loose += table.peel_prose()
        items: list[tuple[float, Line | Table]] = [(line.top, line) for line in lines_of(loose, number)]
        for ruled in sorted(tables, key=lambda table: -table.top):
            grid = self._grid(ruled, number)
            if any(cell.text for row in grid.rows for cell in row):
                items.append((ruled.top, grid))
        self._items += [item for _, item in sorted(items, key=lambda item: -item[0])]

    def _grid(self, ruled: RuledTable, page: int) -> Table:
        self._tables += 1
        rows = []
        for index, line in enumerate(ruled.rows(), 1):
            self._cells += len(line)
            refuse_beyond(self._cells, MOST_CELLS, "table cells")
            cells = []
            for column, (text, repeats, box) in enumerate(line, 1):
                place = Place(page=page, table=self._tables, row=index, column=column, box=box)
                cells.append(Cell(real_characters(text), repeats, place))
            rows.append(tuple(cells))
        box = (ruled.left, ruled.bottom, ruled.right, ruled.top)
        return Table(tuple(rows), Place(page=page, table=self._tables, box=box))

    def blocks(self) -> Iterator[Paragraph | Table]:
        """Lines joined to paragraphs, over page breaks too."""
        lines = [item for item in self._items if isinstance(item, Line)]
        right = _usual_right_edge(lines)
        number = 0
        open_lines: list[Line] = []
        for item in self._items:
            if isinstance(item, Line) and open_lines and _runs_on(open_lines[-1], item, right):
                open_lines.append(item)
                continue
            if open_lines:
                number += 1
                yield _paragraph(open_lines, number)
                open_lines = []
            if isinstance(item, Line):
                open_lines = [item]
            else:
                number += 1
                yield item
        if open_lines:
            yield _paragraph(open_lines, number + 1)


class Line:
    """One printed line outside tables."""

    __slots__ = ("bottom", "left", "page", "right", "size", "text", "top")

    def __init__(self, characters: list[Character], page: int) -> None:
        self.left = min(c.left for c in characters)
        self.right = max(c.right for c in characters)
        self.top = max(c.top for c in characters)
        self.bottom = min(c.bottom for c in characters)
        self.size = max(c.top - c.bottom for c in characters)
        self.page = page
        self.text = real_characters(spaced_text(characters))


def lines_of(characters: list[Character], page: int) -> Iterator[Line]:
    """Characters grouped by their height on the page. Page numbers are left out."""
    rows: list[list[Character]] = []
    for character in characters:
        for row in reversed(rows[-3:]):
            if _same_line(row[-1], character):
                row.append(character)
                break
        else:
            rows.append([character])
    for row in rows:
        line = Line(sorted(row, key=lambda c: c.left), page)
        if line.text.strip() and not _PAGE_NUMBER.match(line.text):
            yield line


def _same_line(one: Character, other: Character) -> bool:
    overlap = min(one.top, other.top) - max(one.bottom, other.bottom)
    return overlap > 0.3 * min(one.top - one.bottom, other.top - other.bottom)


def spaced_text(characters: list[Character]) -> str:
    """A line's text; a gap wider than half a character is a space."""
    parts: list[str] = []
    before: Character | None = None
    for character in characters:
        if before is not None and character.left - before.right > 0.5 * max(character.top - character.bottom, 4.0):
            parts.append(" ")
        parts.append(character.text)
        before = character
    return "".join(parts).strip()


def page_characters(page: Any) -> Iterator[Character]:
    """Every visible character with its box, in pdfium's reading order."""
    import ctypes

    from pypdfium2 import raw

    text = page.get_textpage()
    count = raw.FPDFText_CountChars(text.raw)
    refuse_beyond(count, _MOST_CHARACTERS, "characters on a page")
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
        if box.top - box.bottom < _HIGHEST and box.right - box.left < _HIGHEST:
            yield Character(chr(code), box.left, box.bottom, box.right, box.top)
        elif raw.FPDFText_GetCharBox(text.raw, index, *tight):  # upright type: its loose box covers half the page
            yield Character(chr(code), *(edge.value for edge in edges))
    text.close()


def page_strokes(page: Any) -> tuple[list[Stroke], int]:
    """The horizontal and vertical lines that a page draws, and how many pictures it shows."""
    from pypdfium2 import raw

    strokes: list[Stroke] = []
    images = 0
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE), max_depth=4):
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images += 1
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


def _usual_right_edge(lines: list[Line]) -> float:
    """Where full lines end: the right edge that three quarters of the lines do not pass."""
    edges = sorted(line.right for line in lines)
    return edges[len(edges) * 3 // 4] if edges else 0.0


def _runs_on(line: Line, following: Line, right: float) -> bool:
    """Whether a full line goes on in the next one: neither indented, nor numbered, nor cut between two digits."""
    if line.right < right - 1.5 * line.size or line.text[-1:] in "。：；":
        return False
    if _NEW_PARAGRAPH.match(following.text) or (line.text[-1:].isdigit() and following.text[:1].isdigit()):
        return False
    close = following.page != line.page or line.bottom - following.top < 2.5 * line.size
    return close and abs(line.size - following.size) < 0.5 * line.size


def _paragraph(lines: list[Line], number: int) -> Paragraph:
    first = lines[0]
    box = (
        min(x.left for x in lines),
        min(x.bottom for x in lines),
        max(x.right for x in lines),
        max(x.top for x in lines),
    )
    place = Place(
        page=first.page,
        block=number,
        box=box if lines[-1].page == first.page else (first.left, first.bottom, first.right, first.top),
    )
    return Paragraph("".join(line.text for line in lines), place=place)
