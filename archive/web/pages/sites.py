"""The sites, one site with its organs × years and its runs, and the order to crawl it again."""

from __future__ import annotations

from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from archive.database import reading, writing
from archive.models import Order, Region, Site
from archive.web.addresses import LARGEST, PAGE_LENGTH, NoSuchPage, whole_number
from archive.web.counts import site_lines, site_runs, waiting_order
from archive.web.matrix import CELL_STATES, matrix_of
from archive.web.rendering import Web, page, web_of, words_of
from archive.web.safety import TOKEN_FIELD, refusal, remember_token, token_of

_RUNS = 20
_LONGEST_FORM = 4096


def sites(request: Request) -> Response:
    above = whole_number(request, "below", 1, LARGEST)  # listed oldest first: the next page has higher numbers
    with reading(web_of(request).engine) as session:
        found = site_lines(session, PAGE_LENGTH + 1, above)
        lines = found[:PAGE_LENGTH]
        codes = {line.site.region_code for line in lines if line.site.region_code}
        regions = dict(session.execute(select(Region.code, Region.name).where(Region.code.in_(codes))).all())
    following = lines[-1].site.id if len(found) > PAGE_LENGTH else None
    return page(request, "sites.html", {"lines": lines, "regions": regions, "following": following, "below": above})


def site(request: Request, code: str) -> Response:
    token, web = token_of(request), web_of(request)
    zone = ZoneInfo(web.configuration.timezone)
    with reading(web.engine) as session:
        row = _site(session, code)
        matrix = matrix_of(session, [row], web.now().astimezone(zone).date(), zone)
        values = {
            "site": row,
            "region": session.get(Region, row.region_code) if row.region_code else None,
            "matrix": matrix,
            "tally": matrix.tally(),
            "states": CELL_STATES,
            "runs": site_runs(session, row.id, _RUNS),
            "ordered_at": waiting_order(session, row.id),
            "token": token,
            "token_field": TOKEN_FIELD,
            "may_order": row.removed_at is None,
        }
    response = page(request, "site.html", values)
    remember_token(response, token)
    return response


async def order_recrawl(request: Request, code: str) -> Response:
    """Write an order that the scheduler's next sweep takes up. A second order beside a waiting one changes nothing."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return _refused(request, "refused.token")
    token = parse_qs(body.decode("utf-8", "replace")).get(TOKEN_FIELD, [""])[0]
    reason = refusal(request, token)
    if reason is not None:
        return _refused(request, reason)
    await run_in_threadpool(_write_order, web_of(request), code)
    return RedirectResponse(f"/sites/{code}#order", 303)


def _write_order(web: Web, code: str) -> None:
    with writing(web.engine) as session:
        row = _site(session, code)
        if row.removed_at is not None:
            raise NoSuchPage("missing.site", code=code)
        if waiting_order(session, row.id) is None:
            session.add(Order(kind="recrawl", site_id=row.id, ordered_by="browser", ordered_at=web.now()))


def _refused(request: Request, key: str) -> Response:
    words = words_of(request)
    return page(request, "error.html", {"heading": words("refused.heading"), "message": words(key)}, 403)


def _site(session: Session, code: str) -> Site:
    row = session.scalar(select(Site).where(Site.code == code))
    if row is None:
        raise NoSuchPage("missing.site", code=code)
    return row
