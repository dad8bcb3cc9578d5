"""What is held, what stood in the way and what the calendar says in, the ledger out: for each organ and year exactly one state, with its evidence.

An organ is expected for every year that its region's sites show: when the gazetteer has it (townships, the government itself), when a list
names it, or when it reported in another year; from the year it was set up to the year it was merged. Blocked or unreachable is never missing.
A region costs a fixed number of queries, however many organs and years it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from archive import obstacles
from archive.deadlines import Publication, bulk_days, deadlines_of, due_on, timeliness
from archive.models import Capture, Organ, OrganAlias, Reading, Region, Sighting, Site, SiteRun
from archive.obstacles import BLOCKED, NOT_FOUND, REFUSED, UNREACHABLE, Answer, Obstacle
from archive.organs import region_names
from reports.organs import organ_key, organ_level

HELD, NOT_READABLE, NOT_YET_DUE, OVERDUE, MOVED, REMOVED = (
    "held",
    "held, not readable",
    "not yet due",
    "overdue",
    "moved",
    "removed",
)
STATES = (HELD, NOT_READABLE, NOT_YET_DUE, OVERDUE, NOT_FOUND, BLOCKED, REFUSED, UNREACHABLE, MOVED, REMOVED)
MISSING = (OVERDUE, NOT_FOUND)
# Of several addresses the best counts; an address that hides its content is no proof of a removal at another one.
_BEST_FIRST = (HELD, NOT_READABLE, BLOCKED, REFUSED, UNREACHABLE, REMOVED, MOVED, NOT_FOUND)
_WORST_FIRST = (BLOCKED, REFUSED, UNREACHABLE)
FIRST_YEAR = 2008  # of the regulation: no report is about an earlier year, whatever a title says


@dataclass(frozen=True, slots=True)
class OrganYear:
    """`as_of` is the day of the evidence; `timely` is `in time`, `late`, `not assessable`, or empty when nothing is held."""

    region: str | None
    organ: str
    year: int
    state: str
    evidence: str
    as_of: date | None
    due_on: date
    timely: str = ""
    timely_why: str = ""
    level: str = ""
    organ_id: int | None = None
    sighting_ids: tuple[int, ...] = ()  # every address at which the report was seen, the one that decided first
    reading_id: int | None = None  # of that one
    addresses: int = 0  # at how many the report stands; where it moved from is none


@dataclass(frozen=True, slots=True)
class Ledger:
    """`nowhere` counts the reports whose organ or year is unknown: they have no row, and are not hidden."""

    rows: tuple[OrganYear, ...]
    nowhere: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One address at which a report of an organ and year was seen."""

    sighting: Sighting
    reading: Reading | None
    state: str
    evidence: str
    at: datetime | None


@dataclass(slots=True)
class _Organ:
    name: str
    level: str
    id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    entries: dict[int, list[_Entry]] = field(default_factory=dict)

    def expected(self, year: int) -> bool:
        """Whether it was there at the end of the year: who takes an organ over reports for the year of the merger."""
        end = date(year, 12, 31)
        return (self.valid_from is None or self.valid_from <= end) and (self.valid_to is None or self.valid_to > end)


@dataclass(slots=True)
class _County:
    """The sites of one region, its organs by every name they go by, and what there is to judge them with."""

    region_code: str | None
    sites: list[Site]
    names: tuple[str, ...]
    deadlines: Mapping[str, str]
    organs: dict[str, _Organ]
    obstacle: Obstacle | None = None
    nowhere: int = 0

    def organ(self, organ_id: int | None, printed: str | None) -> _Organ | None:
        known = self.organs.get(f"#{organ_id}") if organ_id is not None else None
        if known is not None or not printed:
            return known
        key = organ_key(printed, self.names)
        return self.organs.setdefault(key, _Organ(key, organ_level(key)))

    def distinct(self) -> list[_Organ]:
        return list({id(organ): organ for organ in self.organs.values()}.values())

    def years(self, today: date) -> range:
        seen = [year for organ in self.distinct() for year in organ.entries]
        return range(min([*seen, today.year - 1]), max([*seen, today.year - 1]) + 1)


def organ_years(
    session: Session, now: datetime, timezone: str, region: str | None = None, year: int | None = None
) -> Iterator[OrganYear]:
    """The whole ledger, or that of the regions whose codes begin with `region`: region by region, the oldest year first."""
    query = select(Site).where(Site.removed_at.is_(None)).order_by(Site.region_code, Site.id)
    sites = [site for site in session.scalars(query) if not region or (site.region_code or "").startswith(region)]
    by_region: dict[str | None, list[Site]] = {}
    for site in sites:
        by_region.setdefault(site.region_code, []).append(site)
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    for of_region in by_region.values():
        yield from (row for row in ledger(session, of_region, today, zone).rows if year in (None, row.year))


def ledger(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo) -> Ledger:
    """The organs × years of sites of one region, by what these sites show."""
    county = _county(session, sites)
    runs = obstacles.last_whole_runs(session, [site.id for site in sites])
    sightings = _take_sightings(session, county, runs)
    county.obstacle = _obstacle(session, county, runs)
    searched = obstacles.searched_on(session, [site.id for site in sites])
    bulk = bulk_days((reading.published_on if reading else None, year) for _, reading, year in sightings)
    rows, years = [], county.years(today)
    for organ in sorted(county.distinct(), key=lambda organ: organ.name):
        for year in years:
            entries = organ.entries.get(year, [])
            if entries or organ.expected(year):
                rows.append(_row(county, organ, year, today, zone, searched, bulk))
    return Ledger(tuple(rows), county.nowhere)


def _row(
    county: _County,
    organ: _Organ,
    year: int,
    today: date,
    zone: ZoneInfo,
    searched: Mapping[int, Sequence[datetime]],
    bulk: frozenset[date],
) -> OrganYear:
    deadline = due_on(organ.level, year, county.deadlines)
    entries = sorted(organ.entries.get(year, ()), key=lambda entry: _BEST_FIRST.index(entry.state))
    if entries:
        state, evidence, at = entries[0].state, entries[0].evidence, entries[0].at
    elif today <= deadline:
        state, evidence, at = NOT_YET_DUE, f"due on {deadline}", None
    elif county.obstacle is not None:
        state, evidence, at = county.obstacle.state, county.obstacle.why, county.obstacle.at
    else:
        last = [moments[-1] for site in county.sites if (moments := searched.get(site.id))]
        at = min(last, default=None)
        day = f" on {at.astimezone(zone).date()}" if at else ""
        state, evidence = OVERDUE, f"due on {deadline}; its sites were searched to their end{day}, and no list names it"
    timely, why = _timeliness(entries, deadline, zone, searched, bulk)
    return OrganYear(
        county.region_code,
        organ.name,
        year,
        state,
        evidence,
        at.astimezone(zone).date() if at else None,
        deadline,
        timely,
        why,
        organ.level,
        organ.id,
        tuple(entry.sighting.id for entry in entries),
        entries[0].reading.id if entries and entries[0].reading else None,
        sum(entry.state != MOVED for entry in entries),
    )


def _timeliness(
    entries: Sequence[_Entry],
    deadline: date,
    zone: ZoneInfo,
    searched: Mapping[int, Sequence[datetime]],
    bulk: frozenset[date],
) -> tuple[str, str]:
    """Judged by the earliest of its addresses: a copy that came later makes nothing late."""
    seen = [entry for entry in entries if entry.reading is not None]
    if not seen:
        return "", ""
    first = min(seen, key=lambda entry: entry.sighting.first_seen_at).sighting
    before = [at for at in searched.get(first.site_id, ()) if at < first.first_seen_at]
    dated = [
        (e.reading.published_rank or 99, e.reading.published_on) for e in seen if e.reading and e.reading.published_on
    ]
    rank, day = min(dated, default=(None, None))
    listed = [entry.sighting.listed_on for entry in seen if entry.sighting.listed_on]
    known = Publication(
        day,
        rank,
        min(listed, default=None),
        first.first_seen_at.astimezone(zone).date(),
        before[-1].astimezone(zone).date() if before else None,
        day in bulk,
    )
    judged = timeliness(known, deadline)
    return judged.word, judged.why


# ── what is known of a county ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _county(session: Session, sites: Sequence[Site]) -> _County:
    code = sites[0].region_code
    county = _County(code, list(sites), region_names(session, code), deadlines_of(session, code), {})
    in_region = Organ.region_code == code if code else Organ.region_code.is_(None)
    for row in session.scalars(select(Organ).where(in_region).order_by(Organ.id)):
        organ = _Organ(row.name, row.level, row.id, row.valid_from, row.valid_to)
        county.organs[f"#{row.id}"] = county.organs[row.name] = organ
    aliases = select(OrganAlias).join(Organ, Organ.id == OrganAlias.organ_id).where(in_region)
    for alias in session.scalars(aliases):
        county.organs.setdefault(alias.name, county.organs[f"#{alias.organ_id}"])
    for name in _in_gazetteer(session, code):
        county.organ(None, name)
    return county


def _in_gazetteer(session: Session, code: str | None) -> list[str]:
    """The region's own government, and the townships under it. Farms and development zones that the statistics count as such need not report."""
    region = session.get(Region, code) if code else None
    if region is None:
        return []
    below = session.scalars(
        select(Region.name)
        .where(Region.parent_code == code, Region.level == "township", Region.valid_to.is_(None))
        .order_by(Region.code)
    )
    towns = [name for name in below if organ_level(name) == "township"]
    return towns if region.level == "township" else [f"{region.name}人民政府", *towns]


def _take_sightings(
    session: Session, county: _County, runs: Mapping[int, SiteRun]
) -> list[tuple[Sighting, Reading | None, int]]:
    """Put every address of a report under its organ and year."""
    site_ids = [site.id for site in county.sites]
    seen = session.execute(
        select(Sighting, Reading)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .where(Sighting.site_id.in_(site_ids), Sighting.parent_id.is_(None))
        .where(func.coalesce(Reading.state, "") != "not a report")
        .options(defer(Reading.report))
        .order_by(Sighting.id)
    ).all()
    answers = _answers(session, site_ids)
    taken: list[tuple[Sighting, Reading | None, int]] = []
    for sighting, reading in seen:
        printed = (reading.organ_name if reading else None) or sighting.organ_name
        year = (reading.year if reading else None) or sighting.year
        organ = county.organ(reading.organ_id if reading else None, printed)
        if organ is None or year is None or year < FIRST_YEAR:
            county.nowhere += 1
            continue
        entry = _entry(sighting, reading, answers.get(sighting.id), runs.get(sighting.site_id))
        organ.entries.setdefault(year, []).append(entry)
        taken.append((sighting, reading, year))
    return taken


def _answers(session: Session, site_ids: Sequence[int]) -> dict[int, Answer]:
    """The newest answer of every report's address that has no reading."""
    newest = (
        select(Sighting.id.label("sighting_id"), func.max(Capture.id).label("capture_id"))
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .join(Capture, (Capture.site_id == Sighting.site_id) & (Capture.url_key == Sighting.url_key))
        .where(Sighting.site_id.in_(site_ids), Sighting.parent_id.is_(None), Reading.id.is_(None))
        .group_by(Sighting.id)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.sighting_id, Capture.status, Capture.blocked, Capture.fetched_at).join(
            newest, newest.c.capture_id == Capture.id
        )
    )
    return {row[0]: Answer(row[1], row[2], row[3]) for row in rows}


def _entry(sighting: Sighting, reading: Reading | None, answer: Answer | None, run: SiteRun | None) -> _Entry:
    if sighting.gone_at is not None:
        state = MOVED if sighting.moved_to_id is not None else REMOVED
        return _Entry(
            sighting, reading, state, f"{sighting.url} gone since {sighting.gone_at:%Y-%m-%d}", sighting.gone_at
        )
    if reading is not None:
        if reading.state == "read":
            return _Entry(sighting, reading, HELD, sighting.url, sighting.last_seen_at)
        why = f"{sighting.url}: {reading.reason or reading.state}"
        return _Entry(sighting, reading, NOT_READABLE, why, sighting.last_seen_at)
    if answer is not None and answer.blocked is None and answer.status in (200, 304):
        return _Entry(sighting, None, NOT_READABLE, f"{sighting.url}: archived, not yet read", answer.fetched_at)
    found = obstacles.of_answer(answer, run)
    return _Entry(sighting, None, found.state, f"{sighting.url}: {found.why}", found.at)


def _obstacle(session: Session, county: _County, runs: Mapping[int, SiteRun]) -> Obstacle | None:
    """The gravest of what stood in the way at any of the region's sites: the report may lie on that one."""
    hidden = obstacles.hidden_pages(session, runs.values())
    found = []
    for site in county.sites:
        run = runs.get(site.id)
        obstacle = obstacles.obstacle_of(run, hidden, _not_asked(session, run) if run is not None else ())
        if obstacle is not None:
            found.append(obstacle)
    return min(found, key=lambda obstacle: _WORST_FIRST.index(obstacle.state), default=None)


def _not_asked(session: Session, run: SiteRun) -> set[str]:
    """The addresses of the site's reports and files that gave no answer in this run."""
    if not any(run.facts.get("tally", {}).get(kind) for kind in ("robots", "unreachable", "hold")):
        return set()
    answered = select(Capture.url_key).where(Capture.site_run_id == run.id)
    return set(
        session.scalars(select(Sighting.url).where(Sighting.site_id == run.site_id, Sighting.url_key.not_in(answered)))
    )
