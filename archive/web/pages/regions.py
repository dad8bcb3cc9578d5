"""The regions from province to township: what is held of each year, and of a county its ledger, its sums beside what its government printed, its work order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.bookkeeping import book_of
from archive.database import reading
from archive.measures import MEASURES
from archive.models import Organ, Reading, Region, Site
from archive.regions import lineage
from archive.web.addresses import NoSuchPage, query_text, whole_number
from archive.web.cells import drawn_years
from archive.web.matrix import CELL_STATES, matrix_of
from archive.web.rendering import page, web_of
from archive.workorder import work_order

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_YEARS = 10
_ROWS = 60  # of a grid on one page
_MOST_TOWNS = 200


def regions(request: Request) -> Response:
    """The grid of all regions, as deep as a page allows; `below` is the last of the widest regions on the page before."""
    web, after = web_of(request), query_text(request, "below") or ""
    with reading(web.engine) as session:
        grid = web.sums.get(session).grid
    widest = [line.code for line in grid.below(None) if line.code > after]
    rows = [row for row in grid.opened(_ROWS) if row[0] or row[1].code > after]
    if len(widest) > _ROWS:
        rows = [(0, grid.lines[code]) for code in widest[:_ROWS]]
    following = widest[_ROWS - 1] if len(widest) > _ROWS else None
    values = {"rows": rows, "years": grid.years, "following": following, "below": after}
    return page(request, "regions.html", values | {"counted_at": web.sums.counted_at()})


def region(request: Request, region_code: str) -> Response:
    """Any region of the gazetteer: what is under it as a grid; with sites of its own also its ledger and sums; of a township its organs."""
    web = web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    before = whole_number(request, "below", 1, 10**6) or 0
    with reading(web.engine) as session:
        row = _region(session, region_code)
        grid = web.sums.get(session).grid
        sites, parents = _sites(session, region_code), _parents(session, row)
        book = book_of(session, [site.id for site in sites], web.now().astimezone(zone).date(), zone) if sites else None
        matrix = matrix_of(book, before) if book else None
        values: dict[str, Any] = {
            "region": row,
            "parents": parents,
            "line": grid.lines.get(row.code),
            "rows": grid.opened(_ROWS, row.code),
            "years": grid.years,
            "counted_at": web.sums.counted_at(),
            "sites": sites,
            "organs": _township_organs(session, row) if row.level == "township" and not sites else (),
            "towns": _townships(session, row) if row.level != "township" else (),
            "matrix": matrix,
            "tally": matrix.tally if matrix else {},
            "states": CELL_STATES,
            "drawn_years": drawn_years,
            "sums": dict(list(book.sums.items())[-_SHOWN_YEARS:]) if book and book.region_code == row.code else {},
            "measures": MEASURES,
        }
    return page(request, "region.html", values)


def region_work_order(request: Request, region_code: str) -> Response:
    web = web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    with reading(web.engine) as session:
        _region(session, region_code)
        sites = _sites(session, region_code)
        if not sites:
            raise NoSuchPage("missing.work_order", code=region_code)
        rows = list(book_of(session, [site.id for site in sites], web.now().astimezone(zone).date(), zone).rows())
    headers = {"Content-Disposition": f'attachment; filename="work-order-{region_code}.xlsx"'}
    return Response(work_order(rows), media_type=_SHEET, headers=headers)


def _region(session: Session, code: str) -> Region:
    row = session.get(Region, code)
    if row is None:
        raise NoSuchPage("missing.region", code=code)
    return row


def _sites(session: Session, code: str) -> Sequence[Site]:
    query = select(Site).where(Site.region_code == code, Site.removed_at.is_(None)).order_by(Site.id)
    return session.scalars(query).all()


def _parents(session: Session, row: Region) -> list[Region]:
    """The regions above, the widest first."""
    return lineage(session, row.parent_code)[::-1]


def _townships(session: Session, row: Region) -> Sequence[Region]:
    query = select(Region).where(Region.parent_code == row.code, Region.level == "township").order_by(Region.code)
    return session.scalars(query.limit(_MOST_TOWNS)).all()


def _township_organs(session: Session, row: Region) -> Sequence[tuple[Organ, int, int | None, int | None]]:
    """A township's organs belong to its county: those whose name begins with its own."""
    query = (
        select(Organ, func.count(Reading.year.distinct()), func.min(Reading.year), func.max(Reading.year))
        .outerjoin(Reading, (Reading.organ_id == Organ.id) & Reading.current & (Reading.state != "not a report"))
        .where(Organ.region_code == row.parent_code, Organ.name.startswith(row.name, autoescape=True))
        .group_by(Organ.id)
        .order_by(Organ.name)
    )
    return session.execute(query).all()
