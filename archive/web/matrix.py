"""Sites of a region and a day go in, their organs × years come out: this page of the ledger (archive.coverage), with what was changed and failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import coverage
from archive.models import ChangeRow, FindingRow, Sighting, Site

CELL_STATES = coverage.STATES
_KEPT = (coverage.HELD, coverage.NOT_READABLE, coverage.MOVED, coverage.REMOVED)  # there is a page to show
_LEVELS = ("government", "department", "township")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    state: str
    sighting_id: int | None = None
    changed: bool = False
    failures: int = 0
    addresses: int = 1  # at how many addresses of the site a report of this organ and year stands
    evidence: str = ""


@dataclass(slots=True)
class MatrixRow:
    organ: str
    organ_id: int | None
    level: str
    cells: dict[int, MatrixCell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matrix:
    """`nowhere` counts the reports whose organ or year is unknown: they have no cell, and are not hidden."""

    years: tuple[int, ...]
    rows: tuple[MatrixRow, ...]
    nowhere: int

    def tally(self) -> dict[str, int]:
        counts = dict.fromkeys(CELL_STATES, 0)
        for row in self.rows:
            for cell in row.cells.values():
                counts[cell.state] += 1
        return counts


def matrix_of(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo) -> Matrix:
    """Of sites of one region."""
    ledger = coverage.ledger(session, sites, today, zone)
    changed = _changed_sightings(session, [site.id for site in sites])
    failures = _failures_by_reading(session, [row.reading_id for row in ledger.rows if row.reading_id is not None])
    rows: dict[str, MatrixRow] = {}
    for one in ledger.rows:
        row = rows.setdefault(one.organ, MatrixRow(one.organ, one.organ_id, one.level))
        row.cells[one.year] = MatrixCell(
            one.state,
            one.sighting_ids[0] if one.state in _KEPT else None,
            not changed.isdisjoint(one.sighting_ids),
            failures.get(one.reading_id, 0) if one.reading_id is not None else 0,
            max(1, one.addresses),
            one.evidence,
        )
    years = {year for row in rows.values() for year in row.cells}
    span = tuple(range(min(years), max(years) + 1)) if years else ()
    return Matrix(span, tuple(sorted(rows.values(), key=_order)), ledger.nowhere)


def _changed_sightings(session: Session, site_ids: Collection[int]) -> set[int]:
    query = select(ChangeRow.sighting_id).join(Sighting, Sighting.id == ChangeRow.sighting_id)
    return set(
        session.scalars(
            query.where(Sighting.site_id.in_(site_ids), ChangeRow.state == "raised", ChangeRow.kind != "new")
        )
    )


def _failures_by_reading(session: Session, reading_ids: Collection[int]) -> Mapping[int, int]:
    """Asked for by the site's own readings: joined to the site, a database may walk every finding there is."""
    query = (
        select(FindingRow.reading_id, func.count())
        .where(FindingRow.reading_id.in_(reading_ids), FindingRow.outcome == "fail", FindingRow.severity != "info")
        .group_by(FindingRow.reading_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _order(row: MatrixRow) -> tuple[int, str]:
    return (_LEVELS.index(row.level) if row.level in _LEVELS else len(_LEVELS), row.organ)
