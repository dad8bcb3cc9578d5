"""The figures of a report in, its main ones out, each a published figure or a sum of published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement

from archive.models import figure_column, figures
from reports.form import FORM_2021


@dataclass(frozen=True, slots=True)
class Measure:
    """`keys` are added up. One unknown among them makes the sum unknown: half a sum would be an invented figure."""

    name: str
    keys: tuple[str, ...]

    def column(self) -> ColumnElement[Any]:
        """The sum, as the database makes it."""
        return reduce(add, (figures.c[figure_column(key)] for key in self.keys))


def _totals(group: str) -> tuple[str, ...]:
    return tuple(f"requests.{row.key}.total" for row in FORM_2021.request_rows if row.group == group)


MEASURES = (
    Measure("received", ("requests.new_received.total",)),
    Measure("granted", ("requests.granted.total", "requests.granted_part.total")),
    Measure("refused", _totals("refused")),
    Measure("unavailable", _totals("unavailable")),
    Measure("carried_out", ("requests.carried_out.total",)),
    Measure("disputes", ("disputes.review.total", "disputes.suit_direct.total", "disputes.suit_after.total")),
    Measure(
        "corrected", ("disputes.review.corrected", "disputes.suit_direct.corrected", "disputes.suit_after.corrected")
    ),
    Measure("normative", ("disclosure.normative.in_force",)),
    Measure("licence", ("disclosure.licence.decisions",)),
    Measure("penalty", ("disclosure.penalty.decisions",)),
    Measure("fees", ("disclosure.fees.amount_wan",)),
)


def summed(measure: Measure, values: Mapping[str, Any]) -> Decimal | int | None:
    parts: Sequence[Any] = [values[key] for key in measure.keys]
    return None if any(part is None for part in parts) else sum(parts)
