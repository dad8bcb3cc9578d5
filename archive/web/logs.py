"""A session and a harvest go in, its log comes out: what happened, and for one site every request that was made for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings.filters import Query, in_order
from archive.models import LARGEST, Capture, Event, Site, SiteRun
from archive.statements import once


def harvest_events(session: Session, harvest_id: int, limit: int, site_id: int | None = None) -> Sequence[Any]:
    """Newest first: when, of what kind, and what is said of it."""
    asked = {"harvest_id": harvest_id, "site_id": site_id, "limit": limit}
    return list(selected(session, _events(site_id is not None), asked))


@once
def _events(of_site: bool) -> Query:
    query: Query = select(Event.at, Event.kind, Event.message).where(Event.harvest_id == bindparam("harvest_id"))
    query = query.where(Event.site_id == bindparam("site_id")) if of_site else query
    return query.order_by(Event.id.desc()).limit(bindparam("limit"))


def run_of_site(session: Session, harvest_id: int, code: str) -> tuple[SiteRun, Site] | None:
    query = select(SiteRun, Site).join(Site, Site.id == SiteRun.site_id)
    row = session.execute(query.where(SiteRun.harvest_id == harvest_id, Site.code == code)).first()
    return None if row is None else (row[0], row[1])


def asked_in_run(session: Session, run_id: int, limit: int, below_id: int = LARGEST) -> Sequence[Any]:
    """What was asked, newest first: of each capture what a line of the log says."""
    return list(selected(session, _asked(), {"run_id": run_id, "below": below_id, "limit": limit}))


@once
def _asked() -> Query:
    """A site's requests are sorted: PostgreSQL would walk all captures down to them when they are more than most sites'."""
    told = (
        Capture.id,
        Capture.fetched_at,
        Capture.status,
        Capture.blocked,
        Capture.truncated,
        Capture.purpose,
        Capture.url,
        Capture.size,
    )
    number = in_order(Capture.id, True)
    return (
        select(*told)
        .where(Capture.site_run_id == bindparam("run_id"), number < bindparam("below", type_=BigInteger))
        .order_by(number.desc())
        .limit(bindparam("limit"))
    )
