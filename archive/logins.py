"""A name, a password and an address go in, a session's token comes out, or nothing. A token goes in, the account that is logged in comes out.

Of a token only its hash is kept. A session ends after IDLE without a request and after LONGEST in any case. Tries that fail are counted in the
database by account and by address, so that two processes agree: each try is written down before it is counted, and none gets in between.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from archive import audit
from archive.audit import Doer
from archive.database import reading, writing
from archive.models import LoginAttempt, User, UserSession
from archive.users import KnownUser, attempts_key, folded, known_user, password_fits

IDLE, LONGEST = timedelta(hours=2), timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=5)  # a page that is only looked at writes no oftener than this
WINDOW = timedelta(minutes=15)
TRIES_BY_NAME, TRIES_BY_ADDRESS = 10, 30  # that may fail within WINDOW


@dataclass(frozen=True, slots=True)
class Login:
    """What became of a try: a token, or none; `wait` when too many tries failed before."""

    token: str | None
    wait: timedelta | None = None


def log_in(
    engine: Engine, name: str, password: str, address: str, now: datetime, fits: Callable[..., bool] = password_fits
) -> Login:
    """The same answer, after the same work, for a wrong password, an unknown name and a disabled account."""
    tries = [LoginAttempt(key=key, at=now) for key in (attempts_key(name), f"address:{address}")]
    with writing(engine) as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
        session.add_all(tries)
    with reading(engine) as session:
        wait = _wait(session, [one.key for one in tries], now)
        row = session.scalar(select(User).where(User.name == folded(name)))
    if wait is not None:
        with writing(engine) as session:
            _forget(session, tries)  # it was not looked at: who knocks all the time does not lengthen the wait
        return Login(None, wait)
    fitting = fits(password, row.password_hash if row is not None and row.disabled_at is None else None)
    with writing(engine) as session:
        if not fitting or row is None or not _is_as_it_was(session, row):
            who = row.name if row is not None else "?"  # an unknown name may be a password in the wrong field
            audit.record(session, Doer(who, address), "login refused", who, now)
            return Login(None)
        _forget(session, tries)
        session.execute(delete(LoginAttempt).where(LoginAttempt.key == tries[0].key))
        audit.record(session, Doer(row.name, address), "login", row.name, now)
        return Login(_begin(session, row.id, address, now))


def _is_as_it_was(session: Session, seen: User) -> bool:
    """Whether the password that was tried still holds: it may have been changed while it was being tried."""
    row = session.get(User, seen.id, with_for_update=True)
    return row is not None and row.disabled_at is None and row.password_hash == seen.password_hash


def _forget(session: Session, tries: Sequence[LoginAttempt]) -> None:
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_([one.id for one in tries])))


def _begin(session: Session, user_id: int, address: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(delete(UserSession).where(UserSession.begun_at <= now - LONGEST))
    session.add(UserSession(token_sha256=_hash(token), user_id=user_id, begun_at=now, seen_at=now, address=address))
    return token


def logged_in(engine: Engine, token: str, now: datetime) -> KnownUser | None:
    """Whose session this is, if it goes on; that it was seen is written down now and then."""
    with reading(engine) as session:
        found = session.execute(
            select(UserSession, User)
            .join(User, User.id == UserSession.user_id)
            .where(UserSession.token_sha256 == _hash(token), User.disabled_at.is_(None))
        ).first()
    if found is None or now - found[0].seen_at > IDLE or now - found[0].begun_at > LONGEST:
        return None
    if now - found[0].seen_at > _SEEN_EVERY:
        with writing(engine) as session:
            kept = session.get(UserSession, found[0].token_sha256)
            if kept is not None:
                kept.seen_at = now
    return known_user(found[1])


def log_out(engine: Engine, token: str, doer: Doer, now: datetime) -> None:
    with writing(engine) as session:
        ended = session.execute(delete(UserSession).where(UserSession.token_sha256 == _hash(token)))
        if ended.rowcount:  # type: ignore[attr-defined]
            audit.record(session, doer, "logout", doer.name, now)


def _wait(session: Session, keys: Sequence[str], now: datetime) -> timedelta | None:
    """How long until a try may be made again, when more than so many stand within the window, this one counted."""
    waits = []
    for key, most in zip(keys, (TRIES_BY_NAME, TRIES_BY_ADDRESS), strict=True):
        count, first = session.execute(
            select(func.count(), func.min(LoginAttempt.at)).where(
                LoginAttempt.key == key, LoginAttempt.at > now - WINDOW
            )
        ).one()
        if count > most:
            waits.append(first + WINDOW - now)
    return max(waits) if waits else None


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
