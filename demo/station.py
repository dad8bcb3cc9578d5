"""One site on its socket: requests come in, answers go out, in the present edition of the site and with the faults that were ordered."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from demo import wire
from demo.dialect import Response
from demo.faults import Fault, Kind
from demo.listener import Listener
from demo.log import Entry, RequestLog
from demo.places import listen
from demo.portal import Portal
from demo.wire import Prepared, Received

METHODS = ("GET", "HEAD", "POST")
_MOST_CACHED = 600  # pages a site: about 40 MB at the most


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the site with the pages made of it so far; replaced as a whole when the site is edited."""

    portal: Portal
    pages: dict[tuple[object, ...], Prepared] = field(default_factory=dict)

    def prepared(self, received: Received) -> Prepared:
        request = received.request
        key = (request.path, tuple(request.query.items()), request.body)
        if key in self.pages:
            return self.pages[key]
        prepared = wire.prepare(self.portal.answer(request))
        if not prepared.response.personal:
            if len(self.pages) >= _MOST_CACHED:
                self.pages.pop(next(iter(self.pages)))
            self.pages[key] = prepared
        return prepared


@dataclass(frozen=True, slots=True)
class Clocks:
    """`seconds` measures how long things take, `now` dates the answers."""

    seconds: Callable[[], float]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out for one request; nothing with status 0 when a fault swallows it, a part when `cut`."""

    data: bytes = b""
    status: int = 0
    sent: int = 0  # bytes of the body among the data
    cut: bool = False


class Station:
    """All methods but `show` belong to the server's own thread."""

    def __init__(
        self, opened: socket.socket, portal: Portal, log: RequestLog, clocks: Clocks, standing: Sequence[Fault] = ()
    ) -> None:
        """`standing` faults are the site's own: clear_faults leaves them."""
        self.address, self.port = opened.getsockname()
        self.host = f"{self.address}:{self.port}"
        self._dead = any(fault.kind is Kind.REFUSE for fault in standing)
        self._standing = [replace(fault) for fault in standing if fault.kind is not Kind.REFUSE]
        self._listener = Listener(opened, self._exchange)
        self._edition = Edition(portal)
        self._log = log
        self._clocks = clocks
        self._faults: list[Fault] = []
        self._visits: dict[str, int] = {}

    def show(self, portal: Portal) -> None:
        """Serve another version from now on."""
        self._edition = Edition(portal)

    async def open(self) -> None:
        """Listen; at the same port again after a REFUSE. A site that is dead for good only gives its socket back."""
        if self._dead:
            await self._listener.close()
            return
        if self._listener.closed:
            self._listener = Listener(listen(self.address, self.port), self._exchange)
        await self._listener.open()

    async def close(self) -> None:
        await self._listener.close()

    async def order(self, fault: Fault) -> None:
        if fault.kind is Kind.REFUSE and not fault.has_window:
            await self.close()
        else:
            self._faults.append(fault)

    async def clear_faults(self) -> None:
        self._faults.clear()
        await self.open()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        """One request and its answer; whether the connection goes on."""
        received = await wire.receive(reader)
        if received is None:
            return False
        started = self._clocks.seconds()
        reply = Reply()
        try:
            reply = await self._reply(received, reader)
        finally:
            # Who holds an answer and then looks into the log must find it there: it is written down in the same breath.
            with self._log.lock:
                writer.write(reply.data)
                self._log.add(
                    Entry(
                        host=self.host,
                        connection=connection,
                        method=received.request.method,
                        target=received.target,
                        started=started,
                        ended=self._clocks.seconds(),
                        status=reply.status,
                        sent=reply.sent,
                        user_agent=received.request.headers.get("user-agent", ""),
                    )
                )
        await writer.drain()
        if reply.cut:
            writer.transport.abort()
        return received.keep_alive and reply.status > 0

    async def _reply(self, received: Received, reader: asyncio.StreamReader) -> Reply:
        request = received.request
        now = self._clocks.now()
        present = (*self._faults, *self._standing)
        fault = next((fault for fault in present if fault.hits(request.path, now)), None)
        kind = fault.kind if fault is not None else None
        if fault is not None and kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        if kind is Kind.TIMEOUT:
            await reader.read()  # until the other side gives up
            return Reply()
        if kind is Kind.REFUSE:
            return Reply(cut=True)  # in a window of time the port stays open: who connects is cut off without an answer
        if fault is not None and kind is Kind.UNAVAILABLE:
            prepared = _unavailable(fault)
        elif request.method not in METHODS:
            prepared = wire.prepare(Response(b"", status=405, headers=(("Allow", ", ".join(METHODS)),)))
        else:
            prepared = self._edition.prepared(received)
        visits = self._visits[request.path] = self._visits.get(request.path, 0) + 1
        status, pieces, sent = wire.answer(prepared, received, visits, now)
        data = b"".join(pieces)
        if kind is Kind.RESET:
            return Reply(data[: len(data) - sent // 2 - 1], sent=sent // 2, cut=True)
        return Reply(data, status, sent)


def _unavailable(fault: Fault) -> Prepared:
    headers = (("Retry-After", str(int(fault.seconds))),) if fault.seconds else ()
    return wire.prepare(
        Response("<html><body>系统繁忙，请稍后再试</body></html>".encode(), status=503, headers=headers)
    )
