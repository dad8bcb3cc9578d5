"""Captures of finished site runs in; readings, findings and changes out. The place where the archive and the parser meet.

A site run is read once, when it has ended: each report it asked for is taken together with its attachments, read by the shared parser
unless the very same bytes were read before, checked, and compared with what the archive held until then. Reading again needs no site.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive import changes, decisions, events, findings, flags, jobs, masks, words
from archive.database import in_parts, keep_loaded, load, reading, weigh, writing
from archive.desk import Desk, Progress
from archive.disappearances import says_something
from archive.jobs import Job
from archive.models import Capture, Organ, Reading, Sighting, Site, SiteRun
from archive.observations import Observation, observations
from archive.reading_rows import add_reading
from archive.search import taken_down
from reports import READER_VERSION
from reports.packing import unpack
from reports.publication import Publication, figures_digest, text_digest

_ENDED = ("done", "failed", "stopped")
_BATCH = 200  # readings that are made anew in one transaction, at most
_MOMENT = 1.0  # seconds: what is read within it is written together


@dataclass(slots=True)
class Counts:
    """What one pass over the unread site runs did."""

    runs: int = 0
    reports: int = 0
    read: int = 0
    figures: int = 0
    unread: int = 0
    suspected: int = 0
    raised: int = 0

    def add(self, publication: Publication) -> None:
        self.read += publication.state == "read"
        self.unread += publication.state != "read"
        if publication.report is not None:
            self.figures += sum(figure.value is not None for figure in publication.report.figures.values())


def read_new(desk: Desk) -> Counts:
    """Read every ended site run that was not read yet, oldest first."""
    counts = Counts()
    with reading(desk.engine) as session:
        waiting = session.scalars(
            select(SiteRun.id).where(SiteRun.state.in_(_ENDED), SiteRun.read_at.is_(None)).order_by(SiteRun.id)
        ).all()
    with jobs.readers(desk.workers) as executor:
        for site_run_id in waiting:
            _read_run(desk, site_run_id, executor, counts)
    if waiting:
        weigh(desk.engine)
        decisions.restore_remarks(desk.engine, desk.store.folder)  # after a rebuild: what they are on is there again
    return counts


def read_again(desk: Desk, for_seconds: float | None = None) -> list[str]:
    """Read current readings of an older reader version anew: all, or for about so long; the next call goes on. Differences are corrections of
    the reader: they come back as lines and are kept as events, and are no change of the source.
    """
    begun, corrections = time.monotonic(), list[str]()
    with reading(desk.engine) as session:
        stale = session.scalars(_stale().order_by(Reading.year, Reading.id)).all()
    if not stale:
        return []
    with jobs.readers(desk.workers if len(stale) >= jobs.INLINE else 1) as executor:
        for start in range(0, len(stale), _BATCH):
            corrections += _read_anew(desk, stale[start : start + _BATCH], executor)
            desk.progress(Progress("", min(start + _BATCH, len(stale)), len(stale)))
            if for_seconds is not None and time.monotonic() - begun >= for_seconds:
                break
    return corrections


def _stale() -> Select[int]:
    return (
        select(Reading.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(Reading.current, Reading.reader_version < READER_VERSION)
        # Not as `capture_id IN (SELECT …)`: with that and its statistics SQLite 3.40.1 answers `reader_version < 3` with rows that have 3.
        .where(~taken_down())
    )


def _read_anew(desk: Desk, stale: Sequence[int], executor: Executor | None) -> list[str]:
    corrections: list[str] = []
    for some in jobs.loaded(desk.engine, desk.store, stale, jobs.job_of_reading):
        corrections += _take_anew(desk, some, list(jobs.read(some, executor if len(stale) >= jobs.INLINE else None)))
    return corrections


def _take_anew(desk: Desk, done: Sequence[Job], publications: Sequence[Publication]) -> list[str]:
    """Put the new readings in the old ones' places, but where a harvest did so meanwhile."""
    corrections: list[str] = []
    with writing(desk.engine) as session:
        at, taken, became = desk.now(), [], []
        made = _readings_of(session, [job.sighting_id for job in done])
        for job, publication in zip(done, publications, strict=True):
            old = session.get_one(Reading, job.replaces)
            if not old.current:
                continue
            new = _made_before(made.get(job.sighting_id, ()), job, publication) or add_reading(
                session, job.sighting_id, job.capture_ids, publication, at
            )
            old.current, new.current = False, True
            became.append((new, old))
            taken.append(new.id)
            if (old.figures_sha256, old.text_sha256) != (new.figures_sha256, new.text_sha256):
                corrections.append(_correction(session, old, new))
                site_id = session.get_one(Sighting, new.sighting_id).site_id
                events.note(session, "correction", corrections[-1], at, site_id)
        words.index_readings(session, became)
        _check(session, taken, at)
    return corrections


def _check(session: Session, new: Sequence[int], at: datetime) -> None:
    """The findings and flags of new readings, of those that look back at them, and of their neighbours."""
    touched = findings.checked_anew(session, new)
    findings.check_readings(session, touched)
    touched += findings.check_neighbours(session, new)
    flags.raise_for_findings(session, touched, at)


def _read_run(desk: Desk, site_run_id: int, executor: Executor | None, counts: Counts) -> None:
    with reading(desk.engine) as session:
        run = session.get_one(SiteRun, site_run_id)
        name = session.get_one(Site, run.site_id).name
        observed = observations(session, run)
        stale = session.scalars(_stale().where(Sighting.site_id == run.site_id)).all()
    _read_anew(
        desk, stale, executor
    )  # two versions are compared by one reader: what it corrects is no change of the source
    with reading(desk.engine) as session:
        results = _known_readings(session, [o for o in observed if o.held])
    unread = [o for o in observed if o.held and o.sighting_id not in results]
    done = 0
    for together in _within_a_moment(_read_all(desk, unread, executor)):
        results |= _written(desk, together)
        for _, publication in together:
            counts.add(publication)
        done += len(together)
        desk.progress(Progress(name, done, len(unread)))
    judged = _judge_run(desk, site_run_id, observed, results)
    counts.runs += 1
    counts.reports += len(observed)
    counts.suspected += judged.suspected
    counts.raised += len(judged.raised)


def _within_a_moment(read: Iterable[tuple[Job, Publication]]) -> Iterator[list[tuple[Job, Publication]]]:
    """Written together: else each page would wait for the disk, and make all that was shown before old."""
    some, begun = list[tuple[Job, Publication]](), time.monotonic()
    for one in read:
        some.append(one)
        if time.monotonic() - begun >= _MOMENT:
            yield some
            some, begun = [], time.monotonic()
    if some:
        yield some


def _written(desk: Desk, read: Sequence[tuple[Job, Publication]]) -> dict[int, int]:
    """By sighting, the reading that says what was read: a new one, unless one says it already."""
    taken: dict[int, int] = {}
    with writing(desk.engine) as session:
        keep_loaded(session)
        numbers = [job.sighting_id for job, _ in read]
        load(session, Sighting, numbers)
        load(session, Capture, [job.page_id for job, _ in read])
        made = _readings_of(session, numbers)
        for job, publication in read:
            before = made.get(job.sighting_id, ())
            taken[job.sighting_id] = (
                _same_as_current(session, before, job, publication, desk.now())
                or _made_before(before, job, publication)
                or add_reading(session, job.sighting_id, job.capture_ids, publication, desk.now())
            ).id
    return taken


def _judge_run(
    desk: Desk, site_run_id: int, observed: Sequence[Observation], results: Mapping[int, int]
) -> changes.Judgement:
    with writing(desk.engine) as session:
        keep_loaded(session)
        at = desk.now()
        run = session.get_one(SiteRun, site_run_id)
        judged = changes.judge(session, run, observed, results, at)
        _check(session, judged.new_current, at)
        flags.raise_for_changes(session, judged.raised, at)
        run.read_at = at
    return judged


def _readings_of(session: Session, sighting_ids: Sequence[int]) -> dict[int, list[Reading]]:
    """By sighting, its current reading and all that this reader made."""
    found: dict[int, list[Reading]] = {}
    wanted = Reading.current | (Reading.reader_version == READER_VERSION)
    for some in in_parts(sighting_ids):
        for row in session.scalars(select(Reading).where(Reading.sighting_id.in_(some), wanted).order_by(Reading.id)):
            found.setdefault(row.sighting_id, []).append(row)
    return found


def _same_as_current(
    session: Session, made: Sequence[Reading], job: Job, publication: Publication, at: datetime
) -> Reading | None:
    """The current reading, when new bytes (a counter, a token, a frame) say the same in every word and figure that does not move by itself."""
    current = next((row for row in made if row.current), None)
    report = publication.report
    if current is None or report is None or current.reader_version != READER_VERSION:
        return None
    same_file = (current.capture_id == current.page_capture_id) == (publication.part == 0)
    if not same_file or current.report is None or figures_digest(report) != current.figures_sha256:
        return None
    if text_digest(report) == current.text_sha256:
        return current
    before = masks.version_of(session, current.page_capture_id, unpack(current.report))
    after = masks.version_of(session, job.page_id, report)
    return current if masks.same_but_for_masks(session, job.sighting_id, before, after, at) else None


def _known_readings(session: Session, observed: Sequence[Observation]) -> dict[int, int]:
    """By sighting, the reading already made of these files, so that nothing is parsed twice."""
    known: dict[int, int] = {}
    for some in in_parts(observed):
        made = _readings_of(session, [one.sighting_id for one in some])
        for one in some:
            found = _known_reading(session, one, made.get(one.sighting_id, ()))
            if found is not None:
                known[one.sighting_id] = found
    return known


def _known_reading(session: Session, observed: Observation, of_address: Sequence[Reading]) -> int | None:
    """One that found no report was made of the files of its day: what came since may be the report."""
    made = [
        row
        for row in of_address
        if row.reader_version == READER_VERSION
        and row.page_capture_id == observed.page_content_id
        and row.capture_id in observed.content_ids
    ]
    made.sort(key=lambda row: row.capture_id == row.page_capture_id)  # a file before its page, then as they were made
    if not made or len(observed.content_ids) == 1 or (made[0].state == "read" and says_something(made[0])):
        return made[0].id if made else None
    newest = session.scalar(select(func.max(Capture.fetched_at)).where(Capture.id.in_(observed.content_ids)))
    return made[0].id if newest is not None and newest <= made[0].read_at else None


def _made_before(made: Sequence[Reading], job: Job, publication: Publication) -> Reading | None:
    """The reading of the very file, made when it stood under other bytes of its page."""
    file = job.capture_ids[publication.part]
    return next((row for row in made if row.capture_id == file and row.reader_version == READER_VERSION), None)


def _read_all(
    desk: Desk, unread: Sequence[Observation], executor: Executor | None
) -> Iterator[tuple[Job, Publication]]:
    for some in jobs.loaded(desk.engine, desk.store, unread, jobs.job_of):
        yield from zip(some, jobs.read(some, executor if len(unread) >= jobs.INLINE else None), strict=True)


def _correction(session: Session, old: Reading, new: Reading) -> str:
    organ = session.get(Organ, new.organ_id) if new.organ_id else None
    name = organ.name if organ else new.organ_name
    return (
        f"{name} {new.year}: reader {old.reader_version} → {new.reader_version} reads it differently (reading {new.id})"
    )
