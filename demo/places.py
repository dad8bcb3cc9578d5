"""A number of sites and a port go in; listening sockets on loopback come out: one address each on one port where the system has them."""

from __future__ import annotations

import socket

ADDRESSES_PER_BLOCK = 254
_TRIES = 20


def address_of(index: int) -> str:
    """127.0.1.1 for the first site; 127.0.0.1 is left to whatever else runs on this machine."""
    block, last = divmod(index, ADDRESSES_PER_BLOCK)
    return f"127.0.{1 + block}.{1 + last}"


def listen(address: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the address or the port is not to be had."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        made.listen(256)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def listen_for(count: int, port: int) -> list[socket.socket]:
    """A socket for each site. Port 0 lets the system choose one that is free on all the addresses.

    Where loopback has only 127.0.0.1 (macOS), the sites get neighbouring ports there, or ports of the system's choice.
    """
    if not _has_many_addresses():
        return [listen("127.0.0.1", port + index if port else 0) for index in range(count)]
    for _ in range(_TRIES if port == 0 else 1):
        sockets = [listen(address_of(0), port)]
        chosen = sockets[0].getsockname()[1]
        try:
            # One at a time, so that those opened before a failure are known and closed.
            sockets.extend(listen(address_of(index), chosen) for index in range(1, count))
        except OSError:
            for opened in sockets:
                opened.close()
            if port:
                raise
            continue
        return sockets
    raise OSError(f"expected a port free on {count} loopback addresses, found none in {_TRIES} tries; name one")


def _has_many_addresses() -> bool:
    try:
        listen("127.0.1.1", 0).close()
    except OSError:
        return False
    return True
