"""A region's sites in, every address at which a report was seen there out, with what is read there and what stood in its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from archive import obstacles
from archive.database import selected
from archive.models import Capture, Reading, Sighting, SiteRun
from archive.obstacles import Answer, Obstacle
from archive.statements import once
from archive.states import HELD, MOVED, NOT_READABLE, REMOVED


class Seen(NamedTuple):
    """An address of a report, as far as the ledger asks: a county has thousands, and whole rows of them cost four times as much."""

    id: int
    site_id: int
    url: str
    organ_name: str | None
    year: int | None
    listed_on: date | None
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    moved_to_id: int | None


class Read(NamedTuple):
    """Its current reading, likewise."""

    id: int
    organ_id: int | None
    organ_name: str | None
    year: int | None
    state: str
    reason: str | None
    published_on: date | None
    published_rank: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One address at which a report of an organ and year was seen."""

    sighting: Seen
    reading: Read | None
    state: str
    evidence: str
    at: datetime | None

    @property
    def organ_name(self) -> str | None:
        return (self.reading.organ_name if self.reading else None) or self.sighting.organ_name

    @property
    def year(self) -> int | None:
        return (self.reading.year if self.reading else None) or self.sighting.year


def entries(session: Session, site_ids: Sequence[int], runs: Mapping[int, SiteRun]) -> Iterator[Entry]:
    """`runs` are the sites' last whole ones."""
    answers, files = _answers(session, site_ids), _missing_files(session, site_ids)
    for row in selected(session, _addresses().where(Sighting.site_id.in_(site_ids))):
        sighting, found = Seen(*row[: len(Seen._fields)]), Read(*row[len(Seen._fields) :])
        reading = None if found.id is None else found
        run = runs.get(sighting.site_id)
        hidden = obstacles.of_file(files[sighting.id], run) if reading and sighting.id in files else None
        yield _entry(sighting, reading, hidden, answers.get(sighting.id), run)


@once
def _addresses() -> Select[Any]:
    """Every address of a report with its current reading: the columns of `Seen`, then those of `Read`."""
    columns = (*(getattr(Sighting, name) for name in Seen._fields), *(getattr(Reading, name) for name in Read._fields))
    return (
        select(*columns)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .where(Sighting.parent_id.is_(None), func.coalesce(Reading.state, "") != "not a report")
        .order_by(Sighting.id)
    )


def _answers(session: Session, site_ids: Sequence[int]) -> dict[int, Answer]:
    """The newest answer of every report's address that has no reading."""
    newest = (
        select(Sighting.id.label("sighting_id"), func.max(Capture.id).label("capture_id"))
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .join(Capture, (Capture.site_id == Sighting.site_id) & (Capture.url_key == Sighting.url_key))
        .where(
            Sighting.site_id.in_(site_ids),
            Sighting.parent_id.is_(None),
            Sighting.unread,
            Reading.id.is_(None),
        )
        .group_by(Sighting.id)
        .subquery()
    )
    rows = session.execute(
        select(newest.c.sighting_id, Capture.status, Capture.blocked, Capture.fetched_at).join(
            newest, newest.c.capture_id == Capture.id
        )
    )
    return {row[0]: Answer(row[1], row[2], row[3]) for row in rows}


def _missing_files(session: Session, site_ids: Sequence[int]) -> dict[int, Answer | None]:
    """By article whose page alone says nothing: the newest answer, if any, of a file of it that never gave content."""
    part = aliased(Sighting)
    its = (Capture.site_id == part.site_id) & (Capture.url_key == part.url_key)
    content = exists().where(its, Capture.status.in_((200, 304)), Capture.blocked.is_(None)).correlate(part)
    newest = select(func.max(Capture.id)).where(its).correlate(part).scalar_subquery()
    rows = session.execute(
        select(part.parent_id, Capture.status, Capture.blocked, Capture.fetched_at)
        .select_from(Reading)
        .join(part, part.parent_id == Reading.sighting_id)
        .outerjoin(Capture, Capture.id == newest)
        .where(text("readings.state <> 'read'"), Reading.current, Reading.capture_id == Reading.page_capture_id)
        .where(part.site_id.in_(site_ids), ~content)
        .order_by(part.id.desc())
    )
    return {row[0]: None if row[1] is None else Answer(*row[1:]) for row in rows if row[0] is not None}


def _entry(
    sighting: Seen, reading: Read | None, hidden: Obstacle | None, answer: Answer | None, run: SiteRun | None
) -> Entry:
    if sighting.gone_at is not None:
        state = MOVED if sighting.moved_to_id is not None else REMOVED
        return Entry(
            sighting, reading, state, f"{sighting.url} gone since {sighting.gone_at:%Y-%m-%d}", sighting.gone_at
        )
    if reading is not None:
        if reading.state == "read":
            return Entry(sighting, reading, HELD, sighting.url, sighting.last_seen_at)
        if hidden is not None:  # the report lies in a file that cannot be had
            return Entry(sighting, reading, hidden.state, f"{sighting.url}: {hidden.why}", hidden.at)
        why = f"{sighting.url}: {reading.reason or reading.state}"
        return Entry(sighting, reading, NOT_READABLE, why, sighting.last_seen_at)
    if answer is not None and answer.blocked is None and answer.status in (200, 304):
        return Entry(sighting, None, NOT_READABLE, f"{sighting.url}: archived, not yet read", answer.fetched_at)
    found = obstacles.of_answer(answer, run)
    return Entry(sighting, None, found.state, f"{sighting.url}: {found.why}", found.at)
