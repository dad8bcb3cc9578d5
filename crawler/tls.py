"""What a host allows goes in; ways to speak TLS with it come out, the strictest first, each with the trust that its captures carry.

strict       as a browser speaks it: the certificate is good and names the host
old          the same, for servers of an earlier age: unsafe renegotiation, short keys, TLS 1.0
unverified   only where the operator's entry for the site says so: whoever answers is believed, and each capture says that
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass

LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT; Python names it since 3.12
OLD_CIPHERS = "DEFAULT:@SECLEVEL=0"  # TLS 1.0 and SHA-1 signatures are below level 1 since OpenSSL 3.0
# What a server of an earlier age fails by.
OLD_AGE = re.compile(
    r"legacy renegotiation|dh key too small|key too small|md too weak|unsupported protocol|protocol version|alert version|handshake failure|"
    r"bad ecpoint|wrong signature type|no shared cipher|unexpected.eof|eof occurred|in the midst of the handshake|reset by peer|internal error|"
    r"no suitable signature|wrong curve",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to speak. `trust` is what a capture made this way says under `tls`."""

    name: str
    trust: str


STRICT = Rung("strict", "certificate and name verified")
OLD = Rung("old", "certificate and name verified, by an outdated way of TLS")
UNVERIFIED = Rung("unverified", "not verified")


def rungs(unverified: bool) -> tuple[Rung, ...]:
    return (STRICT, OLD, UNVERIFIED) if unverified else (STRICT, OLD)


def next_rung(ladder: tuple[Rung, ...], number: int, reasons: str) -> int | None:
    """The rung to try after this one failed for these reasons; None when the failure has nothing to do with TLS, or nothing is left."""
    # A key that is too short for today's level is told as a certificate that cannot be verified, so that one climbs by the old way, too.
    climbs = OLD_AGE.search(reasons) or is_distrust(reasons)
    return number + 1 if climbs and number + 1 < len(ladder) else None


def is_distrust(reasons: str) -> bool:
    """Whether the server speaks well enough and its certificate is what is wrong."""
    return "certificate verify failed" in reasons


def context_of(rung: Rung) -> ssl.SSLContext:
    """How to speak this way. Making one reads the system's certificates: once for all hosts is enough."""
    context = ssl.create_default_context()
    # The strictness that Python 3.13 adds is about how certificates are written; browsers take them as they are.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if rung != STRICT:
        context.options |= LEGACY_SERVER_CONNECT
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers(OLD_CIPHERS)
    if rung == UNVERIFIED:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
