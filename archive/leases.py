"""A name in, the right to do what it names out, for one process at a time and for a while: `take`, `renew`, `release`.

The database decides, so that processes on different machines see the same. A lease that its holder does not renew runs out: the holder died.
The token rises with each holder; one who was thought dead and goes on notices that its token is not the lease's any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.exc import IntegrityError

from archive.database import reading, writing
from archive.models import Lease


def take(engine: Engine, name: str, holder: str, now: datetime, length: timedelta) -> int | None:
    """The token of a lease that is free or has run out; None while another holds it."""
    # Nobody honest holds a lease for longer than its length from now: the clock was set back.
    free = or_(Lease.until <= now, Lease.until > now + length)
    taken = (
        update(Lease).where(Lease.name == name, free).values(holder=holder, token=Lease.token + 1, until=now + length)
    )
    try:
        with writing(engine) as session:
            token: int | None = session.connection().scalar(taken.returning(Lease.token))
            if token is None and session.get(Lease, name) is None:
                session.add(Lease(name=name, holder=holder, token=1, until=now + length))
                token = 1
            return token
    except IntegrityError:  # another one made the row between our look and our insert
        return None


def renew(engine: Engine, name: str, token: int, now: datetime, length: timedelta) -> bool:
    """Hold it for longer. False when another has taken it."""
    with writing(engine) as session:
        mine = update(Lease).where(Lease.name == name, Lease.token == token).values(until=now + length)
        return session.connection().execute(mine.returning(Lease.token)).first() is not None


def release(engine: Engine, name: str, token: int, now: datetime) -> None:
    with writing(engine) as session:
        session.connection().execute(update(Lease).where(Lease.name == name, Lease.token == token).values(until=now))


def holder_of(engine: Engine, name: str) -> str | None:
    with reading(engine) as session:
        return session.scalar(select(Lease.holder).where(Lease.name == name))
