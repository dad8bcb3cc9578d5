"""Sessions: who gets one, how it ends, and how many tries there are."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from archive import audit
from archive.audit import Doer
from archive.database import open_database, reading, writing
from archive.logins import IDLE, LONGEST, TRIES_BY_ADDRESS, TRIES_BY_NAME, WINDOW, log_in, log_out, logged_in
from archive.models import LoginAttempt, UserSession
from archive.users import add_user, attempts_key, disable, password_fits, set_password, set_role

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HERE = "192.0.2.7"
PASSWORD = "correct horse battery"
DOER = Doer("root", audit.COMMAND_LINE)


@pytest.fixture
def held(engine: Engine) -> Engine:
    """On both databases, with a reviewer."""
    with writing(engine) as session:
        add_user(session, "li", "reviewer", PASSWORD, DOER, NOW)
    return engine


@pytest.fixture
def small(sqlite_engine: Engine) -> Engine:
    with writing(sqlite_engine) as session:
        add_user(session, "li", "reviewer", PASSWORD, DOER, NOW)
    return sqlite_engine


def token(engine: Engine, at: datetime = NOW) -> str:
    done = log_in(engine, "Li", PASSWORD, HERE, at)
    assert done.token is not None
    return done.token


def failed(engine: Engine, count: int, key: str = attempts_key("li")) -> None:
    """So many tries that failed before."""
    with writing(engine) as session:
        session.add_all(LoginAttempt(key=key, at=NOW) for _ in range(count))


def acts(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [row.act for row in audit.entries(session)]


def test_the_right_password_gives_a_session_and_only_its_hash_is_kept(held: Engine) -> None:
    given = token(held)
    found = logged_in(held, given, NOW)
    assert found is not None and (found.name, found.role) == ("li", "reviewer")
    with reading(held) as session:
        row = session.scalars(select(UserSession)).one()
        assert given not in (row.token_sha256, row.address)
        assert len(row.token_sha256) == 64
    assert logged_in(held, given[:-1] + "x", NOW) is None


def test_a_wrong_password_an_unknown_name_and_a_disabled_account_get_the_same_answer(small: Engine) -> None:
    with writing(small) as session:
        add_user(session, "wang", "reader", PASSWORD, DOER, NOW)
        disable(session, "wang", DOER, NOW)
    for name, password in (("li", "wrong"), ("nobody", PASSWORD), ("wang", PASSWORD)):
        assert log_in(small, name, password, HERE, NOW) == (log_in(small, "li", "also wrong", HERE, NOW))
    with reading(small) as session:
        refused = [row.who for row in audit.entries(session, act="login refused")]
    assert sorted(set(refused)) == ["?", "li", "wang"]  # a name that is no account's may be a password


def test_a_session_ends_when_nobody_uses_it(small: Engine) -> None:
    given = token(small)
    later = NOW + IDLE - timedelta(minutes=1)
    assert logged_in(small, given, later) is not None
    assert logged_in(small, given, later + IDLE - timedelta(minutes=1)) is not None
    assert logged_in(small, given, later + 2 * IDLE) is None


def test_a_session_ends_after_its_longest_time_even_when_used(small: Engine) -> None:
    given, at = token(small), NOW
    while at <= NOW + LONGEST:
        assert logged_in(small, given, at) is not None
        at += IDLE / 2
    assert logged_in(small, given, at) is None


def test_a_session_ends_with_the_password(small: Engine) -> None:
    tokens = [token(small), token(small)]
    with writing(small) as session:
        set_password(session, "li", "another horse battery", DOER, NOW)
    assert [logged_in(small, one, NOW) for one in tokens] == [None, None]
    assert log_in(small, "li", PASSWORD, HERE, NOW).token is None


def test_a_session_ends_with_the_account(small: Engine) -> None:
    given = token(small)
    with writing(small) as session:
        disable(session, "li", DOER, NOW)
    assert logged_in(small, given, NOW) is None


def test_a_new_role_holds_from_the_next_request_on(small: Engine) -> None:
    given = token(small)
    with writing(small) as session:
        set_role(session, "li", "reader", DOER, NOW)
    found = logged_in(small, given, NOW)
    assert found is not None and not found.may("reviewer")


def test_logging_out_ends_the_session(small: Engine) -> None:
    given = token(small)
    log_out(small, given, Doer("li", HERE), NOW)
    assert logged_in(small, given, NOW) is None
    assert acts(small)[:2] == ["logout", "login"]


def test_after_too_many_tries_even_the_right_password_has_to_wait(held: Engine) -> None:
    failed(held, TRIES_BY_NAME - 1)
    assert log_in(held, "li", "wrong", HERE, NOW).wait is None
    refused = log_in(held, "LI", PASSWORD, "198.51.100.1", NOW + timedelta(minutes=5))
    assert (refused.token, refused.wait) == (None, WINDOW - timedelta(minutes=5))
    assert log_in(held, "li", PASSWORD, HERE, NOW + WINDOW).token is not None


def test_an_address_has_so_many_tries_whatever_the_names(small: Engine) -> None:
    failed(small, TRIES_BY_ADDRESS, f"address:{HERE}")
    assert log_in(small, "li", PASSWORD, HERE, NOW).wait == WINDOW
    assert log_in(small, "li", PASSWORD, "192.0.2.8", NOW).token is not None


def test_a_try_that_has_to_wait_does_not_lengthen_the_wait(small: Engine) -> None:
    failed(small, TRIES_BY_NAME)
    log_in(small, "li", "wrong", HERE, NOW + WINDOW - timedelta(seconds=1))
    assert log_in(small, "li", PASSWORD, HERE, NOW + WINDOW).token is not None


def test_a_login_that_succeeds_and_a_new_password_forget_the_failed_tries(small: Engine) -> None:
    failed(small, TRIES_BY_NAME - 1)
    token(small)
    failed(small, TRIES_BY_NAME)
    assert log_in(small, "li", PASSWORD, "192.0.2.10", NOW).wait is not None
    with writing(small) as session:
        set_password(session, "li", "another horse battery", DOER, NOW)
    assert log_in(small, "li", "another horse battery", "192.0.2.10", NOW).token is not None


def test_two_processes_together_allow_no_more_tries_than_one(held: Engine) -> None:
    """Each with an engine of its own, as two servers have."""
    failed(held, TRIES_BY_ADDRESS - 2, "address:x")
    looked_at: list[bool] = []

    def knock() -> None:
        engine = open_database(held.url.render_as_string(hide_password=False))
        looked_at.append(log_in(engine, "nobody", "wrong", "x", NOW).wait is None)
        engine.dispose()

    threads = [threading.Thread(target=knock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked_at) == 6
    assert sum(looked_at) <= 2


def test_a_password_that_is_changed_while_it_is_tried_opens_nothing(small: Engine) -> None:
    def slowly(password: str, password_hash: str | None) -> bool:
        found = password_fits(password, password_hash)
        with writing(small) as session:
            set_password(session, "li", "another horse battery", DOER, NOW)
        return found

    assert log_in(small, "li", PASSWORD, HERE, NOW, slowly).token is None
