"""A report goes in, the HTML of its body comes out, as one of several kinds of editor would have pasted it.

To add a hazard of the page: write a function of a report that gives HTML, put it into LAYOUTS, and give it a weight in demo/report.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape

from demo.report import AnnualReport
from demo.tables import Grid, GridCell, tables

Element = Callable[[str], str]


def plain(report: AnnualReport) -> str:
    return _body(report, paragraph=lambda text: f"<p>{text}</p>", cell=lambda text: text)


def styled(report: AnnualReport) -> str:
    """Every piece of text in spans of inline style, headings as bold paragraphs."""
    span = '<span style="font-family: 仿宋_GB2312; font-size: 16pt; line-height: 150%;">{}</span>'
    return _body(
        report,
        paragraph=lambda text: f'<p style="text-indent: 2em; margin: 0px;">{span.format(text)}</p>',
        cell=lambda text: f'<span style="font-size: 12px;">{text}</span>',
        table='<table border="1" cellspacing="0" style="border-collapse: collapse; width: 640px;">',
    )


def word(report: AnnualReport) -> str:
    """Pasted from WPS or Word, title and all: MsoNormal everywhere, namespaced tags, spaces that do not break."""
    title = f"<p class=MsoNormal align=center><b><span lang=EN-US>{escape(report.title)}<o:p></o:p></span></b></p>\n"
    return title + _body(
        report,
        paragraph=lambda text: (
            f'<p class=MsoNormal style="text-indent:32.0pt"><span lang=EN-US>{text}<o:p></o:p></span></p>'
        ),
        cell=lambda text: f"<p class=MsoNormal align=center><span lang=EN-US>{text or '&nbsp;'}<o:p></o:p></span></p>",
        table='<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 width=586 style="mso-padding-alt:0cm">',
    )


def nested(report: AnnualReport) -> str:
    """The whole report inside a layout table, as portals of the years around 2005 have it."""
    return (
        '<table width="960" border="0" cellpadding="0" cellspacing="0" align="center"><tr><td width="12"></td>'
        f'<td><table width="100%" border="0"><tr><td class="bt_content">{plain(report)}</td></tr></table></td></tr></table>'
    )


def paragraphs(report: AnnualReport) -> str:
    """Cells with a paragraph each, long headings broken by <br>, and stray empty paragraphs between."""
    return _body(
        report,
        paragraph=lambda text: f"<p>　　{text}</p>\n<p>&nbsp;</p>",
        cell=lambda text: (
            f"<p>{text[:2]}<br/>{text[2:]}</p>" if len(text) == 4 and text.isalpha() else f"<p>{text}</p>"
        ),
    )


LAYOUTS: dict[str, Callable[[AnnualReport], str]] = {
    layout.__name__: layout for layout in (plain, styled, word, nested, paragraphs)
}


def body(report: AnnualReport) -> str:
    return LAYOUTS[report.dress.layout](report)


def _body(
    report: AnnualReport, paragraph: Element, cell: Element, table: str = '<table border="1" cellspacing="0">'
) -> str:
    grids = tables(report)
    parts = [paragraph(escape(text)) for text in report.text.introduction]
    for section in report.text.sections:
        parts.append(paragraph(f"<strong>{escape(section.heading)}</strong>"))
        parts += [paragraph(escape(text)) for text in section.paragraphs]
        if section.key in grids:
            parts.append(_table(grids[section.key], table, cell))
    return "\n".join(parts)


def _table(grid: Grid, opening: str, cell: Element) -> str:
    rows = "\n".join(f"<tr>{''.join(map(partial(_cell, cell), row))}</tr>" for row in grid)
    return f"{opening}<tbody>\n{rows}\n</tbody></table>"


def _cell(inside: Element, cell: GridCell) -> str:
    spans = (f' rowspan="{cell.down}"' if cell.down > 1 else "") + (
        f' colspan="{cell.across}"' if cell.across > 1 else ""
    )
    return f"<td{spans}>{inside(escape(cell.text))}</td>"
