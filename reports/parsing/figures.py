"""Cells and keys in, figures out: the one place that makes a Figure, and that decides what two prints of the same figure mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reports.model import ExtraRow, Figure, State
from reports.parsing.alignment import Window
from reports.parsing.grid import LabelledRow, Value
from reports.parsing.numbers import LEADING_ZERO, read_amount


@dataclass
class Reading:
    """The figures and left-over rows of one table while it is being read."""

    figures: dict[str, Figure] = field(default_factory=dict)
    extras: list[ExtraRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, figures: Iterable[Figure]) -> None:
        for figure in figures:
            earlier = self.figures.get(figure.key)
            self.figures[figure.key] = figure if earlier is None else _printed_twice(earlier, figure)


def figure_of(key: str, cell: Value, repaired: str | None = None) -> Figure:
    text, _, place = cell
    amount = read_amount(text, key)
    fields = (key, amount.value, text, amount.state, repaired, place, amount.unit, amount.reason, False)
    return tuple.__new__(Figure, fields)  # what naming the fields does, in a third of the time


def figures_of(keys: tuple[str, ...], window: Window, row: LabelledRow) -> list[Figure]:
    """The figures of one row; all unknown, with the reason, when its window is."""
    if window.cells is not None:
        figures = [figure_of(key, cell, window.rule) for key, cell in zip(keys, window.cells, strict=True)]
        for figure in figures:
            if figure.reason is LEADING_ZERO:  # then the digits of its neighbours may be stuck together, too
                return [without_value(one, LEADING_ZERO) for one in figures]
        return figures
    raw = " | ".join(value.text.strip() for value in row.values)
    state = State.TEXT if raw.strip(" |") else State.BLANK
    return [Figure(key, None, raw, state, place=row.place, reason=window.reason) for key in keys]


def without_value(figure: Figure, reason: str) -> Figure:
    return figure._replace(value=None, state=State.TEXT, reason=reason)


def complete(read: Mapping[str, Figure], keys: Iterable[str]) -> dict[str, Figure]:
    """Every key of an edition, in the form's order; what was not read is absent. Keys read beyond the edition come last."""
    whole = {key: read.get(key) or Figure(key, None, "", State.ABSENT) for key in keys}
    return whole | {key: figure for key, figure in read.items() if key not in whole}


def _printed_twice(first: Figure, second: Figure) -> Figure:
    if first.value == second.value and first.value is not None:
        return first
    if first.value is None and first.reason is None and second.value is not None:
        return second if first.state in {State.BLANK, State.ABSENT} else without_value(second, _twice(first, second))
    if second.value is None and second.reason is None and second.state in {State.BLANK, State.ABSENT}:
        return first
    return without_value(first, _twice(first, second))


def _twice(first: Figure, second: Figure) -> str:
    return f"printed twice: {first.raw.strip()!r} and {second.raw.strip()!r}"
