"""The first page: how much of each region and year is kept, what changed lately, what is overdue, how the last harvests went."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading
from archive.flags import Cause
from archive.listings import Filters, changes, findings
from archive.models import FlagRow, Region
from archive.web.addresses import whole_number
from archive.web.counts import harvest_lines
from archive.web.rendering import page, web_of

_LATELY = 8
_ROWS = 40  # regions shown at once
_HARVESTS = 30


def overview(request: Request) -> Response:
    web = web_of(request)
    with reading(web.engine) as session:
        summed = web.sums.get(session)
        grid = summed.grid
        values = {
            "totals": summed.totals,
            "grid": grid,
            "counted_at": web.sums.counted_at(),
            "rows": grid.opened(_ROWS)[:_ROWS],
            "overdue": _overdue(session),
            "all_overdue": sum(line.overdue for line in grid.below(None)),
            "harvests": harvest_lines(session, 5),
            "changes": list(changes(session, Filters(limit=_LATELY, but_kind="new"))),
            "findings": list(findings(session, Filters(limit=_LATELY, outcome="fail", but_severity="info"))),
        }
    return page(request, "overview.html", values)


def _overdue(session: Session) -> Sequence[tuple[FlagRow, str]]:
    """The newest of what is overdue and was raised, with the names of their regions: years that were due long ago raise no flag."""
    query = (
        select(FlagRow, Region.name)
        .outerjoin(Region, Region.code == FlagRow.region_code)
        .where(FlagRow.rule == Cause.OVERDUE.value, FlagRow.closed_at.is_(None))
        .order_by(FlagRow.id.desc())
        .limit(_LATELY)
    )
    return session.execute(query).all()


def harvests(request: Request) -> Response:
    below = whole_number(request, "below", 1, 2**63 - 1)
    with reading(web_of(request).engine) as session:
        lines = harvest_lines(session, _HARVESTS + 1, below)
    shown = lines[:_HARVESTS]
    following = shown[-1].harvest.id if len(lines) > _HARVESTS else None
    return page(request, "harvests.html", {"harvests": shown, "following": following, "below": below})
