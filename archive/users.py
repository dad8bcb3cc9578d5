"""Names, roles and passwords go in, accounts come out: who may judge, order, and look after other accounts.

A password is kept as an Argon2id hash with its own salt. Accounts are disabled and never deleted: what somebody did stays under their name. A new
password and disabling end all sessions of the account; a new role holds from the next request on.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from archive import audit
from archive.audit import Doer
from archive.errors import ArchiveError
from archive.models import ROLES, LoginAttempt, User, UserSession

READER, REVIEWER, OPERATOR = ROLES
MAKE_ONE = "nianbao users add NAME --role operator"
SHORTEST, LONGEST_PASSWORD, LONGEST_NAME = 12, 1024, 64
# Each hash takes 64 MB for a moment: more than two at once would let strangers fill the memory by logging in.
_HASHING = BoundedSemaphore(2)


class NoSuchUser(ArchiveError):
    pass


class WrongUser(ArchiveError):
    """A name, role or password that an account cannot have. `rule` names which rule is broken, for the pages' own words."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class NoOperator(ArchiveError):
    """The archive would be open to others, and nobody is there who looks after it."""


@dataclass(frozen=True, slots=True)
class KnownUser:
    """An account, without its password."""

    id: int
    name: str
    role: str
    made_at: datetime
    password_at: datetime
    disabled_at: datetime | None

    def may(self, role: str) -> bool:
        return self.disabled_at is None and ROLES.index(self.role) >= ROLES.index(role)


def folded(name: str) -> str:
    """A name as it is kept and compared: however it was typed, the same letters are the same person."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def add_user(session: Session, name: str, role: str, password: str, doer: Doer, now: datetime) -> KnownUser:
    chosen = _good_name(name)
    if session.scalar(select(User.id).where(User.name == chosen)) is not None:
        raise WrongUser("taken", f"there is an account {chosen!r} already. `nianbao users list` shows all.")
    hashed = hash_password(_good_password(password, chosen))
    row = User(name=chosen, role=_known_role(role), password_hash=hashed, made_at=now, password_at=now)
    session.add(row)
    session.flush()
    audit.record(session, doer, "user added", chosen, now, role)
    return known_user(row)


def users(session: Session) -> list[KnownUser]:
    return [known_user(row) for row in session.scalars(select(User).order_by(User.disabled_at.is_not(None), User.name))]


def user_named(session: Session, name: str) -> KnownUser:
    return known_user(_row(session, name))


def set_role(session: Session, name: str, role: str, doer: Doer, now: datetime) -> KnownUser:
    row, chosen = _row(session, name), _known_role(role)
    before = row.role
    if before == OPERATOR and chosen != OPERATOR:
        _keep_an_operator(session, row)
    row.role = chosen
    audit.record(session, doer, "role changed", row.name, now, f"{before} → {role}")
    return known_user(row)


def set_password(session: Session, name: str, password: str, doer: Doer, now: datetime) -> KnownUser:
    """A new password ends every session of the account, and lets it try anew where too many tries had failed."""
    row = _row(session, name)
    row.password_hash = hash_password(_good_password(password, row.name))
    row.password_at = now
    session.execute(delete(LoginAttempt).where(LoginAttempt.key == attempts_key(row.name)))
    _end_sessions(session, row.id)
    audit.record(session, doer, "password changed", row.name, now)
    return known_user(row)


def disable(session: Session, name: str, doer: Doer, now: datetime) -> KnownUser:
    row = _row(session, name)
    if row.role == OPERATOR:
        _keep_an_operator(session, row)
    row.disabled_at = row.disabled_at or now
    _end_sessions(session, row.id)
    audit.record(session, doer, "user disabled", row.name, now)
    return known_user(row)


def enable(session: Session, name: str, doer: Doer, now: datetime) -> KnownUser:
    row = _row(session, name)
    row.disabled_at = None
    audit.record(session, doer, "user enabled", row.name, now)
    return known_user(row)


def has_operator(session: Session) -> bool:
    return session.scalar(select(User.id).where(User.role == OPERATOR, User.disabled_at.is_(None)).limit(1)) is not None


def require_operator(session: Session, host: str) -> None:
    """Raise NoOperator unless an account can look after an archive that others reach."""
    if not has_operator(session):
        raise NoOperator(
            f"{host} is open to other machines, and no operator looks after this archive. Make an account first: {MAKE_ONE}"
        )


def hash_password(password: str) -> str:
    with _HASHING:
        return PasswordHasher().hash(unicodedata.normalize("NFKC", password))


def password_fits(password: str, password_hash: str | None) -> bool:
    """Whether it is this account's password. Without an account a hash that fits nothing is tried: the answer takes as long."""
    nobodys = _nobodys()
    with _HASHING:
        try:
            found = PasswordHasher().verify(password_hash or nobodys, unicodedata.normalize("NFKC", password))
        except (VerificationError, InvalidHashError):
            return False
    return found and password_hash is not None


def attempts_key(name: str) -> str:
    """What tries to log in are counted under. Hashed: people type their password where the name belongs."""
    return f"name:{sha256(folded(name).encode()).hexdigest()[:32]}"


def known_user(row: User) -> KnownUser:
    return KnownUser(row.id, row.name, row.role, row.made_at, row.password_at, row.disabled_at)


@cache
def _nobodys() -> str:
    return PasswordHasher().hash("nobody has this password")


def _row(session: Session, name: str) -> User:
    row = session.scalar(select(User).where(User.name == folded(name)))
    if row is None:
        there = ", ".join(_names(session)) or "there is none yet"
        raise NoSuchUser(f"there is no account {name!r}. Accounts: {there}. To make one: {MAKE_ONE}")
    return row


def _names(session: Session) -> Sequence[str]:
    return session.scalars(select(User.name).order_by(User.name).limit(20)).all()


def _keep_an_operator(session: Session, row: User) -> None:
    others = select(func.count()).where(User.role == OPERATOR, User.disabled_at.is_(None), User.id != row.id)
    if row.disabled_at is None and not session.scalar(others):
        raise WrongUser(
            "last", f"{row.name} is the only operator: nobody could look after accounts. Make another one first."
        )


def _end_sessions(session: Session, user_id: int) -> None:
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise WrongUser("role", f"expected a role of {', '.join(ROLES)}, got {role!r}.")
    return role


def _good_name(name: str) -> str:
    chosen = folded(name)
    if not 0 < len(chosen) <= LONGEST_NAME or not all(letter.isalnum() or letter in "._-@" for letter in chosen):
        raise WrongUser(
            "name", f"expected a name of 1 to {LONGEST_NAME} letters, digits, dots, dashes or @, got {name!r}."
        )
    return chosen


def _good_password(password: str, name: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST_PASSWORD:
        raise WrongUser("password", f"expected a password of {SHORTEST} characters or more, got {len(password)}.")
    if folded(password) == name or len(set(password)) < 4:
        raise WrongUser("guessable", "expected a password that is neither the name nor a few characters repeated.")
    return password
