"""A host's name goes in; ways to speak TLS with it come out, the strictest first, each with the trust that its captures carry.

strict       as a browser speaks it: the certificate is good and names the host
old          the same, for servers of an earlier age: unsafe renegotiation, short keys, TLS 1.0
unverified   only where the operator's entry for the site says so: whoever answers is believed, and each capture says that
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from OpenSSL import SSL
from service_identity.exceptions import VerificationError
from twisted.internet import ssl
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.guard import literal_address

LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT, for which pyOpenSSL has no name
OLD_CIPHERS = b"DEFAULT:@SECLEVEL=0"  # TLS 1.0 and SHA-1 signatures are below level 1 since OpenSSL 3.0
# What a server of an earlier age fails by.
OLD_AGE = re.compile(
    r"legacy renegotiation|dh key too small|key too small|md too weak|unsupported protocol|protocol version|alert version|handshake failure|"
    r"bad ecpoint|wrong signature type|no shared cipher|unexpected eof|internal error|no suitable signature|wrong curve",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to speak. `trust` is what a capture made this way says under `tls`."""

    name: str
    trust: str
    speaker: Callable[[str], Any]  # a host's name → how to speak TLS with it


def rungs(unverified: bool) -> tuple[Rung, ...]:
    return (*VERIFIED, UNVERIFIED) if unverified else VERIFIED


def next_rung(ladder: tuple[Rung, ...], number: int, reasons: str) -> int | None:
    """The rung to try after this one failed for these reasons; None when the failure has nothing to do with TLS, or nothing is left."""
    # A key that is too short for today's level is told as a certificate that cannot be verified, so that one climbs by the old way, too.
    climbs = OLD_AGE.search(reasons) or is_distrust(reasons)
    return number + 1 if climbs and number + 1 < len(ladder) else None


def is_distrust(reasons: str) -> bool:
    """Whether the server speaks well enough and its certificate is what is wrong."""
    return "certificate verify failed" in reasons or "VerificationError" in reasons or "Mismatch" in reasons


def reason_of(error: BaseException) -> str:
    """What OpenSSL or the check of names says."""
    if isinstance(error, SSL.Error):
        lists = error.args[0] if error.args and isinstance(error.args[0], list) else []
        return "; ".join(str(one[-1]) for one in lists if one) or "unexpected eof"
    if isinstance(error, VerificationError):
        return f"VerificationError: the certificate does not name the host ({error})"
    return ""


def _strict(host: str) -> Any:
    return ssl.optionsForClientTLS(host.strip("[]"))


def _old(host: str) -> Any:
    options = ssl.CertificateOptions(
        trustRoot=ssl.platformTrust(),  # type: ignore[no-untyped-call]
        insecurelyLowerMinimumTo=ssl.TLSVersion.TLSv1_0,
    )
    _lower(options.getContext())
    # What `optionsForClientTLS` does; it has no other way to a cipher string with a level.
    return ClientTLSOptions(options._makeTLSConnection, host.strip("[]"))


def _lower(context: Any) -> None:
    context.set_options(LEGACY_SERVER_CONNECT)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_cipher_list(OLD_CIPHERS)


@implementer(IOpenSSLClientConnectionCreator)
class _Unverified:
    """Believes whoever answers."""

    def __init__(self, host: str) -> None:
        self._host = host.strip("[]")
        self._context = ssl.CertificateOptions(
            verify=False, insecurelyLowerMinimumTo=ssl.TLSVersion.TLSv1_0
        ).getContext()
        _lower(self._context)

    def clientConnectionForTLS(self, protocol: Any) -> Any:  # noqa: N802 - Twisted's name
        connection = SSL.Connection(self._context, None)
        if literal_address(self._host) is None:
            connection.set_tlsext_host_name(self._host.encode("ascii"))
        return connection


VERIFIED = (
    Rung("strict", "certificate and name verified", _strict),
    Rung("old", "certificate and name verified, by an outdated way of TLS", _old),
)
UNVERIFIED = Rung("unverified", "not verified", _Unverified)
