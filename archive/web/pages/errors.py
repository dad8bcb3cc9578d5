"""What went wrong goes in; a page that says what to do comes out, or for a program, which asked the data interface, the same words as JSON (RFC 9457)."""

from __future__ import annotations

import json
import logging
import math

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from archive.errors import ArchiveError, DamagedRecord, TakenDown
from archive.web.addresses import NoSuchPage, WrongAddress
from archive.web.openapi import PROBLEM_TYPE
from archive.web.reach import is_open_to_others
from archive.web.rendering import page, web_of, words_of
from archive.web.telling import told
from archive.web.visitors import NotAllowed, login_address, visitor_of

_LOG = logging.getLogger(__name__)


def no_such_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, NoSuchPage)
    return _shown(request, "missing.heading", words_of(request)(error.key, **error.values), 404)


def wrong_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, WrongAddress)
    words = words_of(request)
    message = words("wrong.message", name=error.name, found=error.found[:80], expected=told(error.expected, words))
    return _shown(request, "wrong.heading", message, 400)


def http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = words_of(request)
    if error.status_code == 405:
        response = _shown(request, "wrong.heading", words("wrong.method"), 405)
    else:
        response = _shown(request, "missing.heading", words("missing.page"), error.status_code)
    response.headers.update(error.headers or {})  # which methods are allowed
    return response


def archive_error(request: Request, error: Exception) -> Response:
    """What it is, by its kind; below it the archive's own message, which says what was expected, what was found, where, and what to do. That names folders and
    the database: where strangers read, it is for the operators, and in the server's log."""
    assert isinstance(error, ArchiveError)
    damaged = isinstance(error, DamagedRecord)
    words, kind = words_of(request), type(error).__name__
    said = words(f"broken.{kind}") if f"broken.{kind}" in words.words else words("broken.other")
    status, own = 500 if damaged else 503, str(error)
    _LOG.error("%s: %s: %s", request.url.path, kind, own)
    if not isinstance(error, TakenDown) and _by_stranger(request):
        said, own = f"{said} {words('broken.logged')}", ""
    return _shown(request, "broken.damaged" if damaged else "broken.heading", said, status, own)


def _by_stranger(request: Request) -> bool:
    return is_open_to_others(web_of(request).configuration) and not visitor_of(request).may("operator")


def unexpected(request: Request, _error: Exception) -> Response:
    """The server's log has the error itself; a reader gets no internals."""
    return _shown(request, "broken.heading", words_of(request)("broken.unexpected"), 500)


def not_allowed(request: Request, error: Exception) -> Response:
    """Who is not logged in is asked to, and comes back; who is learns which role it takes."""
    assert isinstance(error, NotAllowed)
    return logged_out(request) if visitor_of(request).user is None else refused(request, f"refused.{error.role}")


def logged_out(request: Request) -> Response:
    return refused(request, "refused.reader") if _by_program(request) else RedirectResponse(login_address(request), 303)


def refused(request: Request, key: str) -> Response:
    """`key` is the message that says why an order was not carried out, and what to do."""
    return _shown(request, "refused.heading", words_of(request)(key), 403)


def foreign_host(request: Request) -> Response:
    message = words_of(request)("refused.host", host=request.headers.get("host", "")[:80])
    return _shown(request, "refused.host_heading", message, 421)


def too_many(request: Request, wait: float) -> Response:
    seconds = math.ceil(wait)
    response = _shown(request, "refused.many_heading", words_of(request)("refused.many", seconds=seconds), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _shown(request: Request, heading: str, message: str, status: int, own: str = "") -> Response:
    words = words_of(request)
    if not _by_program(request):
        return page(request, "error.html", {"heading": words(heading), "message": message, "own": own}, status)
    detail = f"{message} {own}".strip()
    told = {"type": "about:blank", "title": words(heading), "status": status, "detail": detail}
    return Response(
        json.dumps(told, ensure_ascii=False),
        status,
        headers={"Content-Language": words.language, "Vary": "Accept-Language, Cookie"},
        media_type=PROBLEM_TYPE,
    )


def _by_program(request: Request) -> bool:
    path = request.url.path
    return path.startswith("/api/") and path != "/api/docs"
