"""What one site run saw of each report, beside what was held before, in; changes out: suspected first, raised when seen a second time.

Every report that a run asked for gets exactly one kind of ChangeKind, counted in the run's facts; only what a person may want to know becomes a
row. An error, a challenge or an apology (a soft error) proves nothing; a 404 does while the rest of the site is well. What moves around a
report is in no reading; what moves inside it is learnt from a second fetch and masked (archive.masks).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from archive import masks, words
from archive.models import Capture, ChangeRow, Harvest, Reading, Sighting, Site, SiteRun
from archive.observations import Observation
from archive.suspicions import MAY_BE_SILENT, is_back, open_suspicion, suspect, withdraw
from reports.model import ChangeKind
from reports.packing import unpack


@dataclass(slots=True)
class Judgement:
    """One run's judging while it goes on, and what came of it."""

    session: Session
    at: datetime
    suspected: int = 0
    raised: list[int] = field(default_factory=list)
    new_current: list[int] = field(default_factory=list)  # readings that became their sighting's current one
    kinds: Counter[ChangeKind] = field(default_factory=Counter)  # of each report that was asked for, one


def judge(
    session: Session, run: SiteRun, observed: Sequence[Observation], readings: Mapping[int, int], at: datetime
) -> Judgement:
    """Compare what this run saw with what was held, and write down what differs."""
    judged = Judgement(session, at)
    known_site = _was_read_before(session, run)
    held = [o for o in observed if o.held]
    for observation in held:
        after = session.get_one(Reading, readings[observation.sighting_id])
        judged.kinds[_judge_held(judged, observation, after)] += 1
    newcomers = [o for o in held if _first_seen_in(session, run, o)]
    well = _site_is_well(session, run, len(held), len(observed))
    for observation in observed:
        if not observation.held:
            proves = well and (observation.gone or observation.redirected)
            judged.kinds[_judge_gone(judged, observation) if proves else ChangeKind.SOFT_ERROR] += 1
    if known_site:
        for observation in newcomers:
            _add_new(judged, observation, readings[observation.sighting_id])
    run.facts = {**run.facts, "kinds": {kind.value: count for kind, count in sorted(judged.kinds.items())}}
    return judged


def suspected_addresses(session: Session, site_id: int) -> list[str]:
    """What must be asked a second time to settle the site's suspicions: the home page, the pages, their attachments."""
    suspects = select(ChangeRow.sighting_id).where(ChangeRow.state == "suspected")
    pages = session.scalars(
        select(Sighting.url)
        .where(Sighting.site_id == site_id, Sighting.id.in_(suspects) | Sighting.parent_id.in_(suspects))
        .order_by(Sighting.id)
    ).all()
    return [session.get_one(Site, site_id).url, *pages] if pages else []


def _judge_held(judged: Judgement, seen: Observation, after: Reading) -> ChangeKind:
    session = judged.session
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = _current(session, sighting.id)
    suspicion = open_suspicion(session, sighting.id)
    kind = _kind(judged, before, after, seen)
    if before is None or kind in MAY_BE_SILENT or before.reader_version < after.reader_version:
        _make_current(session, before, after)
        judged.new_current.append(after.id)
    if suspicion is not None and suspicion.kind in (ChangeKind.REMOVED.value, ChangeKind.MOVED.value):
        withdraw(suspicion, "the page answered again")
    elif suspicion is not None and _settle(judged, suspicion, before, after, seen, kind):
        return kind
    if sighting.gone_at is not None:
        kind = ChangeKind.RESTORED
        sighting.gone_at = None
    if kind is ChangeKind.RESTORED or kind in MAY_BE_SILENT:
        suspect(session, kind, before, after, seen, judged.at)
        judged.suspected += 1
    return kind


def _settle(
    judged: Judgement,
    suspicion: ChangeRow,
    before: Reading | None,
    after: Reading,
    seen: Observation,
    kind: ChangeKind,
) -> bool:
    """What a second fetch says of a suspicion; True when it needs no third."""
    if kind not in MAY_BE_SILENT:
        _raise(judged, suspicion)
        return True
    if is_back(judged.session, suspicion, after, seen):
        withdraw(suspicion, "a second fetch showed the earlier version again")
        return True
    moving = kind is ChangeKind.TEXT_EDITED and before is not None and _learn(judged, before, after)
    if not moving:
        withdraw(suspicion, "a second fetch showed yet another version")
        return False
    first = judged.session.get(Reading, suspicion.before_reading_id) if suspicion.before_reading_id else None
    if suspicion.kind == ChangeKind.TEXT_EDITED.value and first is not None and _same_text(judged, first, after):
        withdraw(suspicion, "what differed moves by itself, a second fetch showed")
    else:
        _raise(judged, suspicion)
    return True


def _kind(judged: Judgement, before: Reading | None, after: Reading, seen: Observation) -> ChangeKind:
    """What differs between two versions, by its weightiest part; cosmetic when a reader of the page could not tell them apart."""
    if before is None:
        return ChangeKind.NEW
    from_attachment = after.capture_id != after.page_capture_id
    if from_attachment and any(new == after.capture_id for _, new in seen.replaced):
        return ChangeKind.ATTACHMENT_REPLACED
    comparable = before.reader_version == after.reader_version  # two readers that differ prove nothing of the source
    if comparable and before.figures_sha256 != after.figures_sha256:
        return ChangeKind.FIGURES_CHANGED
    if seen.replaced:
        return ChangeKind.ATTACHMENT_REPLACED
    if comparable and before.text_sha256 != after.text_sha256 and not _same_text(judged, before, after):
        return ChangeKind.TEXT_EDITED
    return ChangeKind.UNCHANGED if seen.same_bytes else ChangeKind.COSMETIC


def _same_text(judged: Judgement, before: Reading, after: Reading) -> bool:
    """Whether what differs in the words moves by itself."""
    versions = _versions(judged.session, before, after)
    return versions is not None and masks.same_but_for_masks(judged.session, after.sighting_id, *versions, judged.at)


def _learn(judged: Judgement, before: Reading, after: Reading) -> bool:
    versions = _versions(judged.session, before, after)
    return versions is not None and masks.learn_second_fetch(judged.session, after.sighting_id, *versions, judged.at)


def _versions(session: Session, before: Reading, after: Reading) -> tuple[masks.Version, masks.Version] | None:
    if before.report is None or after.report is None:
        return None
    return (
        masks.version_of(session, before.page_capture_id, unpack(before.report)),
        masks.version_of(session, after.page_capture_id, unpack(after.report)),
    )


def _make_current(session: Session, before: Reading | None, after: Reading) -> None:
    if before is not None:
        before.current = False
    after.current = True
    words.index_reading(session, after, before)


def _judge_gone(judged: Judgement, seen: Observation) -> ChangeKind:
    session, at = judged.session, judged.at
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = _current(session, sighting.id)
    if sighting.gone_at is not None:
        return ChangeKind.UNCHANGED  # as gone as it was
    target = _moved_to(session, sighting, before) if before is not None else None
    if before is None or (seen.redirected and target is None):
        return ChangeKind.SOFT_ERROR  # it never gave content, or leads to where the report is not
    suspicion = open_suspicion(session, sighting.id)
    kind = ChangeKind.MOVED if target else ChangeKind.REMOVED
    if suspicion is not None and suspicion.kind in (ChangeKind.REMOVED.value, ChangeKind.MOVED.value):
        suspicion.kind, suspicion.moved_to_id = kind.value, target
        sighting.gone_at, sighting.moved_to_id = at, target
        _raise(judged, suspicion)
        return kind
    if suspicion is not None:
        withdraw(suspicion, "the page went away before a second fetch")
    session.add(
        ChangeRow(
            sighting_id=sighting.id,
            kind=kind.value,
            state="suspected",
            before_reading_id=before.id,
            before_capture_id=before.page_capture_id,
            after_capture_id=seen.page_id,
            moved_to_id=target,
            suspected_at=at,
        )
    )
    judged.suspected += 1
    return kind


def _moved_to(session: Session, sighting: Sighting, before: Reading) -> int | None:
    """Another address of the same site that holds the very same report now; a counter among its words may have gone on."""
    other = aliased(Sighting)
    candidates = session.scalars(
        select(Reading)
        .join(other, other.id == Reading.sighting_id)
        .where(other.site_id == sighting.site_id, other.id != sighting.id, other.gone_at.is_(None))
        .where(other.first_seen_at > sighting.first_seen_at, Reading.current)
        .where(Reading.organ_id == before.organ_id, Reading.year == before.year)
        .where(Reading.figures_sha256 == before.figures_sha256)
        .order_by((Reading.text_sha256 == before.text_sha256).desc(), other.id.desc())
    )
    return next((found.sighting_id for found in candidates if _same_words(before, found)), None)


def _same_words(before: Reading, after: Reading) -> bool:
    if before.text_sha256 == after.text_sha256:
        return True
    if before.report is None or after.report is None:
        return False
    return masks.same_skeleton(unpack(before.report), unpack(after.report))


def _add_new(judged: Judgement, seen: Observation, reading_id: int) -> None:
    session, at = judged.session, judged.at
    arrived_by_move = session.scalar(
        select(exists().where(ChangeRow.moved_to_id == seen.sighting_id, ChangeRow.state != "withdrawn"))
    )
    if arrived_by_move:
        return
    change = ChangeRow(
        sighting_id=seen.sighting_id,
        kind=ChangeKind.NEW.value,
        state="raised",
        after_reading_id=reading_id,
        after_capture_id=seen.page_content_id,
        suspected_at=at,
        raised_at=at,
    )
    session.add(change)
    session.flush()
    judged.raised.append(change.id)


def _current(session: Session, sighting_id: int) -> Reading | None:
    return session.scalars(select(Reading).where(Reading.sighting_id == sighting_id, Reading.current)).first()


def _raise(judged: Judgement, suspicion: ChangeRow) -> None:
    suspicion.state, suspicion.raised_at = "raised", judged.at
    judged.session.flush()
    judged.raised.append(suspicion.id)


def _first_seen_in(session: Session, run: SiteRun, seen: Observation) -> bool:
    sighting = session.get_one(Sighting, seen.sighting_id)
    return run.started_at is not None and sighting.first_seen_at >= run.started_at


def _was_read_before(session: Session, run: SiteRun) -> bool:
    return bool(
        session.scalar(
            select(exists().where(SiteRun.site_id == run.site_id, SiteRun.id < run.id, SiteRun.read_at.is_not(None)))
        )
    )


def _site_is_well(session: Session, run: SiteRun, held: int, asked: int) -> bool:
    """The home page answered, and in a whole harvest at least half of the reports did: otherwise the site is ill, not its reports gone."""
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
    return bool(home) and (confirming or 2 * held >= asked)
