"""One site on its socket: requests come in, answers go out, in the present edition of the site and with the faults that were ordered."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from demo import wire
from demo.dialect import Response
from demo.faults import Fault, Kind
from demo.log import Entry, RequestLog
from demo.places import listen
from demo.portal import Portal
from demo.wire import BadRequest, Prepared, Received

_MOST_CACHED = 600  # pages a site: about 40 MB at the most
_CONNECTIONS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the site with the pages made of it so far; replaced as a whole when the site is edited."""

    portal: Portal
    pages: dict[tuple[object, ...], Prepared] = field(default_factory=dict)

    def prepared(self, received: Received) -> Prepared:
        request = received.request
        key = (request.path, tuple(request.query.items()), tuple(request.form.items()))
        if key not in self.pages:
            if len(self.pages) >= _MOST_CACHED:
                self.pages.pop(next(iter(self.pages)))
            self.pages[key] = wire.prepare(self.portal.answer(request))
        return self.pages[key]


@dataclass(frozen=True, slots=True)
class Clocks:
    """`seconds` measures how long things take, `now` dates the answers."""

    seconds: Callable[[], float]
    now: Callable[[], datetime]


class Station:
    """All methods but `show` belong to the server's own thread."""

    def __init__(self, opened: socket.socket, portal: Portal, log: RequestLog, clocks: Clocks) -> None:
        self.address, self.port = opened.getsockname()
        self.host = f"{self.address}:{self.port}"
        self.origin = f"http://{self.host}"
        self._socket: socket.socket | None = opened
        self._edition = Edition(portal)
        self._log = log
        self._clocks = clocks
        self._faults: list[Fault] = []
        self._visits: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, portal: Portal) -> None:
        """Serve another version from now on."""
        self._edition = Edition(portal)

    async def open(self) -> None:
        if self._server is None:
            opened = self._socket if self._socket is not None else listen(self.address, self.port)
            self._socket = opened
            self._server = await asyncio.start_server(self._connected, sock=opened, limit=wire.MOST_HEADER_BYTES)

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    async def order(self, fault: Fault) -> None:
        if fault.kind is Kind.REFUSE:
            await self.close()
        else:
            self._faults.append(fault)

    async def clear_faults(self) -> None:
        self._faults.clear()
        await self.open()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = next(_CONNECTIONS)
        try:
            while await self._exchange(reader, writer, connection):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side left; what was asked is in the log
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        """One request and its answer; whether the connection goes on."""
        try:
            received = await wire.receive(reader)
        except BadRequest as error:
            writer.write(f"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{error}\n".encode())
            await writer.drain()
            return False
        if received is None:
            return False
        started = self._clocks.seconds()
        status = sent = 0
        try:
            status, sent, goes_on = await self._answer(received, reader, writer)
        finally:
            self._log.add(
                Entry(
                    host=self.host,
                    connection=connection,
                    method=received.request.method,
                    target=received.target,
                    started=started,
                    ended=self._clocks.seconds(),
                    status=status,
                    sent=sent,
                    user_agent=received.request.headers.get("user-agent", ""),
                )
            )
        return goes_on

    async def _answer(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[int, int, bool]:
        fault = next((fault for fault in self._faults if fault.hits(received.request.path)), None)
        kind = fault.kind if fault is not None else None
        if fault is not None and kind is Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        if kind is Kind.TIMEOUT:
            await reader.read()  # until the other side gives up
            return 0, 0, False
        prepared = self._edition.prepared(received)
        if fault is not None and kind is Kind.UNAVAILABLE:
            prepared = _unavailable(fault)
        if received.request.method not in {"GET", "HEAD", "POST"}:
            prepared = wire.prepare(Response(b"", status=405, headers=(("Allow", "GET, HEAD, POST"),)))
        path = received.request.path
        self._visits[path] = self._visits.get(path, 0) + 1
        status, pieces, sent = wire.answer(prepared, received, self._visits[path], self._clocks.now())
        data = b"".join(pieces)
        if kind is Kind.RESET:
            writer.write(data[: len(data) - sent // 2 - 1])
            await writer.drain()
            writer.transport.abort()
            return 0, sent // 2, False
        writer.write(data)
        await writer.drain()
        return status, sent, received.keep_alive


def _unavailable(fault: Fault) -> Prepared:
    headers = (("Retry-After", str(int(fault.seconds))),) if fault.seconds else ()
    return wire.prepare(
        Response("<html><body>系统繁忙，请稍后再试</body></html>".encode(), status=503, headers=headers)
    )
