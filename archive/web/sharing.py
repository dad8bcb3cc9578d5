"""One listening socket and several processes in, each new connection to the process that has fewest out.

Sockets that share a port get their connections by chance, and those given in turn end by chance: of twenty readers one process may have fourteen, who all
wait for it while the other idles.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import wait

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

READY = b"r"  # what a process says when it can answer
_ENDED = b"e"  # and for each connection that has ended
_MOST_TOLD = 4096


def hand_out(listener: socket.socket, takers: Sequence[socket.socket], sentinels: Sequence[int]) -> None:
    """Until one of the processes, which their sentinels stand for, has ended. Whoever takes none at the moment is passed over."""
    for one in (listener, *takers):
        one.setblocking(False)
    held = dict.fromkeys(takers, 0)
    while not set(sentinels).intersection(ready := wait([*sentinels, listener, *takers])):
        for taker in set(takers).intersection(ready):
            with suppress(OSError):  # it is about to end, as its sentinel will tell
                held[taker] -= len(taker.recv(_MOST_TOLD))
        if listener not in ready:
            continue
        try:
            connection, _ = listener.accept()
        except OSError:  # it has left again, or there are too many
            continue
        with connection:
            for taker in sorted(takers, key=held.__getitem__):
                try:
                    socket.send_fds(taker, [b"."], [connection.fileno()])
                except OSError:  # it takes none at the moment, or is about to end
                    continue
                held[taker] += 1
                break


class Told(HttpToolsProtocol):
    """A connection that says when it has ended."""

    ended: Callable[[], None]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.ended()


class Taker(uvicorn.Server):
    """Serves the connections that `hand_out` sends, and ends when nobody is left to send any."""

    def __init__(self, config: uvicorn.Config, inbox: socket.socket) -> None:
        super().__init__(config)
        self._inbox, self._begun = inbox, set[asyncio.Task[object]]()
        self._untold = 0  # connections that have ended

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        self._inbox.setblocking(False)
        asyncio.get_running_loop().add_reader(self._inbox, self._take)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self._inbox)
        await super().shutdown(sockets)

    def _take(self) -> None:
        try:
            said, numbers, _, _ = socket.recv_fds(self._inbox, 1, 1)
        except BlockingIOError:
            return
        if not said:
            self.should_exit = True
        for number in numbers:
            connection = socket.socket(fileno=number)
            connection.setblocking(False)
            loop = asyncio.get_running_loop()
            task: asyncio.Task[object] = loop.create_task(loop.connect_accepted_socket(self._protocol, connection))
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)

    def _protocol(self) -> asyncio.Protocol:
        made = Told(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)
        made.ended = self._tell
        return made

    def _tell(self) -> None:
        self._untold += 1
        with suppress(OSError):  # told with the next one; when nobody is left to be told, this process ends as well
            self._untold -= self._inbox.send(_ENDED * self._untold)
