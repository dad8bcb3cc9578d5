"""Sites of a region and a day go in, their organs × years come out: this page of the ledger (archive.coverage), with what was changed and failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import coverage
from archive.models import ChangeRow, FindingRow, Site

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


MARKS = {state: f"mark mark-{state.replace(',', '').replace(' ', '-')}" for state in CELL_STATES}  # CSS classes


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rows of one page, and the tally of all. `nowhere` counts the reports whose organ or year is unknown: they have no cell, and are
    not hidden. `before` rows stand on the pages before; `following` is the number for the next page."""

    years: tuple[int, ...]
    rows: tuple[MatrixRow, ...]
    nowhere: int
    tally: Mapping[str, int]
    before: int = 0
    following: int | None = None


_MOST_CELLS = 250  # of one page: its weight and its making


def matrix_of(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo, before: int = 0) -> Matrix:
    """Of sites of one region."""
    ledger = coverage.ledger(session, sites, today, zone, judged=False)
    organs: dict[str, list[coverage.OrganYear]] = {}
    for one in ledger.rows:
        organs.setdefault(one.organ, []).append(one)
    years = {one.year for one in ledger.rows}
    span = tuple(range(min(years), max(years) + 1)) if years else ()
    length = max(10, _MOST_CELLS // max(1, len(span)))
    ordered = sorted(organs.values(), key=_order)
    shown = ordered[before : before + length]
    changed = _changed_sightings(session, [number for lines in shown for one in lines for number in one.sighting_ids])
    failures = _failures_by_reading(session, [one.reading_id for lines in shown for one in lines if one.reading_id])
    rows = tuple(_row(lines, changed, failures) for lines in shown)
    tally = {**dict.fromkeys(CELL_STATES, 0), **Counter(one.state for one in ledger.rows)}
    return Matrix(
        span, rows, ledger.nowhere, tally, before, before + length if len(ordered) > before + length else None
    )


def _row(lines: Sequence[coverage.OrganYear], changed: Collection[int], failures: Mapping[int, int]) -> MatrixRow:
    row = MatrixRow(lines[0].organ, lines[0].organ_id, lines[0].level)
    for one in lines:
        row.cells[one.year] = MatrixCell(
            one.state,
            one.sighting_ids[0] if one.state in _KEPT else None,
            any(number in changed for number in one.sighting_ids),
            failures.get(one.reading_id, 0) if one.reading_id is not None else 0,
            max(1, one.addresses),
            one.evidence,
        )
    return row


def _changed_sightings(session: Session, sighting_ids: Collection[int]) -> set[int]:
    return set(
        session.scalars(
            select(ChangeRow.sighting_id).where(
                ChangeRow.sighting_id.in_(sighting_ids), ChangeRow.state == "raised", ChangeRow.kind != "new"
            )
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


def _order(lines: Sequence[coverage.OrganYear]) -> tuple[int, str]:
    level = lines[0].level
    return (_LEVELS.index(level) if level in _LEVELS else len(_LEVELS), lines[0].organ)
