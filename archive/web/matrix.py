"""A site and a day go in, its organs × years come out: of which organ and year a report is held, unread, gone, changed, or why not.

The states are those of archive.coverage, which walks the whole ledger; this is one site's page of it, in a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from archive import coverage
from archive.listings import (
    HELD,
    MOVED,
    NOT_READABLE,
    NOT_YET_READ,
    REMOVED,
    newest_answer_id,
    report_state,
)
from archive.models import ChangeRow, FindingRow, Organ, Reading, Sighting, Site, SiteRun

CELL_STATES = tuple(dict.fromkeys((HELD, NOT_READABLE, NOT_YET_READ, *coverage.STATES)))
_BEST_FIRST = (HELD, NOT_READABLE, NOT_YET_READ, REMOVED, MOVED)
_LEVELS = ("government", "department", "township")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    state: str
    sighting_id: int | None = None
    changed: bool = False
    failures: int = 0
    addresses: int = 1  # at how many addresses of the site a report of this organ and year stands


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


def site_matrix(session: Session, site: Site, today: date) -> Matrix:
    changed = _changed_sightings(session, site.id)
    seen = _seen(session, site.id)
    failures = _failures_by_reading(session, [reading.id for _, reading, _ in seen if reading])
    rows = {row.organ: row for row in _expected_organs(session, site)}
    nowhere = 0
    for sighting, reading, organ in seen:
        name = organ.name if organ else (reading.organ_name if reading else None) or sighting.organ_name
        year = (reading.year if reading else None) or sighting.year
        if name is None or year is None:
            nowhere += 1
            continue
        row = rows.setdefault(name, MatrixRow(name, organ.id if organ else None, organ.level if organ else ""))
        cell = MatrixCell(
            report_state(reading.state if reading else None, sighting.gone_at, sighting.moved_to_id),
            sighting.id,
            sighting.id in changed,
            failures.get(reading.id, 0) if reading else 0,
        )
        row.cells[year] = _better(row.cells.get(year), cell)
    years = _span((row.cells for row in rows.values()), today)
    run = _last_run(session, site.id)
    for row in rows.values():
        for year in years:
            row.cells.setdefault(year, MatrixCell(_why_absent(run, row.level, year, today)))
    return Matrix(years, tuple(sorted(rows.values(), key=_order)), nowhere)


def _better(known: MatrixCell | None, other: MatrixCell) -> MatrixCell:
    if known is None:
        return other
    first, second = sorted((known, other), key=lambda cell: _BEST_FIRST.index(cell.state))
    more = 0 if MOVED in (known.state, other.state) else 1  # where it moved from is no second publication
    return replace(first, addresses=known.addresses + more, changed=first.changed or second.changed)


def _seen(session: Session, site_id: int) -> Sequence[Row[Sighting, Reading | None, Organ | None]]:
    """What the archive holds of the site, read or captured; an address that only a list named is not held."""
    query = (
        select(Sighting, Reading, Organ)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .outerjoin(Organ, Organ.id == Reading.organ_id)
        .where(Sighting.site_id == site_id, Sighting.parent_id.is_(None))
        .where(func.coalesce(Reading.state, "") != "not a report")
        .where(Reading.id.is_not(None) | newest_answer_id().is_not(None))
    )
    return session.execute(query).all()


def _expected_organs(session: Session, site: Site) -> list[MatrixRow]:
    if site.region_code is None:
        return []
    organs = session.scalars(select(Organ).where(Organ.region_code == site.region_code, Organ.valid_to.is_(None)))
    return [MatrixRow(organ.name, organ.id, organ.level) for organ in organs]


def _changed_sightings(session: Session, site_id: int) -> set[int]:
    query = select(ChangeRow.sighting_id).join(Sighting, Sighting.id == ChangeRow.sighting_id)
    return set(
        session.scalars(query.where(Sighting.site_id == site_id, ChangeRow.state == "raised", ChangeRow.kind != "new"))
    )


def _failures_by_reading(session: Session, reading_ids: Collection[int]) -> Mapping[int, int]:
    """Asked for by the site's own readings: joined to the site, a database may walk every finding there is."""
    query = (
        select(FindingRow.reading_id, func.count())
        .where(FindingRow.reading_id.in_(reading_ids), FindingRow.outcome == "fail", FindingRow.severity != "info")
        .group_by(FindingRow.reading_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _last_run(session: Session, site_id: int) -> SiteRun | None:
    query = select(SiteRun).where(SiteRun.site_id == site_id, SiteRun.ended_at.is_not(None))
    return session.scalars(query.order_by(SiteRun.id.desc()).limit(1)).first()


def _why_absent(run: SiteRun | None, level: str, year: int, today: date) -> str:
    """Only a site that was searched to its end shows that nothing is there."""
    if today <= coverage.due_on(level, year):
        return "not yet due"
    if run is None or run.state != "done":
        state = str(run.facts.get("ledger_state")) if run else None
        return state if state in coverage.STATES else "unreachable from here"
    return "overdue" if year == today.year - 1 else "not found"


def _span(cells: Iterable[Mapping[int, MatrixCell]], today: date) -> tuple[int, ...]:
    """From the first year that the site shows to the last that may be due."""
    seen = {year for row in cells for year in row}
    return tuple(range(min(seen), max(*seen, today.year - 1) + 1)) if seen else ()


def _order(row: MatrixRow) -> tuple[int, str]:
    return (_LEVELS.index(row.level) if row.level in _LEVELS else len(_LEVELS), row.organ)
