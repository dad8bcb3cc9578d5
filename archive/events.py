"""What happened and a person may want to know becomes a row: starts, ends, misses, failures, repairs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive.models import Event


def note(
    session: Session, kind: str, message: str, now: datetime, site_id: int | None = None, harvest_id: int | None = None
) -> None:
    session.add(Event(at=now, kind=kind, message=message, site_id=site_id, harvest_id=harvest_id))
