"""The sites of one region in, its organs out, by every name they go by, with every address at which a report of theirs was seen.

An organ that only got another name is one with its successor: a report belongs to whichever of the two there was at the end of its year,
whatever name a title still bears. One that was merged keeps its own reports. What could not be read is under the name its list gives it, or
under the one that this shortens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.deadlines import deadlines_of
from archive.models import Organ, OrganAlias, Region, Site, SiteRun
from archive.obstacles import Obstacle
from archive.organs import region_names
from archive.regions import lineage, reporting_region
from archive.report_addresses import Entry, entries
from archive.successions import renamings
from reports.organs import abbreviates, organ_key, organ_level

FIRST_YEAR = 2008  # of the regulation: no report is about an earlier year, whatever a title says


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

    def under_all_names(self) -> Iterator[KnownOrgan]:
        organ: KnownOrgan | None = self
        while organ is not None and organ.former is not None:
            organ = organ.former
        while organ is not None:
            yield organ
            organ = organ.later


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
    unlooked: dict[int, set[str]] = field(default_factory=dict)  # by site: organs at whose own page there nobody looked
    nowhere: int = 0

    def organ(self, printed: str) -> KnownOrgan:
        key = organ_key(printed, self.names)
        return self.organs.setdefault(key, KnownOrgan(key, organ_level(key)))

    def may_be(self, key: str) -> list[KnownOrgan]:
        """Those of which this may be another name, a shorter or a longer one."""
        return [one for one in self.distinct() if abbreviates(key, one.name) or abbreviates(one.name, key)]

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
        known = county.organ(body.name)
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


def take_sightings(session: Session, county: County, runs: Mapping[int, SiteRun]) -> list[Entry]:
    """Put every address of a report under its organ and year."""
    taken: list[Entry] = []
    by_name: dict[str, dict[int, list[Entry]]] = {}
    for entry in entries(session, [site.id for site in county.sites], runs):
        organ = county.organs.get(f"#{entry.reading.organ_id}") if entry.reading else None
        key = organ_key(entry.organ_name or "", county.names) if organ is None else organ.name
        organ = organ or county.organs.get(key)
        if not key or entry.year is None or entry.year < FIRST_YEAR:
            county.nowhere += 1
            continue
        taken.append(entry)
        if organ is None:
            by_name.setdefault(key, {}).setdefault(entry.year, []).append(entry)
        else:
            county.take(organ, entry.year, entry)
    for key in sorted(by_name, key=len, reverse=True):  # before a short name the full one
        organ = _by_another_name(county, key, by_name[key]) or county.organ(key)
        for year, found in by_name[key].items():
            for entry in found:
                county.take(organ, year, entry)
    return taken


def _by_another_name(county: County, key: str, years: Collection[int]) -> KnownOrgan | None:
    """The one department that a list calls so in some years: not one that stands on a list under its own name in any of these."""
    alike = county.may_be(key)
    if len(alike) != 1 or not alike[0].level == organ_level(key) == "department":
        return None
    return None if any(alike[0].in_year(year).entries.get(year) for year in years) else alike[0]


def take_unlooked(county: County, runs: Mapping[int, SiteRun]) -> None:
    """Note the organs whose list came without their own page, where a second one may stand. A name that may be of several counts for all of them."""
    for site_id, run in runs.items():
        keys = [organ_key(name, county.names) for name in run.facts.get("unlooked", ())]
        named = [[county.organs[key]] if key in county.organs else county.may_be(key) for key in keys]
        county.unlooked[site_id] = {one.name for organs in named for organ in organs for one in organ.under_all_names()}


def expect_listed(county: County, runs: Mapping[int, SiteRun]) -> None:
    """Add the organs that the portals' own columns have a part for. One that may be the short name of another is no organ of its own."""
    for name in (name for run in runs.values() for name in run.facts.get("organs", ())):
        key = organ_key(name, county.names)
        if key not in county.organs and not county.may_be(key):
            county.organ(key)
