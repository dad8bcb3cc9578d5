"""The archive in, what is summed up over the whole of it out: counted, or as it was counted last.

A nation's takes seconds to count. Whoever ends a harvest or brings the database up to date keeps it in `sums`: a server shows that from its first answer
on, until it has counted itself.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from archive import bookkeeping, grid
from archive.database import reading, writing
from archive.grid import Grid, RegionLine, grid_of
from archive.listings import is_current
from archive.models import Capture, ChangeRow, FindingRow, Organ, Reading, Sighting, Site, SumRow


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
    """The totals, regions × years, and how many reports each site has."""

    made_at: datetime
    totals: Totals
    grid: Grid
    site_reports: Mapping[int, int]


def keep(engine: Engine, now: datetime, timezone: str) -> None:
    """Count, and keep what it comes to. Counting holds up nobody who writes."""
    with reading(engine) as session:
        counted = Overall(now, totals(session), grid_of(session, now, timezone), reports_by_site(session))
    content = {
        "totals": asdict(counted.totals),
        "years": counted.grid.years,
        "lines": [{one.name: getattr(line, one.name) for one in fields(line)} for line in counted.grid.lines.values()],
        "site_reports": counted.site_reports,
    }
    packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode(), 1)
    with writing(engine) as session:
        bookkeeping.alone(session)
        session.execute(delete(SumRow))
        session.execute(insert(SumRow), [{"name": _name(), "made_at": now, "content": packed}])


def last(session: Session) -> Overall | None:
    """As it was kept last, by this code; None when it was not."""
    kept = session.execute(select(SumRow.made_at, SumRow.content).where(SumRow.name == _name())).first()
    if kept is None:
        return None
    made_at, packed = kept
    content = json.loads(zlib.decompress(packed))
    lines = {line["code"]: _line(line) for line in content["lines"]}
    site_reports = {int(number): count for number, count in content["site_reports"].items()}
    return Overall(made_at, Totals(**content["totals"]), grid.arranged(lines, tuple(content["years"])), site_reports)


def _line(line: dict[str, Any]) -> RegionLine:
    counts = {name: {int(year): count for year, count in line[name].items()} for name in ("held", "there")}
    return RegionLine(**line | {name: defaultdict(int, by_year) for name, by_year in counts.items()})


@cache
def _name() -> str:
    """Another one when the code has changed: what an older one kept is not taken for its own."""
    source = "".join(inspect.getsource(module) for module in (sys.modules[__name__], grid))
    return hashlib.sha256(source.encode()).hexdigest()[:32]


def totals(session: Session) -> Totals:
    def count(query: Any) -> int:
        return int(session.scalar(query) or 0)

    # A report that moved is counted where it went.
    here = (is_current(), Sighting.moved_to_id.is_(None))
    reports = select(func.count()).select_from(Reading).join(Sighting, Sighting.id == Reading.sighting_id)
    failed = (
        select(func.count()).select_from(FindingRow).join(Reading).join(Sighting, Sighting.id == Reading.sighting_id)
    )
    return Totals(
        sites=count(select(func.count()).select_from(Site).where(Site.removed_at.is_(None))),
        organs=count(select(func.count()).select_from(Organ)),
        reports=count(reports.where(*here, Reading.state != "not a report")),
        captures=count(select(func.count()).select_from(Capture)),
        changes=count(select(func.count()).select_from(ChangeRow).where(ChangeRow.state == "raised")),
        failures=count(failed.where(*here, FindingRow.outcome == "fail", FindingRow.severity != "info")),
    )


def reports_by_site(session: Session) -> Mapping[int, int]:
    """How many reports each site has. A report that moved is counted where it went."""
    query = (
        select(Sighting.site_id, func.count())
        .join(Reading, Reading.sighting_id == Sighting.id)
        .where(is_current(), Sighting.moved_to_id.is_(None), Reading.state != "not a report")
        .group_by(Sighting.site_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
