"""The archive in, what is summed up over the whole of it out: counted, or as it was counted last.

A nation's takes seconds to count. Whoever ends a harvest, brings the database up to date or serves pages keeps it in `sums`: a server shows that from its
first answer on, until it is too old.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from archive import bookkeeping, grid
from archive.database import reading, writing
from archive.grid import Grid, RegionLine, grid_of
from archive.models import Capture, ChangeRow, CurrentReading, FindingRow, Organ, Reading, Sighting, Site, SumRow


@dataclass(frozen=True, slots=True)
class Totals:
    sites: int
    organs: int
    reports: int
    captures: int
    changes: int
    failures: int


@dataclass(frozen=True, slots=True)
class Overall:
    """The totals, regions × years, and how many reports each site has; when they were counted, and how long that took."""

    made_at: datetime
    seconds: float
    totals: Totals
    grid: Grid
    site_reports: Mapping[int, int]


def counted(session: Session, now: datetime, timezone: str) -> Overall:
    begun = monotonic()
    site_reports = reports_by_site(session)
    of_all, by_region = totals(session, site_reports), grid_of(session, now, timezone)
    return Overall(now, monotonic() - begun, of_all, by_region, site_reports)


def renew(engine: Engine, now: datetime, timezone: str) -> None:
    """Count, and keep what it comes to. Counting holds up nobody who writes."""
    with reading(engine) as session:
        summed = counted(session, now, timezone)
    keep(engine, summed)


def keep(engine: Engine, summed: Overall) -> None:
    content = {
        "seconds": summed.seconds,
        "totals": asdict(summed.totals),
        "years": summed.grid.years,
        "lines": [{one.name: getattr(line, one.name) for one in fields(line)} for line in summed.grid.lines.values()],
        "site_reports": summed.site_reports,
    }
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 1)
    with writing(engine) as session:
        bookkeeping.alone(session)
        session.execute(delete(SumRow))
        session.execute(insert(SumRow), [{"name": _name(), "made_at": summed.made_at, "content": packed}])


def last(session: Session) -> Overall | None:
    """As it was kept last, by this code; None when it was not."""
    kept = session.execute(select(SumRow.made_at, SumRow.content).where(SumRow.name == _name())).first()
    if kept is None:
        return None
    made_at, packed = kept
    content = json.loads(zlib.decompress(packed))
    lines = {line["code"]: _line(line) for line in content["lines"]}
    site_reports = {int(number): count for number, count in content["site_reports"].items()}
    shown = grid.arranged(lines, tuple(content["years"]))
    return Overall(made_at, content["seconds"], Totals(**content["totals"]), shown, site_reports)


def _line(line: dict[str, Any]) -> RegionLine:
    counts = {name: {int(year): count for year, count in line[name].items()} for name in ("held", "there")}
    return RegionLine(**line | {name: defaultdict(int, by_year) for name, by_year in counts.items()})


@cache
def _name() -> str:
    """Another one when the code has changed: what an older one kept is not taken for its own."""
    source = "".join(inspect.getsource(module) for module in (sys.modules[__name__], grid))
    return hashlib.sha256(source.encode()).hexdigest()[:32]


def totals(session: Session, site_reports: Mapping[int, int]) -> Totals:
    def count(query: Any) -> int:
        return int(session.scalar(query) or 0)

    failed = (
        select(func.count())
        .select_from(FindingRow)
        .join(CurrentReading, CurrentReading.reading_id == FindingRow.reading_id)
        .where(_stays(), FindingRow.outcome == "fail", FindingRow.severity != "info")
    )
    return Totals(
        sites=count(select(func.count()).select_from(Site).where(Site.removed_at.is_(None))),
        organs=count(select(func.count()).select_from(Organ)),
        reports=sum(site_reports.values()),
        captures=count(select(func.count()).select_from(Capture)),
        changes=count(select(func.count()).select_from(ChangeRow).where(ChangeRow.state == "raised")),
        failures=count(failed),
    )


def reports_by_site(session: Session) -> Mapping[int, int]:
    """How many reports each site has. A report that moved is counted where it went."""
    of_site = select(CurrentReading.site_id, func.count()).where(_stays()).group_by(CurrentReading.site_id)
    # Few are not read, and the others are not looked at one by one.
    not_reports = of_site.join(Reading, Reading.id == CurrentReading.reading_id).where(
        ~CurrentReading.is_read, Reading.state == "not a report"
    )
    counts = Counter(dict(session.execute(of_site).all()))
    counts.subtract(dict(session.execute(not_reports).all()))
    return +counts


def _stays() -> ColumnElement[bool]:
    """That it is not the reading of a report that moved."""
    return CurrentReading.sighting_id.not_in(select(Sighting.id).where(Sighting.moved_to_id.is_not(None)))
