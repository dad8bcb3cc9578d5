"""Time stamps by a small service of our own: openssl's, behind a real HTTP server that the test starts."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from archive import seals
from archive.database import reading
from archive.errors import DamagedSeal, StoreUnusable
from archive.exchange import Exchange
from archive.fixity import verify
from archive.models import Event
from archive.stamps import query, stamp_head, stamp_in
from archive.upkeep import stamp
from archive.warc import WarcStore

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl plays the time-stamping service")
SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl(*words: object) -> bytes:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Service:
    """A time-stamping service; `answer` replaces what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answer: bytes | None = None
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(SETTINGS.format(folder=folder))
        (folder / "usage").write_text("extendedKeyUsage=critical,timeStamping\n")
        name = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl(
            "req",
            "-x509",
            *name,
            "-keyout",
            folder / "ca.key",
            "-out",
            folder / "ca.pem",
            "-subj",
            "/CN=a CA",
            "-days",
            9,
        )
        openssl("req", *name, "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr", "-subj", "/CN=a TSA")
        signed = [
            "-CA",
            folder / "ca.pem",
            "-CAkey",
            folder / "ca.key",
            "-CAcreateserial",
            "-extfile",
            folder / "usage",
        ]
        openssl("x509", "-req", "-in", folder / "tsa.csr", *signed, "-out", folder / "tsa.pem", "-days", 9)

    def reply(self, asked: bytes) -> bytes:
        if self.answer is not None:
            return self.answer
        (self.folder / "asked").write_bytes(asked)
        openssl(
            "ts",
            "-reply",
            "-config",
            self.folder / "tsa.cnf",
            "-queryfile",
            self.folder / "asked",
            "-out",
            self.folder / "reply",
        )
        return (self.folder / "reply").read_bytes()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Service, str]]:
    made = Service(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            content = made.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made, f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def filled(
    sqlite_engine: Engine,
    new_run: Callable[..., tuple[int, int]],
    new_recorder: Callable[..., Any],
    exchange: Callable[..., Exchange],
) -> Engine:
    recorder = new_recorder(sqlite_engine)
    _, run_id = new_run(sqlite_engine)
    recorder.begin(run_id)
    recorder.record(run_id, exchange("/1"), purpose="article", url_key="k1")
    recorder.finish(run_id, "done", None, {})
    return sqlite_engine


def test_the_head_of_the_chain_is_stamped_once_and_openssl_believes_it(
    filled: Engine, store: WarcStore, service: tuple[Service, str]
) -> None:
    made, address = service
    head = seals.read_head(store.folder)
    stamped = stamp_head(store.folder, address)
    assert stamped is not None and stamped.sha256 == head.sha256
    assert stamp_head(store.folder, address) is None
    path = store.folder / "stamps/00000001.tsr"
    said = openssl("ts", "-verify", "-in", path, "-digest", head.sha256, "-CAfile", made.folder / "ca.pem")
    assert b"OK" in said
    assert list(verify(filled, store)) == []


def test_a_stamp_of_another_hash_is_refused_and_found(
    filled: Engine, store: WarcStore, service: tuple[Service, str]
) -> None:
    made, address = service
    made.answer = made.reply(query("ab" * 32))
    with pytest.raises(StoreUnusable, match="was asked to stamp"):
        stamp_head(store.folder, address)
    path = store.folder / "stamps/00000001.tsr"
    assert not path.exists()
    seals.write_whole(path, made.answer)
    assert [fault.kind for fault in verify(filled, store)] == ["stamp wrong"]
    path.rename(path.with_name("00000009.tsr"))
    assert [fault.kind for fault in verify(filled, store)] == ["stamp wrong"]


def test_a_service_that_refuses_or_is_away_stops_nothing_and_stands_in_the_events(
    filled: Engine, store: WarcStore, service: tuple[Service, str], clock: Any
) -> None:
    made, address = service
    refusal = bytes.fromhex("30053003020102")
    for answer in (b"", b"<html>no</html>", refusal):
        made.answer = answer
        stamp(filled, store, address, clock())
    stamp(filled, store, "http://127.0.0.1:9/", clock())
    stamp(filled, store, "", clock())
    with reading(filled) as session:
        assert session.scalars(select(Event.kind)).all() == ["time stamp"] * 4
    assert not (store.folder / "stamps").exists()


@given(st.binary(max_size=400))
def test_other_bytes_are_no_stamp(answer: bytes) -> None:
    with pytest.raises(DamagedSeal):
        stamp_in(answer)
