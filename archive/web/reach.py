"""A request goes in; who connects, and under which address this archive was asked for, come out.

The archive is reached in one of three ways: on this machine, over the network at an address of its own, or through a TLS proxy that the settings
`public_url` and `proxies` name. Only such a proxy is believed when it says for whom it asks. A name in `Host` that is none of ours is an attack on the
browser (DNS rebinding) or a setting that is missing, and gets no page.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from configuration import Configuration


@dataclass(frozen=True, slots=True)
class Reached:
    """`address` is the reader's. `origin` is what a browser calls the place of our pages. `hidden`: something stands between that no setting names."""

    address: str
    origin: str
    hidden: bool

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def local(self) -> bool:
        return is_loopback(self.address) and not self.hidden


def reached(connection: HTTPConnection, configuration: Configuration) -> Reached:
    peer = connection.client.host if connection.client else ""
    forwarded = connection.headers.get("x-forwarded-for")
    if configuration.public_url and forwarded and _is_proxy(peer, configuration):
        return Reached(_asker(forwarded, configuration) or peer, configuration.public_url, hidden=False)
    origin = f"{connection.url.scheme}://{connection.headers.get('host', '')}"
    return Reached(peer, origin, hidden=forwarded is not None or "forwarded" in connection.headers)


def is_ours(connection: HTTPConnection, configuration: Configuration) -> bool:
    """Whether `Host` names this archive: this machine, its public address, or, where it listens to others, a bare address."""
    host = connection.headers.get("host")
    if host is None:  # a browser always says it
        return True
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if is_loopback(name) or name == configuration.host.casefold():
        return True
    if configuration.public_url and host.casefold() == urlsplit(configuration.public_url).netloc.casefold():
        return True
    return not is_loopback(configuration.host) and _is_address(name)


def is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def is_open_to_others(configuration: Configuration) -> bool:
    """Whether other machines reach it: by the address it listens on, or through a proxy."""
    named = urlsplit(configuration.public_url).hostname or ""
    return not is_loopback(configuration.host) or (bool(named) and not is_loopback(named))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_proxy(address: str, configuration: Configuration) -> bool:
    return _is_address(address) and any(
        ip_address(address) in ip_network(known, strict=False) for known in configuration.proxies.split()
    )


def _asker(forwarded: str, configuration: Configuration) -> str | None:
    """The last address in the header that is no proxy of ours: those before it may be anybody's invention."""
    for address in reversed([part.strip() for part in forwarded.split(",")]):
        if not _is_proxy(address, configuration):
            return address if _is_address(address) else None
    return None
