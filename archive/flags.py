"""Raised changes and broken rules in, flags out: what a person should look at, how loudly, and why. RULES is the whole list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import ChangeRow, FindingRow, FlagRow, Reading
from reports.model import ChangeKind, Outcome, Severity


@dataclass(frozen=True, slots=True)
class FlagRule:
    """`kind` and `silent` choose the changes a rule is about; the interface has its words under `flag.<name>`."""

    name: str
    severity: Severity
    kind: ChangeKind
    silent: bool | None = None  # None: either


RULES = (
    FlagRule("figures-changed-silently", Severity.ERROR, ChangeKind.FIGURES_CHANGED, silent=True),
    FlagRule("figures-changed", Severity.WARN, ChangeKind.FIGURES_CHANGED, silent=False),
    FlagRule("text-edited-silently", Severity.WARN, ChangeKind.TEXT_EDITED, silent=True),
    FlagRule("text-edited", Severity.INFO, ChangeKind.TEXT_EDITED, silent=False),
    FlagRule("attachment-replaced", Severity.WARN, ChangeKind.ATTACHMENT_REPLACED),
    FlagRule("removed", Severity.ERROR, ChangeKind.REMOVED),
    FlagRule("moved", Severity.INFO, ChangeKind.MOVED),
    FlagRule("restored", Severity.INFO, ChangeKind.RESTORED),
)


def raise_for_changes(session: Session, change_ids: Sequence[int], at: datetime) -> int:
    """One flag for each raised change that a rule speaks of; a new report is a change and no flag."""
    raised = 0
    for change in session.scalars(select(ChangeRow).where(ChangeRow.id.in_(change_ids)).order_by(ChangeRow.id)):
        rule = next(
            (r for r in RULES if r.kind.value == change.kind and r.silent in (None, change.silent)),
            None,
        )
        if rule is not None:
            raised += _raise(
                session,
                FlagRow(
                    mark=f"change:{change.id}",
                    rule=rule.name,
                    severity=rule.severity.value,
                    sighting_id=change.sighting_id,
                    change_id=change.id,
                    place="",
                    message=change.reason or "",
                    raised_at=at,
                ),
            )
    return raised


def raise_for_findings(session: Session, reading_ids: Sequence[int], at: datetime) -> int:
    """One flag for each broken rule of the official form; it stays the same flag, with its verdict, when the report is read again."""
    raised = 0
    rows = session.execute(
        select(FindingRow, Reading.sighting_id)
        .join(Reading, Reading.id == FindingRow.reading_id)
        .where(FindingRow.reading_id.in_(reading_ids))
        .where(FindingRow.outcome == Outcome.FAIL.value, FindingRow.severity != Severity.INFO.value)
        .order_by(FindingRow.id)
    )
    for finding, sighting_id in rows:
        raised += _raise(
            session,
            FlagRow(
                mark=f"finding:{sighting_id}:{finding.rule}:{finding.place}",
                rule=finding.rule,
                severity=finding.severity,
                sighting_id=sighting_id,
                place=finding.place,
                message=finding.message,
                raised_at=at,
            ),
        )
    return raised


def _raise(session: Session, flag: FlagRow) -> bool:
    if session.scalar(select(FlagRow.id).where(FlagRow.mark == flag.mark)) is not None:
        return False
    session.add(flag)
    session.flush()
    return True
