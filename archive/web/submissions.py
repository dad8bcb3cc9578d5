"""A form that somebody sent goes in; what its handler makes of it comes out, unless one of these rules refuses it.

Every POST of the application goes through `taken`: it must come from our own origin, be small, carry the token that its page was made with, and its
sender must have the role. Nothing else in the application takes anything but GET.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from archive.web.access import fits
from archive.web.pages import errors
from archive.web.visitors import visitor_of

TOKEN_FIELD = "token"
_LONGEST_FORM = 64 * 1024
_MOST_FIELDS = 200

Fields: TypeAlias = Mapping[str, list[str]]
Handler: TypeAlias = Callable[[Request, Fields], Response]


def taken(role: str | None, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint for a form. `role` is what its sender must have; None is for logging in."""

    async def endpoint(request: Request) -> Response:
        fields = await _fields(request)
        refused = _refusal(request, role, fields)
        if refused is not None:
            return errors.refused(request, refused)
        assert fields is not None
        return await run_in_threadpool(handler, request, fields)

    return endpoint


def first(fields: Fields, name: str) -> str:
    return fields.get(name, [""])[0]


def way_back(text: str) -> str:
    """An address of our own to go to afterwards; anything else leads to the first page."""
    if text.startswith("/") and text[1:2] not in ("/", "\\") and text.isprintable() and len(text) < 2000:
        return text
    return "/"


def _refusal(request: Request, role: str | None, fields: Fields | None) -> str | None:
    """The key of the message that says why the form is not taken, or None when it is."""
    visitor = visitor_of(request)
    if visitor.reached.hidden:
        return "refused.proxy"
    if not _is_from_here(request, visitor.reached.origin):
        return "refused.origin"
    if role is not None and visitor.user is None:
        return "refused.login"
    if fields is None or not fits(request, first(fields, TOKEN_FIELD)):
        return "refused.token"
    if role is not None and not visitor.may(role):
        return f"refused.{role}"
    return None


def _is_from_here(request: Request, origin: str) -> bool:
    """A browser names the origin of a form that it posts; who sends neither header is no browser, and still needs the token."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    source = request.headers.get("origin") or request.headers.get("referer")
    return source is None or urlsplit(source)[:2] == urlsplit(origin)[:2]


async def _fields(request: Request) -> Fields | None:
    """None for what is no form of ours: another type, too long, too many fields."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            return None
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:  # not UTF-8, or too many fields
        return None
    return {name: [value.replace("\0", "") for value in values] for name, values in fields.items()}
