"""Hosts that answer only over the other scheme than the one they were ordered by: real servers, with and without TLS, one crawl."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FILLER = "<p>栖桐县人民政府门户网站欢迎您。</p>" * 20
ROW = "<li><a href='/nb/t20250120_1.html'>柳林镇2024年政府信息公开工作年度报告</a></li>"
PAGES: dict[str, Any] = {
    "/": f"<html><title>栖桐县</title><body><a href='/nb/'>政府信息公开年报</a>{FILLER}",
    "/nb/": f"<html><title>政府信息公开年报</title><body><ul>{ROW}</ul>{FILLER}",
    "/nb/t20250120_1.html": f"<html><title>年报</title><body><div id='zoom'>{FILLER}</div>",
}


def _certificate(path: Path, *addresses: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, path.stem)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=9))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address)) for address in addresses])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


def _speak_tls(server: Any, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)


def _hang_up_once(inner_port: int, address: str) -> str:
    """An address that drops its first connection, and leads all others on to a port."""
    listener = socket.create_server((address, 0))

    def pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while some := source.recv(65536):
                target.sendall(some)
        except OSError:
            pass
        finally:
            target.close()

    def serve() -> None:
        listener.accept()[0].close()
        while True:
            outer = listener.accept()[0]
            inner = socket.create_connection((address, inner_port))
            for pair in ((outer, inner), (inner, outer)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://{address}:{listener.getsockname()[1]}/"


@pytest.fixture(scope="module")
def crawled(
    shared_crawling: Any, page_server: Callable[[dict[str, Any]], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("certificates")
    plain, secure, unknown, shy = (page_server(dict(PAGES)) for _ in range(4))
    trusted = _certificate(folder / "trusted.pem", "127.0.7.2")
    _speak_tls(secure, trusted)
    _speak_tls(unknown, _certificate(folder / "unknown.pem", "127.0.7.3"))
    home = shared_crawling
    home.settings |= {"SSL_CERT_FILE": str(trusted), "NIANBAO_TIMEOUT_SECONDS": "3"}
    urls = {
        "plain": plain.url.replace("http:", "https:"),
        "secure": secure.url,
        "unknown": unknown.url.replace("http:", "https:"),
        "shy": _hang_up_once(shy.server.server_port, "127.0.7.4"),
    }
    ids = {code: home.add(url, code=code) for code, url in urls.items()}
    runs = home.crawl("harvest", list(ids.values()))
    captures = {code: [one for one in home.captures() if one.site_id == id_] for code, id_ in ids.items()}
    yield {"runs": runs, "captures": captures, "home": home, "unknown": unknown}


def _kept(crawled: Any, code: str) -> str:
    files = (crawled["home"].folder / "warc" / code).glob("*.warc.gz")
    return b"".join(gzip.decompress(path.read_bytes()) for path in files).decode("utf-8", "replace")


def test_a_host_that_is_dead_over_https_is_asked_without(crawled: Any) -> None:
    assert crawled["runs"]["plain"].state == "done"
    urls = [one.url for one in crawled["captures"]["plain"]]
    assert len(urls) == len(PAGES) + 1, "each page once, and robots.txt once"
    assert all(url.startswith("http://") for url in urls)
    assert "http, as https is dead: " in _kept(crawled, "plain")


def test_a_host_that_is_dead_over_http_is_asked_with_tls(crawled: Any) -> None:
    assert crawled["runs"]["secure"].state == "done"
    assert all(one.url.startswith("https://") for one in crawled["captures"]["secure"])
    kept = _kept(crawled, "secure")
    assert "https, as http is dead: " in kept and "certificate and name verified" in kept


def test_a_certificate_that_is_no_good_is_no_reason_to_ask_without_one(crawled: Any) -> None:
    run = crawled["runs"]["unknown"]
    assert run.state == "failed" and "certificate" in run.reason
    assert not crawled["unknown"].asked and not crawled["captures"]["unknown"]


def test_a_host_that_failed_once_is_asked_on_as_it_was_ordered(crawled: Any) -> None:
    assert crawled["runs"]["shy"].state == "done"
    assert all(one.url.startswith("http://") for one in crawled["captures"]["shy"])
    assert "is dead" not in _kept(crawled, "shy")


def test_a_look_at_a_host_that_is_dead_both_ways_asks_each_once_and_tells_both(crawling: Any, closed_port: int) -> None:
    listener = socket.create_server(("127.0.7.9", 0))
    came: list[float] = []

    def hang_up() -> None:
        while True:
            connection, _ = listener.accept()
            came.append(time.monotonic())
            connection.close()

    threading.Thread(target=hang_up, daemon=True).start()
    home, port = crawling, listener.getsockname()[1]
    refused = home.add(f"http://127.0.7.8:{closed_port}/", code="refused", delay=10)
    runs = home.crawl("look", [refused, home.add(f"http://127.0.7.9:{port}/", code="dropped", delay=10)])
    assert len(came) == 3, "by http, by https, and by https as old servers speak it"
    assert came[-1] - came[0] < 10, "there is nobody to be spared"
    assert all(f"{scheme}://127.0.7.9:{port}/" in runs["dropped"].reason for scheme in ("http", "https"))
    assert runs["refused"].reason.count("Connection refused") == 2
