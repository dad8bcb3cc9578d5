"""Figures of a report in, how far a sum over them can be trusted out.

FAIL is said only of figures that were printed and read without doubt. A blank, a repaired or an OCR-read figure makes the answer
UNCERTAIN; a figure that is missing or could not be read makes it NOT_ASSESSABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.model import Figure, Outcome, Report, State

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: the figures that add up to it, some of them with a minus."""

    figures: tuple[Figure | None, ...]
    signs: tuple[int, ...] = ()

    @property
    def value(self) -> Number | None:
        """The sum, blanks and dashes as nothing; None when a figure is missing, unread, or nothing at all was printed."""
        if self.missing or self.all_blank:
            return None
        signs = self.signs or (1,) * len(self.figures)
        total: Number = 0
        for sign, figure in zip(signs, self.figures, strict=True):
            if figure is not None and figure.value is not None:
                total += sign * figure.value
        return total

    @property
    def missing(self) -> bool:
        return any(figure is None or figure.state in {State.ABSENT, State.TEXT} for figure in self.figures)

    @property
    def all_blank(self) -> bool:
        return all(figure is not None and figure.state in {State.BLANK, State.DASH} for figure in self.figures)

    @property
    def doubtful(self) -> bool:
        return any(
            figure is not None and (figure.value is None or figure.repaired is not None or figure.by_ocr)
            for figure in self.figures
        )

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(figure.key for figure in self.figures if figure is not None)


def side(report: Report, keys: Iterable[str], signs: Sequence[int] = ()) -> Side:
    return Side(tuple(report.figures.get(key) for key in keys), tuple(signs))


def weigh(left: Side, right: Side) -> Outcome:
    if left.value is None or right.value is None:
        return Outcome.NOT_ASSESSABLE
    if left.doubtful or right.doubtful:
        return Outcome.UNCERTAIN
    return Outcome.PASS if left.value == right.value else Outcome.FAIL


def doubts(*sides: Side) -> str:
    """Why a comparison could not be decided, in Chinese."""
    figures = [figure for one in sides for figure in one.figures]
    if any(figure is None or figure.state is State.ABSENT for figure in figures):
        return "有数据项在文中没有找到"
    if any(figure is not None and figure.state is State.TEXT for figure in figures):
        return "有数据项无法辨认"
    if any(one.all_blank for one in sides):
        return "一侧的单元格全部空白"
    if any(figure is not None and figure.by_ocr for figure in figures):
        return "数据由文字识别读出"
    if any(figure is not None and figure.repaired is not None for figure in figures):
        return "表格结构经过还原"
    return "有空白单元格"
