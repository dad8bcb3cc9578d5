"""Names that lead to one address when they are judged and to another when they are asked: what was judged is what is asked."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from archive.guard import Address
from crawler.connections import AddressRefused, Connections, Origin

NAME = "rebinding.shili.gov.cn"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.9.1", 0)) as opened:
        yield opened


def _open(answers: list[list[str]], port: int, allow_private: bool) -> tuple[str, int]:
    """The address that a connection leads to, and how many look-ups it took. The name server gives its answers in turn."""
    asked: list[str] = []

    def look_up(host: str) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address(text) for text in answers[len(asked) - 1]]

    async def connect() -> str:
        connections = Connections(look_up)
        try:
            connection = await connections.open(Origin(NAME, port, None, allow_private), None, 5)
            connection.close()
            return connection.ip
        finally:
            connections.close()

    with ThreadPoolExecutor(1) as elsewhere:  # a browser that other tests drive has a loop in this thread
        return elsewhere.submit(asyncio.run, connect()).result(), len(asked)


def test_no_second_look_up_lies_between_the_judgement_and_the_connection(listener: socket.socket) -> None:
    ip, look_ups = _open([["127.0.9.1"], ["127.0.9.2"]], listener.getsockname()[1], allow_private=True)
    assert (ip, look_ups) == ("127.0.9.1", 1)


@pytest.mark.parametrize("inside", ["127.0.9.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.9.1", "fd00::1"])
def test_a_name_with_one_address_inside_is_not_asked_at_any(listener: socket.socket, inside: str) -> None:
    with pytest.raises(AddressRefused, match=NAME):
        _open([["8.8.8.8", inside]], listener.getsockname()[1], allow_private=False)


def test_a_name_that_leads_to_metadata_is_refused_whatever_the_entry_says(listener: socket.socket) -> None:
    with pytest.raises(AddressRefused, match="never asked"):
        _open([["127.0.9.1", "169.254.169.254"]], listener.getsockname()[1], allow_private=True)
