"""What one site run saw of each report, beside what was held before, in; changes out: suspected first, raised when seen a second time.

Every report that a run asked for gets exactly one kind of ChangeKind, counted in the run's facts; only what a person may want to know becomes a
row. An error, a challenge or an apology (a soft error) proves nothing; a 404 does while the rest of the site is well. What moves around a
report is in no reading; what moves inside it is learnt from a second fetch and masked (archive.masks). What becomes of an address that
does not answer with its report is in archive.disappearances.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive import masks, words
from archive.disappearances import current_reading, moved_to, removed_before, says_something, site_is_well
from archive.models import ChangeRow, Reading, Sighting, Site, SiteRun
from archive.observations import Observation
from archive.suspicions import AWAY, MAY_BE_SILENT, is_back, looked_lately, open_suspicion, suspect, withdraw
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
    newest = {o.sighting_id: session.get_one(Reading, readings[o.sighting_id]) for o in observed if o.held}
    held = [o for o in observed if o.held and not _holds_no_report_now(session, o, newest[o.sighting_id])]
    for observation in held:
        judged.kinds[_judge_held(judged, observation, newest[observation.sighting_id])] += 1
    newcomers = [o for o in held if _first_seen_in(session, run, o)]
    here = {o.sighting_id for o in held}
    away = [(o, moved_to(session, o.sighting_id)) for o in observed if o.sighting_id not in here]
    well = site_is_well(session, run, len(held), [o for o, target in away if target is None])
    for observation, target in away:
        proves = well and (observation.gone or observation.redirected or observation.held)
        judged.kinds[_judge_away(judged, observation, target) if proves else ChangeKind.SOFT_ERROR] += 1
    if known_site:
        for observation in newcomers:
            _add_new(judged, observation.sighting_id)
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
    before = current_reading(session, sighting.id)
    suspicion = open_suspicion(session, sighting.id)
    kind = _kind(judged, before, after, seen)
    if before is None or kind in MAY_BE_SILENT or _is_better_read(before, after):
        _make_current(judged, before, after)
    if suspicion is not None and suspicion.kind in AWAY:
        withdraw(suspicion, "the page answered again")
        if suspicion.moved_to_id is not None and suspicion.kind == ChangeKind.MOVED.value:
            _add_new(judged, suspicion.moved_to_id)  # what it seemed to have moved to is another report
    elif suspicion is not None:
        if _settle(judged, suspicion, before, after, seen, kind):
            return kind
        before = _first(session, suspicion) or before  # what a person saw before all this
        kind = _kind(judged, before, after, seen)
    if sighting.gone_at is not None:
        kind = ChangeKind.RESTORED
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
    first = _first(judged.session, suspicion)
    if suspicion.kind == ChangeKind.RESTORED.value:
        _raise_restored(judged, suspicion, first, after, seen)
        return True
    if kind not in MAY_BE_SILENT:
        _raise(judged, suspicion)
        return True
    if is_back(judged.session, suspicion, after, seen) or (
        first is not None and _says_the_same(judged, suspicion, first, after)
    ):
        withdraw(suspicion, "a second fetch showed the earlier version again")
        return True
    third = looked_lately(judged.session, suspicion)
    moving = kind is ChangeKind.TEXT_EDITED and before is not None and _learn(judged, before, after, third)
    if not moving:
        withdraw(suspicion, "a second fetch showed yet another version")
        return False
    if suspicion.kind == ChangeKind.TEXT_EDITED.value and first is not None and _same_text(judged, first, after):
        withdraw(suspicion, "what differed moves by itself, a second fetch showed")
    else:
        _raise(judged, suspicion)
    return True


def _raise_restored(
    judged: Judgement, suspicion: ChangeRow, first: Reading | None, after: Reading, seen: Observation
) -> None:
    """Join it to its past. What came back otherwise than it went away was edited, too: that is a change of its own."""
    session = judged.session
    sighting = session.get_one(Sighting, suspicion.sighting_id)
    sighting.gone_at = sighting.moved_to_id = None
    _raise(judged, suspicion)
    if first is None or first.id == after.id:
        return
    if first.sighting_id != sighting.id:
        session.get_one(Sighting, first.sighting_id).moved_to_id = sighting.id
        return
    edited = _kind(judged, first, after, seen)
    if edited in MAY_BE_SILENT:
        change = suspect(session, edited, first, after, seen, judged.at)
        if suspicion.after_reading_id == after.id:
            _raise(judged, change)  # both fetches showed it
        else:
            judged.suspected += 1


def _says_the_same(judged: Judgement, suspicion: ChangeRow, first: Reading, after: Reading) -> bool:
    """Whether a fetch with other bytes (a counter went on) shows the words and figures of the version before the suspicion."""
    words_and_figures = (ChangeKind.FIGURES_CHANGED.value, ChangeKind.TEXT_EDITED.value)
    return (
        suspicion.kind in words_and_figures
        and first.reader_version == after.reader_version
        and first.figures_sha256 == after.figures_sha256
        and (first.text_sha256 == after.text_sha256 or _same_text(judged, first, after))
    )


def _first(session: Session, suspicion: ChangeRow) -> Reading | None:
    """The version before what was suspected."""
    return session.get(Reading, suspicion.before_reading_id) if suspicion.before_reading_id else None


def _kind(judged: Judgement, before: Reading | None, after: Reading, seen: Observation) -> ChangeKind:
    """What differs between two versions, by its weightiest part; cosmetic when a reader of the page could not tell them apart."""
    if before is None:
        return ChangeKind.NEW
    from_attachment = after.capture_id != after.page_capture_id
    if from_attachment and any(new == after.capture_id for _, new in seen.replaced):
        return ChangeKind.ATTACHMENT_REPLACED
    comparable = before.reader_version == after.reader_version  # two readers that differ prove nothing of the source
    figures = comparable and before.figures_sha256 != after.figures_sha256
    if figures and says_something(before) and says_something(after) and before.state == after.state == "read":
        return ChangeKind.FIGURES_CHANGED
    if seen.replaced:
        return ChangeKind.ATTACHMENT_REPLACED
    if comparable and before.text_sha256 != after.text_sha256 and _words_differ(judged, before, after):
        return ChangeKind.TEXT_EDITED
    return ChangeKind.UNCHANGED if seen.same_bytes else ChangeKind.COSMETIC


def _words_differ(judged: Judgement, before: Reading, after: Reading) -> bool:
    """What was not read before may always have said what is read now."""
    if not says_something(before):
        return False
    return not says_something(after) or not _same_text(judged, before, after)


def _is_better_read(before: Reading, after: Reading) -> bool:
    """By a newer reader; or at last, where the earlier version could not be read."""
    if before.id == after.id:
        return False
    if before.reader_version < after.reader_version:
        return True
    whole = after.state == "read" and says_something(after)
    return whole and not (before.state == "read" and says_something(before))


def _holds_no_report_now(session: Session, seen: Observation, after: Reading) -> bool:
    """Whether an address that held a report answers with something else, though not with an error: an emptied page, another article."""
    before = current_reading(session, seen.sighting_id)
    if before is None or before.id == after.id or seen.replaced or before.reader_version != after.reader_version:
        return False
    return after.state in ("read", "not a report") and says_something(before) and not says_something(after)


def _same_text(judged: Judgement, before: Reading, after: Reading) -> bool:
    """Whether what differs in the words moves by itself."""
    versions = _versions(judged.session, before, after)
    return versions is not None and masks.same_but_for_masks(judged.session, after.sighting_id, *versions, judged.at)


def _learn(judged: Judgement, before: Reading, after: Reading, third: bool) -> bool:
    versions = _versions(judged.session, before, after)
    session, sighting_id = judged.session, after.sighting_id
    return versions is not None and masks.learn_second_fetch(session, sighting_id, versions, judged.at, third)


def _versions(session: Session, before: Reading, after: Reading) -> tuple[masks.Version, masks.Version] | None:
    if before.report is None or after.report is None:
        return None
    return (
        masks.version_of(session, before.page_capture_id, unpack(before.report)),
        masks.version_of(session, after.page_capture_id, unpack(after.report)),
    )


def _make_current(judged: Judgement, before: Reading | None, after: Reading) -> None:
    if before is not None:
        before.current = False
    after.current = True
    words.index_reading(judged.session, after, before)
    judged.new_current.append(after.id)


def _judge_away(judged: Judgement, seen: Observation, target: int | None) -> ChangeKind:
    """`target`: another address that holds the very same report now."""
    session, at = judged.session, judged.at
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = current_reading(session, sighting.id)
    suspicion = open_suspicion(session, sighting.id)
    if before is None or (seen.redirected and target is None):
        return ChangeKind.SOFT_ERROR  # it never gave content, or leads to where the report is not
    if suspicion is not None and suspicion.kind not in AWAY:
        withdraw(suspicion, "the page went away before a second fetch")
        before = _put_back(judged, suspicion, before)
        suspicion = None
    if sighting.gone_at is not None:
        return ChangeKind.UNCHANGED  # as gone as it was
    kind = ChangeKind.MOVED if target else ChangeKind.REMOVED
    if suspicion is not None:
        suspicion.kind, suspicion.moved_to_id = kind.value, target
        sighting.gone_at, sighting.moved_to_id = at, target
        _raise(judged, suspicion)
        return kind
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


def _put_back(judged: Judgement, suspicion: ChangeRow, current: Reading) -> Reading:
    """A version that was seen once and did not hold is not what the archive says of the report: when it comes back, it is a change again."""
    first = _first(judged.session, suspicion)
    if first is None or first.id == current.id or first.sighting_id != current.sighting_id:
        return current
    _make_current(judged, current, first)
    return first


def _add_new(judged: Judgement, sighting_id: int) -> None:
    """A report at an address that was not known. One that was removed elsewhere is back: that is suspected, and nothing new."""
    session, at = judged.session, judged.at
    arrived_by_move = session.scalar(
        select(exists().where(ChangeRow.moved_to_id == sighting_id, ChangeRow.state != "withdrawn"))
    )
    reading = current_reading(session, sighting_id)
    if arrived_by_move or reading is None:
        return
    past = removed_before(session, reading)
    change = ChangeRow(
        sighting_id=sighting_id,
        kind=(ChangeKind.RESTORED if past else ChangeKind.NEW).value,
        state="suspected" if past else "raised",
        before_reading_id=past.id if past else None,
        before_capture_id=past.page_capture_id if past else None,
        after_reading_id=reading.id,
        after_capture_id=reading.page_capture_id,
        suspected_at=at,
        raised_at=None if past else at,
    )
    session.add(change)
    session.flush()
    if past:
        judged.suspected += 1
    else:
        judged.raised.append(change.id)


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
