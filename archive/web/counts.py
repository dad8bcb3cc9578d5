"""A session goes in, the figures of harvests and sites come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from archive.models import Harvest, Order, Site, SiteRun

UNHEALTHY = ("failed", "interrupted", "stopped")


@dataclass(frozen=True, slots=True)
class HarvestLine:
    """A harvest with the sums of its site runs. `states` counts its site runs by state."""

    harvest: Harvest
    states: dict[str, int]
    requests: int
    received_bytes: int
    reports_seen: int

    @property
    def health(self) -> str:
        if any(self.states.get(state) for state in UNHEALTHY):
            return "troubled"
        if self.harvest.state in ("running", "waiting"):
            return "running"
        return "well" if self.states.get("done") else "troubled"  # a harvest of no site is not a success


@dataclass(frozen=True, slots=True)
class SiteLine:
    site: Site
    reports: int
    last_run: SiteRun | None
    ordered_at: datetime | None


def harvest_lines(session: Session, limit: int, below_id: int | None = None) -> list[HarvestLine]:
    """The newest harvests, or the newest below an id."""
    query = select(Harvest).order_by(Harvest.id.desc()).limit(limit)
    harvests = session.scalars(query if below_id is None else query.where(Harvest.id < below_id)).all()
    return _summed(session, harvests)


def harvest_line(session: Session, harvest_id: int) -> HarvestLine | None:
    harvest = session.get(Harvest, harvest_id)
    return None if harvest is None else _summed(session, [harvest])[0]


def _summed(session: Session, harvests: Sequence[Harvest]) -> list[HarvestLine]:
    rows = session.execute(
        select(
            SiteRun.harvest_id,
            SiteRun.state,
            func.count(),
            func.sum(SiteRun.requests),
            func.sum(SiteRun.received_bytes),
            func.sum(SiteRun.reports_seen),
        )
        .where(SiteRun.harvest_id.in_([harvest.id for harvest in harvests]))
        .group_by(SiteRun.harvest_id, SiteRun.state)
    ).all()
    lines = []
    for harvest in harvests:
        own = [row for row in rows if row[0] == harvest.id]
        sums = [sum(int(row[column] or 0) for row in own) for column in (3, 4, 5)]
        lines.append(HarvestLine(harvest, {row[1]: row[2] for row in own}, *sums))
    return lines


def site_lines(session: Session, reports: Mapping[int, int], limit: int, above_id: int | None = None) -> list[SiteLine]:
    """The sites that were not removed, oldest first, each with its newest run, its count of reports and a waiting order."""
    query = select(Site).where(Site.removed_at.is_(None), Site.id > (above_id or 0)).order_by(Site.id).limit(limit)
    sites = session.scalars(query).all()
    ids = [site.id for site in sites]
    newest = select(func.max(SiteRun.id)).where(SiteRun.site_id.in_(ids)).group_by(SiteRun.site_id)
    runs = {run.site_id: run for run in session.scalars(select(SiteRun).where(SiteRun.id.in_(newest)))}
    orders = dict(session.execute(_waiting_orders().where(Order.site_id.in_(ids))).all())
    return [SiteLine(site, reports.get(site.id, 0), runs.get(site.id), orders.get(site.id)) for site in sites]


def waiting_order(session: Session, site_id: int) -> datetime | None:
    """When a re-crawl of the site was ordered that no sweep has taken up yet."""
    return session.scalar(select(func.max(Order.ordered_at)).where(Order.site_id == site_id, Order.taken_at.is_(None)))


def _waiting_orders() -> Any:
    return select(Order.site_id, func.max(Order.ordered_at)).where(Order.taken_at.is_(None)).group_by(Order.site_id)


def site_runs(session: Session, site_id: int, limit: int) -> Sequence[tuple[SiteRun, Harvest]]:
    query = (
        select(SiteRun, Harvest)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(SiteRun.site_id == site_id)
        .order_by(SiteRun.id.desc())
        .limit(limit)
    )
    return session.execute(query).all()


def runs_of_harvest(session: Session, harvest_id: int, limit: int, before: int = 0) -> Sequence[tuple[SiteRun, Site]]:
    """Those that went wrong first, without the first `before`."""
    query = select(SiteRun, Site).join(Site, Site.id == SiteRun.site_id).where(SiteRun.harvest_id == harvest_id)
    wrong_first = case((SiteRun.state.in_(UNHEALTHY), 0), else_=1)
    return session.execute(query.order_by(wrong_first, Site.code).offset(before).limit(limit)).all()
