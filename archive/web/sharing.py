"""One listening socket and several processes in, each new connection to the next process in turn out.

Sockets that share a port get their connections by chance: of twenty readers one process may have fourteen, who all wait for it while the other idles.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import cycle, islice
from multiprocessing.connection import wait

import uvicorn

READY = b"r"  # what a process says when it can answer


def hand_out(listener: socket.socket, takers: Sequence[socket.socket], sentinels: Sequence[int]) -> None:
    """Until one of the processes, which their sentinels stand for, has ended. Whoever takes none at the moment is passed over."""
    listener.setblocking(False)
    for taker in takers:
        taker.setblocking(False)
    turns = cycle(takers)
    while not set(sentinels).intersection(wait([*sentinels, listener])):
        try:
            connection, _ = listener.accept()
        except OSError:  # it has left again, or there are too many
            continue
        with connection:
            for taker in islice(turns, len(takers)):
                try:
                    socket.send_fds(taker, [b"."], [connection.fileno()])
                except BlockingIOError:
                    continue
                break


class Taker(uvicorn.Server):
    """Serves the connections that `hand_out` sends, and ends when nobody is left to send any."""

    def __init__(self, config: uvicorn.Config, inbox: socket.socket) -> None:
        super().__init__(config)
        self._inbox, self._begun = inbox, set[asyncio.Task[object]]()

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
        made = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        assert isinstance(made, asyncio.Protocol)
        return made
