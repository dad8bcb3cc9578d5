"""An organ goes in, its main figures over the years come out, each a published figure or a sum of published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from archive.models import Capture, Reading, figure_column, figures
from reports.form import FIGURE_KEYS, FORM_2021

NOT_IN_FORM = "-"  # the letter of a cell that the form of the reading does not have, in `figures.states`


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


@dataclass(frozen=True, slots=True)
class OrganYear:
    year: int
    reading: Reading
    captured: Capture
    values: Mapping[str, Decimal | int | None]
    not_in_form: frozenset[str]  # measures whose cells this year's form does not have: not unknown, but not asked


def organ_years(session: Session, organ_id: int) -> list[OrganYear]:
    """A year of the organ for each current report, oldest first. Of two reports of one year both are given."""
    columns = [figures.c[figure_column(key)] for measure in MEASURES for key in measure.keys]
    query = (
        select(Reading, Capture, figures.c.states, *columns)
        .join(Capture, Capture.id == Reading.page_capture_id)
        .outerjoin(figures, figures.c.reading_id == Reading.id)
        .where(Reading.organ_id == organ_id, Reading.current, Reading.year.is_not(None))
        .where(Reading.state != "not a report")
        .order_by(Reading.year, Reading.id)
    )
    years = []
    for reading, capture, states, *row in session.execute(query):
        values = dict(zip((key for measure in MEASURES for key in measure.keys), row, strict=True))
        sums = {measure.name: summed(measure, values) for measure in MEASURES}
        years.append(OrganYear(reading.year, reading, capture, sums, _not_in_form(states)))
    return years


def _not_in_form(states: str | None) -> frozenset[str]:
    if states is None:
        return frozenset()
    absent = {key for key, letter in zip(FIGURE_KEYS, states, strict=True) if letter == NOT_IN_FORM}
    return frozenset(measure.name for measure in MEASURES if absent.intersection(measure.keys))


def summed(measure: Measure, values: Mapping[str, Any]) -> Decimal | int | None:
    parts: Sequence[Any] = [values[key] for key in measure.keys]
    return None if any(part is None for part in parts) else sum(parts)
