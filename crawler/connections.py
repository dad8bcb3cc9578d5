"""A host and port go in; a connection comes out that was allowed, and that keeps the bytes of each request and response head on it.

Leans on names of Twisted and Scrapy that are not public: `HTTP11ClientProtocol.request`, `_parser`, `HTTPConnectionPool._factory` and
Scrapy's lenient parser. Scrapy is pinned, and tests/crawler/test_wire.py says in plain words when one of them has moved.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientProtocol, _LenientHTTPClientParser
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IProtocolFactory, IResolutionReceiver, IStreamClientEndpoint
from twisted.web._newclient import STATUS
from twisted.web.client import URI, HTTPConnectionPool, _HTTP11ClientFactory
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.guard import Address, refused_address

MOST_ADDRESSES = 4  # of one name that are tried, one after the other
LONGEST_LINE = 65_536  # of a response head; Twisted's own limit of 16 KiB cuts off long cookies


class AddressRefused(Exception):
    """The host lies at an address that must not be asked; the message says which and why."""


@dataclass(slots=True)
class Wire:
    """What crossed the wire for one request, up to the response's empty line; the body is read by whoever asked."""

    sent: bytearray = field(default_factory=bytearray)
    head: bytearray = field(default_factory=bytearray)
    sent_at: datetime | None = None
    ip: str | None = None


class _KeepingParser(_LenientHTTPClientParser):
    """Keeps the lines of the head as they came. An interim answer (100, 103) starts with a status line again and is dropped."""

    MAX_LENGTH = LONGEST_LINE
    wire: Wire

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        if self.state == STATUS:
            self.wire.head.clear()
        self.wire.head += line + b"\n"
        super().lineReceived(line)


class _KeepingTransport:
    """Stands before the connection while a request is written."""

    def __init__(self, transport: Any, sent: bytearray) -> None:
        self._transport = transport
        self._sent = sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._sent += data
        self._transport.write(data)

    def writeSequence(self, parts: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(parts))


class _KeepingProtocol(_LenientHTTP11ClientProtocol):
    def __init__(self, now: Callable[[], datetime], quiescent: Callable[[Any], None]) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._now = now

    def request(self, request: Any) -> Deferred[Any]:
        transport: Any = self.transport
        wire = Wire(sent_at=self._now(), ip=getattr(transport.getPeer(), "host", None))
        write = request.writeTo
        request.writeTo = lambda transport: write(_KeepingTransport(transport, wire.sent))
        answer = super().request(request)
        parser: Any = self._parser
        parser.__class__ = _KeepingParser
        parser.wire = wire

        def keep(response: Any) -> Any:
            response.wire = wire
            return response

        return answer.addCallback(keep)


class _KeepingFactory(_HTTP11ClientFactory):
    noisy = False

    def __init__(self, now: Callable[[], datetime], quiescent: Callable[[Any], None], about: str) -> None:
        super().__init__(quiescent, about)  # type: ignore[no-untyped-call]
        self._now = now
        self._quiescent = quiescent

    def buildProtocol(self, addr: Any) -> _KeepingProtocol:  # noqa: N802 - Twisted's name
        return _KeepingProtocol(self._now, self._quiescent)


def keeping_pool(reactor: Any, now: Callable[[], datetime]) -> HTTPConnectionPool:
    """Connections that stay open between requests, one a host, each keeping what crosses it."""
    pool = HTTPConnectionPool(reactor, persistent=True)  # type: ignore[no-untyped-call]
    pool.maxPersistentPerHost = 1
    pool.cachedConnectionTimeout = 60
    pool._factory = lambda quiescent, about: _KeepingFactory(now, quiescent, about)  # type: ignore[assignment]
    return pool


@implementer(IAgentEndpointFactory)
@dataclass(frozen=True, slots=True)
class GuardedEndpoints:
    """Gives the endpoints of one site: those of private addresses only when its entry allows them."""

    reactor: Any
    allow_private: bool
    connect_seconds: float
    tls: Callable[[str], Any]  # a host's name → how to speak TLS with it

    def endpointForURI(self, uri: URI) -> GuardedEndpoint:  # noqa: N802 - Twisted's name
        return GuardedEndpoint(self, uri.host.decode("ascii"), uri.port, secure=uri.scheme == b"https")


@implementer(IStreamClientEndpoint)
@dataclass(frozen=True, slots=True)
class GuardedEndpoint:
    """Resolves the host itself, judges every address, and connects to one that was judged: no second look-up lies in between."""

    site: GuardedEndpoints
    host: str
    port: int
    secure: bool

    def connect(self, protocol_factory: IProtocolFactory) -> Deferred[Any]:
        return Deferred.fromCoroutine(self._connect(protocol_factory))

    async def _connect(self, protocol_factory: IProtocolFactory) -> Any:
        addresses = await self._addresses()
        for address in addresses:
            refusal = refused_address(address, self.site.allow_private)
            if refusal:
                raise AddressRefused(f"{self.host}: {refusal}")
        failure: Exception | None = None
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await self._endpoint(address).connect(protocol_factory)
            except Exception as error:  # any reason to try the next address; the last one is told
                failure = error
        raise failure or DNSLookupError(f"{self.host} has no address")

    def _endpoint(self, address: Address) -> Any:
        kind = TCP4ClientEndpoint if address.version == 4 else TCP6ClientEndpoint
        endpoint: Any = kind(self.site.reactor, str(address), self.port, timeout=self.site.connect_seconds)
        return wrapClientTLS(self.site.tls(self.host), endpoint) if self.secure else endpoint

    async def _addresses(self) -> list[Address]:
        try:
            return [ipaddress.ip_address(self.host.strip("[]"))]
        except ValueError:
            names = _Names()
            self.site.reactor.nameResolver.resolveHostName(names, self.host, self.port)
            return await names.found


@implementer(IResolutionReceiver)
class _Names:
    """Collects what a resolver finds."""

    def __init__(self) -> None:
        self.found: Deferred[list[Address]] = Deferred()
        self._addresses: list[Address] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802 - Twisted's name
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's name
        self._addresses.append(ipaddress.ip_address(address.host.partition("%")[0]))

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's name
        if self._addresses:
            self.found.callback(list(dict.fromkeys(self._addresses)))
        else:
            self.found.errback(DNSLookupError("the name has no address"))
