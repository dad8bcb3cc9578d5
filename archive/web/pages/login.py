"""Logging in and out, and one's own account: a name and a password go in, a session in a cookie comes out."""

from __future__ import annotations

import math
from datetime import timedelta

from fastapi import Request
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from archive.database import reading, writing
from archive.logins import log_in, log_out
from archive.models import User
from archive.users import MAKE_ONE, READER, SHORTEST, WrongUser, set_password
from archive.web.access import forget_session, lone_token, remember_lone_token, remember_session
from archive.web.rendering import page, web_of, words_of
from archive.web.submissions import Fields, first, way_back
from archive.web.visitors import require, visitor_of

_SAID = ("password", "out")  # what the page may be told to say above its form


def login_page(request: Request) -> Response:
    said = request.query_params.get("said", "")
    return _login(request, request.query_params.get("next", "/"), said=said if said in _SAID else "")


def take_login(request: Request, fields: Fields) -> Response:
    web, following = web_of(request), way_back(first(fields, "next"))
    address = visitor_of(request).reached.address
    done = log_in(web.engine, first(fields, "name"), first(fields, "password"), address, web.now())
    if done.token is None:
        return _login(request, following, wait=done.wait, failed=True)
    response = RedirectResponse(following, 303)
    remember_session(request, response, done.token)
    return response


def take_logout(request: Request, fields: Fields) -> Response:
    visitor = visitor_of(request)
    log_out(web_of(request).engine, visitor.session, visitor.doer, web_of(request).now())
    response = RedirectResponse("/login?said=out", 303)
    forget_session(request, response)
    return response


def account(request: Request) -> Response:
    require(request, READER)
    return _account(request, "")


def take_password(request: Request, fields: Fields) -> Response:
    """A new password for oneself, after the old one: whoever finds a browser left open must not be able to keep the account."""
    web, visitor = web_of(request), require(request, READER)
    assert visitor.user is not None
    if first(fields, "new") != first(fields, "again"):
        return _account(request, words_of(request)("user_rule.differs"))
    tried = log_in(web.engine, visitor.user.name, first(fields, "password"), visitor.reached.address, web.now())
    if tried.token is None:
        return _account(request, _why_not(request, tried.wait))
    try:
        with writing(web.engine) as session:
            set_password(session, visitor.user.name, first(fields, "new"), visitor.doer, web.now())
    except WrongUser as error:
        return _account(request, words_of(request)(f"user_rule.{error.rule}", shortest=SHORTEST))
    response = RedirectResponse("/login?said=password", 303)
    forget_session(request, response)
    return response


def _login(
    request: Request, following: str, wait: timedelta | None = None, failed: bool = False, said: str = ""
) -> Response:
    token, visitor = lone_token(request), visitor_of(request)
    with reading(web_of(request).engine) as session:
        nobody = session.scalar(select(User.id).limit(1)) is None
    values = {
        "following": way_back(following),
        "problem": _why_not(request, wait) if failed else "",
        "said": said,
        "nobody": nobody,
        "make_one": MAKE_ONE,
        "in_the_clear": not visitor.reached.secure and not visitor.reached.local,
        "token": visitor.form_token or token,
    }
    response = page(request, "login.html", values, 429 if wait else 403 if failed else 200)
    if wait:
        response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    response.headers["Cache-Control"] = "no-store"
    remember_lone_token(request, response, token)
    return response


def _why_not(request: Request, wait: timedelta | None) -> str:
    words = words_of(request)
    return words("login.wrong") if wait is None else words("login.wait", minutes=math.ceil(wait.total_seconds() / 60))


def _account(request: Request, problem: str) -> Response:
    values = {"problem": problem, "shortest": SHORTEST}
    return page(request, "account.html", values, 400 if problem else 200)
