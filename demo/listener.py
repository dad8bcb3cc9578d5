"""A socket and a conversation go in; every connection that comes is held by a task of its own until the listener is closed."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Awaitable, Callable

from demo import wire
from demo.wire import BadRequest

_NUMBERS = itertools.count(1)  # of connections, never used twice in a process

# One exchange on the connection of that number; false when the connection is to end.
Exchange = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[bool]]


class Listener:
    """Belongs to one event loop. A closed listener cannot be opened again."""

    def __init__(self, opened: socket.socket, exchange: Exchange) -> None:
        self._socket = opened
        self._exchange = exchange
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    async def open(self) -> None:
        """Take connections; nothing when it already does."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, sock=self._socket, limit=wire.MOST_HEADER_BYTES)

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks)
            await self._server.wait_closed()
            self._server = None
        self._socket.close()
        self.closed = True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        number = next(_NUMBERS)
        try:
            while await self._exchange(reader, writer, number):
                pass
        except BadRequest as error:
            writer.write(f"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n{error}\n".encode())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side left; what it asked is in the log
        except asyncio.CancelledError:
            pass  # the listener closes; let through, asyncio would log it as a failure of the connection
        finally:
            self._tasks.discard(task)
            writer.close()
