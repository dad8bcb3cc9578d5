"""What an operator orders for a site: to crawl it again, to leave it alone for now, to take it up again."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from archive import audit, sites
from archive.database import writing
from archive.models import Order, Site
from archive.web.addresses import NoSuchPage
from archive.web.counts import waiting_order
from archive.web.rendering import web_of
from archive.web.submissions import Fields
from archive.web.visitors import visitor_of


def take_recrawl(request: Request, fields: Fields) -> Response:
    """Write an order that the scheduler's next sweep takes up. A second order beside a waiting one changes nothing."""
    web, doer, code = web_of(request), visitor_of(request).doer, request.path_params["code"]
    with writing(web.engine) as session:
        row = _site(session, code)
        if waiting_order(session, row.id) is None:
            session.add(Order(kind="recrawl", site_id=row.id, ordered_by=doer.name, ordered_at=web.now()))
            audit.record(session, doer, "re-crawl ordered", code, web.now())
    return RedirectResponse(f"/sites/{code}#order", 303)


def take_pause(request: Request, fields: Fields) -> Response:
    return _set_paused(request, paused=True)


def take_resume(request: Request, fields: Fields) -> Response:
    return _set_paused(request, paused=False)


def _set_paused(request: Request, paused: bool) -> Response:
    web, doer, code = web_of(request), visitor_of(request).doer, request.path_params["code"]
    with writing(web.engine) as session:
        row = _site(session, code)
        if row.paused != paused:
            sites.pause_site(session, code, paused)
            audit.record(session, doer, "site paused" if paused else "site resumed", code, web.now())
    return RedirectResponse(f"/sites/{code}#order", 303)


def _site(session: Session, code: str) -> Site:
    row = session.scalar(select(Site).where(Site.code == code, Site.removed_at.is_(None)))
    if row is None:
        raise NoSuchPage("missing.site", code=code)
    return row
