"""The regions with a site, and one region: its organs × years by the ledger, its sums beside what its government printed, its work order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive import coverage
from archive.database import reading
from archive.models import Organ, Reading, Region, Sighting, Site
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, query_text
from archive.web.matrix import CELL_STATES, matrix_of
from archive.web.measures import MEASURES
from archive.web.rendering import page, web_of
from archive.web.sums import region_sums
from archive.workorder import work_order

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_YEARS = 10


def regions(request: Request) -> Response:
    """Regions by code, with the organs whose report of a year is held."""
    after = query_text(request, "below") or ""
    query = select(Region).where(Region.code.in_(select(Site.region_code).where(Site.removed_at.is_(None))))
    with reading(web_of(request).engine) as session:
        found = session.scalars(query.where(Region.code > after).order_by(Region.code).limit(PAGE_LENGTH + 1)).all()
        shown = found[:PAGE_LENGTH]
        held = _held(session, [region.code for region in shown])
    years = sorted({year for by_year in held.values() for year in by_year})[-_SHOWN_YEARS:]
    following = shown[-1].code if len(found) > PAGE_LENGTH else None
    return page(
        request,
        "regions.html",
        {"regions": shown, "held": held, "years": years, "following": following, "below": after},
    )


def _held(session: Session, codes: Sequence[str]) -> Mapping[str, Mapping[int, int]]:
    query = (
        select(Organ.region_code, Reading.year, func.count(Organ.id.distinct()))
        .join(Reading, Reading.organ_id == Organ.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(Organ.region_code.in_(codes), Reading.current, Reading.state != "not a report")
        .where(Reading.year.is_not(None), Sighting.moved_to_id.is_(None), Sighting.gone_at.is_(None))
        .group_by(Organ.region_code, Reading.year)
    )
    held: dict[str, dict[int, int]] = {code: {} for code in codes}
    for code, year, count in session.execute(query).all():
        if code is not None and year is not None:
            held[code][year] = count
    return held


def region(request: Request, region_code: str) -> Response:
    web = web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    with reading(web.engine) as session:
        row, sites = _region(session, region_code)
        matrix = matrix_of(session, sites, web.now().astimezone(zone).date(), zone)
        values: dict[str, Any] = {
            "region": row,
            "parents": _parents(session, row),
            "sites": sites,
            "matrix": matrix,
            "tally": matrix.tally(),
            "states": CELL_STATES,
            "sums": dict(sorted(region_sums(session, region_code).items())[-_SHOWN_YEARS:]),
            "measures": MEASURES,
        }
    return page(request, "region.html", values)


def region_work_order(request: Request, region_code: str) -> Response:
    web = web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    with reading(web.engine) as session:
        _, sites = _region(session, region_code)
        rows = coverage.ledger(session, sites, web.now().astimezone(zone).date(), zone).rows
    headers = {"Content-Disposition": f'attachment; filename="work-order-{region_code}.xlsx"'}
    return Response(work_order(rows), media_type=_SHEET, headers=headers)


def _region(session: Session, code: str) -> tuple[Region, Sequence[Site]]:
    row = session.get(Region, code)
    query = select(Site).where(Site.region_code == code, Site.removed_at.is_(None)).order_by(Site.id)
    sites = session.scalars(query).all()
    if row is None or not sites:
        raise NoSuchPage("missing.region", code=code)
    return row, sites


def _parents(session: Session, row: Region) -> list[str]:
    """The names above, the widest first."""
    names: list[str] = []
    above = session.get(Region, row.parent_code) if row.parent_code else None
    while above is not None and len(names) < 5:
        names.insert(0, above.name)
        above = session.get(Region, above.parent_code) if above.parent_code else None
    return names
