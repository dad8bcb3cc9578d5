"""An order in: the captures it means are found, their tombstone written, their rows marked. The rows of an index made anew are marked likewise.

A body is kept once and shown by every capture that repeats it, so an order over one capture takes down all that show the same body.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, or_, select, update
from sqlalchemy.orm import Session

from archive import findings, flags, tombstones
from archive.captures import location_of
from archive.database import reading, writing
from archive.errors import NoSuchCapture, StoreUnusable
from archive.events import note
from archive.models import Capture, ChangeRow, FindingRow, FlagRow, Mask, Reading, Takedown, WarcFile, figures
from archive.records import moment_of, warc_date
from archive.settling import alone
from archive.several import among_these
from archive.tombstones import Order, Removal, Tombstone
from archive.warc import WarcStore
from archive.words import index_readings

BY_ORDER = "taken down by order"
_HEAD_COLUMNS = ("status", "content_type", "etag", "last_modified", "truncated")


def take_down(engine: Engine, store: WarcStore, order: Order, now: datetime) -> Tombstone:
    """Carry the order out. Call it holding the home's lock. The scope is `capture:NUMBER`, `sha256:HASH` (of a body) or an address."""
    with alone(store):
        tombstones.finish(store.files, store.folder)
        mark_index(engine, store)
        with reading(engine) as session:
            rows = affected(session, order.scope)
            if not rows:
                raise NoSuchCapture(
                    f"no capture that is still shown is meant by {order.scope!r}: expected capture:NUMBER, sha256:HASH or an address."
                )
            removals = _removals(session, store, rows, order.mode)
        stone = tombstones.carry_out(store.files, store.folder, store.keys, order, removals, now)
    mark_index(engine, store)
    with writing(engine) as session:
        note(
            session,
            "taken down",
            f"{len(stone.removals)} captures {order.mode}, by {order.ordered_by}: {order.reason}",
            now,
        )
    return stone


def affected(session: Session, scope: str) -> list[Capture]:
    """The captures that an order means, with all that show the same bodies; those taken down before are left out unless they are only hidden."""
    kind, _, value = scope.partition(":")
    if kind == "capture":
        meant = Capture.id == (int(value) if value.isdigit() else 0)
    elif kind == "sha256":
        meant = or_(Capture.body_sha256 == value, Capture.payload_sha256 == value)
    else:
        meant = Capture.url == scope
    deleted = select(Takedown.number).where(Takedown.mode == "deleted")
    open_rows = or_(Capture.takedown_number.is_(None), Capture.takedown_number.not_in(deleted))
    named = session.scalars(select(Capture).where(meant, open_rows)).all()
    roots = {row.same_as_id or row.id for row in named}
    whole = select(Capture).where(
        or_(among_these(Capture.id, roots), among_these(Capture.same_as_id, roots)), open_rows
    )
    return list(session.scalars(whole.order_by(Capture.id)))


def _removals(session: Session, store: WarcStore, rows: Sequence[Capture], mode: str) -> list[Removal]:
    """What the tombstone says of each capture. Deletion means the records that hold bodies; the revisits of them hold none."""
    found = []
    for row in rows:
        file = session.get_one(WarcFile, row.warc_file_id)
        if file.sealed_at is None:
            raise StoreUnusable(f"{file.name} is being written still: take down when its run has ended and is sealed.")
        store.record(location_of(session, row))  # raises DamagedRecord: nothing is deleted beside damage
        columns: dict[str, Any] = {column: getattr(row, column) for column in _HEAD_COLUMNS}
        columns["original"] = row.same_as_id is None
        found.append(
            Removal(
                file.name, row.warc_offset, row.warc_length, row.record_id, row.url, warc_date(row.fetched_at), columns
            )
        )
    return found


def mark_index(engine: Engine, store: WarcStore) -> None:
    """Bring the index to what the tombstones say: after an order, after a stop in the middle of one, after a rebuild."""
    with reading(engine) as session:
        known = set(session.scalars(select(Takedown.number)))
    stones = [stone for stone in tombstones.all_of(store.folder) if stone.number not in known]
    if not stones:
        return
    with writing(engine) as session:
        for stone in stones:
            session.add(
                Takedown(
                    number=stone.number,
                    mode=stone.mode,
                    ordered_by=stone.ordered_by,
                    reason=stone.reason,
                    scope=stone.scope,
                    ordered_at=moment_of(stone.ordered_at),
                )
            )
            session.flush()
            for removal in stone.removals:
                columns = {key: value for key, value in removal.columns.items() if key in _HEAD_COLUMNS}
                file_id = select(WarcFile.id).where(WarcFile.name == removal.file).scalar_subquery()
                here = (Capture.warc_file_id == file_id) & (Capture.warc_offset == removal.offset)
                session.execute(update(Capture).where(here).values(takedown_number=stone.number, **columns))
        _forget_readings(session, moment_of(stones[-1].ordered_at))


def _forget_readings(session: Session, at: datetime) -> None:
    """Whatever was read from captures that are taken down: words, figures, findings, what a change says, what a flag quotes, the search.

    The readings' rows stay with their hashes, so that it stays known that there was a report and which; what other reports said in comparison
    with them is said anew without them.
    """
    down = select(Capture.id).where(Capture.takedown_number.is_not(None))
    of_reading = or_(Reading.capture_id.in_(down), Reading.page_capture_id.in_(down))
    rows = session.scalars(select(Reading).where(of_reading, Reading.report.is_not(None))).all()
    ids = [row.id for row in rows]
    touched = findings.checked_anew(session, ids)
    session.execute(delete(figures).where(among_these(figures.c.reading_id, ids)))
    session.execute(delete(FindingRow).where(among_these(FindingRow.reading_id, ids)))
    session.execute(delete(Mask).where(or_(Mask.before_capture_id.in_(down), Mask.after_capture_id.in_(down))))
    for row in rows:
        row.report, row.reason, row.passed = None, BY_ORDER, 0
    index_readings(session, [(row, row) for row in rows if row.current])
    of_change = or_(ChangeRow.before_capture_id.in_(down), ChangeRow.after_capture_id.in_(down))
    changed = session.scalars(select(ChangeRow.id).where(of_change)).all()
    session.execute(update(ChangeRow).where(among_these(ChangeRow.id, changed)).values(details=[], reason=BY_ORDER))
    on_finding = FlagRow.mark.startswith("finding:") & among_these(
        FlagRow.sighting_id, [row.sighting_id for row in rows]
    )
    quoting = session.scalars(select(FlagRow).where(or_(on_finding, among_these(FlagRow.change_id, changed)))).all()
    flags.close_flags((flag for flag in quoting if flag.closed_at is None), BY_ORDER, at)
    for flag in quoting:
        flag.message = BY_ORDER
    session.flush()
    findings.check_readings(session, touched)
    touched += findings.check_neighbours(session, ids)
    flags.raise_for_findings(session, touched, at)


def is_public(row: Capture) -> bool:
    """Whether the capture may be shown and handed out."""
    return row.takedown_number is None
