"""Every request goes in at the door here: whose it is is noted, and what must not go on is turned away. Also the cookies that say who is who.

Everybody may read, unless the setting `accounts_only` is on. Whatever changes something needs an account with the role for it: see submissions.py.
"""

from __future__ import annotations

import hmac
import secrets

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import ArchiveError
from archive.logins import logged_in
from archive.web.limits import Allowance, is_expensive
from archive.web.pages import errors
from archive.web.reach import is_ours, reached
from archive.web.rendering import web_of
from archive.web.visitors import Visitor, visitor_of

_WITHOUT_ACCOUNT = ("/login", "/static/")  # what is shown to everybody even when reading needs an account


def remember_session(request: Request, response: Response, token: str) -> None:
    """For this browser until it is closed, or until the session ends by itself."""
    _set_cookie(request, response, "session", token, "lax")


def forget_session(request: Request, response: Response) -> None:
    response.delete_cookie(_name(request, "session"), secure=_is_secure(request), httponly=True, samesite="lax")


def lone_token(request: Request) -> str:
    """The token of a form for somebody who is not logged in: the one the browser has, or a new one."""
    known = request.cookies.get(_name(request, "form"), "")
    return known if len(known) >= 32 else secrets.token_urlsafe(32)


def remember_lone_token(request: Request, response: Response, token: str) -> None:
    _set_cookie(request, response, "form", token, "strict")


def fits(request: Request, token: str) -> bool:
    """Whether a form came from one of our pages, shown to this very browser."""
    visitor = visitor_of(request)
    expected = visitor.form_token or request.cookies.get(_name(request, "form"), "")
    return bool(expected) and hmac.compare_digest(expected.encode(), token.encode())


class Door:
    """Says whose request it is, and turns away at the door: a foreign `Host`, too many expensive requests, readers without an account where one is needed."""

    def __init__(self, app: ASGIApp, allowance: Allowance) -> None:
        self.app, self.allowance = app, allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            turned_away = await self._look(request)
        except ArchiveError as error:
            turned_away = errors.archive_error(request, error)
        if turned_away is not None:
            await turned_away(scope, receive, send)
            return

        async def send_kept_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "private, no-store")
            await send(message)

        await self.app(scope, receive, send_kept_private if request.state.visitor.user else send)

    async def _look(self, request: Request) -> Response | None:
        """The answer to somebody who is turned away; None for all others, whose visitor is noted in the request."""
        web = web_of(request)
        where = reached(request, web.configuration)
        request.state.visitor = Visitor(where)
        if not is_ours(request, web.configuration):
            return errors.foreign_host(request)
        path = request.url.path
        token = "" if path.startswith("/static/") else request.cookies.get(_name(request, "session"), "")
        if token:
            user = await run_in_threadpool(logged_in, web.engine, token, web.now())
            request.state.visitor = Visitor(where, user, token if user else "")
        shut = web.configuration.accounts_only and not path.startswith(_WITHOUT_ACCOUNT)
        if shut and not visitor_of(request).may("reader"):
            return errors.logged_out(request)
        wait = 0.0 if where.local or not is_expensive(path) else self.allowance.wait(where.address)
        return errors.too_many(request, wait) if wait else None


def _set_cookie(request: Request, response: Response, name: str, value: str, samesite: str) -> None:
    response.set_cookie(
        _name(request, name),
        value,
        secure=_is_secure(request),
        httponly=True,
        samesite=samesite,  # type: ignore[arg-type]
    )


def _name(request: Request, name: str) -> str:
    """Over TLS the name begins with __Host-: the browser then takes the cookie from this very host alone."""
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    return visitor_of(request).reached.secure
