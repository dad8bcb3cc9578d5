"""An address goes in; why it must not be asked comes out, or None. Pages, redirects and name servers are all asked this question."""

from __future__ import annotations

import ipaddress
import unicodedata
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds answer with the secrets of the machine that asks. Never fetched, whatever a site's entry says. (168.63.129.16 counts as public.)
METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "192.0.0.192", "168.63.129.16", "169.254.0.23",
        "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
    )
)  # fmt: skip
TRANSLATED = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48"))
SCHEMES = ("http", "https")


def refused_address(address: Address, allow_private: bool) -> str | None:
    """Why nothing may be fetched from this IP address."""
    for inner in _meant(address):
        if inner in METADATA:
            return f"{inner} is a metadata address: it is never asked"
        if not allow_private and (not inner.is_global or inner.is_multicast or inner.is_reserved or _site_local(inner)):
            return f"{inner} is {_kind(inner)}: only a site with allow_private may be there"
    return None


def refused_url(url: str, allow_private: bool) -> str | None:
    """Why this URL may not be asked, as far as the URL alone can say; names are judged when they are resolved."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in SCHEMES:
        return f"{parts.scheme or 'no scheme'} is not http or https"
    if not parts.hostname:
        return "it names no host"
    if parts.username is not None or parts.password is not None:
        return "it carries a user name"
    address = literal_address(parts.hostname)
    if address is not None:
        return refused_address(address, allow_private)
    if not allow_private and (
        host == "localhost" or host.endswith((".localhost", ".localdomain", ".local", ".internal"))
    ):
        return f"{host} is a name for this machine or its network"
    return None


def is_foreign(host: str) -> bool:
    """Whether asking this host means asking somebody else: anything but this very machine."""
    address = literal_address(host)
    return not (address.is_loopback if address is not None else host == "localhost")


def literal_address(host: str) -> Address | None:
    """The IP address that a host is written as, in the old spellings too (2130706433, 0x7f.1, 127.1), and in letters that mean the same
    (①②⑦.0.0.1, 127。0。0。1), since resolvers take them."""
    host = unicodedata.normalize("NFKC", host).replace("。", ".")
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return _old_spelling(host)


def _old_spelling(host: str) -> Address | None:
    parts = host.rstrip(".").split(".")
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *heads, last = numbers
    if len(numbers) > 4 or any(head > 255 for head in heads) or last >= 256 ** (5 - len(numbers)):
        return None
    value = last
    for place, head in enumerate(heads):
        value += head << (8 * (3 - place))
    return ipaddress.IPv4Address(value)


def _number(text: str) -> int:
    if text.lower().startswith("0x"):
        return int(text, 16)
    if not text.isdigit():
        raise ValueError(text)
    return int(text, 8) if text.startswith("0") and len(text) > 1 else int(text)


def _meant(address: Address) -> tuple[Address, ...]:
    """The address, and the IPv4 address that it carries inside when it is one of the forms that are translated."""
    if not isinstance(address, ipaddress.IPv6Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and any(address in network for network in TRANSLATED):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None or (inner is not None and any(address in network for network in TRANSLATED)):
        return (inner,) if inner is not None else (address,)
    return (address,) if inner is None else (address, inner)


def _site_local(address: Address) -> bool:
    """Private by a name that is deprecated, and that Python takes for public."""
    return isinstance(address, ipaddress.IPv6Address) and address.is_site_local


def _kind(address: Address) -> str:
    for name in ("loopback", "link_local", "multicast", "unspecified", "private", "reserved"):
        if getattr(address, f"is_{name}"):
            return f"{'an' if name[0] == 'u' else 'a'} {name.replace('_', '-')} address"
    return "not a public address"
