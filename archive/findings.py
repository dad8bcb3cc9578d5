"""Readings in, the rules' findings on them out, as rows: of each report alone, beside its own year before, beside its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, case, delete, insert, select, update
from sqlalchemy.orm import Session

from archive.database import in_parts
from archive.models import FindingRow, Organ, Reading, Sighting
from archive.several import among_these
from archive.successions import year_after, year_before
from reports import check
from reports.checking.neighbours import COPIED, Neighbour, find_copied
from reports.model import Finding, Outcome, Report
from reports.packing import unpack
from reports.publication import is_bare


def readings_by_ids(ids: Sequence[int]) -> Select[Reading]:
    return select(Reading).where(among_these(Reading.id, ids)).order_by(Reading.year, Reading.id)


def readings_of_organs(session: Session, organ_ids: Sequence[int]) -> list[int]:
    return list(session.scalars(select(Reading.id).where(Reading.current, Reading.organ_id.in_(organ_ids))))


def checked_anew(session: Session, reading_ids: Iterable[int]) -> list[int]:
    """These readings, and those of the same organs' following years: their checks look back at the year before."""
    touched = dict.fromkeys(reading_ids)
    for some in in_parts(list(touched)):
        reported = select(Organ, Reading.year).join(Reading, Reading.organ_id == Organ.id).where(Reading.id.in_(some))
        rows = session.execute(reported).all()
        looking_back = {
            (later, year + 1) for organ, year in rows if year is not None for later in year_after(session, organ.id)
        }
        organs, years = ({key[place] for key in looking_back} for place in (0, 1))
        following = select(Reading.id, Reading.organ_id, Reading.year).where(
            Reading.current, Reading.organ_id.in_(organs), Reading.year.in_(years)
        )
        found = session.execute(following.order_by(Reading.year, Reading.id))
        touched.update(dict.fromkeys(row.id for row in found if (row.organ_id, row.year) in looking_back))
    return list(touched)


def check_readings(session: Session, reading_ids: Sequence[int]) -> None:
    """Make the findings of these readings anew, each against the same organ's report of the year before. Borrowed words are another check."""
    session.execute(
        delete(FindingRow).where(among_these(FindingRow.reading_id, reading_ids), FindingRow.rule != COPIED)
    )
    passed, rows = list[dict[str, int]](), list[dict[str, object]]()
    for row in session.scalars(readings_by_ids(reading_ids)):
        if row.report is None or is_bare(report := unpack(row.report)):
            continue
        found = check(report, _earlier(session, row))
        passed.append({"id": row.id, "passed": sum(finding.outcome is Outcome.PASS for finding in found)})
        rows += [_finding_row(row.id, finding) for finding in found if finding.outcome is not Outcome.PASS]
    if passed:
        session.execute(update(Reading), passed)
    if rows:
        session.execute(insert(FindingRow), rows)


def check_neighbours(session: Session, reading_ids: Sequence[int]) -> list[int]:
    """Look for borrowed words in every county and year that these readings belong to; where nobody knows the county, in their site's reports of the year.
    Gives the readings that had or got findings."""
    of_site = case((Organ.region_code.is_(None), Sighting.site_id))
    groups = session.execute(
        select(Organ.region_code, of_site, Reading.year)
        .join(Organ, Organ.id == Reading.organ_id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(among_these(Reading.id, reading_ids), Reading.year.is_not(None))
        .distinct()
        .order_by(Organ.region_code, of_site, Reading.year)
    ).all()
    named: list[int] = []
    for region_code, site_id, year in groups:
        rows = session.execute(
            select(Reading, Organ.name)
            .join(Organ, Organ.id == Reading.organ_id)
            .join(Sighting, Sighting.id == Reading.sighting_id)
            .where(Reading.current, Reading.year == year, Reading.report.is_not(None), Sighting.gone_at.is_(None))
            .where(
                Organ.region_code == region_code
                if region_code
                else Organ.region_code.is_(None) & (Sighting.site_id == site_id)
            )
            .order_by(Reading.id)
        ).all()
        one_an_organ = {row.organ_id: (row, name) for row, name in rows}  # at two addresses it would copy from itself
        neighbours = {
            str(row.id): Neighbour(name, unpack(row.report), row.published_on)
            for row, name in one_an_organ.values()
            if row.report
        }
        ids = [row.id for row, _ in rows]
        copied = among_these(FindingRow.reading_id, ids), FindingRow.rule == COPIED
        named += session.scalars(select(FindingRow.reading_id).where(*copied).distinct())
        session.execute(delete(FindingRow).where(*copied))
        for reading_id, found in find_copied(neighbours).items():
            session.execute(insert(FindingRow), [_finding_row(int(reading_id), finding) for finding in found])
            named.append(int(reading_id))
    return named


def _earlier(session: Session, row: Reading) -> Report | None:
    if row.organ_id is None or row.year is None:
        return None
    organs = year_before(session, row.organ_id, row.year)
    packed = session.scalars(
        select(Reading.report)
        .where(Reading.current, Reading.organ_id.in_(organs), Reading.year == row.year - 1)
        .where(Reading.report.is_not(None))
        .order_by((Reading.organ_id == row.organ_id).desc(), Reading.id.desc())
        .limit(1)
    ).first()
    return None if packed is None else unpack(packed)


def _finding_row(reading_id: int, finding: Finding) -> dict[str, object]:
    return {
        "reading_id": reading_id,
        "rule": finding.rule,
        "place": finding.where,
        "outcome": finding.outcome.value,
        "severity": finding.severity.value,
        "left_value": finding.left,
        "right_value": finding.right,
        "message": finding.message,
        "keys": list(finding.keys),
    }
