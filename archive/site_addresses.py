"""What a person writes as a site's address or host, in the one form in which it is kept; and the code that a host gives its site. No database."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from archive.errors import WrongSite

_NO_PART_OF_A_CODE = frozenset(("www", "cn", "gov", "com", "org", "net"))


def host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is no number is found out here
    except ValueError:
        host = None
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not host or re.search(r"\s", url):
        raise WrongSite(f"expected an address as https://www.example.gov.cn/, got {url!r}.")
    if parts.username is not None:
        raise WrongSite(
            f"expected an address without a user name, got {url!r}: nothing is asked with somebody's password."
        )
    return _ascii(host.rstrip("."))


def bare_name(host: str) -> str:
    """A host as it is kept: no scheme, no port, no path. Raises WrongSite for what names none."""
    name = _ascii(host.strip().lower().rstrip("."))
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[?[0-9a-f:.]*:[0-9a-f:.]*\]?", name):
        raise WrongSite(f"expected the name of a host as xxgk.example.gov.cn, got {host!r}.")
    return name.strip("[]")


def _ascii(host: str) -> str:
    """A name in Chinese as resolvers, certificates and captures know it."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise WrongSite(f"expected the name of a host, got {host!r}.") from None


def plain(url: str) -> str:
    """The address with its host in small ASCII letters and its path begun."""
    host = host_of(url)
    parts = urlsplit(url)
    name = f"[{host}]" if ":" in host else host
    return parts._replace(
        netloc=name if parts.port is None else f"{name}:{parts.port}", path=parts.path or "/"
    ).geturl()


def spellings(url: str) -> list[str]:
    """Every way in which the address of the same home page is written: http or https, with www or without."""
    parts = urlsplit(url)
    bare = parts.netloc.removeprefix("www.")
    return [
        parts._replace(scheme=scheme, netloc=netloc).geturl()
        for scheme in ("http", "https")
        for netloc in dict.fromkeys((parts.netloc, bare, f"www.{bare}"))
    ]


def code_of(host: str) -> str:
    """`www.shili.gov.cn` is `shili`, `zwgk.shili.gov.cn` is `zwgk-shili`, `127.0.1.1` is `127-0-1-1`."""
    labels = host.lower().split(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = [label for label in labels if label not in _NO_PART_OF_A_CODE] or labels
    code = re.sub(
        r"[^a-z0-9]+",
        "-",
        "-".join(label.encode("idna").decode() if not label.isascii() else label for label in labels),
    )
    return code.strip("-")[:56] or "site"
