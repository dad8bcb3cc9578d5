"""An address that does not answer with its report in; whether the site is well, and where the same report is now or was before, out.

The very same report is joined wherever it stands. One that was edited on its way is joined only when nothing else can be meant: of the same organ
and year, alike in most of its words or in all of its figures, at one address that was not known while the old one still answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from archive import masks
from archive.database import in_parts
from archive.models import Capture, Harvest, Reading, Sighting, Site, SiteRun
from archive.observations import GONE_DISGUISES, GONE_STATUSES, Observation
from archive.obstacles import WHOLE_KINDS
from reports.copying import share_most_words
from reports.packing import unpack
from reports.publication import is_bare

_TELLING_FIGURES = 8  # so many that are not zero, all of them equal, are no chance


def current_reading(session: Session, sighting_id: int) -> Reading | None:
    return session.scalars(select(Reading).where(Reading.sighting_id == sighting_id, Reading.current)).first()


def current_readings(session: Session, sighting_ids: Iterable[int]) -> dict[int, Reading]:
    held = Reading.current
    return {
        row.sighting_id: row
        for some in in_parts(sighting_ids)
        for row in session.scalars(select(Reading).where(Reading.sighting_id.in_(some), held))
    }


def says_something(reading: Reading) -> bool:
    """Whether words or figures of a report were read, and not only its announcement."""
    return reading.report is not None and not is_bare(unpack(reading.report))


def moved_to(session: Session, sighting_id: int, away_since: datetime) -> int | None:
    """Another address of the same site, seen first later, that holds the report now; a counter among its words may have gone on.

    `away_since` is when the address was first seen without its report."""
    before = current_reading(session, sighting_id)
    if before is None:
        return None
    sighting, other = session.get_one(Sighting, sighting_id), aliased(Sighting)
    found = session.execute(
        _of_the_same(before, other)
        .where(other.site_id == sighting.site_id, other.id != sighting.id, other.gone_at.is_(None))
        .where(other.first_seen_at > sighting.first_seen_at)
        .order_by((Reading.text_sha256 == before.text_sha256).desc(), other.id.desc())
    ).all()
    same = next((one for one, _ in found if same_content(session, before, one)), None)
    if same is None:
        answered = _last_answered(session, sighting, away_since)
        newer = (one for one, there in found if answered is not None and there.first_seen_at > answered)
        same = _only_edited(before, newer)
    return same.sighting_id if same else None


def removed_before(session: Session, now: Reading) -> Reading | None:
    """The report at an address of the same site from which it was removed, and that nothing was joined to."""
    sighting, other = session.get_one(Sighting, now.sighting_id), aliased(Sighting)
    rows = session.execute(
        _of_the_same(now, other)
        .where(other.site_id == sighting.site_id, other.gone_at.is_not(None), other.moved_to_id.is_(None))
        .order_by(other.gone_at.desc(), other.id)
    )
    found = [one for one, _ in rows]
    same = next((one for one in found if same_content(session, one, now)), None)
    return same or _only_edited(now, found)


def _of_the_same(reading: Reading, other: type[Sighting]) -> Select[Reading, Sighting]:
    """The reports of the same organ and year that are held or were, each with its address."""
    query = select(Reading, other).join(other, other.id == Reading.sighting_id)
    return query.where(Reading.current, Reading.organ_id == reading.organ_id, Reading.year == reading.year)


def _last_answered(session: Session, sighting: Sighting, before: datetime) -> datetime | None:
    """When an address last gave content, before it was seen without its report."""
    return session.scalar(
        select(func.max(Capture.fetched_at))
        .where(Capture.site_id == sighting.site_id, Capture.url_key == sighting.url_key)
        .where(Capture.status.in_((200, 304)), Capture.blocked.is_(None), Capture.fetched_at < before)
    )


def _only_edited(one: Reading, others: Iterable[Reading]) -> Reading | None:
    """The one of these that is the same report with edits; None where two might be it."""
    edited = [other for other in others if _is_edited(one, other)]
    return edited[0] if len(edited) == 1 else None


def _is_edited(one: Reading, other: Reading) -> bool:
    """Whether two reports of an organ and year are versions of one, by all figures, if there are enough of them, or by most words."""
    if one.organ_id is None or not (says_something(one) and says_something(other)):
        return False
    first, second = unpack(one.report or b""), unpack(other.report or b"")
    telling = sum(bool(figure.value) for figure in first.figures.values())
    if one.figures_sha256 == other.figures_sha256 and telling >= _TELLING_FIGURES:
        return True
    return share_most_words(first, second)


def _same_words(before: Reading, after: Reading) -> bool:
    if before.text_sha256 == after.text_sha256:
        return True
    if before.report is None or after.report is None:
        return False
    return masks.same_skeleton(unpack(before.report), unpack(after.report))


def same_content(session: Session, before: Reading, after: Reading) -> bool:
    """By its words, whatever counts in them; a file of which none were read, by its bytes."""
    if before.figures_sha256 != after.figures_sha256:
        return False
    if says_something(before) and says_something(after):
        return _same_words(before, after)
    bodies = [session.get_one(Capture, one.capture_id).body_sha256 for one in (before, after)]
    return before.state == after.state and bodies[0] == bodies[1]


def site_is_well(session: Session, run: SiteRun, held: int, away: Sequence[Observation]) -> bool:
    """The home page answered, and in a whole harvest no more reports are away than are held: otherwise the site is ill, not its reports
    gone. Those that were found at another address are not away; and those that were away in the whole harvest before, too, make none ill.
    """
    home = session.scalar(
        select(
            exists().where(
                Capture.site_run_id == run.id,
                Capture.url == session.get_one(Site, run.site_id).url,
                Capture.status.in_((200, 304)),
                Capture.blocked.is_(None),
            )
        )
    )
    confirming = session.get_one(Harvest, run.harvest_id).kind == "confirm"
    if not home or confirming or held >= len(away):
        return bool(home)
    return held > 0 and held >= sum(not _was_away(session, run, seen) for seen in away)


def _was_away(session: Session, run: SiteRun, seen: Observation) -> bool:
    """Whether it was gone in the whole harvest before this one, too."""
    page = session.get_one(Capture, seen.page_id)
    before = session.execute(
        select(Capture.status, Capture.blocked)
        .join(SiteRun, SiteRun.id == Capture.site_run_id)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Capture.site_id == run.site_id, Capture.url_key == page.url_key, Capture.site_run_id < run.id)
        .where(Harvest.kind.in_(WHOLE_KINDS))
        .order_by(Capture.id.desc())
        .limit(1)
    ).first()
    return before is not None and (before.status in GONE_STATUSES or before.blocked in GONE_DISGUISES)
