"""A session and a harvest go in, its log comes out: what happened, and for one site every request that was made for it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.listings.filters import in_order
from archive.models import Capture, Event, Site, SiteRun


def harvest_events(session: Session, harvest_id: int, limit: int, site_id: int | None = None) -> Sequence[Event]:
    """Newest first."""
    query = select(Event).where(Event.harvest_id == harvest_id).order_by(Event.id.desc()).limit(limit)
    return session.scalars(query if site_id is None else query.where(Event.site_id == site_id)).all()


def run_of_site(session: Session, harvest_id: int, code: str) -> tuple[SiteRun, Site] | None:
    query = select(SiteRun, Site).join(Site, Site.id == SiteRun.site_id)
    row = session.execute(query.where(SiteRun.harvest_id == harvest_id, Site.code == code)).first()
    return None if row is None else (row[0], row[1])


def asked_in_run(session: Session, run_id: int, limit: int, below_id: int | None = None) -> Sequence[Capture]:
    """What was asked, newest first. A site's requests are sorted: PostgreSQL would walk all captures down to them when they are more than most sites'."""
    newest = in_order(Capture.id, True).desc()
    query = select(Capture).where(Capture.site_run_id == run_id).order_by(newest).limit(limit)
    return session.scalars(query if below_id is None else query.where(Capture.id < below_id)).all()
