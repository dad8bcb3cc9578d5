"""The cells after a row's label in, the window of cells that hold its figures out, or the reason why that cannot be known.

Real rows have a filler cell before their figures, an empty cell after them, one cell too few, or digits of two cells in one. A window is
taken only when no other reading of the same cells is possible; everything else stays unknown.
"""

from __future__ import annotations

from typing import NamedTuple

from reports.parsing.grid import Value


class Window(NamedTuple):
    """The cells of one row's figures. `rule` names the repair that found them; `edge` tells that a blank stands at a border."""

    cells: tuple[Value, ...] | None
    rule: str | None = None
    reason: str | None = None

    @property
    def edge(self) -> bool:
        return self.cells is not None and (self.cells[0].blank or self.cells[-1].blank)

    @property
    def some_blank(self) -> bool:
        return self.cells is not None and any(cell.blank for cell in self.cells)


def unknown(reason: str) -> Window:
    return Window(None, reason=reason)


def find_window(values: tuple[Value, ...], width: int) -> Window:
    """The `width` cells among `values` that hold the figures."""
    printed = [index for index, value in enumerate(values) if not value.blank]
    if len(values) < width and (printed or not values):
        return unknown(f"{len(values)} cells for {width} columns")
    if len(values) < width:
        return Window(values + (values[-1],) * (width - len(values)))
    if len(values) == width or not printed:
        return Window(values[:width])
    return _among_surplus(values, printed, width)


def _among_surplus(values: tuple[Value, ...], printed: list[int], width: int) -> Window:
    first, count = printed[0], printed[-1] - printed[0] + 1
    if count == width:
        return Window(values[first : first + width])
    if count < width:
        return unknown("a blank at the border of a row with surplus cells: the figures may belong to either column")
    if len(printed) == count == width + 1 and {values[index].text.strip() for index in printed} == {"0"}:
        # 蔡家堡乡 2023 fills an unused label cell with 0: eight zeros, and every reading of them is seven zeros.
        return Window(values[first : first + width], rule="surplus zero left out")
    return unknown(f"{count} figures for {width} columns")
