"""An act of a person goes in, a row of the audit log stays: who, when, from where, what. Nothing here changes or deletes one; the database refuses it.

The database's own administrator can still take the trigger away: keep exports of the log elsewhere (`nianbao users audit --json`) if that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import AuditEntry

COMMAND_LINE = "command line"
ACTS = (
    "login",
    "login refused",
    "logout",
    "password changed",
    "user added",
    "role changed",
    "user disabled",
    "user enabled",
    "verdict given",
    "note added",
    "re-crawl ordered",
    "site paused",
    "site resumed",
    "site added",
    "site removed",
    "hosts changed",
    "deadline set",
    "taken down",
)
_LONGEST = 4000  # characters of a detail: a form may not fill the disk


@dataclass(frozen=True, slots=True)
class Doer:
    """Who acts, and from where."""

    name: str
    address: str


def record(session: Session, doer: Doer, act: str, subject: str, now: datetime, details: str = "") -> None:
    if act not in ACTS:
        raise ValueError(f"expected one of {ACTS}, got {act!r}")
    session.add(
        AuditEntry(
            at=now,
            who=doer.name,
            address=doer.address,
            act=act,
            subject=subject[:_LONGEST],
            details=details[:_LONGEST],
        )
    )


def entries(
    session: Session, who: str | None = None, act: str | None = None, below_id: int | None = None, limit: int = 100
) -> Sequence[AuditEntry]:
    """Newest first."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if who is not None:
        query = query.where(AuditEntry.who == who)
    if act is not None:
        query = query.where(AuditEntry.act == act)
    if below_id is not None:
        query = query.where(AuditEntry.id < below_id)
    return session.scalars(query).all()
