"""A report goes in, the bytes of a PDF come out: ruled tables, Chinese text in a font that is named and not embedded, always the same bytes.

The only file that knows reportlab, which has no types.
"""

from __future__ import annotations

import io
from html import escape
from typing import Any

from demo.report import AnnualReport
from demo.tables import Grid, spread, tables

FONT = "STSong-Light"
_WIDTHS = {"disclosure": (150, 100, 100, 100), "disputes": (30,) * 15}


def made(report: AnnualReport) -> bytes:
    from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
    from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # type: ignore[import-untyped]
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer  # type: ignore[import-untyped]

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    text = ParagraphStyle("text", fontName=FONT, fontSize=12, leading=21, wordWrap="CJK", firstLineIndent=24)
    heading = ParagraphStyle("heading", parent=text, fontSize=13, leading=26, spaceBefore=6)
    title = ParagraphStyle("title", parent=text, fontSize=18, leading=30, alignment=1, firstLineIndent=0, spaceAfter=12)
    grids = tables(report)
    flow: list[Any] = [Paragraph(escape(report.title), title)]
    flow += [Paragraph(escape(paragraph), text) for paragraph in report.text.introduction]
    for section in report.text.sections:
        flow.append(Paragraph(escape(section.heading), heading))
        flow += [Paragraph(escape(paragraph), text) for paragraph in section.paragraphs]
        if section.key in grids:
            flow += [_table(section.key, grids[section.key]), Spacer(1, 10)]
    target = io.BytesIO()
    # invariant: no date of making and no random id in the file.
    SimpleDocTemplate(target, pagesize=A4, leftMargin=60, rightMargin=60, title=report.title, invariant=1).build(flow)
    return target.getvalue()


def _table(section: str, grid: Grid) -> Any:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Table

    size = 7.5 if section == "disputes" else 9
    cell_style = ParagraphStyle("cell", fontName=FONT, fontSize=size, leading=size + 3, wordWrap="CJK", alignment=1)
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    rows: list[list[Any]] = []
    for places in spread(grid):
        row: list[Any] = []
        for place in places:
            row.append("" if place is None else Paragraph(escape(place[0].text), cell_style))
            if place is not None and (place[0].down > 1 or place[0].across > 1):
                cell, down, across = place
                # A cell cannot be cut by a page's end: the long one on the left is written at its top and left open below.
                style.append(("SPAN", (across, down), (across + cell.across - 1, down + cell.down - 1)))
        rows.append(row)
    widths = _WIDTHS.get(section, (44, 54, 122, *(36,) * 7))
    return Table(rows, colWidths=list(widths), style=style, repeatRows=0)
