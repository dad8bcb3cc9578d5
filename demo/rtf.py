"""A report goes in, the bytes of an RTF file come out: Unicode escapes, and tables with merged cells as a word processor writes them."""

from __future__ import annotations

from demo.report import AnnualReport
from demo.tables import Grid, GridCell, spread, tables, width

_TEXT_WIDTH = 9000  # twentieths of a point


def made(report: AnnualReport) -> bytes:
    grids = tables(report)
    parts = [_paragraph(report.title), *map(_paragraph, report.text.introduction)]
    for section in report.text.sections:
        parts += [_paragraph(section.heading), *map(_paragraph, section.paragraphs)]
        if section.key in grids:
            parts.append(_table(grids[section.key]))
    head = b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0\\fs32\n"
    return head + b"\n".join(parts) + b"\n}"


def _paragraph(text: str) -> bytes:
    return b"\\pard " + _words(text) + b"\\par"


def _table(grid: Grid) -> bytes:
    """Every position is a cell of its own; those that another cell covers say so."""
    wide = _TEXT_WIDTH // width(grid)
    owners: dict[tuple[int, int], tuple[GridCell, int, int]] = {}
    for places in spread(grid):
        for place in places:
            if place is not None:
                cell, top, left = place
                owners |= {
                    (top + down, left + across): place for down in range(cell.down) for across in range(cell.across)
                }
    rows = []
    for row in range(len(grid)):
        edges, texts = [], []
        for column in range(width(grid)):
            cell, top, left = owners[row, column]
            edges.append(_joins(cell, row - top, column - left) + f"\\cellx{(column + 1) * wide}".encode())
            texts.append((_words(cell.text) if (top, left) == (row, column) else b"") + b"\\cell")
        rows.append(b"\\trowd\\trgaph108" + b"".join(edges) + b"\n\\pard\\intbl " + b" ".join(texts) + b"\\row")
    return b"\n".join(rows) + b"\n\\pard"


def _joins(cell: GridCell, down: int, across: int) -> bytes:
    beside = b"" if cell.across == 1 else b"\\clmrg" if across else b"\\clmgf"
    below = b"" if cell.down == 1 else b"\\clvmrg" if down else b"\\clvmgf"
    return beside + below


def _words(text: str) -> bytes:
    pieces = []
    for sign in text:
        if ord(sign) < 128:
            pieces.append("\\" + sign if sign in "\\{}" else sign)
        else:
            units = sign.encode("utf-16-le")
            halves = (units[at : at + 2] for at in range(0, len(units), 2))
            pieces += [f"\\u{int.from_bytes(half, 'little', signed=True)}?" for half in halves]
    return "".join(pieces).encode("ascii")
