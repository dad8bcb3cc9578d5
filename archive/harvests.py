"""Some sites become a harvest with one run a site; a harvest that died is found again; a finished one gets its state from its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.models import Harvest, Site, SiteRun
from archive.sites import KnownSite, known_site

KINDS = ("harvest", "recrawl", "confirm", "import", "look")
OPEN_STATES = ("waiting", "running", "interrupted")


# What a run's facts say under `why`: a code, with the values of its text, so that the reason can be told in any language. TROUBLES are the
# kinds of what stood in the way, beside the blocks of single answers.
WHYS = (
    "found",
    "found_short",
    "none_found",
    "no_column",
    "unanswered",
    "asked_again",
    "no_answer",
    "challenged",
    "used_up_requests",
    "used_up_bytes",
    "used_up_minutes",
    "window_closed",
    "interrupted",
    "broken",
    "family_changed",
)
TROUBLES = ("robots", "hold", "unreachable", "scripts", "large", "interrupted")


@dataclass(frozen=True, slots=True)
class RunOfSite:
    """One site's part of a harvest, with the site itself."""

    id: int
    harvest_id: int
    site: KnownSite
    state: str
    started_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    requests: int
    received_bytes: int
    reports_seen: int
    facts: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether it waits to be crawled or to be continued."""
        return self.state in OPEN_STATES


def start_harvest(
    session: Session, kind: str, site_ids: Sequence[int], now: datetime, ordered_by: str | None = None
) -> int:
    """A new harvest over these sites, each waiting. The number is the harvest's."""
    if kind not in KINDS:
        raise ValueError(f"expected one of {KINDS}, got {kind!r}")
    harvest = Harvest(kind=kind, started_at=now, ordered_by=ordered_by)
    session.add(harvest)
    session.flush()
    session.add_all(SiteRun(harvest_id=harvest.id, site_id=site_id) for site_id in dict.fromkeys(site_ids))
    session.flush()
    return harvest.id


def take_over(session: Session, harvest_id: int, now: datetime) -> None:
    """This one runs now. Its crawler holds the home, so whatever else is said to run there died, without a word: it was interrupted, or had come to its end."""
    dead = select(SiteRun).where(SiteRun.state == "running", SiteRun.harvest_id != harvest_id)
    for run in session.scalars(dead):
        run.state, run.reason = "interrupted", "its process died; the next crawl of the same sites continues it"
        run.facts = {**run.facts, "why": {"code": "interrupted"}}
    close_ended(session, now)
    others = update(Harvest).where(Harvest.state == "running", Harvest.id != harvest_id)
    session.execute(others.values(state="interrupted"))
    session.execute(update(Harvest).where(Harvest.id == harvest_id).values(state="running", ended_at=None))


def any_begun(session: Session) -> bool:
    """Whether any harvest did not end: one that goes on just now, or one that died."""
    return session.scalar(select(Harvest.id).where(Harvest.state.in_(("running", "interrupted"))).limit(1)) is not None


def unfinished_harvest(session: Session, kind: str) -> int | None:
    """The newest harvest of this kind that died or was interrupted and has sites left, to be continued; None when there is none."""
    left = select(SiteRun.id).where(SiteRun.harvest_id == Harvest.id, SiteRun.state.in_(OPEN_STATES)).exists()
    query = select(Harvest.id).where(Harvest.kind == kind, Harvest.state.in_(("running", "interrupted")), left)
    return session.scalar(query.order_by(Harvest.id.desc()).limit(1))


def unread_harvest(session: Session, kind: str, since: datetime) -> int | None:
    """The newest harvest of this kind, when it was begun since then, asked all its sites to the end, and was not read to the end; else None."""
    newest = session.scalar(select(Harvest).where(Harvest.kind == kind).order_by(Harvest.id.desc()).limit(1))
    if newest is None or newest.started_at < since:
        return None
    runs = session.scalars(select(SiteRun).where(SiteRun.harvest_id == newest.id)).all()
    ended = all(run.state not in OPEN_STATES for run in runs)
    return newest.id if ended and any(run.read_at is None for run in runs) else None


def leave_out(session: Session, now: datetime) -> None:
    """End the runs of a harvest that died whose sites were removed or paused since: nobody may ask those any more."""
    out = select(Site.id).where(Site.removed_at.is_not(None) | Site.paused.is_(True))
    session.execute(
        update(SiteRun)
        .where(SiteRun.state.in_(OPEN_STATES), SiteRun.site_id.in_(out))
        .values(state="failed", ended_at=now, reason="the site was removed or paused before it was asked to the end")
    )


def close_ended(session: Session, now: datetime) -> list[int]:
    """Close harvests whose process died after their last site had ended. Gives their numbers."""
    left = select(SiteRun.id).where(SiteRun.harvest_id == Harvest.id, SiteRun.state.in_(OPEN_STATES)).exists()
    dead = list(session.scalars(select(Harvest.id).where(Harvest.state.in_(("running", "interrupted")), ~left)))
    for harvest_id in dead:
        finish_harvest(session, harvest_id, now)
    return dead


def finish_harvest(session: Session, harvest_id: int, now: datetime) -> str:
    """Close the harvest with the worst state of its runs: interrupted while any is left, then stopped, failed, done."""
    states = set(session.scalars(select(SiteRun.state).where(SiteRun.harvest_id == harvest_id)))
    if states & set(OPEN_STATES):
        state = "interrupted"
    else:
        state = next((worst for worst in ("stopped", "failed") if worst in states), "done")
    session.execute(update(Harvest).where(Harvest.id == harvest_id).values(state=state, ended_at=now))
    return state


def site_runs(session: Session, harvest_id: int) -> list[RunOfSite]:
    """The runs of a harvest in the order of the sites' codes."""
    rows = session.execute(
        select(SiteRun, Site)
        .join(Site, Site.id == SiteRun.site_id)
        .where(SiteRun.harvest_id == harvest_id)
        .order_by(Site.code)
    )
    return [run_of_site(run, site) for run, site in rows]


def run_of_site(run: SiteRun, site: Site) -> RunOfSite:
    return RunOfSite(
        run.id,
        run.harvest_id,
        known_site(site),
        run.state,
        run.started_at,
        run.ended_at,
        run.reason,
        run.requests,
        run.received_bytes,
        run.reports_seen,
        run.facts,
    )
