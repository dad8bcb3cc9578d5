"""An HTML table in, its grid of cells out: every position filled, merged cells repeated and marked, nothing interpreted.

Rows are left as long as the page wrote them: a cell that is missing is missing, not blank.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

from reports.extraction.limits import MOST_CELLS, refuse_beyond
from reports.extraction.seen import (
    PLAIN,
    RAISED,
    TURNED,
    UNSEEN,
    entered,
    how_cell_seen,
    how_seen,
    level,
    raised,
    turned,
)
from reports.model import Cell, Place, Table
from reports.remembering import remembered

_SPAN = re.compile(r"\s*(\d{1,4})")  # `rowspan="2px"` means two to every browser
_SPACE = re.compile(r"[ \t\r\f\v\xa0\u3000]+")
_BREAKS = frozenset(("p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "table"))
_SIMPLE = frozenset(("p", "span", "div", "font", "strong", "b"))
_SKIPPED = frozenset(("script", "style", "noscript", "template", "head"))
_CELLS = frozenset(("td", "th"))
_WIDEST, _TALLEST = 200, 5000
PICTURE = "[图片]"  # stands for a cell that shows nothing else: it is not blank
_PROSE_CELL = 300  # characters in one cell that no official table has: its table only lays out the page
_MANY_CELLS, _PROSE_RUN = 12, 100  # a large table without a long run of text needs no closer look
_LINKS = 5  # in one cell: a menu
_LONG_RUN = etree.XPath(f"boolean(.//text()[string-length() >= {_PROSE_RUN}])")


def read_table(element: Element, block: int, number: int) -> Table | None:
    """The grid of a table; None when it only lays out the page: with tables or prose inside its cells, or with a single cell."""
    lines = _lines(element)
    cells = [cell for line in lines for cell in line]
    if len(cells) < 2:
        return None
    for inner in element.iterdescendants("table"):
        if sum(1 for _ in inner.iter("td", "th")) > 1:
            return None
    few = len(cells) <= _MANY_CELLS
    if few and any(_lays_out(cell) for cell in cells):
        return None
    table = _grid(lines, block, number)
    telling = few or any(len(cell.text) >= _PROSE_RUN for row in table.rows for cell in row)
    if telling and (few or _LONG_RUN(element)) and any(_is_prose(cell) for cell in cells):
        return None
    return table


def holds_data(element: Element) -> bool:
    return read_table(element, 1, 1) is not None


def _lays_out(cell: Element) -> bool:
    """A heading of a page, or a list of links, which no cell of figures has."""
    return next(cell.iter("h1", "h2"), None) is not None or (len(cell) > 0 and sum(1 for _ in cell.iter("a")) >= _LINKS)


def _is_prose(cell: Element) -> bool:
    return len(cell) > 0 and len("".join(map(str, cell.itertext()))) >= _PROSE_CELL


def read_grid(element: Element, block: int, number: int) -> Table:
    """The grid of a table, whatever it is for."""
    return _grid(_lines(element), block, number)


def _grid(lines: list[list[Element]], block: int, number: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    hanging: dict[int, tuple[int, Cell]] = {}  # column → rows still to fill, the merged cell
    make = tuple.__new__  # what naming the fields does, in a third of the time: a report has half a thousand cells
    for line in lines:
        row: list[Cell] = []
        place_row = len(rows) + 1
        for cell in line:
            seen = how_cell_seen(cell)
            if seen == UNSEEN:
                continue
            if hanging and len(row) in hanging:
                _fill_hanging(row, hanging)
            place = make(Place, (None, block, number, place_row, len(row) + 1, None))
            own = make(Cell, (cell_text(cell) if seen == PLAIN else turned(cell_text(cell)), False, place))
            across, down = cell.get("colspan"), cell.get("rowspan")
            if across is None and down is None:
                row.append(own)  # nothing hangs here any more
            else:
                _place_merged(own, _across(across or "1"), min(_span(down or "1"), _TALLEST), row, hanging)
        if hanging:
            _fill_hanging(row, hanging)
            _pass_over(hanging, len(row))
        rows.append(tuple(row))
        cells += len(row)
        if cells > MOST_CELLS:
            refuse_beyond(cells, MOST_CELLS, "table cells")
    return Table(tuple(rows), Place(block=block, table=number))


def _place_merged(own: Cell, across: int, down: int, row: list[Cell], hanging: dict[int, tuple[int, Cell]]) -> None:
    """Puts a merged cell into each position of its first row and notes the rows that it hangs down into."""
    repeated = own if across == down == 1 else Cell(own.text, True, own.place)
    for step in range(across):
        hanging.pop(len(row), None)
        if down != 1:
            hanging[len(row)] = (down - 1 if down else _TALLEST, repeated)
        row.append(own if step == 0 else repeated)


def _lines(table: Element) -> list[list[Element]]:
    """The cells of the table's rows as a reader sees them, without the rows of tables inside it."""
    rows: list[Element] = []
    for child in table:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("tbody", "thead", "tfoot") and how_cell_seen(child) == PLAIN:
            rows += [line for line in child if line.tag == "tr"]
    return [[cell for cell in row if cell.tag in _CELLS] for row in rows if how_cell_seen(row) == PLAIN]


def cell_text(cell: Element) -> str:
    """The words of a cell as they are seen. Spans that cut a word or a number join without a space; paragraphs and line breaks part by a line."""
    if len(cell) == 0:
        return _plain(cell.text or "")
    if (
        len(cell) == 1
        and len(only := cell[0]) == 0
        and only.tag in _SIMPLE
        and not (cell.text or only.tail or "").strip()
        and how_seen(only) in (PLAIN, RAISED)
    ):
        return _plain(only.text or "")
    parts: list[str] = [_flat(cell.text)]
    _collect(cell, parts, 0)
    text = level(_tidy("".join(parts)))
    return text or (PICTURE if next(cell.iter("img"), None) is not None else "")


def _collect(element: Element, parts: list[str], depth: int) -> None:
    for child in element:
        tag = child.tag
        seen = UNSEEN if not isinstance(tag, str) or tag in _SKIPPED or depth > 150 else how_seen(child)
        if seen == UNSEEN:
            parts.append(_flat(child.tail))
            continue
        if tag in _BREAKS:
            parts.append("\n")
        if seen in (RAISED, TURNED):
            inner: list[str] = [_flat(child.text)]
            _collect(child, inner, depth + 1)
            parts += map(raised, inner) if seen == RAISED else [turned("".join(inner))]
        else:
            parts.append(entered(child) if tag == "input" else _flat(child.text))
            _collect(child, parts, depth + 1)
        if tag in _BREAKS and tag != "br":
            parts.append("\n")
        parts.append(_flat(child.tail))


def _flat(text: str | None) -> str:
    # a line break in the source is white space to a browser, not a break
    return text.replace("\n", " ").replace("\r", " ") if text else ""


@remembered  # labels and small numbers come again in every report
def _plain(text: str) -> str:
    return _tidy(_flat(text))


@remembered
def _tidy(text: str) -> str:
    if text.isalnum():
        return text
    lines = (_SPACE.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _fill_hanging(row: list[Cell], hanging: dict[int, tuple[int, Cell]]) -> None:
    while len(row) in hanging:
        left, cell = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, cell)
        row.append(cell)


def _pass_over(hanging: dict[int, tuple[int, Cell]], width: int) -> None:
    """A row that ends before a merged cell from above still uses up one of its rows."""
    for column in [column for column in hanging if column > width]:
        left, cell = hanging.pop(column)
        if left > 1:
            hanging[column] = (left - 1, cell)


@remembered
def _span(value: str) -> int:
    found = _SPAN.match(value)
    return int(found.group(1)) if found else 1


def _across(value: str) -> int:
    """`colspan="0"` means one to every browser; `rowspan="0"` means all rows that are left."""
    return min(_span(value), _WIDEST) or 1
