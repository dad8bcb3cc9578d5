"""Figures of a report in, how far a sum over them can be trusted out.

FAIL is said only of figures that were printed and read without doubt. A blank, a repaired or an OCR-read figure makes the answer
UNCERTAIN; a figure that is missing or could not be read makes it NOT_ASSESSABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reports.model import Figure, Outcome, Report, State

Number = int | Decimal
_NOTHING = frozenset((State.BLANK, State.DASH))
_UNREAD = frozenset((State.ABSENT, State.TEXT))


class Side:
    """One side of a comparison: the figures that add up to it, some of them with a minus.

    `value` is the sum with blanks and dashes as nothing; None when a figure is missing, unread, or nothing at all was printed.
    """

    __slots__ = ("all_blank", "doubtful", "figures", "keys", "missing", "value")

    def __init__(self, figures: Iterable[Figure | None], signs: Sequence[int] = ()) -> None:
        self.figures = tuple(figures)
        self.missing = self.doubtful = False
        self.all_blank = True
        total: Number = 0
        for index, figure in enumerate(self.figures):
            if figure is None:
                self.missing, self.all_blank = True, False
                continue
            if figure.value is not None:
                total += figure.value * signs[index] if signs else figure.value
            if figure.state not in _NOTHING:
                self.all_blank = False
            self.missing = self.missing or figure.state in _UNREAD
            self.doubtful = self.doubtful or figure.value is None or figure.repaired is not None or figure.by_ocr
        self.value: Number | None = None if self.missing or self.all_blank else total
        self.keys = tuple(figure.key for figure in self.figures if figure is not None)


def side(report: Report, keys: Iterable[str], signs: Sequence[int] = ()) -> Side:
    return Side(map(report.figures.get, keys), signs)


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
