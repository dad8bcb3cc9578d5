"""What a portal family is: how its addresses look and how it serves a Site. Requests go in, Responses come out; no sockets here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from demo.site import WAYS, Article, Attachment, Column, Site

# What stands in a page for the address of one of the site's hosts; the portal, which knows them, puts it in.
MAIN_HOST = "http://main.host.invalid"
RECORDS_HOST = "http://xxgk.host.invalid"
MIRROR_HOST = "http://mirror.host.invalid"
VISITS = "{{visits}}"  # stands in a volatile page for the number of times that it was fetched; the server fills it in


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a POST's body
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    body: bytes
    media_type: str = "text/html"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None  # sent as Last-Modified; without it the answer is never 304
    chunked: bool = False
    volatile: bool = False  # holds VISITS
    personal: bool = False  # depends on more than the address and the body that was sent: never answered from a cache
    squeezed: bool = False  # compressed whether that was asked for or not
    filling: Callable[[int], Mapping[bytes, bytes]] | None = None  # a visit's number → what stands in for what


Handler = Callable[[Request], Response]
Routes = dict[str, Handler]  # an address may have a query: then it answers requests that name at least so much


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
    folder_routes: Callable[[Site, Column], Routes] | None = (
        None  # of a column that holds columns; None: a page of links
    )
    show_article: Callable[[Site, Article], Handler | None] = lambda site, article: None  # None: as all families do
    page_path: Callable[[Site, Column, int], str] | None = None  # page n, from 1, of a list whose pages lie ready
    per_page: int = 0  # how many articles such a page has
    out_of_reach: Callable[[Site], frozenset[int]] = lambda site: frozenset()  # articles that no list gives, by number
    ways: tuple[str, ...] = WAYS  # how the reports' column can be realised in this family
    conditional: bool = False  # HTML pages carry ETag and Last-Modified
    volatile: bool = False  # article pages hold a visit counter
    chunked_lists: bool = False
    attachments_by_name: bool = False  # downloads carry Content-Disposition, their address no file name
