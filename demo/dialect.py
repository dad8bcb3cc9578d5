"""What a portal family is: how its addresses look and how it serves a Site. Requests go in, Responses come out; no sockets here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from demo.site import Article, Attachment, Column, Site

VISITS = "{{visits}}"  # stands in a volatile page for the number of times that it was fetched; the server fills it in


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a POST's body
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    media_type: str = "text/html"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None  # sent as Last-Modified; without it the answer is never 304
    chunked: bool = False
    volatile: bool = False  # holds VISITS


Handler = Callable[[Request], Response]
Routes = dict[str, Handler]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A portal family. What differs between families is here; what all have in common is in demo/portal.py.

    A family adds its lists (and the interfaces that its lists call) through `list_routes`, one column at a time, and `routes`, once a site.
    """

    name: str
    column_path: Callable[[Site, Column], str]
    article_path: Callable[[Site, Article], str]
    attachment_path: Callable[[Site, Article, Attachment], str]
    list_routes: Callable[[Site, Column], Routes]
    container: Callable[[str], str]  # the element that holds an article's text
    routes: Callable[[Site], Routes] = lambda site: {}
    conditional: bool = False  # HTML pages carry ETag and Last-Modified
    volatile: bool = False  # article pages hold a visit counter
    chunked_lists: bool = False
    attachments_by_name: bool = False  # downloads carry Content-Disposition, their address no file name
