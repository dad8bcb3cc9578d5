"""An origin goes in; a connection comes out that leads to an address which may be asked, and that carries one exchange after the other."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ssl import SSLContext, SSLError
from typing import Any, NamedTuple

from archive.errors import StoreUnusable
from archive.guard import Address, literal_address, refused_address
from crawler.answers import Answer, NotHttp

MOST_ADDRESSES = 4  # of one name that are tried, one after the other
LONGEST_CONNECT = 30.0  # seconds for one address
IDLE_SECONDS = 60.0
RESOLVERS = 16  # names looked up at once: the system's own look-up holds a thread


class AddressRefused(Exception):
    """The host lies at an address that must not be asked; the message says which and why."""


class HandshakeFailed(Exception):
    """The host was reached and TLS was not agreed upon; the message is what TLS says."""


class Closed(Exception):
    """The connection was closed before an answer began. `reused`: it had carried others before, so the host may only have grown tired of it."""

    def __init__(self, why: str, reused: bool) -> None:
        super().__init__(why)
        self.reused = reused


class Origin(NamedTuple):
    """Who is asked, and in which way of TLS (None: without). Connections of different origins are never exchanged for each other:
    one into a private network must not serve a site that may not go there, nor an unverified one a site that wants it verified."""

    host: str
    port: int
    tls: str | None
    allow_private: bool


class Deadline:
    """Calls `then` when nothing came for so many seconds. Bytes put it off, but not without end, and not at every packet.

    One that strikes late says more of this process than of the host: what came meanwhile lies unread. It is put off, once.
    """

    LONGEST_TRICKLE = 10  # times the seconds: a body may take that long as long as bytes keep coming
    LATE_SECONDS = 0.5

    def __init__(self, seconds: float, then: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._then = then
        self._late = False
        self._call = self._loop.call_later(seconds, self._strike)
        self._times_left = self.LONGEST_TRICKLE

    def put_off(self) -> None:
        if self._times_left and self._call.when() - self._loop.time() < self._seconds / 2:
            self._times_left -= 1
            self._call.cancel()
            self._call = self._loop.call_later(self._seconds, self._strike)

    def cancel(self) -> None:
        self._call.cancel()

    def _strike(self) -> None:
        if not self._late and self._loop.time() - self._call.when() > self.LATE_SECONDS:
            self._late = True
            self._call = self._loop.call_later(self._seconds, self._strike)
        else:
            self._then()


class Connection(asyncio.Protocol):
    """Carries one exchange at a time. `ip` is the address that answers."""

    def __init__(self, ip: str) -> None:
        self.ip = ip
        self.open = True
        self._asked = 0
        self._answer: Answer | None = None
        self._came: asyncio.Future[None] | None = None
        self._deadline: Deadline | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes, answer: Answer, seconds: float) -> None:
        """Send a request and wait for its answer. Raises Closed, NotHttp, TimeoutError when none begins, StoreUnusable; one that breaks off says so itself."""
        came = self._came = asyncio.get_running_loop().create_future()
        self._answer, self._asked = answer, self._asked + 1
        self._deadline = Deadline(seconds, self._out_of_time)
        try:
            if not self.open:
                raise Closed("the connection was closed before the request", self._asked > 1)
            self._transport.write(request)
            await came
        finally:
            self._deadline.cancel()
            self._answer = self._came = self._deadline = None
            if not answer.done or not answer.keeps_open:
                self.close()

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._came is None or self._deadline is None:
            self.close()  # nobody asked: what comes next could be taken for an answer
            return
        try:
            self._answer.feed(data)
        except (NotHttp, StoreUnusable) as error:
            self._end(error)
            return
        if self._answer.done:
            self._end()
        else:
            self._deadline.put_off()

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        if self._answer is None or self._came is None:
            return
        try:
            self._answer.closed(cleanly=error is None)
        except NotHttp as broken:
            self._end(Closed(f"{broken}: {error}" if error else str(broken), self._asked > 1))
        else:
            self._end()

    def close(self) -> None:
        """Say goodbye, as TLS wants it; a host that does not hear it is left after a while."""
        if self.open:
            self.open = False
            self._transport.close()

    def _out_of_time(self) -> None:
        if self._answer is None or self._answer.done:
            return  # it came in the same moment
        if self._answer.head:
            self._answer.cut("time")
            self._end()
        else:
            self._end(TimeoutError())

    def _end(self, error: Exception | None = None) -> None:
        if self._came is None or self._came.done():
            return
        if error is None:
            self._came.set_result(None)
        else:
            self._came.set_exception(error)


@dataclass(frozen=True, slots=True)
class _Idle:
    connection: Connection
    closing: asyncio.TimerHandle


class Connections:
    """Opens connections and keeps one to each origin open between requests."""

    def __init__(self, look_up: Callable[[str], list[Address]] | None = None) -> None:
        """`look_up` gives the addresses of a name; by default the system's own does."""
        self._look_up = look_up or _look_up
        self._idle: dict[Origin, _Idle] = {}
        self._threads = ThreadPoolExecutor(RESOLVERS, "names")

    def idle(self, origin: Origin) -> Connection | None:
        """The connection that waits for this origin, if the host has not closed it."""
        idle = self._idle.pop(origin, None)
        if idle is None:
            return None
        idle.closing.cancel()
        return idle.connection if idle.connection.open else None

    def keep(self, origin: Origin, connection: Connection) -> None:
        if not connection.open or origin in self._idle:
            connection.close()
            return
        closing = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._forget, origin)
        self._idle[origin] = _Idle(connection, closing)

    def _forget(self, origin: Origin) -> None:
        self._idle.pop(origin).connection.close()

    def close(self) -> None:
        for idle in self._idle.values():
            idle.closing.cancel()
            idle.connection.close()
        self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def open(self, origin: Origin, context: SSLContext | None, seconds: float) -> Connection:
        """Resolve the host, judge every address, and connect to one that was judged: no second look-up lies in between.

        Raises AddressRefused, HandshakeFailed, TimeoutError, socket.gaierror, OSError.
        """
        addresses = await self._addresses(origin.host)
        for address in addresses:
            refusal = refused_address(address, origin.allow_private)
            if refusal:
                raise AddressRefused(f"{origin.host}: {refusal}")
        failure: Exception = socket.gaierror(f"{origin.host} has no address")
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return await _in_time(_connect(address, origin, context), min(seconds, LONGEST_CONNECT))
            except (OSError, HandshakeFailed) as error:  # the next address may do; the last one's words are told
                failure = error
        raise failure

    async def _addresses(self, host: str) -> list[Address]:
        literal = literal_address(host)
        if literal is not None:
            return [literal]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._look_up, host)


async def _in_time(connecting: Coroutine[Any, Any, Connection], seconds: float) -> Connection:
    """Raises TimeoutError. What came about while this process was busy elsewhere is not too late."""
    task = asyncio.get_running_loop().create_task(connecting)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            await asyncio.wait({task}, timeout=Deadline.LATE_SECONDS)
    finally:
        if not task.done():
            task.cancel()
    if task.cancelled() or not task.done():
        raise TimeoutError(f"no connection in {seconds:g} seconds")
    return task.result()


def _look_up(host: str) -> list[Address]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found))


async def _connect(address: Address, origin: Origin, context: SSLContext | None) -> Connection:
    loop = asyncio.get_running_loop()
    plain = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    connection = Connection(str(address))
    try:
        plain.setblocking(False)
        await loop.sock_connect(plain, (str(address), origin.port))
        if context is None:
            await loop.create_connection(lambda: connection, sock=plain)
            return connection
    except BaseException:
        plain.close()
        raise
    try:
        await loop.create_connection(lambda: connection, sock=plain, ssl=context, server_hostname=origin.host)
    except (SSLError, ConnectionError, EOFError) as error:
        plain.close()
        raise HandshakeFailed(str(error) or "the host closed the connection in the midst of the handshake") from error
    except BaseException:
        plain.close()
        raise
    return connection
