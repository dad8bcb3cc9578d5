"""The store and its settings in, what keeps it sound done: new sealed files brought to the second copy, and the share of both that is due read back.

Neither may stop a harvest: a second copy that cannot be reached now is an event that the interface shows, and the next call makes it good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from archive import bookkeeping, copies, fixity, overall, settling, stamps
from archive.database import reading, writing
from archive.errors import ArchiveError
from archive.events import note
from archive.faults import Fault
from archive.models import WarcFile
from archive.places import place_of
from archive.warc import WarcStore


def bring_copy(engine: Engine, store: WarcStore, second_copy: str, now: datetime) -> int:
    """Copy what was sealed since the last time. Gives how many files came over."""
    try:
        second = place_of(second_copy)
        return 0 if second is None else copies.copy_sealed(store, second)
    except ArchiveError as error:
        with writing(engine) as session:
            note(session, "second copy", str(error), now)
        return 0


def settle(engine: Engine, store: WarcStore, now: datetime) -> int:
    """Bring what was sealed to where it rests, when that is not the home. Gives how many files were let go of here."""
    try:
        return settling.settle(store)
    except ArchiveError as error:
        with writing(engine) as session:
            note(session, "store", str(error), now)
        return 0


def stamp(engine: Engine, store: WarcStore, service: str, now: datetime) -> None:
    """Have the newest seal stamped by the service that the settings name, if any."""
    try:
        if service:
            stamps.stamp_head(store.folder, service)
    except ArchiveError as error:
        with writing(engine) as session:
            note(session, "time stamp", str(error), now)


def renew_books(
    engine: Engine, timezone: str, now: datetime, told: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Make the books anew that count no more, as after another version was installed or a deadline passed, and sum the archive up where any did or nothing
    was summed up yet. `told` hears how far the books are. Gives of how many regions."""
    renewed = bookkeeping.renew(engine, now, timezone, told)
    with reading(engine) as session:
        known = overall.last(session) is not None
    if renewed or not known:
        overall.renew(engine, now, timezone)
    return renewed


def audit_due(engine: Engine, store: WarcStore, second_copy: str, days: int, now: datetime) -> list[Fault]:
    """Read back what is due of both copies, so that all is read within these days however often this is called; what it found stands in the events."""
    period = timedelta(days=days)
    with reading(engine) as session:
        newest = session.scalar(select(func.max(WarcFile.checked_at)))
    passed = (now - newest) if newest is not None and newest <= now else timedelta(hours=1)
    share = min(1.0, max(passed, timedelta(hours=1)) / period)
    try:
        second = place_of(second_copy)
    except ArchiveError as error:
        second = None
        with writing(engine) as session:
            note(session, "second copy", str(error), now)
    check = None if second is None else (lambda name: copies.audit_copy(store, second, name))
    faults = fixity.audit(engine, store, now, period, share, check)
    with writing(engine) as session:
        read = select(func.count(), func.coalesce(func.sum(WarcFile.size), 0)).where(WarcFile.checked_at == now)
        files, size = session.execute(read).one()
        if files:
            note(session, "audit", f"{files} files of {size} bytes read back, {len(faults)} faults.", now)
    return faults
