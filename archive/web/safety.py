"""What every answer says to the browser, and who may order something: headers, the origin check and the form's token."""

from __future__ import annotations

import hmac
import secrets
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_COOKIE = "form"
TOKEN_FIELD = "token"

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A capture is a stranger's page: no script, no form, no address of its own, nothing loaded from anywhere.
CAPTURE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
# The pages of a PDF, drawn here, are the only pictures a capture may show from this address.
DRAWN_POLICY = CAPTURE_POLICY.replace("img-src data:", "img-src 'self'")

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With no-referrer a browser sends `Origin: null` with a form, and the origin check would refuse every order.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "X-DNS-Prefetch-Control": "off",
}


class SecurityHeaders:
    """Adds the headers that the page has not set itself, to errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def token_of(request: Request) -> str:
    """The token that a form must send back: the one the browser has, or a new one."""
    known = request.cookies.get(TOKEN_COOKIE, "")
    return known if len(known) >= 32 else secrets.token_urlsafe(32)


def remember_token(response: Response, token: str) -> None:
    response.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="strict")


def refusal(request: Request, token: str) -> str | None:
    """The message key that says why this order is refused, or None when it may stand.

    Both ends must be loopback by address and by the name in `Host` (a foreign name that resolves to 127.0.0.1 is an attack), nothing may stand
    between, and the form must be one of these pages.
    """
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return "refused.proxy"
    if not _is_loopback(request.client.host if request.client else "") or not _is_loopback(request.url.hostname or ""):
        return "refused.loopback"
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or not _same_origin(request):
        return "refused.origin"
    known = request.cookies.get(TOKEN_COOKIE, "")
    if not known or not hmac.compare_digest(known.encode(), token.encode()):
        return "refused.token"
    return None


def _same_origin(request: Request) -> bool:
    """A browser names the origin of a form that it posts; who sends neither header is no browser, and still needs the token."""
    source = request.headers.get("origin") or request.headers.get("referer")
    return source is None or urlsplit(source)[:2] == (request.url.scheme, request.headers.get("host"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
