"""The ledger in, its flags out: what is overdue and what came late. Years that were due long ago are for the ledger to show, not to shout about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import bookkeeping, coverage
from archive.coverage import OrganYear
from archive.flags import Cause, close_flags, open_flag, rule_of
from archive.models import FlagRow
from archive.regions import reporting_region

RECENT = timedelta(days=330)  # since its deadline: one report year of each level is watched at a time
_PUBLISHED = (coverage.HELD, coverage.NOT_READABLE, coverage.MOVED)


def review_ledger(session: Session, now: datetime, timezone: str, region: str | None = None) -> int:
    """Keep the books, raise what is overdue or late now, and close what came or was explained. Gives how many flags are new."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    region = reporting_region(session, region)
    bookkeeping.keep(session, now, timezone, region)
    rows = list(bookkeeping.organ_years(session, now, timezone, region))
    raised = 0
    for row in rows:
        cause = _cause(row)
        if cause is not None and today - row.due_on <= RECENT:
            raised += open_flag(session, _flag(row, cause, now))
    _close(session, rows, now)
    return raised


def _cause(row: OrganYear) -> Cause | None:
    if row.state == coverage.OVERDUE:
        return Cause.OVERDUE
    return Cause.LATE if row.timely == "late" else None


def _mark(row: OrganYear, cause: Cause) -> str:
    return f"{cause}:{row.region or ''}:{row.organ}:{row.year}"


def _flag(row: OrganYear, cause: Cause, at: datetime) -> FlagRow:
    rule = rule_of(cause)
    due = _in_words(row.due_on)
    said = {
        Cause.OVERDUE: f"{row.organ}{row.year}年度报告应于{due}前发布，检索全站仍未见。",
        Cause.LATE: f"{row.organ}{row.year}年度报告应于{due}前发布，发布时间晚于期限（{row.timely_why}）。",
    }
    return FlagRow(
        mark=_mark(row, cause),
        rule=rule.name,
        severity=rule.severity.value,
        sighting_id=row.sighting_ids[0] if row.sighting_ids else None,
        organ_id=row.organ_id,
        region_code=row.region,
        year=row.year,
        place=row.organ,
        message=said[cause],
        raised_at=at,
    )


def _close(session: Session, rows: Sequence[OrganYear], at: datetime) -> None:
    """A report that came is overdue no more, and neither is that of an organ that was merged. A site that is blocked meanwhile proves
    nothing: its flags stay."""
    regions = FlagRow.region_code.in_({row.region for row in rows if row.region}) | FlagRow.region_code.is_(None)
    standing = select(FlagRow).where(FlagRow.rule.in_((Cause.OVERDUE, Cause.LATE)), FlagRow.closed_at.is_(None))
    open_marks = {flag.mark: flag for flag in session.scalars(standing.where(regions))}
    for row in rows:
        overdue, late = open_marks.get(_mark(row, Cause.OVERDUE)), open_marks.get(_mark(row, Cause.LATE))
        if overdue is not None and row.state in _PUBLISHED:
            close_flags([overdue], f"it is there: {row.evidence}", at)
        if overdue is not None and row.state == coverage.NOT_YET_DUE:
            close_flags([overdue], f"the deadline is another one now: {row.due_on}", at)
        if late is not None and row.timely in ("in time", "not assessable"):
            close_flags([late], row.timely_why, at)
    expected = {_mark(row, cause) for row in rows for cause in (Cause.OVERDUE, Cause.LATE)}
    nobody = [flag for mark, flag in open_marks.items() if flag.region_code is not None and mark not in expected]
    close_flags(nobody, "no report of it is expected for that year any more", at)


def _in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
