"""Servers that speak TLS well, badly and falsely, each asked through the wire handler: which way of TLS is taken, and what the capture says of it."""

from __future__ import annotations

import ipaddress
import json
import os
import ssl
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from crawler.tls import LEGACY_SERVER_CONNECT, context_of, next_rung, rungs

ROOT = Path(__file__).parents[2]
VERIFIED = "certificate and name verified"


def _certificate(path: Path, address: str = "127.0.0.1", days_left: int = 9, weak: bool = False) -> Path:
    """A certificate that signs itself, and its key."""
    key: Any = rsa.generate_private_key(65537, 1024) if weak else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, path.stem)])
    end = datetime.now(UTC) + timedelta(days=days_left)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(end - timedelta(days=30))
    builder = builder.not_valid_after(end).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    """Speaks TLS in each connection's own thread, so that a failed handshake hurts no other."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context
        self.asked: list[str] = []
        self.url = f"https://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        with self.context.wrap_socket(request, server_side=True) as secure:
            super().finish_request(secure, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that does not trust us


def _context(certificate: Path, old: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(certificate)
    return context


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, _Server], Path]]:
    folder = tmp_path_factory.mktemp("certificates")
    made = {
        "good": _certificate(folder / "good.pem"),
        "expired": _certificate(folder / "expired.pem", days_left=-1),
        "misnamed": _certificate(folder / "misnamed.pem", address="127.0.0.2"),
        "weak": _certificate(folder / "weak.pem", weak=True),
        "unknown": _certificate(folder / "unknown.pem"),
        "ancient": _certificate(folder / "ancient.pem"),
    }
    trusted = folder / "trusted.pem"
    trusted.write_bytes(b"".join(path.read_bytes() for name, path in made.items() if name != "unknown"))
    running = {name: _Server(_context(path, old=name in ("weak", "ancient"))) for name, path in made.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of TLS 1.1, which is what this server is for
        running["ancient"].context.minimum_version = ssl.TLSVersion.TLSv1
        running["ancient"].context.maximum_version = ssl.TLSVersion.TLSv1_1
    yield running, trusted
    for server in running.values():
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def said(servers: tuple[dict[str, _Server], Path]) -> dict[str, dict[str, Any]]:
    """By server's name; with a question mark where the site's entry allows what nobody vouches for."""
    running, trusted = servers
    orders: list[dict[str, Any]] = [{"url": server.url + name} for name, server in running.items()]
    orders += [{"url": f"{server.url}believed-{name}", "unverified_tls": True} for name, server in running.items()]
    orders += [{"url": f"{running[name].url}later-{name}"} for name in ("unknown", "weak")]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/crawler/fetching.py"), json.dumps(orders)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(trusted)},
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(orders), done.stderr
    return {line["url"].rpartition("/")[2]: line for line in lines}


def test_a_good_certificate_is_taken_strictly(said: dict[str, dict[str, Any]]) -> None:
    assert said["good"]["facts"] == said["believed-good"]["facts"] == {"tls": VERIFIED}


@pytest.mark.parametrize("name", ["expired", "misnamed", "unknown"])
def test_a_certificate_that_is_no_good_is_refused_with_the_remedy(
    said: dict[str, dict[str, Any]], servers: tuple[dict[str, _Server], Path], name: str
) -> None:
    assert said[name]["error"] == "DownloadFailedError"
    assert "certificate" in said[name]["message"] and "--unverified-tls" in said[name]["message"]
    assert f"/{name}" not in servers[0][name].asked


@pytest.mark.parametrize("name", ["expired", "misnamed", "unknown"])
def test_where_the_operator_allows_it_the_capture_says_that_nothing_was_verified(
    said: dict[str, dict[str, Any]], name: str
) -> None:
    assert said[f"believed-{name}"]["facts"]["tls"].startswith("not verified (")
    assert "certificate" in said[f"believed-{name}"]["facts"]["tls"]


def test_a_server_of_an_earlier_age_is_spoken_to_in_its_own_way_and_still_verified(
    said: dict[str, dict[str, Any]],
) -> None:
    assert said["weak"]["facts"]["tls"].startswith(f"{VERIFIED}, by an outdated way of TLS (")
    assert said["ancient"]["facts"]["tls"].startswith(f"{VERIFIED}, by an outdated way of TLS (")


def test_a_host_that_was_climbed_for_is_asked_the_same_way_again_and_no_less_strictly_elsewhere(
    said: dict[str, dict[str, Any]],
) -> None:
    assert said["later-weak"]["facts"] == said["weak"]["facts"]
    assert said["later-unknown"]["error"] == "DownloadFailedError", "what one site allows, another does not"


def test_the_ladder_is_climbed_only_for_what_tls_itself_says() -> None:
    ladder = rungs(unverified=True)
    assert next_rung(ladder, 0, "unsafe legacy renegotiation disabled") == 1
    assert next_rung(ladder, 0, "certificate verify failed") == 1
    assert next_rung(ladder, 1, "certificate verify failed") == 2
    assert next_rung(ladder, 0, "Connection was refused by other side") is None
    assert next_rung(rungs(unverified=False), 1, "certificate verify failed") is None
    assert next_rung(rungs(unverified=False), 1, "unsafe legacy renegotiation disabled") is None


def test_only_the_older_ways_speak_with_servers_that_renegotiate_unsafely() -> None:
    contexts = {rung.name: context_of(rung) for rung in rungs(unverified=True)}
    legacy = {name for name, context in contexts.items() if context.options & LEGACY_SERVER_CONNECT}
    assert legacy == {"old", "unverified"}
    assert {name for name, context in contexts.items() if context.verify_mode == ssl.CERT_NONE} == {"unverified"}
