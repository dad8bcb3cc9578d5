"""A Scrapy request goes in; a response comes out that carries the Exchange: the bytes sent and received, as they crossed the wire.

The head is kept line by line as it came, the body as it came with only the transfer-encoding undone. Nothing is held twice: the response's
body and the exchange's are the same bytes, or, when it is large, a file that only the exchange has.
"""

from __future__ import annotations

import errno
import os
import socket
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from ssl import SSLContext
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response

from archive.bodies import HELD_BYTES, Body, held
from archive.exchange import Exchange
from crawler.answers import Answer, NotHttp
from crawler.connections import AddressRefused, Closed, Connection, Connections, HandshakeFailed, Origin
from crawler.portals.page import undo_content_encoding
from crawler.tls import Rung, context_of, is_distrust, next_rung, rungs
from reports.extraction.limits import MOST_MARKUP

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

PORTS = {"http": 80, "https": 443}


class WireResponse(Response):
    """A response with the exchange that gave it."""

    attributes: tuple[str, ...] = (*Response.attributes, "exchange")

    def __init__(self, *args: Any, exchange: Exchange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange

    @cached_property
    def plain_body(self) -> Body:
        """The body with its content-encoding undone."""
        return undo_content_encoding(self.exchange.body, self.exchange.header("content-encoding"))

    @property
    def page_body(self) -> bytes | None:
        """The body to be read as a page; None when no page is so large."""
        return held(self.plain_body, MOST_MARKUP)


def response_of(exchange: Exchange, request: Request | None = None, flags: list[str] | None = None) -> WireResponse:
    """The response that an exchange is: one just fetched, or one that the archive gave back."""
    headers = Headers()
    for line in exchange.response_head.split(b"\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon and name.strip():
            headers.appendlist(name.strip(), value.strip())
    return WireResponse(
        url=exchange.url,
        status=exchange.status,
        headers=headers,
        body=held(exchange.body, HELD_BYTES) or b"",  # what is larger is the exchange's alone
        request=request,
        flags=flags,
        exchange=exchange,
    )


class ConnectTimeout(DownloadTimeoutError):
    """No connection came about in time; a host that is connected and keeps silent is something else."""


class WireHandler(BaseDownloadHandler):
    """Scrapy's way to the network for http and https."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        # Where large bodies lie until they are written. crawler/run.py names the archive's own folder.
        self._folder = Path(crawler.settings.get("SPOOL_FOLDER", "."))
        self._connections = Connections()
        self._contexts: dict[str, SSLContext] = {}
        self._climbed: dict[
            tuple[str, bool], tuple[int, str]
        ] = {}  # by host: the rung that worked, and why the first did not

    async def download_request(self, request: Request) -> Response:
        try:
            return await self._climb(request)
        except (AddressRefused, ConnectTimeout):
            raise
        except socket.gaierror as error:
            raise CannotResolveHostError(f"{request.url}: {error}") from error
        except ConnectionRefusedError as error:
            raise DownloadConnectionRefusedError(f"{request.url}: {os.strerror(errno.ECONNREFUSED)}") from error
        except TimeoutError as error:
            raise DownloadTimeoutError(f"{request.url} gave no answer in {self._timeout:g} seconds") from error
        except HandshakeFailed as error:
            remedy = "; a site added with --unverified-tls is believed all the same" if is_distrust(str(error)) else ""
            raise DownloadFailedError(f"{request.url}: {error}{remedy}") from error
        except (Closed, NotHttp) as error:
            raise DownloadFailedError(f"{request.url}: {error}") from error
        except OSError as error:
            words = os.strerror(error.errno) if error.errno else str(error)
            raise DownloadFailedError(f"{request.url}: {words}") from error

    async def _climb(self, request: Request) -> Response:
        """Ask by the strictest way of TLS that the host can speak. A handshake that fails has sent nothing of the request."""
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        allow_private = bool(request.meta.get("allow_private"))
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = _head(request, target, parts.netloc.rpartition("@")[2], parts.port == PORTS[parts.scheme])
        if parts.scheme == "http":
            return await self._exchange(request, sent, Origin(host, port, None, allow_private), {})
        ladder = rungs(bool(request.meta.get("unverified_tls")))
        climbed = (parts.netloc, len(ladder) == 3)
        number, why = self._climbed.get(climbed, (0, ""))
        while True:
            rung = ladder[number]
            facts = {"tls": f"{rung.trust} ({why})" if why else rung.trust}
            try:
                response = await self._exchange(request, sent, Origin(host, port, rung.name, allow_private), facts)
            except HandshakeFailed as error:
                following = next_rung(ladder, number, str(error))
                if following is None:
                    raise
                number, why = following, why or str(error)
                continue
            if number:
                self._climbed[climbed] = (number, why)
            return response

    async def _exchange(self, request: Request, sent: bytes, origin: Origin, facts: dict[str, str]) -> Response:
        kept = self._connections.idle(origin)
        if kept is not None:
            try:
                return await self._ask(kept, request, sent, origin, facts)
            except Closed as closed:
                # Hosts close what waits too long, often just when it is asked again. What may change something is not sent twice.
                if not closed.reused or request.method != "GET":
                    raise
        try:
            fresh = await self._connections.open(origin, self._context(origin.tls), self._timeout)
        except TimeoutError as error:
            raise ConnectTimeout(f"{request.url}: no connection in {self._timeout:g} seconds") from error
        return await self._ask(fresh, request, sent, origin, facts)

    async def _ask(
        self, connection: Connection, request: Request, sent: bytes, origin: Origin, facts: dict[str, str]
    ) -> Response:
        answer = Answer(self._largest, self._folder)
        sent_at = datetime.now(UTC)
        await connection.ask(sent + request.body, answer, self._timeout)
        if answer.keeps_open:
            self._connections.keep(origin, connection)
        exchange = Exchange(
            url=request.url.partition("#")[0],
            fetched_at=sent_at,
            request_head=sent,
            response_head=answer.head,
            body=answer.body,
            request_body=request.body,
            ip=connection.ip,
            truncated=answer.truncated,
            facts=facts,
        )
        return response_of(exchange, flags=[f"truncated: {answer.truncated}"] if answer.truncated else None)

    def _context(self, tls: str | None) -> SSLContext | None:
        if tls is None:
            return None
        context = self._contexts.get(tls)
        if context is None:
            rung: Rung = next(rung for rung in rungs(unverified=True) if rung.name == tls)
            context = self._contexts[tls] = context_of(rung)
        return context

    async def close(self) -> None:
        self._connections.close()


def _head(request: Request, target: str, netloc: str, port_is_usual: bool) -> bytes:
    """The request line and the header lines, the host's name first, as a browser writes them."""
    host = netloc.rpartition(":")[0] if port_is_usual else netloc
    lines = [f"{request.method} {target} HTTP/1.1".encode("ascii"), b"Host: " + host.encode("ascii")]
    lines += [name + b": " + value for name, values in request.headers.items() for value in values]
    if request.body or request.method != "GET":
        lines.append(b"Content-Length: %d" % len(request.body))
    return b"\r\n".join((*lines, b"", b""))
