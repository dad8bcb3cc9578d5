"""What one site run saw of each report, beside what was held before, in; changes out: suspected first, raised when seen a second time.

Every report that a run asked for gets exactly one kind of ChangeKind, counted in the run's facts; only what a person may want to know becomes a
row. An error, a challenge or an apology (a soft error) proves nothing; a 404 does while the rest of the site is well. What moves around a
report is in no reading; what moves inside it is learnt from a second fetch and masked (archive.masks). What becomes of an address that
does not answer with its report is in archive.disappearances, and what differs between two versions in archive.editions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive import words
from archive.database import in_parts, load
from archive.disappearances import (
    current_reading,
    current_readings,
    moved_to,
    removed_before,
    same_content,
    site_is_well,
)
from archive.editions import holds_no_report_now, is_better_read, kind_of, learn, same_text, says_the_same
from archive.models import Capture, ChangeRow, Reading, Sighting, SiteRun
from archive.observations import Observation
from archive.suspicions import (
    AWAY,
    MAY_BE_SILENT,
    is_back,
    looked_lately,
    open_suspicion,
    open_suspicions,
    suspect,
    withdraw,
)
from reports.model import ChangeKind


@dataclass(slots=True)
class Judgement:
    """One run's judging while it goes on, and what came of it."""

    session: Session
    at: datetime
    held: Mapping[int, Observation]  # by sighting: the reports that this run saw
    current: dict[int, Reading]  # by sighting, of those that this run asked for
    suspicions: dict[int, ChangeRow]  # by sighting, those that were open before a report was judged
    suspected: int = 0
    raised: list[int] = field(default_factory=list)
    became: list[tuple[Reading, Reading | None]] = field(default_factory=list)  # current, in the place of which
    kinds: Counter[ChangeKind] = field(default_factory=Counter)  # of each report that was asked for, one

    @property
    def new_current(self) -> list[int]:
        return [row.id for row, _ in self.became]


def judge(
    session: Session, run: SiteRun, observed: Sequence[Observation], readings: Mapping[int, int], at: datetime
) -> Judgement:
    """Compare what this run saw with what was held, and write down what differs."""
    known_site = _was_read_before(session, run)
    load(session, Sighting, [o.sighting_id for o in observed])
    load(session, Reading, readings.values())
    newest = {o.sighting_id: session.get_one(Reading, readings[o.sighting_id]) for o in observed if o.held}
    current = current_readings(session, [o.sighting_id for o in observed])
    suspicions = open_suspicions(session, [o.sighting_id for o in observed])
    held = [
        o for o in observed if o.held and not holds_no_report_now(current.get(o.sighting_id), o, newest[o.sighting_id])
    ]
    judged = Judgement(session, at, {o.sighting_id: o for o in held}, current, suspicions)
    for observation in held:
        judged.kinds[_judge_held(judged, observation, newest[observation.sighting_id])] += 1
    newcomers = [o for o in held if _first_seen_in(session, run, o)]
    away = [(o, _new_address(session, o)) for o in observed if o.sighting_id not in judged.held]
    well = site_is_well(session, run, len(held), [o for o, target in away if target is None])
    for observation, target in away:
        proves = well and (observation.gone or observation.redirected or observation.held)
        judged.kinds[_judge_away(judged, observation, target) if proves else ChangeKind.SOFT_ERROR] += 1
    if known_site:
        _add_new(judged, [o.sighting_id for o in newcomers])
    words.index_readings(session, judged.became)
    run.facts = {**run.facts, "kinds": {kind.value: count for kind, count in sorted(judged.kinds.items())}}
    return judged


def _judge_held(judged: Judgement, seen: Observation, after: Reading) -> ChangeKind:
    session = judged.session
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = judged.current.get(sighting.id)
    suspicion = judged.suspicions.get(sighting.id)
    kind = kind_of(session, before, after, seen, judged.at)
    if before is None or kind in MAY_BE_SILENT or is_better_read(before, after):
        _make_current(judged, before, after)
    if suspicion is not None and suspicion.kind in AWAY:
        withdraw(suspicion, "the page answered again")
        if suspicion.moved_to_id is not None and suspicion.kind == ChangeKind.MOVED.value:
            _add_new(judged, [suspicion.moved_to_id])  # what it seemed to have moved to is another report
    elif suspicion is not None:
        if _settle(judged, suspicion, before, after, seen, kind):
            return kind
        before = _first(session, suspicion) or before  # what a person saw before all this
        kind = kind_of(session, before, after, seen, judged.at)
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
    session = judged.session
    first = _first(session, suspicion)
    if suspicion.kind == ChangeKind.RESTORED.value:
        _raise_restored(judged, suspicion, first, after, seen)
        return True
    if kind not in MAY_BE_SILENT:
        _raise(judged, suspicion)
        return True
    if is_back(session, suspicion, after, seen) or (
        first is not None and says_the_same(session, suspicion, first, after, judged.at)
    ):
        withdraw(suspicion, "a second fetch showed the earlier version again")
        return True
    third = looked_lately(session, suspicion)
    moving = kind is ChangeKind.TEXT_EDITED and before is not None and learn(session, before, after, judged.at, third)
    if not moving:
        withdraw(suspicion, "a second fetch showed yet another version")
        return False
    if (
        suspicion.kind == ChangeKind.TEXT_EDITED.value
        and first is not None
        and same_text(session, first, after, judged.at)
    ):
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
    earlier = session.get(Reading, suspicion.after_reading_id) if suspicion.after_reading_id else None
    _suspect_edited(judged, first, after, seen, _held_twice(judged, earlier, after))


def _held_twice(judged: Judgement, earlier: Reading | None, after: Reading) -> bool:
    """Whether this fetch says what the one before it said; what counts in the words is learnt from the two."""
    if earlier is None or earlier.id == after.id:
        return earlier is not None
    same_figures = earlier.figures_sha256 == after.figures_sha256
    return same_figures and learn(judged.session, earlier, after, judged.at, third=False)


def _suspect_edited(judged: Judgement, first: Reading, after: Reading, seen: Observation, held_twice: bool) -> None:
    """What came back, or came elsewhere, with other words or figures than it went away with: raised when both fetches showed it."""
    session = judged.session
    if first.sighting_id != after.sighting_id and same_content(session, first, after):
        return
    files = [
        session.get_one(Capture, one.capture_id) for one in (first, after) if one.capture_id != one.page_capture_id
    ]
    if len({file.body_sha256 for file in files}) == 2:  # where the file stands may be another address, too
        seen = replace(seen, replaced=((first.capture_id, after.capture_id),))
    edited = kind_of(session, first, after, seen, judged.at)
    if edited not in MAY_BE_SILENT:
        return
    change = suspect(session, edited, first, after, seen, judged.at)
    if held_twice:
        _raise(judged, change)
    else:
        judged.suspected += 1


def _first(session: Session, suspicion: ChangeRow) -> Reading | None:
    """The version before what was suspected."""
    return session.get(Reading, suspicion.before_reading_id) if suspicion.before_reading_id else None


def _make_current(judged: Judgement, before: Reading | None, after: Reading) -> None:
    if before is not None:
        before.current = False
    after.current = True
    judged.current[after.sighting_id] = after
    judged.became.append((after, before))


def _new_address(session: Session, seen: Observation) -> int | None:
    """The other address that holds the report of an address that does not answer with it."""
    suspicion = open_suspicion(session, seen.sighting_id)
    away = suspicion.after_capture_id if suspicion is not None and suspicion.kind in AWAY else None
    return moved_to(session, seen.sighting_id, session.get_one(Capture, away or seen.page_id).fetched_at)


def _judge_away(judged: Judgement, seen: Observation, target: int | None) -> ChangeKind:
    """`target`: another address that holds the very same report now."""
    session, at = judged.session, judged.at
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = judged.current.get(sighting.id)
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
    there = current_reading(session, target) if target is not None else None
    edited = there is not None and not same_content(session, before, there)
    if suspicion is not None:
        if edited and target not in judged.held:
            return ChangeKind.SOFT_ERROR  # what it says there must be seen twice, too
        suspicion.kind, suspicion.moved_to_id = kind.value, target
        sighting.gone_at, sighting.moved_to_id = at, target
        _raise(judged, suspicion)
        if there is not None and edited:
            _judge_edited_on_its_way(judged, before, there, judged.held[there.sighting_id])
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


def _judge_edited_on_its_way(judged: Judgement, before: Reading, after: Reading, seen: Observation) -> None:
    """A report that moved is proved to stand elsewhere; when it says something else there, that is a change of its own."""
    suspicion = open_suspicion(judged.session, after.sighting_id)
    earlier = _first(judged.session, suspicion) if suspicion is not None else after
    if suspicion is not None:
        withdraw(suspicion, "what stood at the old address is what it is compared with")
    _suspect_edited(judged, before, after, seen, _held_twice(judged, earlier, after))


def _put_back(judged: Judgement, suspicion: ChangeRow, current: Reading) -> Reading:
    """A version that was seen once and did not hold is not what the archive says of the report: when it comes back, it is a change again."""
    first = _first(judged.session, suspicion)
    if first is None or first.id == current.id or first.sighting_id != current.sighting_id:
        return current
    _make_current(judged, current, first)
    return first


def _add_new(judged: Judgement, sighting_ids: Sequence[int]) -> None:
    """Reports at addresses that were not known. One that was removed elsewhere is back: that is suspected, and nothing new."""
    session, at = judged.session, judged.at
    stands = ChangeRow.state != "withdrawn"
    by_move = {
        target
        for some in in_parts(sighting_ids)
        for target in session.scalars(select(ChangeRow.moved_to_id).where(ChangeRow.moved_to_id.in_(some), stands))
    }
    for sighting_id in sighting_ids:
        reading = judged.current.get(sighting_id) or current_reading(session, sighting_id)
        if sighting_id in by_move or reading is None:
            continue
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
            judged.suspicions[sighting_id] = change
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
