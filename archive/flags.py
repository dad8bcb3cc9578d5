"""Raised changes, broken rules and the ledger in, flags out: what a person should look at, how loudly, and why. RULES is the whole list.

A flag has a mark that stays the same when its report is read again, and so has the verdict that a person gave it. When what it was raised for is
gone it is closed, never deleted; when that comes back, it is open again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.audit import COMMAND_LINE, Doer
from archive.errors import ArchiveError
from archive.models import ChangeRow, FindingRow, FlagRow, Reading
from archive.reviews import change_mark, finding_mark, judge, require_words, standings
from archive.several import among_these
from reports.model import ChangeKind, Outcome, Severity


class Cause(StrEnum):
    """What a flag may be about beside a change."""

    FINDING = "finding"
    OVERDUE = "overdue"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class FlagRule:
    """`kind` and `silent` choose what a rule is about. A finding's flag goes by the name and the severity of the broken rule."""

    name: str
    severity: Severity
    kind: ChangeKind | Cause
    silent: bool | None = None  # None: either


RULES = (
    # A number of a published report was changed, and nothing on the page says so.
    FlagRule("figures-changed-silently", Severity.ERROR, ChangeKind.FIGURES_CHANGED, silent=True),
    # The same, with a new date, title or a note of correction.
    FlagRule("figures-changed", Severity.WARN, ChangeKind.FIGURES_CHANGED, silent=False),
    FlagRule("text-edited-silently", Severity.WARN, ChangeKind.TEXT_EDITED, silent=True),
    FlagRule("text-edited", Severity.INFO, ChangeKind.TEXT_EDITED, silent=False),
    # Another file stands where one stood; when the figures are in it, they may differ too.
    FlagRule("attachment-replaced", Severity.WARN, ChangeKind.ATTACHMENT_REPLACED),
    # Gone in two fetches while the rest of the site was well, and the same report at no other address.
    FlagRule("removed", Severity.ERROR, ChangeKind.REMOVED),
    FlagRule("moved", Severity.INFO, ChangeKind.MOVED),
    FlagRule("restored", Severity.INFO, ChangeKind.RESTORED),
    # A rule of the official form is broken; those that only inform raise no flag.
    FlagRule("finding", Severity.WARN, Cause.FINDING),
    # Its day has passed, and its sites were searched to their end.
    FlagRule("overdue", Severity.WARN, Cause.OVERDUE),
    # It came after its day, on trusted evidence.
    FlagRule("late", Severity.INFO, Cause.LATE),
)


class NoSuchFlag(ArchiveError):
    pass


def rule_of(kind: ChangeKind | Cause) -> FlagRule:
    return next(rule for rule in RULES if rule.kind is kind)


def raise_for_changes(session: Session, change_ids: Sequence[int], at: datetime) -> int:
    """One flag for each raised change that a rule speaks of; a new report is a change and no flag."""
    raised = 0
    for change in session.scalars(select(ChangeRow).where(ChangeRow.id.in_(change_ids)).order_by(ChangeRow.id)):
        rule = next(
            (r for r in RULES if r.kind.value == change.kind and r.silent in (None, change.silent)),
            None,
        )
        if rule is not None:
            raised += open_flag(
                session,
                FlagRow(
                    mark=change_mark(change.id),
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
    """One flag for each broken rule of the official form; those of these readings' reports that are broken no more are closed."""
    raised = 0
    rows = session.execute(
        select(FindingRow, Reading.sighting_id)
        .join(Reading, Reading.id == FindingRow.reading_id)
        .where(among_these(FindingRow.reading_id, reading_ids))
        .where(FindingRow.outcome == Outcome.FAIL.value, FindingRow.severity != Severity.INFO.value)
        .order_by(FindingRow.id)
    ).all()
    marks = set()
    for finding, sighting_id in rows:
        mark = finding_mark(sighting_id, finding.rule, finding.place)
        marks.add(mark)
        raised += open_flag(
            session,
            FlagRow(
                mark=mark,
                rule=finding.rule,
                severity=finding.severity,
                sighting_id=sighting_id,
                place=finding.place,
                message=finding.message,
                raised_at=at,
            ),
        )
    current = select(Reading.sighting_id).where(among_these(Reading.id, reading_ids), Reading.current)
    standing = session.scalars(
        select(FlagRow).where(
            FlagRow.sighting_id.in_(current), FlagRow.mark.startswith("finding:"), FlagRow.closed_at.is_(None)
        )
    )
    stale = (flag for flag in standing if flag.mark not in marks)
    close_flags(stale, "the report that is held now does not break the rule", at)
    return raised


def open_flag(session: Session, flag: FlagRow) -> bool:
    """Raise a flag unless it was raised already; one that was closed is open again, with the verdict it had."""
    known = session.scalars(select(FlagRow).where(FlagRow.mark == flag.mark)).first()
    if known is None:
        said = standings(session, [flag.mark]).get(flag.mark)
        if said is not None and said.verdict is not None:  # a person judged it before it became a flag
            flag.verdict, flag.verdict_by, flag.verdict_note, flag.verdict_at = (
                said.verdict,
                said.who,
                said.text,
                said.at,
            )
        session.add(flag)
        session.flush()
        return True
    if known.closed_at is not None:
        known.closed_at = known.closed_why = None
    known.message, known.severity = flag.message, flag.severity
    return False


def close_flags(flags: Iterable[FlagRow], why: str, at: datetime) -> None:
    for flag in list(flags):
        flag.closed_at, flag.closed_why = at, why


def give_verdict(session: Session, flag_id: int, verdict: str | None, by: str, note: str, now: datetime) -> FlagRow:
    """A person's word on a flag, typed as a command, with the reason; None takes it back."""
    require_words(verdict, note, by)
    flag = session.get(FlagRow, flag_id)
    if flag is None:
        raise NoSuchFlag(f"there is no flag {flag_id}. `nianbao flags list` shows their numbers.")
    judge(session, flag.mark, verdict, note, Doer(by.strip(), COMMAND_LINE), now)
    session.refresh(flag)
    return flag
