"""What is to be read in, the bytes of its files with it out, and what the parser makes of them, in this process or in several.

One publication may be a scan of some megabytes: only so many are held at a time.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive import captures
from archive.bodies import held
from archive.database import keep_loaded, reading
from archive.models import Capture, Reading
from archive.observations import Observation, files_of
from archive.warc import WarcStore
from reports.extraction.limits import MOST_BYTES
from reports.publication import File, Publication, read_publication

INLINE = 24  # fewer files than this are read sooner than a second process starts
_Wanted = TypeVar("_Wanted")
_BEHIND = 10  # steps of niceness: a tenth of the time of a process that answers, where both want it
_JOBS_AT_ONCE = 200
_BYTES_AT_ONCE = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Job:
    """One version of one publication to be read: the capture of each file's content, and the bytes."""

    sighting_id: int
    capture_ids: tuple[int, ...]  # the page first; of the records that hold the bodies
    files: tuple[File, ...]
    replaces: int = 0  # the reading that a newer reader version takes the place of

    @property
    def page_id(self) -> int:
        return self.capture_ids[0]


def job_of(session: Session, store: WarcStore, observed: Observation) -> Job:
    return Job(
        observed.sighting_id, observed.content_ids, tuple(_file(session, store, i) for i in observed.content_ids)
    )


def job_of_reading(session: Session, store: WarcStore, reading_id: int) -> Job:
    old = session.get_one(Reading, reading_id)
    ids = files_of(session, old)
    return Job(old.sighting_id, ids, tuple(_file(session, store, i) for i in ids), replaces=old.id)


def loaded(
    engine: Engine,
    store: WarcStore,
    wanted: Iterable[_Wanted],
    made_of: Callable[[Session, WarcStore, _Wanted], Job],
) -> Iterator[list[Job]]:
    """The jobs with their files, so many at a time as the memory should hold."""
    waiting = deque(wanted)
    while waiting:
        jobs: list[Job] = []
        size = 0
        with reading(engine) as session:
            keep_loaded(session)
            while waiting and len(jobs) < _JOBS_AT_ONCE and size < _BYTES_AT_ONCE:
                jobs.append(made_of(session, store, waiting.popleft()))
                size += sum(len(file.payload) for file in jobs[-1].files)
        yield jobs


def read(jobs: Sequence[Job], executor: Executor | None) -> Iterator[Publication]:
    if executor is None:
        return map(_read_job, jobs)
    return executor.map(_read_job, jobs, chunksize=4)


@contextmanager
def readers(workers: int) -> Iterator[Executor | None]:
    if workers < 2:
        yield None
        return
    # Spawned, not forked: the parent may have threads and open databases.
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawned, initializer=give_way) as executor:
        yield executor


def give_way() -> None:
    """Let this process, and those that it starts, compute after whoever browses on the same machine. There is no way back."""
    os.nice(max(0, _BEHIND - os.nice(0)))
    # On Linux, too: when what it waited for has come it does not break in on who computes, but waits for its turn.
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _file(session: Session, store: WarcStore, capture_id: int) -> File:
    capture = session.get_one(Capture, capture_id)
    body = captures.body(session, store, capture)
    payload = held(body, MOST_BYTES)
    return File(payload or b"", capture.content_type, capture.url, beyond=len(body) if payload is None else 0)


def _read_job(job: Job) -> Publication:
    return read_publication(job.files[0], job.files[1:])
