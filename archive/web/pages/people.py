"""The accounts, and what was done with them: for operators alone. A form goes in, the changed list comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from archive import audit
from archive.audit import Doer
from archive.database import reading, writing
from archive.models import LARGEST, ROLES
from archive.users import (
    OPERATOR,
    SHORTEST,
    NoSuchUser,
    WrongUser,
    add_user,
    disable,
    enable,
    set_password,
    set_role,
    users,
)
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, one_of, query_text, whole_number
from archive.web.rendering import page, web_of, words_of
from archive.web.submissions import Fields, first
from archive.web.visitors import require, visitor_of


def user_list(request: Request) -> Response:
    require(request, OPERATOR)
    return _shown(request, "")


def take_change(request: Request, fields: Fields) -> Response:
    """One change of one account: `act` says which."""
    web, doer = web_of(request), visitor_of(request).doer
    change = _CHANGES.get(first(fields, "act"))
    if change is None:
        raise NoSuchPage("missing.page")
    try:
        with writing(web.engine) as session:
            change(session, fields, doer, web.now())
    except WrongUser as error:
        return _shown(request, words_of(request)(f"user_rule.{error.rule}", shortest=SHORTEST))
    except NoSuchUser:
        return _shown(request, words_of(request)("user_rule.unknown"))
    return RedirectResponse("/users", 303)


_CHANGES: Mapping[str, Callable[[Session, Fields, Doer, Any], object]] = {
    "add": lambda session, fields, doer, now: add_user(
        session, first(fields, "name"), first(fields, "role"), first(fields, "password"), doer, now
    ),
    "role": lambda session, fields, doer, now: set_role(
        session, first(fields, "name"), first(fields, "role"), doer, now
    ),
    "password": lambda session, fields, doer, now: set_password(
        session, first(fields, "name"), first(fields, "password"), doer, now
    ),
    "disable": lambda session, fields, doer, now: disable(session, first(fields, "name"), doer, now),
    "enable": lambda session, fields, doer, now: enable(session, first(fields, "name"), doer, now),
}


def audit_log(request: Request) -> Response:
    require(request, OPERATOR)
    who, act = query_text(request, "who"), one_of(request, "act", audit.ACTS)
    below = whole_number(request, "below", 1, LARGEST)
    with reading(web_of(request).engine) as session:
        found = audit.entries(session, who, act, below, PAGE_LENGTH + 1)
    shown = found[:PAGE_LENGTH]
    following = shown[-1].id if len(found) > PAGE_LENGTH else None
    values = {"entries": shown, "who": who, "act": act, "acts": audit.ACTS, "below": below, "following": following}
    return page(request, "audit.html", values)


def _shown(request: Request, problem: str) -> Response:
    with reading(web_of(request).engine) as session:
        found = users(session)
    values = {"users": found, "roles": ROLES, "problem": problem, "shortest": SHORTEST}
    return page(request, "users.html", values, 400 if problem else 200)
