"""A region goes in, its sums come out by measure and year: what its departments and townships printed, beside what its government printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.models import Organ, Reading, Sighting, figures
from archive.web.measures import MEASURES

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
    # Added up by the database, where one unknown part makes the sum unknown as well.
    query = (
        select(Reading.year, Organ.id, Organ.level, *(measure.column() for measure in MEASURES))
        .join_from(Reading, Organ, Organ.id == Reading.organ_id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(figures, figures.c.reading_id == Reading.id)
        .where(Organ.region_code == code, Reading.current, Reading.state == "read", Reading.year.is_not(None))
        .where(Sighting.moved_to_id.is_(None))
        .order_by(Reading.year, Reading.id)
    )
    said: dict[int, dict[tuple[int, str], list[tuple[Value, ...]]]] = {}
    for year, organ_id, level, *row in selected(session, query):
        said.setdefault(year, {}).setdefault((organ_id, level), []).append(tuple(row))
    return {year: _sums(organs) for year, organs in said.items()}


def _sums(organs: Mapping[tuple[int, str], Sequence[tuple[Value, ...]]]) -> Mapping[str, RegionSum]:
    below = [_agreed(rows) for (_, level), rows in organs.items() if level != "government"]
    own = [_agreed(rows) for (_, level), rows in organs.items() if level == "government"]
    return {measure.name: _sum(below, own, number) for number, measure in enumerate(MEASURES)}


def _sum(below: Sequence[tuple[Value, ...]], own: Sequence[tuple[Value, ...]], number: int) -> RegionSum:
    known = [value for row in below if (value := row[number]) is not None]
    return RegionSum(sum(known) if known else None, len(known), len(below), own[0][number] if len(own) == 1 else None)


def _agreed(rows: Sequence[tuple[Value, ...]]) -> tuple[Value, ...]:
    """What all reports of an organ and year say alike."""
    if len(rows) == 1:
        return rows[0]
    return tuple(values[0] if len(set(values)) == 1 else None for values in zip(*rows, strict=True))
