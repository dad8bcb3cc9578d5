"""What is held and what the calendar says in, the ledger out: for each organ and year exactly one state, with its evidence.

An organ is expected to report for every year between the first and the last year that its site shows. Blocked or unreachable is never missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import Organ, Reading, Sighting, Site, SiteRun

STATES = (
    "held",
    "held, not readable",
    "not yet due",
    "overdue",
    "not found",
    "blocked by a challenge",
    "refused by robots.txt",
    "unreachable from here",
    "moved",
    "removed",
)
NEW_LAW_YEAR = 2019  # the first report year whose deadlines the regulation of 2019 sets


@dataclass(frozen=True, slots=True)
class OrganYear:
    region: str | None
    organ: str
    year: int
    state: str
    evidence: str


def due_on(level: str, year: int) -> date:
    """The last day on which the report of a year is in time. Townships are held to the departments' day, as most counties do."""
    if level == "government" or year < NEW_LAW_YEAR:
        return date(year + 1, 3, 31)
    return date(year + 1, 1, 31)


def organ_years(
    session: Session, now: datetime, timezone: str, region: str | None = None, year: int | None = None
) -> Iterator[OrganYear]:
    """Every organ that is known and every year that its region's sites show, oldest year first."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    organs = session.scalars(select(Organ).order_by(Organ.region_code, Organ.id)).all()
    for organ in organs:
        if region and not (organ.region_code or "").startswith(region):
            continue
        years = _years(session, organ, today)
        for one in years if year is None else [year]:
            state, evidence = _state(session, organ, one, today)
            yield OrganYear(organ.region_code, organ.name, one, state, evidence)


def _years(session: Session, organ: Organ, today: date) -> range:
    first = session.scalar(
        select(func.min(Reading.year))
        .join(Organ, Organ.id == Reading.organ_id)
        .where(
            Organ.region_code == organ.region_code if organ.region_code else Organ.region_code.is_(None),
            Reading.kind == "annual_report",
        )
    )
    return range(first if first is not None else today.year - 1, today.year)


def _state(session: Session, organ: Organ, year: int, today: date) -> tuple[str, str]:
    rows = session.execute(
        select(Reading, Sighting)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(Reading.current, Reading.organ_id == organ.id, Reading.year == year, Reading.kind != "not a report")
        .order_by(Sighting.gone_at.is_not(None), Reading.id.desc())
    ).all()
    for reading, sighting in rows:
        if sighting.gone_at is None:
            if reading.state == "read":
                return "held", sighting.url
            return "held, not readable", f"{sighting.url}: {reading.reason or reading.state}"
    for _, sighting in rows:
        state = "moved" if sighting.moved_to_id is not None else "removed"
        return state, f"{sighting.url} gone since {sighting.gone_at:%Y-%m-%d}"
    deadline = due_on(organ.level, year)
    if today <= deadline:
        return "not yet due", f"due on {deadline:%Y-%m-%d}"
    return _why_absent(session, organ, year, deadline, today)


def _why_absent(session: Session, organ: Organ, year: int, deadline: date, today: date) -> tuple[str, str]:
    run = session.scalars(
        select(SiteRun)
        .join(Site, Site.id == SiteRun.site_id)
        .where(
            Site.region_code == organ.region_code if organ.region_code else Site.region_code.is_(None),
            SiteRun.ended_at.is_not(None),
        )
        .order_by(SiteRun.id.desc())
        .limit(1)
    ).first()
    if run is None:
        return "not found", "no site of this region was harvested"
    if run.state != "done":
        return str(run.facts.get("ledger_state", "unreachable from here")), run.reason or f"the last run {run.state}"
    asked = f"the site was searched to its end on {run.ended_at:%Y-%m-%d}"
    if today.year - 1 == year:
        return "overdue", f"due on {deadline:%Y-%m-%d}; {asked}"
    return "not found", asked
