"""An address that does not answer with its report in; whether the site is well, and where the very same report is now or was before, out."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from archive import masks
from archive.models import Capture, Harvest, Reading, Sighting, Site, SiteRun
from archive.observations import GONE_DISGUISES, GONE_STATUSES, Observation
from archive.obstacles import WHOLE_KINDS
from reports.packing import unpack
from reports.publication import is_bare


def current_reading(session: Session, sighting_id: int) -> Reading | None:
    return session.scalars(select(Reading).where(Reading.sighting_id == sighting_id, Reading.current)).first()


def says_something(reading: Reading) -> bool:
    """Whether words or figures of a report were read, and not only its announcement."""
    return reading.report is not None and not is_bare(unpack(reading.report))


def moved_to(session: Session, sighting_id: int) -> int | None:
    """Another address of the same site, seen first later, that holds the very same report now; a counter among its words may have gone on."""
    before = current_reading(session, sighting_id)
    if before is None:
        return None
    sighting, other = session.get_one(Sighting, sighting_id), aliased(Sighting)
    candidates = session.scalars(
        select(Reading)
        .join(other, other.id == Reading.sighting_id)
        .where(other.site_id == sighting.site_id, other.id != sighting.id, other.gone_at.is_(None))
        .where(other.first_seen_at > sighting.first_seen_at, Reading.current)
        .where(Reading.organ_id == before.organ_id, Reading.year == before.year)
        .where(Reading.figures_sha256 == before.figures_sha256)
        .order_by((Reading.text_sha256 == before.text_sha256).desc(), other.id.desc())
    )
    return next((found.sighting_id for found in candidates if _same_content(session, before, found)), None)


def removed_before(session: Session, now: Reading) -> Reading | None:
    """The very same report at an address of the same site from which it was removed, and that nothing was joined to."""
    sighting, other = session.get_one(Sighting, now.sighting_id), aliased(Sighting)
    candidates = session.scalars(
        select(Reading)
        .join(other, other.id == Reading.sighting_id)
        .where(other.site_id == sighting.site_id, other.gone_at.is_not(None), other.moved_to_id.is_(None))
        .where(Reading.current, Reading.organ_id == now.organ_id, Reading.year == now.year)
        .where(Reading.figures_sha256 == now.figures_sha256)
        .order_by(other.gone_at.desc(), other.id)
    )
    return next((found for found in candidates if _same_content(session, found, now)), None)


def _same_words(before: Reading, after: Reading) -> bool:
    if before.text_sha256 == after.text_sha256:
        return True
    if before.report is None or after.report is None:
        return False
    return masks.same_skeleton(unpack(before.report), unpack(after.report))


def _same_content(session: Session, before: Reading, after: Reading) -> bool:
    """By its words, whatever counts in them; a file of which none were read, by its bytes."""
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
