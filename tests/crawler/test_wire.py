"""The wire handler against a server that sends exactly the bytes a test names. One child process fetches them all."""

from __future__ import annotations

import base64
import gzip
import ipaddress
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).parents[2]
PAGE = gzip.compress(b"<html>" + "年报".encode("gb18030") * 40 + b"</html>", mtime=0)
CHUNKED = b"%x\r\n%b\r\n3;name=value\r\nabc\r\n0\r\nTrailer: x\r\n\r\n" % (len(PAGE), PAGE)

# Path → the head and the body as sent, and the body as it must be kept.
ANSWERS: dict[str, tuple[bytes, bytes, bytes]] = {
    "/plain": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Odd-CASE:  two  spaces \r\n\r\n", b"hello", b"hello"),
    "/gbk": (
        b"HTTP/1.1 200 " + "好的".encode("gb18030") + b"\r\nX-Title: " + "柳林镇年报".encode("gb18030") + b"\r\nContent-Length: 2\r\n\r\n",
        b"ok",
        b"ok",
    ),
    "/utf8": (b"HTTP/1.1 200 OK\r\nX-Title: " + "柳林镇".encode() + b"\r\nContent-Length: 0\r\n\r\n", b"", b""),
    "/chunked": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n", CHUNKED, PAGE + b"abc"),
    "/utf8-reason": (b"HTTP/1.1 404 " + "没有".encode() + b"\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/no-reason": (b"HTTP/1.1 200\r\nCONTENT-length:1\r\n\r\n", b"x", b"x"),
    "/long-header": (b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 100_000 + b"\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/no-content": (b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n", b"", b""),
    "/wrong-coding": (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(PAGE), PAGE, PAGE),
    "/nul": (b"HTTP/1.1 200 OK\r\nX-Odd: a\0b\tc\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/cookies": (b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nserver: x\r\nSET-COOKIE: b=2\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/no-colon": (b"HTTP/1.1 200 OK\r\nthis line has none\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/folded": (b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/bare-lines": (b"HTTP/1.1 200 OK\nContent-Length: 1\n\n", b"x", b"x"),
    "/interim": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", b"x", b"x"),
    "/until-close": (b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n", b"as long as it goes", b"as long as it goes"),
    "/redirect": (b"HTTP/1.1 302 Moved Temporarily\r\nLocation: /plain\r\nContent-Length: 3\r\n\r\n", b"302", b"302"),
    "/missing": (b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n", b"gone", b"gone"),
    "/broken": (b"HTTP/1.1 500 \r\nContent-Length: 4\r\n\r\n", b"oops", b"oops"),
    "/unchanged": (b"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n", b"", b""),
    "/large": (b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"y" * 90000, b"y" * 5000),
    "/cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"only this", b"only this"),
    "/stalled": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"then nothing", b"then nothing"),
    "/post": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok", b"ok"),
}  # fmt: skip
TRUNCATED = {"/large": "length", "/cut": "disconnect", "/stalled": "time"}


class WireServer:
    """Sends what ANSWERS names and keeps what it was sent."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}"
        self.received: dict[str, bytes] = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
        except OSError:  # the client did not trust us
            plain.close()
            return
        with connection, suppress(ConnectionError):  # a client that is done may leave without a goodbye
            while request := self._request(connection):
                path = request.split(b" ", 2)[1].decode("ascii")
                self.received[path] = request
                if path == "/silent":
                    time.sleep(4)
                    return
                head, body, _ = ANSWERS[path.partition("?")[0]]
                if path == "/interim":
                    connection.sendall(b"HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n")
                connection.sendall(head)
                time.sleep(0.01)  # so that head and body come in different packets at least sometimes
                for start in range(0, len(body), 700):
                    try:
                        connection.sendall(body[start : start + 700])
                    except OSError:
                        return
                if path == "/stalled":
                    time.sleep(4)
                if path in ("/until-close", "/cut", "/stalled", "/broken"):
                    return

    def _request(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            some = connection.recv(4096)
            if not some:
                return b""
            data += some
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        while len(body) < length:
            body += connection.recv(4096)
        return head + b"\r\n\r\n" + body


@pytest.fixture(scope="module")
def server() -> Iterator[WireServer]:
    server = WireServer()
    yield server
    server.listener.close()


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=9))
    )
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    path = folder / f"{name}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path


def _tls(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("certificates")
    return {name: _certificate(folder, name) for name in ("trusted", "unknown")}


@pytest.fixture(scope="module")
def secure(certificates: dict[str, Path]) -> Iterator[dict[str, WireServer]]:
    servers = {name: WireServer(_tls(path)) for name, path in certificates.items()}
    yield servers
    for one in servers.values():
        one.listener.close()


@pytest.fixture(scope="module")
def outcomes(server: WireServer, secure: dict[str, WireServer], certificates: dict[str, Path]) -> dict[str, Any]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed_port = unused.getsockname()[1]
    orders: list[dict[str, Any]] = [{"url": server.origin + path} for path in (*ANSWERS, "/silent")]
    orders[list(ANSWERS).index("/post")] |= {"method": "POST", "body": "a=1&b=2"}
    orders += [
        {"url": f"http://127.0.0.1:{closed_port}/closed"},
        {"url": f"{server.origin}/plain?private", "allow_private": False},
        {"url": f"http://localhost:{server.origin.rpartition(':')[2]}/plain?name", "allow_private": False},
        {"url": "http://no-such-host.invalid/name"},
        *({"url": f"{one.origin}/chunked?{name}"} for name, one in secure.items()),
    ]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/crawler/fetching.py"), json.dumps(orders)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SSL_CERT_FILE": str(certificates["trusted"])},
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(orders), done.stderr
    return {one["url"].removeprefix(server.origin): one for one in said}


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.mark.parametrize("path", list(ANSWERS))
def test_the_head_is_kept_exactly_as_it_came(outcomes: dict[str, Any], path: str) -> None:
    assert _bytes(outcomes[path]["response_head"]) == ANSWERS[path][0]


@pytest.mark.parametrize("path", list(ANSWERS))
def test_the_body_is_kept_with_only_the_transfer_encoding_undone(outcomes: dict[str, Any], path: str) -> None:
    kept = _bytes(outcomes[path]["body"])
    assert kept == ANSWERS[path][2]
    assert outcomes[path]["same_bytes"]


@pytest.mark.parametrize("path", list(ANSWERS))
def test_the_request_is_kept_exactly_as_it_was_sent(outcomes: dict[str, Any], server: WireServer, path: str) -> None:
    sent = _bytes(outcomes[path]["request_head"]) + _bytes(outcomes[path]["request_body"])
    assert sent == server.received[path]
    assert sent.startswith(b"POST /post HTTP/1.1\r\n" if path == "/post" else f"GET {path} HTTP/1.1\r\n".encode())


def test_a_posted_body_is_kept_apart_from_its_head(outcomes: dict[str, Any]) -> None:
    assert _bytes(outcomes["/post"]["request_body"]) == b"a=1&b=2"


@pytest.mark.parametrize("path", list(ANSWERS))
def test_a_body_that_ends_too_early_says_why(outcomes: dict[str, Any], path: str) -> None:
    assert outcomes[path]["truncated"] == TRUNCATED.get(path)


def test_status_address_and_moment_are_kept(outcomes: dict[str, Any]) -> None:
    statuses = {
        path: outcomes[path]["status"]
        for path in ("/plain", "/redirect", "/missing", "/broken", "/unchanged", "/interim")
    }
    assert statuses == {
        "/plain": 200,
        "/redirect": 302,
        "/missing": 404,
        "/broken": 500,
        "/unchanged": 304,
        "/interim": 200,
    }
    assert outcomes["/plain"]["ip"] == "127.0.0.1"
    assert datetime.fromisoformat(outcomes["/plain"]["fetched_at"]).tzinfo is not None


def test_a_host_that_gives_no_answer_is_told_by_what_happened(outcomes: dict[str, Any]) -> None:
    assert outcomes["/silent"]["error"] == "DownloadTimeoutError"
    by_end = {url.rpartition("/")[2]: one for url, one in outcomes.items() if "error" in one}
    assert by_end["closed"]["error"] == "DownloadConnectionRefusedError"
    assert by_end["name"]["error"] == "CannotResolveHostError"


def test_an_address_inside_is_refused_before_anything_is_sent(outcomes: dict[str, Any], server: WireServer) -> None:
    assert outcomes["/plain?private"]["error"] == "AddressRefused"
    assert "/plain?private" not in server.received


def test_a_name_that_resolves_to_an_address_inside_is_refused(outcomes: dict[str, Any], server: WireServer) -> None:
    refused = next(one for url, one in outcomes.items() if url.endswith("?name"))
    assert refused["error"] == "AddressRefused" and "loopback" in refused["message"]
    assert "/plain?name" not in server.received


def test_an_exchange_over_tls_is_kept_the_same_way_with_its_trust(
    outcomes: dict[str, Any], secure: dict[str, WireServer]
) -> None:
    said = outcomes[f"{secure['trusted'].origin}/chunked?trusted"]
    assert (_bytes(said["response_head"]), _bytes(said["body"])) == (ANSWERS["/chunked"][0], ANSWERS["/chunked"][2])
    assert _bytes(said["request_head"]) == secure["trusted"].received["/chunked?trusted"]
    assert said["facts"] == {"tls": "certificate and name verified"} and said["ip"] == "127.0.0.1"


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    outcomes: dict[str, Any], secure: dict[str, WireServer]
) -> None:
    said = outcomes[f"{secure['unknown'].origin}/chunked?unknown"]
    assert said["error"] == "DownloadFailedError" and "certificate" in said["message"].lower()
    assert not secure["unknown"].received
