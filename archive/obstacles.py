"""A site's last whole run in, what stood in the way of seeing all of it out: only a site that was searched to its end proves that nothing is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import HIDING, Capture, Harvest, SiteRun

BLOCKED, REFUSED, UNREACHABLE, NOT_FOUND = (
    "blocked by a challenge",
    "refused by robots.txt",
    "unreachable from here",
    "not found",
)
WHOLE_KINDS = ("harvest", "recrawl")
# What a capture is named by the crawler, and what the ledger makes of it. A login wall asks for proof of who one is, as a challenge does.
_BY_BLOCK = {
    "challenge": BLOCKED,
    "login wall": BLOCKED,
    "robots": REFUSED,
    "soft 404": NOT_FOUND,
    "home redirect": NOT_FOUND,
}
_GONE = (404, 410)
_NO_ANSWER = ("robots", "unreachable", "hold")
_IN_THE_WAY = ("challenge", "login wall", "robots")  # in a failed run, the first of these that was met is the reason


@dataclass(frozen=True, slots=True)
class Obstacle:
    state: str
    why: str
    at: datetime | None


class Answer(NamedTuple):
    """A capture, as far as the ledger asks."""

    status: int
    blocked: str | None
    fetched_at: datetime


def last_whole_runs(session: Session, site_ids: Collection[int]) -> dict[int, SiteRun]:
    """Each site's newest ended run that was meant to see all of it; a second look at suspicions is none."""
    newest = (
        select(func.max(SiteRun.id))
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(SiteRun.site_id.in_(site_ids), SiteRun.ended_at.is_not(None), Harvest.kind.in_(WHOLE_KINDS))
        .group_by(SiteRun.site_id)
    )
    return {run.site_id: run for run in session.scalars(select(SiteRun).where(SiteRun.id.in_(newest)))}


def searched_on(session: Session, site_ids: Collection[int]) -> dict[int, list[datetime]]:
    """When each site was searched to its end, oldest first."""
    rows = session.execute(
        select(SiteRun.site_id, SiteRun.ended_at)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(SiteRun.site_id.in_(site_ids), SiteRun.state == "done", Harvest.kind.in_(WHOLE_KINDS))
        .order_by(SiteRun.ended_at)
    )
    found: dict[int, list[datetime]] = {}
    for site_id, ended_at in rows:
        if ended_at is not None:
            found.setdefault(site_id, []).append(ended_at)
    return found


def pages_seen(session: Session, site_id: int) -> frozenset[str]:
    """The keys of pages on the way to reports that showed themselves when the site was searched to its end."""
    rows = session.scalars(
        select(Capture.url_key)
        .join(SiteRun, SiteRun.id == Capture.site_run_id)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Capture.site_id == site_id, Capture.purpose == "list", Capture.blocked.is_(None))
        .where(Capture.status.in_((200, 304)), SiteRun.state == "done", Harvest.kind.in_(WHOLE_KINDS))
        .distinct()
    )
    return frozenset(rows)


def hidden_pages(session: Session, runs: Iterable[SiteRun]) -> dict[int, Obstacle]:
    """By run: a home page or list that answered with something other than content."""
    rows = session.execute(
        select(Capture.site_run_id, Capture.blocked, Capture.status, Capture.url, Capture.fetched_at)
        .where(Capture.site_run_id.in_([run.id for run in runs]), Capture.purpose.in_(("home", "list")), HIDING)
        .where(Capture.blocked.in_(("challenge", "login wall", "refused", "maintenance")) | (Capture.status >= 500))
        .order_by(Capture.id)
    )
    found: dict[int, Obstacle] = {}
    for run_id, blocked, status, url, at in rows:
        state = _BY_BLOCK.get(blocked or "", UNREACHABLE)
        if run_id not in found or (found[run_id].state, state) == (UNREACHABLE, BLOCKED):
            found[run_id] = Obstacle(state, f"{url} answered {status}{f', {blocked}' if blocked else ''}", at)
    return found


def obstacle_of(run: SiteRun | None, hidden: Mapping[int, Obstacle], not_asked: Collection[str]) -> Obstacle | None:
    """Why nobody can say that something is missing from this site; None when it was searched to its end.

    `not_asked` are the reports' addresses without an answer in this run: they do not hide others.
    """
    if run is None:
        return Obstacle(UNREACHABLE, "no site of this region was harvested yet", None)
    tally = dict(run.facts.get("tally", {}))
    if run.state != "done":
        met = next((name for name in _IN_THE_WAY if tally.get(name)), "")
        why = run.reason or f"the last run {run.state}"
        return Obstacle(_BY_BLOCK.get(met, UNREACHABLE), why, run.ended_at)
    if run.id in hidden:
        return hidden[run.id]
    for walk in run.facts.get("lists", ()):
        if walk.get("reports") and not walk.get("complete", True):
            return Obstacle(UNREACHABLE, _broken_off(walk), run.ended_at)
    troubles = dict(run.facts.get("troubles", {}))
    unanswered = {kind: int(tally[kind]) for kind in _NO_ANSWER if tally.get(kind)}
    for kind in unanswered:
        example = str(troubles.get(kind, "")).rpartition("(")[2].rstrip(")")
        if example not in not_asked or sum(unanswered.values()) > len(not_asked):
            return Obstacle(_BY_BLOCK.get(kind, UNREACHABLE), str(troubles.get(kind, kind)), run.ended_at)
    return None


def _broken_off(walk: Mapping[str, Any]) -> str:
    """How much of a list is missing, where the list says it, and what came in place of the rest."""
    declared, collected = walk.get("declared"), walk.get("collected")
    if declared is None or collected is None:
        return f"a list ended early ({walk.get('url')}): {walk.get('ended')}"
    return (
        f"a list has {declared} entries by its own count, and gave {collected} ({walk.get('url')}): {walk.get('ended')}"
    )


def of_answer(capture: Answer | None, run: SiteRun | None) -> Obstacle:
    """What a report's address that never gave content says: of its newest answer, or of the run in which it got none."""
    if capture is None:
        return _unanswered(run, "a list names it, and it was not asked for yet")
    return Obstacle(_state_of(capture), f"a list names it; it answered {_shown(capture)}", capture.fetched_at)


def of_file(capture: Answer | None, run: SiteRun | None) -> Obstacle:
    """The same of a file, of which its page only announces that the report is in it."""
    if capture is None:
        return _unanswered(run, "its page is held, and its file gave no answer")
    return Obstacle(
        _state_of(capture), f"its page is held, and its file answered {_shown(capture)}", capture.fetched_at
    )


def _unanswered(run: SiteRun | None, otherwise: str) -> Obstacle:
    tally = dict(run.facts.get("tally", {})) if run else {}
    troubles = dict(run.facts.get("troubles", {})) if run else {}
    kind = next((name for name in _NO_ANSWER if tally.get(name)), None)
    why = str(troubles.get(kind or "", otherwise))
    return Obstacle(_BY_BLOCK.get(kind or "", UNREACHABLE), why, run.ended_at if run else None)


def _state_of(capture: Answer) -> str:
    return NOT_FOUND if capture.status in _GONE else _BY_BLOCK.get(capture.blocked or "", UNREACHABLE)


def _shown(capture: Answer) -> str:
    return f"{capture.status}{f', {capture.blocked}' if capture.blocked else ''}"
