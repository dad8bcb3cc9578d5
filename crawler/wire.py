"""A Scrapy request goes in; a response comes out that carries the Exchange: the bytes sent and received, as they crossed the wire.

The head is kept line by line as it came, the body as it came with only the transfer-encoding undone. Nothing is held twice: the response's
body and the exchange's are the same bytes, and what the connection kept is dropped when the exchange is made.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectError, ConnectionClosed, ConnectionRefusedError, DNSLookupError
from twisted.internet.error import TimeoutError as ConnectTimeoutError
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers as WireHeaders
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer  # type: ignore[import-untyped]

from archive.exchange import Exchange
from crawler.connections import AddressRefused, GuardedEndpoints, Wire, keeping_pool
from crawler.portals.page import undo_content_encoding
from crawler.tls import Rung, is_distrust, next_rung, reason_of, rungs

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

LONGEST_TRICKLE = 10  # times the timeout: a body may take that long as long as bytes keep coming


class WireResponse(Response):
    """A response with the exchange that gave it."""

    attributes: tuple[str, ...] = (*Response.attributes, "exchange")

    def __init__(self, *args: Any, exchange: Exchange, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exchange = exchange

    @cached_property
    def plain_body(self) -> bytes:
        """The body with its content-encoding undone."""
        return undo_content_encoding(self.body, self.exchange.header("content-encoding"))


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
        body=exchange.body,
        request=request,
        flags=flags,
        exchange=exchange,
    )


class WireHandler(BaseDownloadHandler):
    """Scrapy's way to the network for http and https."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # importing it installs it: only when a crawl begins

        self._reactor: Any = reactor
        self._timeout = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._largest = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        # A connection into a private network must never serve a site that may not go there.
        # Nor one that was not verified a site that wants it verified.
        self._pools: dict[tuple[bool, str], HTTPConnectionPool] = {}
        self._climbed: dict[
            tuple[str, bool], tuple[int, str]
        ] = {}  # by host: the rung that worked, and why the first did not

    async def download_request(self, request: Request) -> Response:
        deadline = _Deadline(self._reactor, self._timeout)
        try:
            return await self._climb(request, deadline)
        except AddressRefused:
            raise
        except DNSLookupError as error:
            raise CannotResolveHostError(f"{request.url}: {error}") from error
        except ConnectionRefusedError as error:
            raise DownloadConnectionRefusedError(f"{request.url}: {error}") from error
        except (ConnectTimeoutError, TimeoutError) as error:
            raise DownloadTimeoutError(f"{request.url}: {error}") from error
        except Exception as error:
            if deadline.struck:
                raise DownloadTimeoutError(f"{request.url} gave no answer in {self._timeout:g} seconds") from None
            reasons = _reasons(error)
            remedy = "; a site added with --unverified-tls is believed all the same" if is_distrust(reasons) else ""
            raise DownloadFailedError(f"{request.url}: {reasons}{remedy}") from error
        finally:
            deadline.cancel()

    async def _climb(self, request: Request, deadline: _Deadline) -> Response:
        """Ask by the strictest way of TLS that the host can speak. A handshake that fails has sent nothing of the request."""
        ladder = rungs(bool(request.meta.get("unverified_tls")))
        host = (request.url.partition("//")[2].partition("/")[0], len(ladder) == 3)
        number, why = self._climbed.get(host, (0, ""))
        while True:
            try:
                response = await self._exchange(request, ladder[number], why, deadline)
            except Exception as error:
                reasons = _reasons(error)
                following = next_rung(ladder, number, reasons) if request.url.startswith("https:") else None
                if following is None or deadline.struck:
                    raise
                number, why = following, why or reasons
                continue
            if number:
                self._climbed[host] = (number, why)
            return response

    def _agent(self, allow_private: bool, rung: Rung) -> Any:
        key = (allow_private, rung.name)
        pool = self._pools.get(key) or self._pools.setdefault(key, keeping_pool(self._reactor, _now))
        endpoints = GuardedEndpoints(self._reactor, allow_private, min(self._timeout, 30.0), rung.speaker)
        return Agent.usingEndpointFactory(self._reactor, endpoints, pool)  # type: ignore[no-untyped-call]

    async def _exchange(self, request: Request, rung: Rung, why: str, deadline: _Deadline) -> Response:
        agent = self._agent(bool(request.meta.get("allow_private")), rung)
        url = request.url.partition("#")[0]
        asked: Deferred[Any] = agent.request(
            request.method.encode("ascii"),
            url.encode("ascii"),
            WireHeaders(dict(request.headers)),
            _RequestBody(request.body) if request.body else None,
        )
        deadline.then = asked.cancel
        answer = await maybe_deferred_to_future(asked)
        wire: Wire = answer.wire
        body, truncated = b"", None
        if answer.length == UNKNOWN_LENGTH or answer.length > 0:
            reader = _BodyReader(self._largest, deadline)
            deadline.then = reader.out_of_time
            answer.deliverBody(reader)
            await maybe_deferred_to_future(reader.done)
            body, truncated = b"".join(reader.parts), reader.truncated
        request_head, _, request_body = bytes(wire.sent).partition(b"\r\n\r\n")
        exchange = Exchange(
            url=url,
            fetched_at=wire.sent_at or _now(),
            request_head=request_head + b"\r\n\r\n",
            response_head=bytes(wire.head),
            body=body,
            request_body=request_body,
            ip=wire.ip,
            truncated=truncated,
            facts={"tls": f"{rung.trust} ({why})" if why else rung.trust} if url.startswith("https:") else {},
        )
        wire.sent.clear()
        wire.head.clear()
        return response_of(exchange, flags=[f"truncated: {truncated}"] if truncated else None)

    async def close(self) -> None:
        for pool in self._pools.values():
            _drop_connections(pool)


class _Deadline:
    """Calls `then` when nothing came for so many seconds. Bytes put it off, but not without end, and not at every packet."""

    def __init__(self, reactor: Any, seconds: float) -> None:
        self.then: Callable[[], None] = lambda: None
        self.struck = False
        self._seconds = seconds
        self._reactor = reactor
        self._call = reactor.callLater(seconds, self._strike)
        self._times_left = LONGEST_TRICKLE

    def put_off(self) -> None:
        if (
            self._call.active()
            and self._times_left
            and self._call.getTime() - self._reactor.seconds() < self._seconds / 2
        ):
            self._times_left -= 1
            self._call.reset(self._seconds)

    def cancel(self) -> None:
        if self._call.active():
            self._call.cancel()

    def _strike(self) -> None:
        self.struck = True
        self.then()


class _BodyReader(Protocol):
    """Collects a body up to the limit. What was read is kept even when it ends too early; `truncated` says why."""

    def __init__(self, largest: int, deadline: _Deadline) -> None:
        self.done: Deferred[None] = Deferred()
        self.parts: list[bytes] = []
        self.truncated: str | None = None
        self._room = largest
        self._deadline = deadline

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.done.called:
            return
        self.parts.append(data[: self._room])
        if len(data) > self._room:
            self._end("length")
            return
        self._room -= len(data)
        self._deadline.put_off()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        if not self.done.called:
            # A body whose length nobody declared ends with the connection: it is taken as whole.
            whole = isinstance(reason.value, ResponseDone | PotentialDataLoss)
            self.truncated = None if whole else "disconnect"
            self.done.callback(None)

    def out_of_time(self) -> None:
        if not self.done.called:
            self._end("time")

    def _end(self, why: str) -> None:
        self.truncated = why
        transport: Any = self.transport
        transport.stopProducing()
        self.done.callback(None)


@implementer(IBodyProducer)
class _RequestBody:
    """A body to post. Twisted asks for an object with these names."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.length = len(body)

    def startProducing(self, consumer: Any) -> Deferred[None]:  # noqa: N802 - Twisted's name
        consumer.write(self._body)
        return succeed(None)

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        pass

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        pass

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        pass


def _reasons(error: Exception) -> str:
    """The words of an error; Twisted wraps those that matter in a list of failures."""
    failures = [failure.value for failure in getattr(error, "reasons", [])]
    inner = [reason_of(value) or str(value) or type(value).__name__ for value in failures]
    known = isinstance(error, ConnectError | ConnectionClosed)
    return "; ".join(inner) or (str(error) if known or str(error) else type(error).__name__)


def _drop_connections(pool: HTTPConnectionPool) -> None:
    """Close what is open without waiting for hosts that do not answer any more."""
    pool.closeCachedConnections().addErrback(lambda _: None)  # type: ignore[no-untyped-call]


def _now() -> datetime:
    return datetime.now(UTC)
