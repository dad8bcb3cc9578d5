"""An XLSX file's bytes in, Document out: each sheet's used cells as tables, lone cells as paragraphs; what the workbook hides is not there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_CELLS, MOST_CHARACTERS, refuse_beyond
from reports.extraction.packed import Packed
from reports.extraction.seen import level, raised, turned
from reports.extraction.sheet_styles import PLAIN, Look, is_white, number_of, read_looks
from reports.model import Cell, Document, Paragraph, Place, Table

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_SHEET = re.compile(r"xl/worksheets/[^/]*?(\d+)\.xml$")
_MOST_COLUMNS = 200
_OFF = {"0", "false"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# A section's heading may stand right below a table. No row of the tables ends like one: they end with 数量, 结果, 办理.
_HEADING = re.compile(r"^[一二三四五六七]\s*、.*(?:情况|事项|概述)$")
_FIRST_ROW = re.compile(r"\s*第\s*二\s*十\s*条")  # of the table on disclosure: one wide cell
Grid = dict[int, dict[int, str]]  # row → column → text
Position = tuple[int, int]  # row and column


class _Words(NamedTuple):
    """A string as it is seen on a coloured ground, and on none, where white type may not be."""

    on_a_ground: str
    on_none: str


class _Sheet(NamedTuple):
    grid: Grid
    merged: dict[Position, Position]  # each position of a merged area, and where the area begins
    hidden_rows: set[int]
    hidden_columns: set[int]


def read_xlsx(payload: bytes, url: str | None) -> Document:
    packed = Packed(payload)
    words, looks = _shared_words(packed), read_looks(packed)
    sheets = _sheets(packed)
    if not sheets:
        raise UnreadableFile("expected a workbook with sheets, found none that is shown")
    blocks: list[Paragraph | Table] = []
    for number, name in enumerate(sheets, 1):
        blocks += _blocks(_sheet(packed.markup(name), words, looks), number, len(blocks))
    refuse_beyond(
        sum(len(row) for block in blocks if isinstance(block, Table) for row in block.rows), MOST_CELLS, "table cells"
    )
    return Document("xlsx", tuple(blocks), url=url)


def _sheets(packed: Packed) -> list[str]:
    """The members that hold the sheets, in the workbook's order, without those that it hides."""
    numbered = sorted((int(found.group(1)), name) for name in packed.names if (found := _SHEET.search(name)))
    names = [name for _, name in numbered]
    relations = "xl/_rels/workbook.xml.rels"
    if "xl/workbook.xml" not in packed.names or relations not in packed.names:
        return names
    targets = {
        item.get("Id"): posixpath.normpath(posixpath.join("/xl", item.get("Target") or "")).lstrip("/")
        for item in packed.markup(relations)
    }
    listed = {
        targets.get(sheet.get(_RELATION)): (sheet.get("state") or "visible")
        for sheet in packed.markup("xl/workbook.xml").iter(f"{_MAIN}sheet")
    }
    ordered = [name for name in listed if name in names]
    return [name for name in dict.fromkeys([*ordered, *names]) if listed.get(name, "visible") == "visible"]


def _shared_words(packed: Packed) -> list[_Words]:
    if "xl/sharedStrings.xml" not in packed.names:
        return []
    root = packed.markup("xl/sharedStrings.xml")
    return [_seen(item) for item in root.iter(f"{_MAIN}si")]


def _seen(item: etree._Element) -> _Words:
    """The words of a string as a person sees them: phonetic hints and struck-out runs are none, raised ones no digits."""
    parts: list[tuple[str, bool]] = []
    for text in item.iter(f"{_MAIN}t"):
        run = text.getparent()
        look = run.find(f"{_MAIN}rPr") if run is not None else None
        struck = look.find(f"{_MAIN}strike") if look is not None else None
        if (run is not None and run.tag == f"{_MAIN}rPh") or (struck is not None and struck.get("val") not in _OFF):
            continue
        height = look.find(f"{_MAIN}vertAlign") if look is not None else None
        words = text.text or ""
        white = look is not None and is_white(look.find(f"{_MAIN}color"))
        parts.append((words if height is None or height.get("val") == "baseline" else raised(words), white))
    on_a_ground = level("".join([words for words, _ in parts])).strip()
    if not any(white for _, white in parts):
        return _Words(on_a_ground, on_a_ground)
    return _Words(on_a_ground, level("".join([turned(words) if white else words for words, white in parts])).strip())


def _sheet(root: etree._Element, words: list[_Words], looks: list[Look]) -> _Sheet:
    grid: Grid = {}
    letters = 0
    styled = root.find(f"{_MAIN}tableParts") is not None  # a table's style may give its cells a ground
    for cell in root.iter(f"{_MAIN}c"):
        at = _position(cell.get("r") or "")
        look = looks[style] if (style := number_of(cell.get("s"))) < len(looks) else PLAIN
        look = look._replace(grounded=True) if styled else look
        if at is not None and at[1] <= _MOST_COLUMNS and (text := _text(cell, words, look)) != "":
            grid.setdefault(at[0], {})[at[1]] = text
            letters += len(text)
            refuse_beyond(letters, MOST_CHARACTERS, "characters in a sheet")
    return _Sheet(grid, _merged(root), _hidden_rows(root), _hidden_columns(root))


def _hidden_rows(root: etree._Element) -> set[int]:
    rows = (row for row in root.iter(f"{_MAIN}row") if _is_hidden(row, "ht"))
    return {int(number) for row in rows if (number := row.get("r") or "").isdecimal()}


def _hidden_columns(root: etree._Element) -> set[int]:
    hidden: set[int] = set()
    for columns in root.iter(f"{_MAIN}col"):
        first, last = columns.get("min") or "", columns.get("max") or ""
        if _is_hidden(columns, "width") and first.isdecimal() and last.isdecimal():
            hidden.update(range(int(first), min(int(last), _MOST_COLUMNS) + 1))
    return hidden


def _is_hidden(part: etree._Element, size: str) -> bool:
    return (part.get("hidden") or "0") not in _OFF or re.fullmatch(r"0+(?:\.0+)?", part.get(size) or "1") is not None


def _merged(root: etree._Element) -> dict[Position, Position]:
    merged: dict[Position, Position] = {}
    for area in root.iter(f"{_MAIN}mergeCell"):
        corners = [_position(part) for part in (area.get("ref") or "").split(":")]
        if len(corners) == 2 and corners[0] is not None and corners[1] is not None:
            (top, left), (bottom, right) = corners[0], corners[1]
            refuse_beyond((bottom - top + 1) * (right - left + 1), MOST_CELLS, "merged cells")
            for row in range(top, bottom + 1):
                for column in range(left, min(right, _MOST_COLUMNS) + 1):
                    merged[row, column] = (top, left)
    return merged


def _text(cell: etree._Element, words: list[_Words], look: Look) -> str:
    """What a person sees of a cell that looks so."""
    kind, value = cell.get("t"), cell.find(f"{_MAIN}v")
    written = value.text if value is not None else None
    if kind == "inlineStr" or (kind == "s" and written is not None):
        index = int(written) if written is not None and written.isdecimal() else len(words)
        said = _seen(cell) if kind == "inlineStr" else words[index] if index < len(words) else _Words("", "")
        return look.shown(said.on_a_ground if look.white or look.grounded else said.on_none, is_number=False)
    if written is None:
        return ""
    if kind == "b":
        return look.shown("TRUE" if written.strip() == "1" else "FALSE", is_number=False)
    if kind in {"str", "e"}:
        return look.shown(written.strip(), is_number=False)
    return look.shown(_number(written.strip()), is_number=True)


def _number(text: str) -> str:
    """A stored number as a person sees it, with eleven digits: workbooks write 7730.28 as 7730.2799999999997."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    shown = f"{value:.11g}"
    return shown if "e" not in shown else repr(value)


def _position(reference: str) -> Position | None:
    found = _REFERENCE.match(reference)
    if found is None:
        return None
    column = 0
    for letter in found.group(1):
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)), column


def _blocks(sheet: _Sheet, page: int, before: int) -> Iterator[Paragraph | Table]:
    """Runs of rows with two cells or more are tables; a row of one cell between them is text."""
    grid, merged = sheet.grid, sheet.merged
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    number = before
    last = max(grid, default=0)
    refuse_beyond(last, MOST_CELLS, "rows in a sheet")
    for index in range(1, last + 2):
        if index in sheet.hidden_rows:
            continue
        line = {column: text for column, text in grid.get(index, {}).items() if column not in sheet.hidden_columns}
        shown = {
            column: line.get(column) or grid.get(at[0], {}).get(at[1], "")
            for column, at in _merged_here(merged, index).items()
            if column not in sheet.hidden_columns
        } | line
        alone = len({text for text in shown.values() if text}) <= 1 and not any(
            text.isdigit() or _FIRST_ROW.match(text) for text in shown.values()
        )
        heading = alone and any(_HEADING.match(text.strip()) for text in line.values())
        if shown and not heading and not (alone and len(line) <= 1 and not rows):
            rows.append((index, _row(shown, sheet, index, page)))
            continue
        if rows:
            number += 1
            yield Table(tuple(cells for _, cells in rows), Place(page=page, block=number))
            rows = []
        for text in line.values():
            number += 1
            yield Paragraph(text, place=Place(page=page, block=number, row=index))
    if rows:
        yield Table(tuple(cells for _, cells in rows), Place(page=page, block=number + 1))


def _merged_here(merged: dict[Position, Position], row: int) -> dict[int, tuple[int, int]]:
    return {column: at for (line, column), at in merged.items() if line == row}


def _row(shown: dict[int, str], sheet: _Sheet, index: int, page: int) -> tuple[Cell, ...]:
    cells = []
    for column in range(1, max(shown) + 1):
        if column in sheet.hidden_columns:
            continue
        start = sheet.merged.get((index, column))
        repeats = start is not None and start != (index, column)
        place = Place(page=page, row=index, column=column)
        cells.append(Cell(shown.get(column, ""), repeats, place))
    return tuple(cells)
