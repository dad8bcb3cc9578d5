"""A region goes in, its sums come out by measure and year: what its departments and townships printed, beside what its government printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Organ, Reading, Sighting, figure_column, figures
from archive.web.measures import MEASURES, summed

Value = Decimal | int | None


@dataclass(frozen=True, slots=True)
class RegionSum:
    """`below` adds up the `counted` organs under the government that said it, of `reports`; `own` is what the government printed."""

    below: Value
    counted: int
    reports: int
    own: Value


def region_sums(session: Session, code: str) -> Mapping[int, Mapping[str, RegionSum]]:
    """By year and measure. An organ whose two reports of a year disagree is not counted: which of them is right is not known."""
    columns = [figures.c[figure_column(key)] for measure in MEASURES for key in measure.keys]
    keys = [key for measure in MEASURES for key in measure.keys]
    query = (
        select(Reading.year, Organ.id, Organ.level, *columns)
        .join(Organ, Organ.id == Reading.organ_id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(figures, figures.c.reading_id == Reading.id)
        .where(Organ.region_code == code, Reading.current, Reading.state == "read", Reading.year.is_not(None))
        .where(Sighting.moved_to_id.is_(None))
        .order_by(Reading.year, Reading.id)
    )
    said: dict[int, dict[tuple[int, str], dict[str, set[Value]]]] = {}
    for year, organ_id, level, *row in session.execute(query):
        values = dict(zip(keys, row, strict=True))
        of_organ = said.setdefault(year, {}).setdefault((organ_id, level), {})
        for measure in MEASURES:
            of_organ.setdefault(measure.name, set()).add(summed(measure, values))
    return {year: {measure.name: _sum(organs, measure.name) for measure in MEASURES} for year, organs in said.items()}


def _sum(organs: Mapping[tuple[int, str], Mapping[str, set[Value]]], name: str) -> RegionSum:
    below = [_one(values[name]) for (_, level), values in organs.items() if level != "government"]
    own = [_one(values[name]) for (_, level), values in organs.items() if level == "government"]
    known = [value for value in below if value is not None]
    return RegionSum(sum(known) if known else None, len(known), len(below), own[0] if len(own) == 1 else None)


def _one(values: set[Value]) -> Value:
    return next(iter(values)) if len(values) == 1 else None
