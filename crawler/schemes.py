"""A host that is dead over https and alive over http, or the other way round, is asked the way it answers; the capture says so.

Scheme is no part of an address's identity. What counts as dead is a connection that does not come about: a certificate that is no good is
a host that answers, and no reason to ask it without one; a host that takes its time is alive. Only a host that never answered so far is
asked the other way, once; when that fails as well, all goes on as it was ordered, or ends there where a person waits for a look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadConnectionRefusedError, DownloadFailedError
from scrapy.http import Response

from crawler.tls import is_distrust
from crawler.wire import ConnectTimeout

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

OTHER = {"https": "http", "http": "https"}
DEAD = (DownloadConnectionRefusedError, DownloadFailedError, ConnectTimeout)
TURNED = "scheme"  # in a request's meta: why it is asked another way than it was ordered


class Schemes:
    """Remembers of each host (with its port) and scheme whether it answers, and asks the other way when it does not."""

    def __init__(self) -> None:
        self._alive: set[tuple[str, str]] = set()
        self._dead: dict[tuple[str, str], str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls()

    def process_request(self, request: Request) -> Request | None:
        scheme, netloc = _parts(request)
        known = (netloc, scheme) in self._dead and (netloc, OTHER[scheme]) in self._alive
        return self._turned(request, scheme, netloc) if known and TURNED not in request.meta else None

    def process_response(self, request: Request, response: Response) -> Response:
        scheme, netloc = _parts(request)
        self._alive.add((netloc, scheme))
        self._dead.pop((netloc, scheme), None)
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        scheme, netloc = _parts(request)
        if not isinstance(exception, DEAD) or is_distrust(str(exception)) or (netloc, scheme) in self._alive:
            return None
        self._dead[netloc, scheme] = str(exception)
        if TURNED in request.meta:
            if request.meta["visit"].journey.plan.look:
                both = (self._dead[netloc, way] for way in (OTHER[scheme], scheme))
                raise DownloadFailedError("; ".join(both)) from exception
            meta = {name: value for name, value in request.meta.items() if name != TURNED}
            return request.replace(url=_other_way(request.url, scheme), meta=meta, dont_filter=True)
        tried = (netloc, OTHER[scheme]) in self._dead
        return None if tried else self._turned(request, scheme, netloc)

    def _turned(self, request: Request, scheme: str, netloc: str) -> Request:
        why = f"{OTHER[scheme]}, as {scheme} is dead: {self._dead[netloc, scheme]}"
        url = _other_way(request.url, scheme)
        return request.replace(url=url, meta={**request.meta, TURNED: why}, dont_filter=True)


def _other_way(url: str, scheme: str) -> str:
    return OTHER[scheme] + url[len(scheme) :]


def _parts(request: Request) -> tuple[str, str]:
    parts = urlsplit(request.url)
    return parts.scheme, parts.netloc
