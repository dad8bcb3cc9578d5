"""What one site run saw of each report, beside what was held before, in; changes out: suspected first, raised when seen a second time.

A page that answers with an error, a challenge or a login wall says nothing about its report: only an honest 404 (or its disguise) does,
and that only while the rest of the site is well.

No mask hides what moves on a page by itself (counters, days, tokens, related links, the design): a reading takes the report out of its page, so
that none of it is in a reading's digests. tests/drills/changes.py is the proof. What would still differ at each fetch never holds in a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from archive import words
from archive.models import Capture, ChangeRow, Harvest, Reading, Sighting, Site, SiteRun
from reports import compare
from reports.model import ChangeKind
from reports.packing import unpack

GONE_STATUSES = (404, 410)
GONE_DISGUISES = ("soft 404", "home redirect")
MOVED_STATUSES = (301, 302, 303, 307, 308)
MAY_BE_SILENT = (ChangeKind.TEXT_EDITED, ChangeKind.FIGURES_CHANGED, ChangeKind.ATTACHMENT_REPLACED)
CORRECTION_WORDS = ("更正", "勘误", "修订", "更新说明", "重新发布")


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run saw of one report: its page's last answer, and the captures that hold the contents of the page and its attachments."""

    sighting_id: int
    page_id: int  # the capture of this run
    held: bool  # the page answered with content
    gone: bool
    redirected: bool = False  # to another address: a move if the report is found again, and otherwise nothing is proved
    content_ids: tuple[int, ...] = ()  # of the records that hold the bodies, the page's first
    replaced: tuple[
        tuple[int, int], ...
    ] = ()  # attachments whose bytes differ from before: content captures before, after

    @property
    def page_content_id(self) -> int:
        return self.content_ids[0]


@dataclass(slots=True)
class Judgement:
    """One run's judging while it goes on, and what came of it."""

    session: Session
    at: datetime
    suspected: int = 0
    raised: list[int] = field(default_factory=list)
    new_current: list[int] = field(default_factory=list)  # readings that became their sighting's current one


def observations(session: Session, run: SiteRun) -> list[Observation]:
    """One for each report that this run asked for, in the order in which they were seen."""
    part, article = aliased(Sighting), aliased(Sighting)
    newest: dict[int, dict[int, Capture]] = {}
    rows = session.execute(
        select(article.id, part.id, Capture)
        .join(part, (part.site_id == Capture.site_id) & (part.url_key == Capture.url_key))
        .join(article, (article.id == part.parent_id) | ((article.id == part.id) & part.parent_id.is_(None)))
        .where(Capture.site_run_id == run.id, Capture.purpose.in_(("article", "attachment")))
        .where(Capture.takedown_number.is_(None))  # what was taken down by order is not read
        .order_by(Capture.id)
    )
    for article_id, part_id, capture in rows:
        newest.setdefault(article_id, {})[part_id] = capture
    seen = []
    for article_id, parts in newest.items():
        page = parts.get(article_id)
        if page is not None:
            seen.append(_observation(session, run, article_id, page, parts))
    return seen


def _observation(
    session: Session, run: SiteRun, article_id: int, page: Capture, parts: dict[int, Capture]
) -> Observation:
    if not _is_content(page):
        redirected = page.status in MOVED_STATUSES and page.blocked is None
        gone = page.status in GONE_STATUSES or page.blocked in GONE_DISGUISES
        return Observation(article_id, page.id, held=False, gone=gone, redirected=redirected)
    contents, replaced = [_content_id(page)], []
    children = session.scalars(select(Sighting).where(Sighting.parent_id == article_id).order_by(Sighting.id))
    for child in children:
        capture = parts.get(child.id)
        earlier = _content_before(session, run, child)
        if capture is not None and _is_content(capture):
            contents.append(_content_id(capture))
            if earlier is not None and earlier.body_sha256 != capture.body_sha256:
                replaced.append((_content_id(earlier), _content_id(capture)))
        elif capture is None and earlier is not None:
            contents.append(_content_id(earlier))  # not asked again in this run: what is held still stands
    return Observation(article_id, page.id, True, False, False, tuple(contents), tuple(replaced))


def _is_content(capture: Capture) -> bool:
    return capture.blocked is None and (
        capture.status == 200 or (capture.status == 304 and capture.same_as_id is not None)
    )


def _content_id(capture: Capture) -> int:
    return capture.same_as_id or capture.id


def _content_before(session: Session, run: SiteRun, sighting: Sighting) -> Capture | None:
    return session.scalars(
        select(Capture)
        .where(Capture.site_id == sighting.site_id, Capture.url_key == sighting.url_key)
        .where(Capture.status.in_((200, 304)), Capture.blocked.is_(None), Capture.site_run_id < run.id)
        .where(Capture.takedown_number.is_(None))
        .order_by(Capture.id.desc())
        .limit(1)
    ).first()


def judge(
    session: Session, run: SiteRun, observed: Sequence[Observation], readings: Mapping[int, int], at: datetime
) -> Judgement:
    """Compare what this run saw with what was held, and write down what differs."""
    judged = Judgement(session, at)
    known_site = _was_read_before(session, run)
    held = [o for o in observed if o.held]
    for observation in held:
        _judge_held(judged, observation, session.get_one(Reading, readings[observation.sighting_id]))
    newcomers = [o for o in held if _first_seen_in(session, run, o)]
    absent = [o for o in observed if o.gone or o.redirected]
    if absent and _site_is_well(session, run, len(held), len(observed)):
        for observation in absent:
            _judge_gone(judged, observation)
    if known_site:
        for observation in newcomers:
            _add_new(judged, observation, readings[observation.sighting_id])
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


def _judge_held(judged: Judgement, seen: Observation, after: Reading) -> None:
    session = judged.session
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = _current(session, sighting.id)
    suspicion = _suspicion(session, sighting.id)
    kind = _kind(before, after, seen)
    if before is None or kind is not None or before.reader_version < after.reader_version:
        _make_current(session, before, after)
        judged.new_current.append(after.id)
    if suspicion is not None and suspicion.kind in (ChangeKind.REMOVED.value, ChangeKind.MOVED.value):
        _withdraw(suspicion, "the page answered again")
    elif suspicion is not None and kind is None:
        _raise(judged, suspicion)
        return
    elif suspicion is not None and _is_back(suspicion, after, seen):
        _withdraw(suspicion, "a second fetch showed the earlier version again")
        return
    elif suspicion is not None:
        _withdraw(suspicion, "a second fetch showed yet another version")
    if sighting.gone_at is not None:
        _suspect(judged, ChangeKind.RESTORED, before, after, seen)
        sighting.gone_at = None
    elif kind is not None:
        _suspect(judged, kind, before, after, seen)


def _kind(before: Reading | None, after: Reading, seen: Observation) -> ChangeKind | None:
    """What differs between two versions, by its weightiest part; None when a reader of the page could not tell them apart."""
    if before is None or (before.reader_version != after.reader_version and before.capture_id == after.capture_id):
        return None
    from_attachment = after.capture_id != after.page_capture_id
    if from_attachment and any(new == after.capture_id for _, new in seen.replaced):
        return ChangeKind.ATTACHMENT_REPLACED
    if before.figures_sha256 != after.figures_sha256:
        return ChangeKind.FIGURES_CHANGED
    if seen.replaced:
        return ChangeKind.ATTACHMENT_REPLACED
    return ChangeKind.TEXT_EDITED if before.text_sha256 != after.text_sha256 else None


def _make_current(session: Session, before: Reading | None, after: Reading) -> None:
    if before is not None:
        before.current = False
    after.current = True
    words.index_reading(session, after, before)


def _is_back(suspicion: ChangeRow, after: Reading, seen: Observation) -> bool:
    if suspicion.before_reading_id == after.id:
        return True
    return any(new == suspicion.before_capture_id for _, new in seen.replaced)


def _suspect(judged: Judgement, kind: ChangeKind, before: Reading | None, after: Reading, seen: Observation) -> None:
    session = judged.session
    replaced = seen.replaced[0] if seen.replaced else (None, None)
    session.add(
        ChangeRow(
            sighting_id=seen.sighting_id,
            kind=kind.value,
            state="suspected",
            silent=kind in MAY_BE_SILENT and before is not None and _is_silent(session, before, after, seen),
            before_reading_id=before.id if before else None,
            after_reading_id=after.id,
            before_capture_id=replaced[0] or (before.page_capture_id if before else None),
            after_capture_id=replaced[1] or seen.page_content_id,
            suspected_at=judged.at,
            details=_details(before, after),
        )
    )
    judged.suspected += 1


def _details(before: Reading | None, after: Reading) -> list[dict[str, Any]]:
    if before is None or before.report is None or after.report is None:
        return []
    found = compare(unpack(before.report), unpack(after.report))
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


def _judge_gone(judged: Judgement, seen: Observation) -> None:
    session, at = judged.session, judged.at
    sighting = session.get_one(Sighting, seen.sighting_id)
    before = _current(session, sighting.id)
    if sighting.gone_at is not None or before is None:
        return
    suspicion = _suspicion(session, sighting.id)
    target = _moved_to(session, sighting, before)
    if seen.redirected and target is None:
        return
    if suspicion is not None and suspicion.kind in (ChangeKind.REMOVED.value, ChangeKind.MOVED.value):
        suspicion.kind = (ChangeKind.MOVED if target else ChangeKind.REMOVED).value
        suspicion.moved_to_id = target
        sighting.gone_at, sighting.moved_to_id = at, target
        _raise(judged, suspicion)
        return
    if suspicion is not None:
        _withdraw(suspicion, "the page went away before a second fetch")
    session.add(
        ChangeRow(
            sighting_id=sighting.id,
            kind=(ChangeKind.MOVED if target else ChangeKind.REMOVED).value,
            state="suspected",
            before_reading_id=before.id,
            before_capture_id=before.page_capture_id,
            after_capture_id=seen.page_id,
            moved_to_id=target,
            suspected_at=at,
        )
    )
    judged.suspected += 1


def _moved_to(session: Session, sighting: Sighting, before: Reading) -> int | None:
    """Another address of the same site that holds the very same report now."""
    other = aliased(Sighting)
    return session.scalars(
        select(other.id)
        .join(Reading, (Reading.sighting_id == other.id) & Reading.current)
        .where(other.site_id == sighting.site_id, other.id != sighting.id, other.gone_at.is_(None))
        .where(other.first_seen_at > sighting.first_seen_at)
        .where(Reading.organ_id == before.organ_id, Reading.year == before.year)
        .where(Reading.figures_sha256 == before.figures_sha256, Reading.text_sha256 == before.text_sha256)
        .order_by(other.id.desc())
        .limit(1)
    ).first()


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


def _suspicion(session: Session, sighting_id: int) -> ChangeRow | None:
    return session.scalars(
        select(ChangeRow).where(ChangeRow.sighting_id == sighting_id, ChangeRow.state == "suspected")
    ).first()


def _withdraw(suspicion: ChangeRow, reason: str) -> None:
    suspicion.state, suspicion.reason = "withdrawn", reason


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
