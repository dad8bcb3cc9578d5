"""Of several processes each has as many readers as the others."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from archive.web.sharing import Taker, hand_out


@contextmanager
def handing_out(processes: int) -> Iterator[tuple[tuple[str, int], list[socket.socket]]]:
    """The address of a listener, and what each of so many processes is sent."""
    pairs = [socket.socketpair() for _ in range(processes)]
    ended, end = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=hand_out, args=(listener, [outbox for outbox, _ in pairs], [ended]))
        thread.start()
        for _, inbox in pairs:
            inbox.settimeout(60)
        yield listener.getsockname(), [inbox for _, inbox in pairs]
        os.write(end, b".")
        thread.join(60)
        assert not thread.is_alive()
    for one in (half for pair in pairs for half in pair):
        one.close()
    os.close(ended)
    os.close(end)


def take(inbox: socket.socket) -> None:
    _, numbers, _, _ = socket.recv_fds(inbox, 1, 1)
    for number in numbers:
        os.close(number)


def test_each_gets_as_many_connections_as_the_others() -> None:
    with handing_out(3) as (address, inboxes):
        readers = [socket.create_connection(address) for _ in range(12)]
        for inbox in inboxes:
            for _ in range(4):
                take(inbox)
    for one in readers:
        one.close()


def test_who_has_fewest_gets_the_next() -> None:
    with handing_out(2) as (address, (first, second)):
        readers = [socket.create_connection(address) for _ in range(8)]
        for inbox in (first, second):
            for _ in range(4):
                take(inbox)
        second.sendall(b"eee")  # what lies there is heard before the next connection is given away
        readers += [socket.create_connection(address) for _ in range(3)]
        for _ in range(3):
            take(second)
        first.settimeout(0.2)
        with pytest.raises(TimeoutError):
            take(first)
    for one in readers:
        one.close()


async def nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def test_a_process_tells_of_each_connection_that_has_ended() -> None:
    settings = uvicorn.Config(nothing, lifespan="off", ws="none", log_level="warning")
    (outbox, inbox), (reader, given) = socket.socketpair(), _connected()
    thread = Thread(target=lambda: asyncio.run(Taker(settings, inbox).serve()))
    thread.start()
    with outbox, reader, given:
        for one in (outbox, reader):
            one.settimeout(60)
        socket.send_fds(outbox, [b"."], [given.fileno()])
        given.close()
        reader.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert reader.recv(100).startswith(b"HTTP/1.1 204 ")
        reader.close()
        assert outbox.recv(10) == b"e"
    thread.join(60)
    inbox.close()
    assert not thread.is_alive()


def _connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = socket.create_connection(listener.getsockname())
        return reader, listener.accept()[0]
