"""An organ's level and a report year in, the last day in time out; and what is known of a report's publication in, whether it was late out.

The law names the days: governments by 31 March, their departments by 31 January, everyone by 31 March for the years before 2019. Of townships
it says nothing; they are held to the departments' day unless their county (or a region above it) set another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from archive.errors import WrongRegion
from archive.models import Region
from archive.regions import lineage
from reports.parsing.dates import META

NEW_LAW_YEAR = 2019  # the first report year whose deadlines the regulation of 2019 sets
LEVELS = ("government", "department", "township")
TRUSTED_RANK = META  # a page's own words, a list's row, the page's metadata; not a signature and not an address
BULK_YEARS = 3  # a day that reports of so many years share is the day on which they were moved


@dataclass(frozen=True, slots=True)
class Publication:
    """What is known of when a report came out. `missed_on`: the last time before that the whole site was searched and it was not there."""

    dated: date | None
    rank: int | None
    listed_on: date | None
    first_seen: date
    missed_on: date | None = None
    bulk: bool = False  # its date is that of a move


@dataclass(frozen=True, slots=True)
class Timeliness:
    """`word` is `in time`, `late` or `not assessable`."""

    word: str
    why: str


def due_on(level: str, year: int, own: Mapping[str, Any] | None = None) -> date:
    """The last day on which the report of a year is in time. `own` are the region's days by level, as MM-DD."""
    said = (own or {}).get(level)
    if said:
        month, day = map(int, said.split("-"))
        return date(year + 1, month, day)
    if level == "government" or year < NEW_LAW_YEAR:
        return date(year + 1, 3, 31)
    return date(year + 1, 1, 31)


def set_deadline(session: Session, code: str, level: str, day: str | None) -> None:
    """Hold the organs of a level, in a region and below it, to another day (MM-DD); None goes back to the day above it."""
    region = session.get(Region, code)
    if region is None:
        raise WrongRegion(f"there is no region {code!r}: a deadline is set for a county or a region above it.")
    if level not in LEVELS:
        raise WrongRegion(f"expected a level of {', '.join(LEVELS)}, got {level!r}.")
    if day is not None:
        try:
            date.fromisoformat(f"2023-{day}")  # no leap year: a deadline must exist in every year
        except ValueError:
            raise WrongRegion(f"expected a day as 03-31 that every year has, got {day!r}.") from None
    kept = {key: value for key, value in region.deadlines.items() if key != level}
    region.deadlines = kept if day is None else {**kept, level: day}


def deadlines_of(session: Session, code: str | None) -> dict[str, str]:
    """The days by level that hold in a region: its own, then those of the regions above it."""
    found: dict[str, str] = {}
    for region in lineage(session, code):
        found = {**region.deadlines, **found}
    return found


def timeliness(known: Publication, deadline: date) -> Timeliness:
    """Late only when the earliest trusted date is after the deadline, or when we looked after it and nothing was there."""
    if known.first_seen <= deadline:
        return Timeliness("in time", f"seen on {known.first_seen}, due on {deadline}")
    trusted = _trusted(known)
    witnessed = known.missed_on is not None and known.missed_on > deadline
    if trusted and min(trusted) <= deadline:
        if not witnessed:
            return Timeliness("in time", f"dated {min(trusted)}, due on {deadline}")
        words = f"it is dated {min(trusted)}, but was not there when the site was searched on {known.missed_on}"
        return Timeliness("not assessable", words)
    if witnessed:
        words = f"not there when the site was searched on {known.missed_on}, first seen on {known.first_seen}"
        return Timeliness("late", f"{words}, due on {deadline}")
    if trusted:
        return Timeliness("late", f"dated {min(trusted)}, due on {deadline}")
    return Timeliness("not assessable", _why_not(known))


def _why_not(known: Publication) -> str:
    if known.bulk:
        return f"reports of several years bear the same day {known.dated}: they were moved"
    if known.dated is not None:
        return f"the date {known.dated} comes from a place that proves little"
    return "neither the page nor its list says when it was published"


def _trusted(known: Publication) -> list[date]:
    if known.bulk:
        return []
    of_page = known.dated if known.dated and known.rank is not None and known.rank <= TRUSTED_RANK else None
    return [day for day in (of_page, known.listed_on) if day is not None]


def bulk_days(dated: Iterable[tuple[date | None, int | None]]) -> frozenset[date]:
    """Days that reports of several years bear: (day, report year) in."""
    years: dict[date, set[int]] = {}
    for day, year in dated:
        if day is not None and year is not None:
            years.setdefault(day, set()).add(year)
    return frozenset(day for day, found in years.items() if len(found) >= BULK_YEARS)
