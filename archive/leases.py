"""A name in, the right to do what it names out, for one process at a time and for a while: `take`, `renew`, `release`.

The database decides, so that processes on different machines see the same. A lease that its holder does not renew runs out: the holder died.
The token rises with each holder; one who was thought dead and goes on notices that its token is not the lease's any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from archive.database import writing
from archive.models import Lease


def take(engine: Engine, name: str, holder: str, now: datetime, length: timedelta) -> int | None:
    """The token of a lease that is free or has run out; None while another holds it."""
    try:
        with writing(engine) as session:
            lease = session.scalars(select(Lease).where(Lease.name == name).with_for_update()).first()
            if lease is None:
                session.add(Lease(name=name, holder=holder, token=1, until=now + length))
                return 1
            # Nobody honest holds a lease for longer than its length from now: the clock was set back.
            if now < lease.until <= now + length:
                return None
            lease.holder, lease.token, lease.until = holder, lease.token + 1, now + length
            return lease.token
    except IntegrityError:  # another one made the row between our look and our insert
        return None


def renew(engine: Engine, name: str, token: int, now: datetime, length: timedelta) -> bool:
    """Hold it for longer. False when another has taken it."""
    with writing(engine) as session:
        mine = update(Lease).where(Lease.name == name, Lease.token == token).values(until=now + length)
        return session.execute(mine.returning(Lease.token)).first() is not None


def release(engine: Engine, name: str, token: int, now: datetime) -> None:
    with writing(engine) as session:
        session.execute(update(Lease).where(Lease.name == name, Lease.token == token).values(until=now))


def holder_of(engine: Engine, name: str) -> str | None:
    with writing(engine) as session:
        return session.scalar(select(Lease.holder).where(Lease.name == name))
