"""Two versions of a report that differ in, a suspicion out; it is raised when a second fetch shows it again, and withdrawn when not.

A silent edit is one that nothing on the page admits: its date, its title and Last-Modified stayed, and no word speaks of a correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from archive import masks
from archive.database import in_parts
from archive.models import Capture, ChangeRow, Reading, Sighting, Site
from archive.observations import Observation
from reports import compare
from reports.model import ChangeKind
from reports.packing import unpack

MAY_BE_SILENT = (ChangeKind.TEXT_EDITED, ChangeKind.FIGURES_CHANGED, ChangeKind.ATTACHMENT_REPLACED)
AWAY = (ChangeKind.REMOVED.value, ChangeKind.MOVED.value)
CORRECTION_WORDS = ("更正", "勘误", "修订", "更新说明", "重新发布")


def open_suspicion(session: Session, sighting_id: int) -> ChangeRow | None:
    return session.scalars(
        select(ChangeRow).where(ChangeRow.sighting_id == sighting_id, ChangeRow.state == "suspected")
    ).first()


def open_suspicions(session: Session, sighting_ids: Iterable[int]) -> dict[int, ChangeRow]:
    return {
        row.sighting_id: row
        for some in in_parts(sighting_ids)
        for row in session.scalars(
            select(ChangeRow).where(ChangeRow.sighting_id.in_(some), ChangeRow.state == "suspected")
        )
    }


def suspected_addresses(session: Session, site_id: int) -> list[str]:
    """What must be asked a second time to settle the site's suspicions: the home page, the pages, where they seem to be now, their attachments."""
    suspected = ChangeRow.state == "suspected"
    suspects = select(ChangeRow.sighting_id).where(suspected)
    targets = select(ChangeRow.moved_to_id).where(suspected, ChangeRow.moved_to_id.is_not(None))
    asked = [column.in_(those) for column in (Sighting.id, Sighting.parent_id) for those in (suspects, targets)]
    pages = session.scalars(
        select(Sighting.url).where(Sighting.site_id == site_id, or_(*asked)).order_by(Sighting.id)
    ).all()
    return [session.get_one(Site, site_id).url, *pages] if pages else []


def suspect(
    session: Session, kind: ChangeKind, before: Reading | None, after: Reading, seen: Observation, at: datetime
) -> ChangeRow:
    replaced = seen.replaced[0] if seen.replaced else (None, None)
    change = ChangeRow(
        sighting_id=seen.sighting_id,
        kind=kind.value,
        state="suspected",
        silent=kind in MAY_BE_SILENT and before is not None and _is_silent(session, before, after, seen),
        before_reading_id=before.id if before else None,
        after_reading_id=after.id,
        before_capture_id=replaced[0] or (before.page_capture_id if before else None),
        after_capture_id=replaced[1] or seen.page_content_id,
        suspected_at=at,
        details=_details(session, before, after),
    )
    session.add(change)
    return change


def looked_lately(session: Session, suspicion: ChangeRow) -> bool:
    """Whether this suspicion came out of a second look that showed yet another version: the next one is the third within the hour."""
    withdrawn = select(ChangeRow.id).where(
        ChangeRow.sighting_id == suspicion.sighting_id,
        ChangeRow.state == "withdrawn",
        ChangeRow.kind == suspicion.kind,
        ChangeRow.suspected_at.between(suspicion.suspected_at - masks.MINUTES_AFTER, suspicion.suspected_at),
    )
    return session.scalar(withdrawn.limit(1)) is not None


def _details(session: Session, before: Reading | None, after: Reading) -> list[dict[str, Any]]:
    if before is None or before.report is None or after.report is None:
        return []
    masked = masks.masks_of(session, after.sighting_id)
    found = [c for c in compare(unpack(before.report), unpack(after.report)) if not masks.is_masked(c, masked)]
    return [{"kind": c.kind.value, "where": c.where, "before": c.before, "after": c.after} for c in found]


def _is_silent(session: Session, before: Reading, after: Reading, seen: Observation) -> bool:
    """Nothing on the page admits the change: its date, its title and Last-Modified stayed, and no word speaks of a correction."""
    pages = [session.get_one(Capture, before.page_capture_id), session.get_one(Capture, seen.page_content_id)]
    same = (
        before.published_on == after.published_on
        and before.title == after.title
        and pages[0].last_modified == pages[1].last_modified
    )
    return same and not _admits(before, after)


def _admits(before: Reading, after: Reading) -> bool:
    if after.report is None:
        return False
    old = "" if before.report is None else _words(before.report)
    new = _words(after.report)
    return any(new.count(word) > old.count(word) for word in CORRECTION_WORDS)


def _words(packed: bytes) -> str:
    report = unpack(packed)
    return "\n".join((report.title, *report.notes, *(section.text for section in report.sections)))


def is_back(session: Session, suspicion: ChangeRow, after: Reading, seen: Observation) -> bool:
    first = session.get(Reading, suspicion.before_reading_id) if suspicion.before_reading_id else None
    # The same files, though perhaps by a newer reader.
    if first is not None and (first.page_capture_id, first.capture_id) == (after.page_capture_id, after.capture_id):
        return True
    return any(new == suspicion.before_capture_id for _, new in seen.replaced)


def withdraw(suspicion: ChangeRow, reason: str) -> None:
    suspicion.state, suspicion.reason = "withdrawn", reason
