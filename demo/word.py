"""A report goes in, the bytes of a DOCX file come out: merged cells as a word processor makes them, always the same bytes."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml.etree import _Element

from demo.report import AnnualReport
from demo.tables import Grid, spread, tables, width

_EPOCH = (2020, 1, 1, 0, 0, 0)


def made(report: AnnualReport) -> bytes:
    document = Document()
    document.core_properties.author = report.organ.name
    document.core_properties.created = document.core_properties.modified = datetime(*_EPOCH)  # noqa: DTZ001 - as Word writes it
    document.add_paragraph(report.title).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for paragraph in report.text.introduction:
        document.add_paragraph(paragraph)
    grids = tables(report)
    for section in report.text.sections:
        document.add_paragraph(section.heading).runs[0].bold = True
        for paragraph in section.paragraphs:
            document.add_paragraph(paragraph)
        if section.key in grids:
            _add_table(document, grids[section.key])
    return _with_fixed_times(document)


def _add_table(document: DocumentType, grid: Grid) -> None:
    """Write the rows as XML: merging cells one by one through python-docx is ten times slower than the whole report."""
    table = document.add_table(rows=0, cols=width(grid), style="Table Grid")
    for row_number, places in enumerate(spread(grid)):
        row = OxmlElement("w:tr")
        column = 0
        while column < len(places):
            place = places[column]
            if place is not None:
                cell, _, _ = place
                row.append(_cell(cell.text, cell.across, "restart" if cell.down > 1 else None))
                column += cell.across
            else:
                owner = _owner(grid, row_number, column)
                row.append(_cell("", owner, "continue"))
                column += owner
        table._tbl.append(row)


def _owner(grid: Grid, row: int, column: int) -> int:
    """How wide the cell is that reaches down into this position."""
    for places in reversed(spread(grid)[:row]):
        place = places[column]
        if place is not None:
            return place[0].across
    raise ValueError(
        f"expected a merged cell above row {row}, column {column}, found none; the grid's spans do not fit"
    )


def _cell(text: str, across: int, merge: str | None) -> _Element:
    cell, properties = OxmlElement("w:tc"), OxmlElement("w:tcPr")
    cell.append(properties)
    if across > 1:
        span = OxmlElement("w:gridSpan")
        span.set(qn("w:val"), str(across))
        properties.append(span)
    if merge is not None:
        down = OxmlElement("w:vMerge")
        if merge == "restart":
            down.set(qn("w:val"), merge)
        properties.append(down)
    paragraph, run, words = OxmlElement("w:p"), OxmlElement("w:r"), OxmlElement("w:t")
    words.text = text
    run.append(words)
    paragraph.append(run)
    cell.append(paragraph)
    return cell


def _with_fixed_times(document: DocumentType) -> bytes:
    """The file packed again with one date on every part: python-docx writes the clock into the zip's entries."""
    packed, fixed = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with (
        zipfile.ZipFile(packed) as source,
        zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED, 6)
    return fixed.getvalue()
