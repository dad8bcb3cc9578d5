"""The sites of a region in, their book out: the ledger with what changed and failed, and the region's sums, as one text.

A book is made from everything that its sites show, which takes a fiftieth of a second for a county of a thousand reports. bookkeeping.py keeps it.
What it says of an organ and year is coverage.py's and sums.py's word alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive import coverage
from archive.coverage import OrganYear
from archive.models import ChangeRow, FindingRow, Site
from archive.regions import reporting_region
from archive.sums import RegionSum, region_sums

_LEVELS = ("government", "department", "township")
_AT_ONCE = 500  # bound values of one statement
RegionSums = Mapping[int, Mapping[str, RegionSum]]


@dataclass(frozen=True, slots=True)
class BookYear:
    """A row of the ledger, whether a report of it changed since, and how many rules it breaks."""

    row: OrganYear
    changed: bool
    failures: int


@dataclass(frozen=True, slots=True)
class BookOrgan:
    organ: str
    organ_id: int | None
    level: str
    years: tuple[BookYear, ...]


class Book:
    """A head, then a line an organ, by name. Only what is asked for is unpacked: a page shows a fifth of a county."""

    def __init__(self, content: str) -> None:
        head, *self._lines = content.split("\n")
        self._head: dict[str, Any] = json.loads(head)
        self.region_code: str | None = self._head["region"]
        self.nowhere: int = self._head["nowhere"]
        self.tally: dict[str, int] = self._head["tally"]
        self.years: tuple[int, ...] = tuple(self._head["years"])
        self.until = date.fromisoformat(self._head["until"])

    def __len__(self) -> int:
        return len(self._lines)

    def organs(self, before: int, length: int) -> list[BookOrgan]:
        """Those after the first `before`, the government first, then departments, then townships, each by name."""
        return [self._organ(number) for number in self._head["by_level"][before : before + length]]

    def rows(self, year: int | None = None) -> Iterator[OrganYear]:
        """The ledger, or one year of it: organ by organ by name, the oldest year first."""
        lines = range(len(self._lines) if year is None or year in self.years else 0)
        return (one.row for number in lines for one in self._organ(number, year).years)

    @cached_property
    def sums(self) -> RegionSums:
        """Of the whole region, whoever of its sites the book is of."""
        return {
            int(year): {name: RegionSum(*map(_number, values)) for name, values in by_measure.items()}  # type: ignore[arg-type]
            for year, by_measure in self._head["sums"].items()
        }

    def _organ(self, number: int, only: int | None = None) -> BookOrgan:
        organ, organ_id, level, years = json.loads(self._lines[number])
        wanted = (self._year(organ, organ_id, level, *of) for of in years if only is None or of[0][0] == only)
        return BookOrgan(organ, organ_id, level, tuple(wanted))

    def _year(self, organ: str, organ_id: int | None, level: str, values: Sequence[Any], changed: bool, failures: int) -> BookYear:  # fmt: skip
        """`values` as _packed has them: the year first."""
        year, state, evidence, as_of, due_on, timely, why, sightings, reading_id, addresses = values
        row = OrganYear(
            self.region_code, organ, year, state, evidence, as_of and date.fromisoformat(as_of), date.fromisoformat(due_on), timely, why, level,
            organ_id, tuple(sightings), reading_id, addresses,
        )  # fmt: skip
        return BookYear(row, changed, failures)


def made(session: Session, sites: Sequence[Site], today: date, zone: ZoneInfo) -> str:
    """Of sites of one region. It says the same until the first deadline that is still to come, or the end of the year."""
    ledger = coverage.ledger(session, sites, today, zone)
    rows, code = ledger.rows, reporting_region(session, sites[0].region_code)
    changed = _changed(session, [number for row in rows for number in row.sighting_ids])
    failures = _failures(session, [row.reading_id for row in rows if row.reading_id is not None])
    organs = [list(years) for _, years in groupby(rows, key=lambda row: (row.organ, row.organ_id, row.level))]
    open_until = [row.due_on for row in rows if row.state == coverage.NOT_YET_DUE]
    years = {row.year for row in rows}
    head = {
        "region": code,
        "nowhere": ledger.nowhere,
        "tally": Counter(row.state for row in rows),
        "years": range(min(years), max(years) + 1) if years else (),
        "until": min([*open_until, date(today.year, 12, 31)]),
        "by_level": sorted(range(len(organs)), key=lambda number: _order(organs[number][0])),
        "sums": {year: {name: astuple(one) for name, one in by.items()} for year, by in sorted(region_sums(session, code).items())} if code else {},
    }  # fmt: skip
    lines = [
        [of[0].organ, of[0].organ_id, of[0].level, [_packed(row, changed, failures) for row in of]] for of in organs
    ]
    return "\n".join(_json(line) for line in (head, *lines))


def _packed(row: OrganYear, changed: Collection[int], failures: Mapping[int, int]) -> list[Any]:
    values = [
        row.year, row.state, row.evidence, row.as_of, row.due_on, row.timely, row.timely_why, row.sighting_ids, row.reading_id, row.addresses,
    ]  # fmt: skip
    differs = any(number in changed for number in row.sighting_ids)
    return [values, differs, 0 if row.reading_id is None else failures.get(row.reading_id, 0)]


def _order(row: OrganYear) -> tuple[int, str]:
    return (_LEVELS.index(row.level) if row.level in _LEVELS else len(_LEVELS), row.organ)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, range):
        return list(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no book has a {type(value).__name__}")


def _number(value: Any) -> Decimal | int | None:
    return Decimal(value) if isinstance(value, str) else value


def _changed(session: Session, sighting_ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(sighting_ids), _AT_ONCE):
        some = sighting_ids[start : start + _AT_ONCE]
        query = select(ChangeRow.sighting_id).where(ChangeRow.sighting_id.in_(some), ChangeRow.kind != "new")
        found.update(session.scalars(query.where(ChangeRow.state == "raised")))
    return found


def _failures(session: Session, reading_ids: Sequence[int]) -> dict[int, int]:
    """Asked for by the readings: joined to the site, a database may walk every finding there is."""
    found: dict[int, int] = {}
    for start in range(0, len(reading_ids), _AT_ONCE):
        some = reading_ids[start : start + _AT_ONCE]
        failed = (FindingRow.reading_id.in_(some), FindingRow.outcome == "fail", FindingRow.severity != "info")
        query = select(FindingRow.reading_id, func.count()).where(*failed).group_by(FindingRow.reading_id)
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found
