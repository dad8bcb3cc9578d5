"""A DOCX file's bytes in, Document out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, refuse_beyond
from reports.model import Cell, Document, Paragraph, Place, Table


def read_docx(payload: bytes, url: str | None) -> Document:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        source = docx.Document(io.BytesIO(payload))
        blocks = tuple(_blocks(source))
        core = source.core_properties
        metadata = {name: value for name, value in (("author", core.author), ("doctitle", core.title)) if value}
        pictures = any(True for _ in source.inline_shapes)
    except (OpcError, LxmlError, zipfile.BadZipFile, KeyError, ValueError, OSError, AttributeError) as error:
        raise UnreadableFile(f"expected a DOCX file, found a damaged one: {type(error).__name__}: {error}") from error
    refuse_beyond(len(blocks), MOST_BLOCKS, "paragraphs")
    words = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    tables = any(isinstance(block, Table) for block in blocks)
    return Document("docx", blocks, metadata=metadata, url=url, image_only=pictures and words < 100 and not tables)


def _blocks(source) -> Iterator[Paragraph | Table]:  # type: ignore[no-untyped-def]
    from docx.table import Table as WordTable

    number = tables = 0
    levels: dict[str | None, int] = {}  # by the style's id: looking a style up costs as much as reading ten cells
    for item in source.iter_inner_content():
        if isinstance(item, WordTable):
            number, tables = number + 1, tables + 1
            yield _grid(item, number, tables)
            continue
        style = item._p.style
        for line in item.text.split("\n"):
            if words := line.strip():
                number += 1
                if style not in levels:
                    levels[style] = _level((item.style.name if item.style is not None else "") or "")
                yield Paragraph(words, levels[style], Place(block=number))


def _level(style: str) -> int:
    return int(style[-1]) if style.startswith("Heading") and style[-1:].isdecimal() else 0


def _grid(table, block: int, number: int) -> Table:  # type: ignore[no-untyped-def]
    """python-docx repeats a merged cell in each position that it covers; all but the first are marked."""
    texts: dict[object, str] = {}
    rows = []
    count = 0
    for index, row in enumerate(table.rows, 1):
        line = []
        for column, cell in enumerate(row.cells, 1):
            element = cell._tc
            place = Place(block=block, table=number, row=index, column=column)
            repeats = element in texts
            text = texts[element] if repeats else texts.setdefault(element, cell.text.strip())
            line.append(Cell(text, repeats, place))
        count += len(line)
        refuse_beyond(count, MOST_CELLS, "table cells")
        rows.append(tuple(line))
    return Table(tuple(rows), Place(block=block, table=number))
