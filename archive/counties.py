"""The sites of one region in, its organs out, by every name they go by, with every address at which a report of theirs was seen.

An organ that only got another name is one with its successor: a report belongs to whichever of the two there was at the end of its year,
whatever name a title still bears. One that was merged keeps its own reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from archive import obstacles
from archive.database import selected
from archive.deadlines import deadlines_of
from archive.listings import unindexed
from archive.models import Capture, Organ, OrganAlias, Reading, Region, Sighting, Site, SiteRun
from archive.obstacles import Answer, Obstacle
from archive.organs import region_names
from archive.regions import lineage, reporting_region
from archive.statements import once
from archive.states import HELD, MOVED, NOT_READABLE, REMOVED
from archive.successions import renamings
from reports.organs import abbreviates, organ_key, organ_level

FIRST_YEAR = 2008  # of the regulation: no report is about an earlier year, whatever a title says


class Seen(NamedTuple):
    """An address of a report, as far as the ledger asks: a county has thousands, and whole rows of them cost four times as much."""

    id: int
    site_id: int
    url: str
    organ_name: str | None
    year: int | None
    listed_on: date | None
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    moved_to_id: int | None


class Read(NamedTuple):
    """Its current reading, likewise."""

    id: int
    organ_id: int | None
    organ_name: str | None
    year: int | None
    state: str
    reason: str | None
    published_on: date | None
    published_rank: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One address at which a report of an organ and year was seen."""

    sighting: Seen
    reading: Read | None
    state: str
    evidence: str
    at: datetime | None


@dataclass(slots=True)
class KnownOrgan:
    name: str
    level: str
    id: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    later: KnownOrgan | None = None  # itself under its next name, and under the one before
    former: KnownOrgan | None = None
    entries: dict[int, list[Entry]] = field(default_factory=dict)

    def expected(self, year: int) -> bool:
        """Whether it was there at the end of the year: who takes an organ over reports for the year of the merger."""
        if self.valid_from is None and self.valid_to is None:
            return True
        end = date(year, 12, 31)
        return (self.valid_from is None or self.valid_from <= end) and (self.valid_to is None or self.valid_to > end)

    def in_year(self, year: int) -> KnownOrgan:
        """Itself under the name that it bore at the end of a year."""
        if self.later is None and self.former is None:
            return self
        organ, end = self, date(year, 12, 31)
        while organ.later is not None and organ.valid_to is not None and organ.valid_to <= end:
            organ = organ.later
        while organ.former is not None and organ.valid_from is not None and organ.valid_from > end:
            organ = organ.former
        return organ


@dataclass(slots=True)
class County:
    """The sites of one region, its organs by every name they go by, and what there is to judge them with."""

    region_code: str | None
    sites: list[Site]
    names: tuple[str, ...]
    deadlines: Mapping[str, str]
    organs: dict[str, KnownOrgan]
    towns: Mapping[str, str] = field(
        default_factory=dict
    )  # of the sites that are a township's own: its organ's name by its code
    obstacles: Mapping[int, Obstacle] = field(default_factory=dict)  # by site
    nowhere: int = 0

    def organ(self, organ_id: int | None, printed: str | None) -> KnownOrgan | None:
        known = self.organs.get(f"#{organ_id}") if organ_id is not None else None
        if known is not None or not printed:
            return known
        key = organ_key(printed, self.names)
        return self.organs.setdefault(key, KnownOrgan(key, organ_level(key)))

    def sites_of(self, organ: KnownOrgan) -> list[Site]:
        """Where its report may lie: on the county's own sites, and on those of its own township alone."""
        mine = [site for site in self.sites if self.towns.get(site.region_code or "", organ.name) == organ.name]
        return mine or self.sites

    def expects(self, organ: KnownOrgan) -> bool:
        """Whether these sites can show that its report is missing: those of a few townships can of these townships alone."""
        return organ.name in self.towns.values() or any(site.region_code not in self.towns for site in self.sites)

    def distinct(self) -> list[KnownOrgan]:
        return list({id(organ): organ for organ in self.organs.values()}.values())

    def take(self, organ: KnownOrgan, year: int, entry: Entry) -> None:
        organ.in_year(year).entries.setdefault(year, []).append(entry)

    def years(self, today: date) -> range:
        seen = [year for organ in self.distinct() for year in organ.entries]
        return range(min([*seen, today.year - 1]), max([*seen, today.year - 1]) + 1)


def county_of(session: Session, sites: Sequence[Site]) -> County:
    """The organs of the region of these sites: those that have a row, and those that the gazetteer knows."""
    code = reporting_region(session, sites[0].region_code)
    above = lineage(session, code)  # held, so that who asks for them below asks no database
    county = County(code, list(sites), region_names(session, code), deadlines_of(session, code), {})
    in_region = Organ.region_code == code if code else Organ.region_code.is_(None)
    query = select(Organ.name, Organ.level, Organ.id, Organ.valid_from, Organ.valid_to)
    for row in selected(session, query.where(in_region).order_by(Organ.id)):
        county.organs[f"#{row.id}"] = county.organs[row.name] = KnownOrgan(*row)
    aliases = select(OrganAlias).join(Organ, Organ.id == OrganAlias.organ_id).where(in_region)
    for alias in session.scalars(aliases):
        county.organs.setdefault(alias.name, county.organs[f"#{alias.organ_id}"])
    for earlier, later in renamings(session, [organ.id for organ in county.distinct() if organ.id is not None]):
        one, other = county.organs[f"#{earlier}"], county.organs[f"#{later}"]
        one.later, other.former = other, one
    towns = session.execute(
        select(Region.code, Region.name).where(Region.code.in_({site.region_code for site in sites} - {code}))
    )
    county.towns = {town: organ_key(name, county.names) for town, name in towns}
    for body in must_report(session, code):
        known = county.organ(None, body.name)
        if known is not None:
            known.valid_from, known.valid_to = known.valid_from or body.valid_from, known.valid_to or body.valid_to
    del above
    return county


@dataclass(frozen=True, slots=True)
class Body:
    """Who must report by the gazetteer alone, and from when to when it existed, where the gazetteer says so."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None


def must_report(session: Session, code: str | None) -> list[Body]:
    """The region's own government, and the townships under it. Farms and development zones that the statistics count as such need not report."""
    region = session.get(Region, code) if code else None
    if region is None:
        return []
    below = session.scalars(
        select(Region).where(Region.parent_code == code, Region.level == "township").order_by(Region.code)
    )
    towns = [Body(one.name, one.valid_from, one.valid_to) for one in below if organ_level(one.name) == "township"]
    return towns if region.level == "township" else [Body(f"{region.name}人民政府"), *towns]


def take_sightings(
    session: Session, county: County, runs: Mapping[int, SiteRun]
) -> list[tuple[Seen, Read | None, int]]:
    """Put every address of a report under its organ and year."""
    site_ids = [site.id for site in county.sites]
    rows = selected(session, _addresses().where(Sighting.site_id.in_(site_ids)))
    answers, files = _answers(session, site_ids), _missing_files(session, site_ids)
    taken: list[tuple[Seen, Read | None, int]] = []
    for row in rows:
        sighting, found = Seen(*row[: len(Seen._fields)]), Read(*row[len(Seen._fields) :])
        reading = None if found.id is None else found
        printed = (reading.organ_name if reading else None) or sighting.organ_name
        year = (reading.year if reading else None) or sighting.year
        organ = county.organ(reading.organ_id if reading else None, printed)
        if organ is None or year is None or year < FIRST_YEAR:
            county.nowhere += 1
            continue
        run = runs.get(sighting.site_id)
        hidden = obstacles.of_file(files[sighting.id], run) if reading and sighting.id in files else None
        entry = _entry(sighting, reading, hidden, answers.get(sighting.id), run)
        county.take(organ, year, entry)
        taken.append((sighting, reading, year))
    return taken


@once
def _addresses() -> Select[Any]:
    """Every address of a report with its current reading: the columns of `Seen`, then those of `Read`."""
    columns = (*(getattr(Sighting, name) for name in Seen._fields), *(getattr(Reading, name) for name in Read._fields))
    return (
        select(*columns)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .where(unindexed(Sighting.parent_id).is_(None), func.coalesce(Reading.state, "") != "not a report")
        .order_by(Sighting.id)
    )


def expect_listed(county: County, runs: Mapping[int, SiteRun]) -> None:
    """Add the organs that the portals' own columns have a part for. One that may be the short name of another is no organ of its own."""
    for name in (name for run in runs.values() for name in run.facts.get("organs", ())):
        key = organ_key(name, county.names)
        known = {organ.name for organ in county.distinct()}
        if key not in county.organs and not any(abbreviates(key, one) or abbreviates(one, key) for one in known):
            county.organ(None, key)


def _answers(session: Session, site_ids: Sequence[int]) -> dict[int, Answer]:
    """The newest answer of every report's address that has no reading."""
    newest = (
        select(Sighting.id.label("sighting_id"), func.max(Capture.id).label("capture_id"))
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .join(Capture, (Capture.site_id == Sighting.site_id) & (Capture.url_key == Sighting.url_key))
        .where(
            Sighting.site_id.in_(site_ids),
            unindexed(Sighting.parent_id).is_(None),
            Sighting.unread,
            Reading.id.is_(None),
        )
        .group_by(Sighting.id)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.sighting_id, Capture.status, Capture.blocked, Capture.fetched_at).join(
            newest, newest.c.capture_id == Capture.id
        )
    )
    return {row[0]: Answer(row[1], row[2], row[3]) for row in rows}


def _missing_files(session: Session, site_ids: Sequence[int]) -> dict[int, Answer | None]:
    """By article whose page alone says nothing: the newest answer, if any, of a file of it that never gave content."""
    part = aliased(Sighting)
    its = (Capture.site_id == part.site_id) & (Capture.url_key == part.url_key)
    content = exists().where(its, Capture.status.in_((200, 304)), Capture.blocked.is_(None)).correlate(part)
    newest = select(func.max(Capture.id)).where(its).correlate(part).scalar_subquery()
    rows = session.execute(
        select(part.parent_id, Capture.status, Capture.blocked, Capture.fetched_at)
        .select_from(Reading)
        .join(part, part.parent_id == Reading.sighting_id)
        .outerjoin(Capture, Capture.id == newest)
        .where(text("readings.state <> 'read'"), Reading.current, Reading.capture_id == Reading.page_capture_id)
        .where(part.site_id.in_(site_ids), ~content)
        .order_by(part.id.desc())
    )
    return {row[0]: None if row[1] is None else Answer(*row[1:]) for row in rows if row[0] is not None}


def _entry(
    sighting: Seen, reading: Read | None, hidden: Obstacle | None, answer: Answer | None, run: SiteRun | None
) -> Entry:
    if sighting.gone_at is not None:
        state = MOVED if sighting.moved_to_id is not None else REMOVED
        return Entry(
            sighting, reading, state, f"{sighting.url} gone since {sighting.gone_at:%Y-%m-%d}", sighting.gone_at
        )
    if reading is not None:
        if reading.state == "read":
            return Entry(sighting, reading, HELD, sighting.url, sighting.last_seen_at)
        if hidden is not None:  # the report lies in a file that cannot be had
            return Entry(sighting, reading, hidden.state, f"{sighting.url}: {hidden.why}", hidden.at)
        why = f"{sighting.url}: {reading.reason or reading.state}"
        return Entry(sighting, reading, NOT_READABLE, why, sighting.last_seen_at)
    if answer is not None and answer.blocked is None and answer.status in (200, 304):
        return Entry(sighting, None, NOT_READABLE, f"{sighting.url}: archived, not yet read", answer.fetched_at)
    found = obstacles.of_answer(answer, run)
    return Entry(sighting, None, found.state, f"{sighting.url}: {found.why}", found.at)
