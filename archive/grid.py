"""A session goes in, regions × years come out: of how many organs the report of a year is held, summed up from county to province.

A region has a line when it has organs or a site, or when a region under it has. Townships report within their county: their organs are the county's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session

from archive import bookkeeping
from archive.listings import is_current
from archive.models import Organ, Reading, Region, Sighting, Site
from archive.statements import once

_SHOWN_YEARS = 12
_AT_ONCE = 500  # codes a query
_ORGANS = 20_000  # a query
_STEPS = 4  # of the shades in which a share is shown


@dataclass(slots=True)
class RegionLine:
    """A region with all under it. `held` counts organs by year; `there` how many organs there were; `overdue` is what the ledger calls so."""

    code: str
    name: str
    level: str
    parent_code: str | None
    held: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    there: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    overdue: int = 0

    def shade(self, year: int) -> int:
        """0 for nothing, the highest step for all: between them every step is a part of the way."""
        held, there = self.held.get(year, 0), self.there.get(year, 0)
        if not held:
            return 0
        return _STEPS if held >= there else 1 + (held * (_STEPS - 1)) // there


@dataclass(frozen=True, slots=True)
class Grid:
    lines: Mapping[str, RegionLine]
    years: tuple[int, ...]
    children: Mapping[str | None, tuple[str, ...]]

    def below(self, code: str | None) -> list[RegionLine]:
        return [self.lines[child] for child in self.children.get(code, ())]

    def path(self, code: str) -> list[RegionLine]:
        """The regions above, the widest first."""
        found: list[RegionLine] = []
        above = self.lines[code].parent_code if code in self.lines else None
        while above is not None and above in self.lines:
            found.insert(0, self.lines[above])
            above = self.lines[above].parent_code
        return found

    def opened(self, most: int, start: str | None = None) -> list[tuple[int, RegionLine]]:
        """The lines under `start` with their depth: level by level, as deep as `most` lines allow, each under its own region."""
        shown = set(self.children.get(start, ()))
        level = list(shown)
        while level:
            level = [child for code in level for child in self.children.get(code, ())]
            if len(shown) + len(level) > most:
                break
            shown.update(level)
        return list(self._listed(start, shown, 0))

    def _listed(self, start: str | None, shown: set[str], depth: int) -> Iterable[tuple[int, RegionLine]]:
        for code in self.children.get(start, ()):
            if code in shown:
                yield depth, self.lines[code]
                yield from self._listed(code, shown, depth + 1)


def grid_of(session: Session, now: datetime, timezone: str) -> Grid:
    """One walk over the readings: kept by who asks, not made at every look."""
    held = _held(session)
    organs = _organs(session)
    overdue = bookkeeping.overdue(session, now, timezone)
    sites = session.scalars(select(Site.region_code).where(Site.removed_at.is_(None)).distinct())
    lines = _with_all_above(session, {code for code in (*held, *organs, *overdue, *sites) if code is not None})
    seen = sorted({year for by_year in held.values() for year in by_year})
    years = tuple(range(max(seen[0], seen[-1] - _SHOWN_YEARS + 1), seen[-1] + 1)) if seen else ()
    for code, line in list(lines.items()):
        there = {
            year: sum(count for first, last, count in organs.get(code, ()) if _was(first, last, year)) for year in years
        }
        for above in (line, *_above(lines, line)):
            above.overdue += overdue.get(code, 0)
            for year in years:
                above.held[year] += held.get(code, {}).get(year, 0)
                above.there[year] += there[year]
    return arranged(lines, years)


def arranged(lines: Mapping[str, RegionLine], years: tuple[int, ...]) -> Grid:
    children: dict[str | None, list[str]] = defaultdict(list)
    for code in sorted(lines):
        parent = lines[code].parent_code
        children[parent if parent in lines else None].append(code)
    return Grid(lines, years, {code: tuple(codes) for code, codes in children.items()})


def _was(first: date | None, last: date | None, year: int) -> bool:
    """Whether an organ was there at the end of the year."""
    end = date(year, 12, 31)
    return (first is None or first <= end) and (last is None or last > end)


def _held(session: Session) -> Mapping[str, Mapping[int, int]]:
    """Organs whose report stands at an address from which it is neither gone nor moved. The index alone answers: no reading is read."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    last = session.scalar(select(func.max(Organ.id))) or 0
    for start in range(0, last + 1, _ORGANS):
        asked = {"first": start, "last": start + _ORGANS - 1}
        for code, year, count in session.execute(_held_by_organs(), asked):
            if code is not None:
                found[code][year] = found[code].get(year, 0) + count
    return found


@once
def _held_by_organs() -> Select[str | None, int, int]:
    """Of some organs at a time: in the order of the index, nothing is sorted or kept aside."""
    first, last = (bindparam(name, type_=BigInteger) for name in ("first", "last"))
    moved = select(Sighting.id).where(Sighting.moved_to_id.is_not(None))
    gone = select(Sighting.id).where(Sighting.gone_at.is_not(None))
    held = (
        select(Reading.organ_id, Reading.year)
        .where(is_current(), Reading.state != "not a report", Reading.year.is_not(None))
        .where(Reading.organ_id.between(first, last))
        .where(Reading.sighting_id.not_in(moved), Reading.sighting_id.not_in(gone))
        .distinct()
        .subquery()
    )
    return (
        select(Organ.region_code, held.c.year, func.count())
        .join(Organ, Organ.id == held.c.organ_id)
        .where(Organ.id.between(first, last))
        .group_by(Organ.region_code, held.c.year)
    )


def _organs(session: Session) -> Mapping[str, Sequence[tuple[date | None, date | None, int]]]:
    """By region: from when to when, and how many."""
    query = select(Organ.region_code, Organ.valid_from, Organ.valid_to, func.count()).group_by(
        Organ.region_code, Organ.valid_from, Organ.valid_to
    )
    found: dict[str, list[tuple[date | None, date | None, int]]] = defaultdict(list)
    for code, first, last, count in session.execute(query):
        if code is not None:
            found[code].append((first, last, count))
    return found


def _with_all_above(session: Session, codes: Iterable[str]) -> dict[str, RegionLine]:
    lines: dict[str, RegionLine] = {}
    wanted = sorted(codes)
    while wanted:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            columns = (Region.code, Region.name, Region.level, Region.parent_code)
            for row in session.execute(select(*columns).where(Region.code.in_(some))):
                lines[row[0]] = RegionLine(*row)
        wanted = sorted({line.parent_code for line in lines.values() if line.parent_code is not None} - lines.keys())
    return lines


def _above(lines: Mapping[str, RegionLine], line: RegionLine) -> Iterable[RegionLine]:
    code = line.parent_code
    while code is not None and code in lines:
        yield lines[code]
        code = lines[code].parent_code
