"""The verbs about people: who may judge, order and look after accounts, and what they did. Each is a call into archive/."""

from __future__ import annotations

import getpass
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from console import Stop, say, show
from verbs.opening import opened, reading_session
from verbs.options import AsCsv, AsJson

if TYPE_CHECKING:
    from archive.audit import Doer

app = typer.Typer(no_args_is_help=True, help="Who may judge, order and look after accounts, and what they did.")

COLUMNS = ("name", "role", "made_at", "password_at", "disabled_at")


class Role(StrEnum):
    READER = "reader"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


@app.command("add")
def add(
    name: str,
    role: Annotated[Role, typer.Option(help="reader; reviewer: verdicts and notes; operator: all.")] = Role.REVIEWER,
) -> None:
    """Make an account. The password is asked for, or read from standard input when that is no terminal.

    Example: nianbao users add li --role operator
    """
    from archive import users
    from archive.database import writing

    password = _asked_password()
    with opened() as (_, desk), writing(desk.engine) as session:
        made = users.add_user(session, name, role.value, password, doer(), desk.now())
    say(f"{made.name} may log in as {made.role}.")


@app.command("list")
def listed(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """The accounts. Example: nianbao users list --json"""
    from archive import users

    with reading_session() as session:
        count = show(users.users(session), COLUMNS, "json" if as_json else "csv" if as_csv else "table")
    if not count and not as_json and not as_csv:
        say(f"No account yet. The first one: {users.MAKE_ONE}")


@app.command("role")
def role(name: str, role: Role) -> None:
    """Give an account another role, from its next request on. Example: nianbao users role li reviewer"""
    from archive import users
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        changed = users.set_role(session, name, role.value, doer(), desk.now())
    say(f"{changed.name} is {changed.role} now.")


@app.command("password")
def password(name: str) -> None:
    """Set a password. Every session of the account ends, and a wait after failed tries with it. Example: nianbao users password li"""
    from archive import users
    from archive.database import writing

    chosen = _asked_password()
    with opened() as (_, desk), writing(desk.engine) as session:
        changed = users.set_password(session, name, chosen, doer(), desk.now())
    say(f"{changed.name} has a new password and is logged out everywhere.")


@app.command("disable")
def disable(
    name: str, undo: Annotated[bool, typer.Option("--undo", help="Let the account log in again.")] = False
) -> None:
    """Let an account log in no more; what it did stays under its name. Example: nianbao users disable li"""
    from archive import users
    from archive.database import writing

    act = users.enable if undo else users.disable
    with opened() as (_, desk), writing(desk.engine) as session:
        changed = act(session, name, doer(), desk.now())
    say(f"{changed.name} may log in again." if undo else f"{changed.name} is disabled and logged out everywhere.")


@app.command("audit")
def audit_log(
    who: Annotated[str | None, typer.Option(help="Only what this account did.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 100,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Who changed what, when and from where, newest first. Example: nianbao users audit --who li --json"""
    from archive import audit

    with reading_session() as session:
        rows = audit.entries(session, who=who, limit=limit)
        columns = ("id", "at", "who", "address", "act", "subject", "details")
        count = show(rows, columns, "json" if as_json else "csv" if as_csv else "table")
    if not count and not as_json and not as_csv:
        say("Nothing was done yet.")


def doer() -> Doer:
    from archive.audit import COMMAND_LINE, Doer

    return Doer(getpass.getuser(), COMMAND_LINE)


def _asked_password() -> str:
    """Typed twice on a terminal; otherwise the first line of standard input, for scripts."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != first:
        raise Stop("The two were not the same: nothing was changed.")
    return first
