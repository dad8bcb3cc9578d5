"""What happened, as rows a person can read later: misses, delays, failures, mergers, masks, corrections of the reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Event, Site

# What the interface has words for, in both languages.
KINDS = (
    "sweep",
    "sweep left",
    "sweep failed",
    "taken up",
    "late",
    "site failed",
    "site stopped",
    "correction",
    "mask",
    "organ",
    "repaired",
    "torn tail cut",
    "second copy",
    "store",
    "time stamp",
    "audit",
    "fixity",
    "taken down",
    "notice not sent",
    "notice in doubt",
)


@dataclass(frozen=True, slots=True)
class EventLine:
    id: int
    at: datetime
    kind: str
    site: str | None
    harvest: int | None
    message: str


def note(
    session: Session, kind: str, message: str, now: datetime, site_id: int | None = None, harvest_id: int | None = None
) -> None:
    if kind not in KINDS:
        raise ValueError(f"expected one of {KINDS}, got {kind!r}")
    session.add(Event(at=now, kind=kind, message=message, site_id=site_id, harvest_id=harvest_id))


def newest_events(
    session: Session, limit: int = 100, kind: str | None = None, site: str | None = None
) -> Iterator[EventLine]:
    query = select(Event, Site.code).outerjoin(Site, Site.id == Event.site_id).order_by(Event.id.desc()).limit(limit)
    if kind is not None:
        query = query.where(Event.kind == kind)
    if site is not None:
        query = query.where(Site.code == site)
    for event, code in session.execute(query):
        yield EventLine(event.id, event.at, event.kind, code, event.harvest_id, event.message)
