"""Figures of a report in, how far a sum over them can be trusted out.

FAIL is said only of figures that were printed and read without doubt. A blank, a repaired or an OCR-read figure makes the answer
UNCERTAIN; a figure that is missing or could not be read makes it NOT_ASSESSABLE.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from reports.model import Figure, Outcome, Report, State

Number = int | Decimal


# Why a sum over figures cannot be decided; of several reasons the highest counts. Plain numbers: a report makes a thousand comparisons.
_SURE, _BLANK, _REPAIRED, _BY_OCR, _UNREAD, _ABSENT = range(6)
_SAID = (
    "一侧的单元格全部空白",
    "有空白单元格",
    "表格结构经过还原",
    "数据由文字识别读出",
    "有数据项无法辨认",
    "有数据项在文中没有找到",
)
_OF_STATE = {State.BLANK: _BLANK, State.DASH: _BLANK, State.TEXT: _UNREAD, State.ABSENT: _ABSENT}


class Side:
    """One side of a comparison: the figures that add up to it, some of them with a minus.

    `value` is the sum with blanks and dashes as nothing; None when a figure is missing, unread, or nothing at all was printed.
    """

    __slots__ = ("all_blank", "doubt", "figures", "keys", "value")

    def __init__(self, figures: Iterable[Figure | None], signs: Sequence[int] = ()) -> None:
        self.figures = tuple(figures)
        printed = False
        doubts = [_SURE]
        total: Number = 0
        keys: list[str] = []
        for index, figure in enumerate(self.figures):
            if figure is None:
                own, printed = _ABSENT, True
            else:
                key, value, _, state, repaired, _, _, _, by_ocr = figure
                keys.append(key)
                if value is not None:
                    total += value * signs[index] if signs else value
                    printed = True
                    if repaired is None and not by_ocr:
                        continue
                    own = _BY_OCR if by_ocr else _REPAIRED
                elif (own := _OF_STATE.get(state, _UNREAD)) != _BLANK:
                    printed = True
            doubts.append(own)
        self.doubt = doubt = max(doubts)
        self.all_blank = all_blank = not printed
        self.keys = tuple(keys)
        self.value: Number | None = None if all_blank or doubt >= _UNREAD else total

    @property
    def doubtful(self) -> bool:
        return self.doubt != _SURE


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
    gravest = max(one.doubt for one in sides)
    return _SAID[_SURE if gravest <= _BLANK and any(one.all_blank for one in sides) else gravest]
