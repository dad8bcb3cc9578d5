"""A report goes in, the bytes of an OFD file (GB/T 33190) come out: pages of placed characters and drawn rules, always the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from demo.packing import zipped
from demo.report import AnnualReport
from demo.tables import Grid, spread, tables, width

_NAME = 'xmlns:ofd="http://www.ofdspec.org/2016"'
# Millimetres.
_LEFT, _TOP, _RIGHT, _BOTTOM = 20.0, 20.0, 190.0, 280.0
_SIZE, _LEADING = 4.5, 7.0
_CELL_SIZE, _CELL_LEADING = 2.6, 3.4
_ACROSS = {"disclosure": (38, 34, 34, 34), "disputes": (11,) * 15}
_REQUESTS = (16, 20, 42, 13, 13, 13, 13, 13, 13, 13)


class _Pages:
    """Objects, page after page, from the top down."""

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self._y = _TOP

    def place(self, height: float) -> float:
        """Where the next thing of that height begins; on a new page when it does not fit."""
        if self._y + height > _BOTTOM:
            self.pages.append([])
            self._y = _TOP
        at = self._y
        self._y += height
        return at

    def text(self, left: float, top: float, words: str, size: float) -> None:
        self.pages[-1].append(
            f'<ofd:TextObject ID="{{id}}" Boundary="{left:.2f} {top:.2f} {len(words) * size:.2f} {size * 1.3:.2f}" Font="3" Size="{size}">'
            f'<ofd:TextCode X="0" Y="{size:.2f}" DeltaX="g {max(1, len(words) - 1)} {size}">{escape(words)}</ofd:TextCode></ofd:TextObject>'
        )

    def box(self, left: float, top: float, wide: float, high: float) -> None:
        path = f"M 0 0 L {wide:.2f} 0 L {wide:.2f} {high:.2f} L 0 {high:.2f} C"
        self.pages[-1].append(
            f'<ofd:PathObject ID="{{id}}" Boundary="{left:.2f} {top:.2f} {wide:.2f} {high:.2f}" LineWidth="0.2">'
            f"<ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>"
        )


def made(report: AnnualReport) -> bytes:
    pages = _Pages()
    grids = tables(report)
    for paragraph in (report.title, *report.text.introduction):
        _write(pages, paragraph)
    for section in report.text.sections:
        _write(pages, section.heading)
        for paragraph in section.paragraphs:
            _write(pages, "　　" + paragraph)
        if section.key in grids:
            _draw(pages, grids[section.key], _ACROSS.get(section.key, _REQUESTS))
    return _packed(report.title, pages.pages)


def _write(pages: _Pages, paragraph: str) -> None:
    for line in _lines(paragraph, _RIGHT - _LEFT, _SIZE):
        pages.text(_LEFT, pages.place(_LEADING), line, _SIZE)


def _lines(text: str, wide: float, size: float) -> list[str]:
    most = max(1, int(wide / size))
    return [text[start : start + most] for start in range(0, len(text), most)] or [""]


def _draw(pages: _Pages, grid: Grid, across: tuple[int, ...]) -> None:
    """A table stands on one page: each row as high as the lines of its cells."""
    lefts = [_LEFT + sum(across[:column]) for column in range(width(grid) + 1)]
    highs = list(_heights(grid, lefts))
    top = pages.place(sum(highs) + 4)
    tops = [top + sum(highs[:row]) for row in range(len(highs) + 1)]
    for row, places in enumerate(spread(grid)):
        for column, place in enumerate(places):
            if place is None:
                continue
            cell = place[0]
            wide, high = lefts[column + cell.across] - lefts[column], tops[row + cell.down] - tops[row]
            pages.box(lefts[column], tops[row], wide, high)
            for number, line in enumerate(_lines(cell.text, wide - 1, _CELL_SIZE)):
                if line:
                    pages.text(lefts[column] + 0.5, tops[row] + 0.3 + number * _CELL_LEADING, line, _CELL_SIZE)


def _heights(grid: Grid, lefts: list[float]) -> Iterator[float]:
    """By the cells of one row; a cell that reaches over several finds its room in them together."""
    for row, places in enumerate(spread(grid)):
        most = 1.0
        for column, place in enumerate(places):
            if place is not None:
                cell = place[0]
                lines = len(_lines(cell.text, lefts[column + cell.across] - lefts[column] - 1, _CELL_SIZE))
                most = max(most, lines / min(cell.down, len(grid) - row))
        yield most * _CELL_LEADING + 0.8


def _packed(title: str, pages: list[list[str]]) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "OFD.xml": f'<ofd:OFD {_NAME} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID><ofd:Title>{escape(title)}'
        "</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/PublicRes.xml": f'<ofd:Res {_NAME} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts></ofd:Res>',
    }
    names = []
    number = 10
    for index, objects in enumerate(pages):
        names.append(f'<ofd:Page ID="{100000 + index}" BaseLoc="Pages/Page_{index}/Content.xml"/>')
        placed = []
        for thing in objects:
            placed.append(thing.replace("{id}", str(number), 1))
            number += 1
        parts[f"Doc_0/Pages/Page_{index}/Content.xml"] = (
            f'<ofd:Page {_NAME}><ofd:Content><ofd:Layer ID="{200000 + index}">{"".join(placed)}</ofd:Layer></ofd:Content></ofd:Page>'
        )
    parts["Doc_0/Document.xml"] = (
        f"<ofd:Document {_NAME}><ofd:CommonData><ofd:MaxUnitID>300000</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
        f"</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{''.join(names)}</ofd:Pages></ofd:Document>"
    )
    return zipped({path: (head + text).encode() for path, text in parts.items()})
