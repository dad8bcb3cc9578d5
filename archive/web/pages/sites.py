"""The sites, one site with its organs × years and its runs, and the order to crawl it again."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.bookkeeping import book_of
from archive.database import reading
from archive.models import LARGEST, Region, Site
from archive.regions import lineage
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, whole_number
from archive.web.cells import drawn_years
from archive.web.counts import site_lines, site_runs, waiting_order
from archive.web.matrix import CELL_STATES, matrix_of
from archive.web.rendering import page, web_of

_RUNS = 20


def sites(request: Request) -> Response:
    above = whole_number(request, "below", 1, LARGEST)  # listed oldest first: the next page has higher numbers
    web = web_of(request)
    with reading(web.engine) as session:
        held = web.sums.get(session).site_reports
        found = site_lines(session, held, PAGE_LENGTH + 1, above)
        lines = found[:PAGE_LENGTH]
        codes = {line.site.region_code for line in lines if line.site.region_code}
        regions = dict(session.execute(select(Region.code, Region.name).where(Region.code.in_(codes))).all())
    following = lines[-1].site.id if len(found) > PAGE_LENGTH else None
    values = {"lines": lines, "regions": regions, "following": following, "below": above}
    return page(request, "sites.html", values | {"counted_at": web.sums.counted_at()})


def site(request: Request, code: str) -> Response:
    web = web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    before = whole_number(request, "below", 1, 10**6) or 0
    with reading(web.engine) as session:
        row = _site(session, code)
        above = lineage(session, row.region_code)
        matrix = matrix_of(book_of(session, [row.id], web.now().astimezone(zone).date(), zone), before)
        values = {
            "site": row,
            "region": above[0] if above else None,
            "matrix": matrix,
            "tally": matrix.tally,
            "states": CELL_STATES,
            "drawn_years": drawn_years,
            "runs": site_runs(session, row.id, _RUNS),
            "ordered_at": waiting_order(session, row.id),
            "may_order": row.removed_at is None,
        }
    return page(request, "site.html", values)


def _site(session: Session, code: str) -> Site:
    row = session.scalar(select(Site).where(Site.code == code))
    if row is None:
        raise NoSuchPage("missing.site", code=code)
    return row
