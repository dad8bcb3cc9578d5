"""Plain text and Markdown in, Document out: lines become paragraphs, runs of lines with tabs or pipes become tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.extraction.encoding import decode
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, MOST_MARKUP, refuse_beyond
from reports.model import Cell, Document, Paragraph, Place, Table

_PIPED = re.compile(r"^\s*\|?.*\|.*\|?\s*$")
_RULE = re.compile(r"^\s*\|?[\s:|+-]*-[\s:|+-]*\|?\s*$")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_PAGE_NUMBER = re.compile(r"^\s*[-—–－]\s*\d{1,3}\s*[-—–－]\s*$")
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1")


def read_text(payload: bytes, media_type: str | None, url: str | None) -> Document:
    refuse_beyond(len(payload), MOST_MARKUP, "bytes of text")
    text, encoding = decode(payload, media_type)
    return Document("text", tuple(text_blocks(text)), encoding=encoding, url=url)


def text_blocks(text: str) -> list[Paragraph | Table]:
    """The blocks of a text. A place's `block` is the line number, counted from 1."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    refuse_beyond(sum(line.count("\t") + line.count("|") for line in lines), MOST_CELLS, "table cells")
    blocks: list[Paragraph | Table] = []
    rows: list[tuple[int, list[str]]] = []
    tables = 0
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, bool(rows))
        if cells is not None:
            rows.append((number, cells))
            continue
        if rows and not _PAGE_NUMBER.match(line):
            tables += 1
            blocks.append(_table(rows, tables))
            rows = []
        blocks += _paragraph(line, number)
    if rows:
        blocks.append(_table(rows, tables + 1))
    refuse_beyond(len(blocks), MOST_BLOCKS, "paragraphs")
    return blocks


def _cells(line: str, inside: bool) -> list[str] | None:
    """The cells of a line that belongs to a table, or None."""
    if "\t" in line.strip("\n") and (line.strip() or inside):
        return line.split("\t") if line.strip() else None
    if line.count("|") >= 2 and _PIPED.match(line):
        if _RULE.match(line):
            return [] if inside else None
        return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
    return None


def _paragraph(line: str, number: int) -> Iterator[Paragraph]:
    words = line.strip()
    if not words or _PAGE_NUMBER.match(line):
        return
    heading = _HEADING.match(words)
    level, words = (len(heading.group(1)), heading.group(2)) if heading else (0, words)
    yield Paragraph(_EMPHASIS.sub(r"\2", words).strip(), level, Place(block=number))


def _table(rows: list[tuple[int, list[str]]], number: int) -> Table:
    grid = tuple(
        tuple(
            Cell(_EMPHASIS.sub(r"\2", text), place=Place(block=line, table=number, row=index, column=column))
            for column, text in enumerate(cells, 1)
        )
        for index, (line, cells) in enumerate(((line, cells) for line, cells in rows if cells), 1)
    )
    return Table(grid, Place(block=rows[0][0], table=number))
