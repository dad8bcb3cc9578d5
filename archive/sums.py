"""A region goes in, its sums come out by measure and year: what its departments and townships printed, beside what its government printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, Subquery, and_, case, func, select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.measures import MEASURES
from archive.models import Organ, Reading, Sighting, figures
from archive.statements import once

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
    found: dict[int, dict[bool, Sequence[Any]]] = {}
    for year, is_own, *sums in selected(session, _sums().where(_AGREED.c.region_code == code)):
        found.setdefault(year, {})[bool(is_own)] = sums
    nothing = (0, *(None, 0) * len(MEASURES))
    return {year: _of_year(by.get(False, nothing), by.get(True, nothing)) for year, by in found.items()}


def _of_year(below: Sequence[Any], own: Sequence[Any]) -> Mapping[str, RegionSum]:
    """Of each side how many organs there are, then for each measure the sum and of how many it is made."""
    reports, said = below[0], own[1::2] if own[0] == 1 else (None,) * len(MEASURES)
    return {
        measure.name: RegionSum(total, counted, reports, printed)
        for measure, total, counted, printed in zip(MEASURES, below[1::2], below[2::2], said, strict=True)
    }


def _agreed() -> Subquery:
    """By year and organ what all its reports of that year say alike; where one of them does not know, nobody does."""
    columns = [
        case((and_(func.count(sum_) == func.count(), func.min(sum_) == func.max(sum_)), func.min(sum_))).label(name)
        for name, sum_ in ((measure.name, measure.column()) for measure in MEASURES)
    ]
    return (
        select(Organ.region_code, Reading.year, (Organ.level == "government").label("is_own"), *columns)
        .join_from(Reading, Organ, Organ.id == Reading.organ_id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(figures, figures.c.reading_id == Reading.id)
        .where(Reading.current, Reading.state == "read", Reading.year.is_not(None), Sighting.moved_to_id.is_(None))
        .group_by(Organ.region_code, Reading.year, Organ.id, Organ.level)
        .subquery()
    )


_AGREED = _agreed()


@once
def _sums() -> Select[Any]:
    """Added up by the database: a county has a thousand reports, and each measure of each is a sum already."""
    agreed = _AGREED.c
    parts = [
        part for measure in MEASURES for part in (func.sum(agreed[measure.name]), func.count(agreed[measure.name]))
    ]
    return select(agreed.year, agreed.is_own, func.count(), *parts).group_by(agreed.year, agreed.is_own)
