"""A request goes in, its visitor comes out, as the door (access.py) noted: who is logged in, from where, and what their forms must send back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from fastapi import Request
from starlette.datastructures import URL

from archive.audit import Doer
from archive.users import KnownUser
from archive.web.reach import Reached


@dataclass(frozen=True, slots=True)
class Visitor:
    """`session` is the cookie's token: never shown. `user` is None for those who only read."""

    reached: Reached
    user: KnownUser | None = None
    session: str = ""

    @property
    def form_token(self) -> str:
        """What each form of this session sends back: made from the session's token, so that no other session's fits."""
        return hmac.new(self.session.encode(), b"form", sha256).hexdigest() if self.user else ""

    @property
    def doer(self) -> Doer:
        assert self.user is not None
        return Doer(self.user.name, self.reached.address)

    def may(self, role: str) -> bool:
        return self.user is not None and self.user.may(role)


class NotAllowed(Exception):
    """A page or an order for which this visitor has not the role."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


def visitor_of(request: Request) -> Visitor:
    visitor = getattr(request.state, "visitor", None)
    return visitor if isinstance(visitor, Visitor) else Visitor(Reached("", "", hidden=True))


def require(request: Request, role: str) -> Visitor:
    visitor = visitor_of(request)
    if not visitor.may(role):
        raise NotAllowed(role)
    return visitor


def login_address(request: Request) -> str:
    """Where to log in, and come back from there: to this page, or to the page whose form was sent."""
    url = request.url
    if request.method not in ("GET", "HEAD"):
        url = URL(request.headers.get("referer", "/"))
    return f"/login?next={quote(f'{url.path}?{url.query}' if url.query else url.path)}"
