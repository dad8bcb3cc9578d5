"""Captures whose records are written and whose rows are not yet: they wait for the next flush, and become rows all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from archive.captures import KeptBody
from archive.models import Capture

_ADD = insert(cast(Table, Capture.__table__))  # of the table and not of the class: a tenth of a record's cost less


@dataclass(frozen=True, slots=True)
class WaitingCapture:
    """A capture whose row is not written yet. Its original may be waiting as well: then that one's record id is known, its row id not."""

    run_id: int
    site_id: int
    values: dict[str, Any]
    same_as: KeptBody | None


def insert_waiting(session: Session, captures: Sequence[WaitingCapture], files: Mapping[int, int]) -> None:
    """Write their rows; `files` are the rows of their runs' open files. Originals first: a repeated body may wait in the same batch. Ids are asked for only then: it costs less than having each returned."""
    originals = [waiting for waiting in captures if waiting.same_as is None]
    repeats = [waiting for waiting in captures if waiting.same_as is not None]
    if originals:
        session.execute(_ADD, [_capture_row(waiting, files, {}) for waiting in originals])
    wanted = {
        (waiting.run_id, waiting.same_as.location) for waiting in repeats if waiting.same_as and not waiting.same_as.id
    }
    ids: dict[str, int] = {}
    for run_id, location in wanted:
        here = (Capture.warc_file_id == files[run_id]) & (Capture.warc_offset == location.offset)
        ids[location.record_id] = session.execute(select(Capture.id).where(here)).scalar_one()
    if repeats:
        session.execute(_ADD, [_capture_row(waiting, files, ids) for waiting in repeats])


def _capture_row(waiting: WaitingCapture, files: Mapping[int, int], ids: Mapping[str, int]) -> dict[str, Any]:
    same_as_id = None
    if waiting.same_as is not None:
        same_as_id = waiting.same_as.id or ids[waiting.same_as.original.record_id]
    return {
        **waiting.values,
        "site_id": waiting.site_id,
        "site_run_id": waiting.run_id,
        "warc_file_id": files[waiting.run_id],
        "same_as_id": same_as_id,
    }
