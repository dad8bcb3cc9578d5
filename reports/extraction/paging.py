"""The characters and lines drawn on each page in, paragraphs and tables in reading order out. For PDF, OFD and pages read by OCR.

Heights grow upwards, as in PDF. Tables are what drawn lines enclose (`ruled.py`); all other characters are lines of text, and lines
that fill the page run on to paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reports.extraction.limits import MOST_CELLS, MOST_CHARACTERS, refuse_beyond
from reports.extraction.ruled import Character, RuledTable, Stroke, find_tables, texts_of
from reports.extraction.unruled import rows_of
from reports.model import Cell, Paragraph, Place, Table
from reports.wording import real_characters

_PAGE_NUMBER = re.compile(r"^[-—–－\s]*(?:第\s*)?\d{1,3}(?:\s*页)?(?:\s*[/共]\s*\d{1,3}\s*页?)?[-—–－\s]*$")

_LONE_NUMBER = re.compile(r"^\s*\d{1,3}\s*$")
_NEW_PARAGRAPH = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]|\d{1,2}[.、．]\D)"
)


_DIGITS = re.compile(r"^[\d\s]+$")
_APART = 0.8  # of its height that a page number stands below the text
_NEAR = 4  # lines on either side of a page break


class Pages:
    """The lines and tables of all pages, in reading order."""

    def __init__(self) -> None:
        self.count = self.characters = 0
        self._items: list[Line | Table] = []
        self._tables = self._cells = 0

    def add(self, characters: Sequence[Character], strokes: Sequence[Stroke], number: int) -> None:
        self.count += 1
        self.characters += len(characters)
        refuse_beyond(self.characters, MOST_CHARACTERS, "characters")
        tables = find_tables(strokes)
        loose: list[Character] = []
        for character in characters:
            table = next((table for table in tables if table.holds(character)), None)
            if table is None or not table.put(character):
                loose.append(character)
        for table in tables:
            loose += table.peel_prose()
        items: list[tuple[float, Line | Table]] = [(line.top, line) for line in self._lines(loose, characters, number)]
        for ruled in sorted(tables, key=lambda table: -table.top):
            grid = self._grid(ruled, number)
            if any(cell.text for row in grid.rows for cell in row):
                items.append((ruled.top, grid))
        ordered = [item for _, item in sorted(items, key=lambda item: -item[0])]
        self._doubt_rows_at_the_break(ordered)
        self._items += ordered

    def _doubt_rows_at_the_break(self, following: Sequence[Line | Table]) -> None:
        """Loose digits on either side of a page break may be the rest of numbers that it cut: the row across the break gets them, and too many."""
        above = self._items[-_NEAR:]
        last = above[-1] if above else None
        if isinstance(last, Line) and last.whole:
            last.text += "".join(f" {words}" for words in _loose_digits(following[:_NEAR]))
        first = next((item for item in following[:_NEAR] if isinstance(item, Line) and item.whole), None)
        if first is not None:
            first.text += "".join(f" {words}" for words in _loose_digits(above))

    def _lines(self, loose: list[Character], everything: Sequence[Character], page: int) -> Iterator[Line]:
        rows = rows_of(loose)
        taken = {id(character) for row in rows for character in row.characters}
        yield from lines_of([character for character in loose if id(character) not in taken], everything, page)
        yield from (Line(list(row.characters), page, row.text) for row in rows)

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

    __slots__ = ("bottom", "left", "page", "right", "size", "text", "top", "whole")

    def __init__(self, characters: list[Character], page: int, text: str | None = None) -> None:
        self.left = min(c.left for c in characters)
        self.right = max(c.right for c in characters)
        self.top = max(c.top for c in characters)
        self.bottom = min(c.bottom for c in characters)
        self.size = max(c.top - c.bottom for c in characters)
        self.page = page
        self.whole = text is not None  # a row with its label: nothing runs on in it, and it runs on in nothing
        self.text = real_characters(spaced_text(characters) if text is None else text)


def _loose_digits(items: Sequence[Line | Table]) -> Iterator[str]:
    yield from (item.text for item in items if isinstance(item, Line) and not item.whole and _DIGITS.match(item.text))


def lines_of(characters: list[Character], everything: Sequence[Character], page: int) -> Iterator[Line]:
    """Characters grouped by their height on the page. Page numbers are left out: `everything` on the page tells where its foot is."""
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
        if line.text.strip() and not _is_page_number(line, row, everything):
            yield line


def _is_page_number(line: Line, own: Sequence[Character], everything: Sequence[Character]) -> bool:
    """A number alone is one at the foot of the page, apart from all above it: elsewhere it may be the rest of a number that wrapped."""
    if not _PAGE_NUMBER.match(line.text):
        return False
    if not _LONE_NUMBER.match(line.text):
        return True
    apart, its = line.top + _APART * line.size, set(map(id, own))
    return all(one.bottom >= apart for one in everything if id(one) not in its)


def _same_line(one: Character, other: Character) -> bool:
    overlap = min(one.top, other.top) - max(one.bottom, other.bottom)
    return overlap > 0.3 * min(one.top - one.bottom, other.top - other.bottom)


def spaced_text(characters: list[Character]) -> str:
    """A line's text; a gap wider than half a character is a space."""
    parts: list[str] = []
    before: Character | None = None
    for character, text in zip(characters, texts_of(characters), strict=True):
        if before is not None and character.left - before.right > 0.5 * max(character.top - character.bottom, 4.0):
            parts.append(" ")
        parts.append(text)
        before = character
    return "".join(parts).strip()


def _usual_right_edge(lines: list[Line]) -> float:
    """Where full lines end: the right edge that three quarters of the lines do not pass."""
    edges = sorted(line.right for line in lines)
    return edges[len(edges) * 3 // 4] if edges else 0.0


def _runs_on(line: Line, following: Line, right: float) -> bool:
    """Whether a full line goes on in the next one: neither indented, nor numbered, nor cut between two digits."""
    if line.whole or following.whole or line.right < right - 1.5 * line.size or line.text[-1:] in "。：；":
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
