"""Accounts: what a name, a role and a password may be, and that an operator is always left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from archive import audit
from archive.audit import Doer
from archive.database import reading, writing
from archive.errors import ArchiveError
from archive.models import AuditEntry, User
from archive.users import (
    NoOperator,
    NoSuchUser,
    WrongUser,
    add_user,
    disable,
    enable,
    require_operator,
    set_role,
    user_named,
    users,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"
DOER = Doer("root", audit.COMMAND_LINE)


def made(engine: Engine, name: str = "li", role: str = "operator") -> None:
    with writing(engine) as session:
        add_user(session, name, role, PASSWORD, DOER, NOW)


def test_a_password_is_kept_as_an_argon2id_hash_alone(sqlite_engine: Engine) -> None:
    made(sqlite_engine)
    with reading(sqlite_engine) as session:
        kept = session.scalars(select(User)).one().password_hash
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_the_same_name_typed_otherwise_is_the_same_account(sqlite_engine: Engine) -> None:
    made(sqlite_engine, "Ｌi")
    with reading(sqlite_engine) as session:
        assert user_named(session, " LI ").name == "li"
    with pytest.raises(WrongUser, match="already"):
        made(sqlite_engine, "LI")


@pytest.mark.parametrize(
    ("name", "role", "password", "rule"),
    [
        ("", "reader", PASSWORD, "name"),
        ("l i", "reader", PASSWORD, "name"),
        ("x" * 65, "reader", PASSWORD, "name"),
        ("<li>", "reader", PASSWORD, "name"),
        ("li", "king", PASSWORD, "role"),
        ("li", "reader", "short", "password"),
        ("li", "reader", "x" * 1025, "password"),
        ("li", "reader", "aaaaaaaaaaaaaaa", "guessable"),
        ("lilililililili", "reader", "Lilililililili", "guessable"),
    ],
)
def test_what_cannot_be_an_account_is_refused_by_rule(
    sqlite_engine: Engine, name: str, role: str, password: str, rule: str
) -> None:
    with pytest.raises(WrongUser) as refused, writing(sqlite_engine) as session:
        add_user(session, name, role, password, DOER, NOW)
    assert refused.value.rule == rule
    with reading(sqlite_engine) as session:
        assert users(session) == []


def test_a_role_may_do_what_those_before_it_may(sqlite_engine: Engine) -> None:
    made(sqlite_engine, "li", "reviewer")
    with reading(sqlite_engine) as session:
        li = user_named(session, "li")
    assert [li.may(role) for role in ("reader", "reviewer", "operator")] == [True, True, False]


def test_the_only_operator_is_neither_disabled_nor_lowered(sqlite_engine: Engine) -> None:
    made(sqlite_engine)
    for act in (lambda s: disable(s, "li", DOER, NOW), lambda s: set_role(s, "li", "reader", DOER, NOW)):
        with pytest.raises(WrongUser) as refused, writing(sqlite_engine) as session:
            act(session)
        assert refused.value.rule == "last"
    made(sqlite_engine, "wang")
    with writing(sqlite_engine) as session:
        assert disable(session, "li", DOER, NOW).disabled_at == NOW
        assert enable(session, "li", DOER, NOW).disabled_at is None


def test_an_archive_open_to_others_needs_an_operator(sqlite_engine: Engine) -> None:
    made(sqlite_engine, "li", "reviewer")
    with (
        pytest.raises(NoOperator, match="nianbao users add NAME --role operator"),
        reading(sqlite_engine) as session,
    ):
        require_operator(session, "0.0.0.0")
    made(sqlite_engine, "wang", "operator")
    with reading(sqlite_engine) as session:
        require_operator(session, "0.0.0.0")


def test_an_unknown_account_is_named_with_those_there_are(sqlite_engine: Engine) -> None:
    made(sqlite_engine)
    with pytest.raises(NoSuchUser, match=r"'wang'.*Accounts: li"), reading(sqlite_engine) as session:
        user_named(session, "wang")
    assert issubclass(NoSuchUser, ArchiveError)


def test_what_was_done_stands_in_the_log(sqlite_engine: Engine) -> None:
    made(sqlite_engine)
    made(sqlite_engine, "wang", "reader")
    with writing(sqlite_engine) as session:
        set_role(session, "wang", "reviewer", Doer("li", "192.0.2.7"), NOW)
    with reading(sqlite_engine) as session:
        rows = audit.entries(session)
        assert [(row.who, row.address, row.act, row.subject, row.details) for row in rows] == [
            ("li", "192.0.2.7", "role changed", "wang", "reader → reviewer"),
            ("root", "command line", "user added", "wang", "reader"),
            ("root", "command line", "user added", "li", "operator"),
        ]
        assert [row.subject for row in audit.entries(session, who="li")] == ["wang"]
        assert len(audit.entries(session, act="user added", below_id=2)) == 1


def test_the_database_refuses_to_change_or_delete_what_the_log_says(engine: Engine) -> None:
    made(engine)
    for statement in (update(AuditEntry).values(who="nobody"), delete(AuditEntry)):
        with pytest.raises((DBAPIError, ArchiveError), match="only grows"), writing(engine) as session:
            session.execute(statement)
    with reading(engine) as session:
        assert session.scalar(text("SELECT who FROM audit_log")) == "root"
