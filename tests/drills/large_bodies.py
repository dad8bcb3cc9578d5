"""A body of many megabytes goes through each step of the archive; the memory that each step took at its peak comes out.

    python -m tests.drills.large_bodies --megabytes 300

Each step is a process of its own: one that only imports what the others do, to compare with; one that is sent the body over loopback, writes, syncs and
seals it; one that reads every record and checks all digests, as `verify` does; one that gives it back by blocks, as a download does.

Measured on x86-64, CPython 3.11.7, for 300 and for 1,000 MB alike: imports alone 59 MB, received and sealed 64, verified 65, given back 64. Before bodies
lay in files, 300 MB took 1,000 MB to write and 1,318 to verify.

While such a record is packed and written the crawl asks nobody else: on the same machine, busy, 0.4 s for 30 MB, 1.0 s for 100, 2.8 s for 300.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.bodies import digest_of
from archive.exchange import Exchange, WarcLocation
from archive.fixity import verify
from archive.warc import WarcStore
from crawler.answers import Answer

MEGABYTE = 1024**2
NAME = "shili/shili-20260331T120000Z-r1-00000.warc.gz"
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
RECEIVED_BYTES = 64 * 1024


def import_only(_folder: Path, _port: int) -> str:
    return "nothing done"


def receive(folder: Path, port: int) -> str:
    store = WarcStore(folder)
    answer = Answer(1 << 40, folder)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        while not answer.done and (came := connection.recv(RECEIVED_BYTES)):
            answer.feed(came)
    assert answer.done and answer.truncated is None, "the answer came whole"
    exchange = Exchange("http://127.0.0.1/a.bin", NOON, b"GET /a.bin HTTP/1.1\r\n\r\n", answer.head, answer.body)
    digest = digest_of(exchange.body)
    store.open(NAME, {}, NOON)
    location = store.write(NAME, exchange, digest, {})
    store.sync()
    store.seal(NAME, NOON)
    return json.dumps([location.file, location.offset, location.length, location.record_id, digest])


def check(folder: Path, _port: int) -> str:
    faults = [str(fault) for fault in verify(None, WarcStore(folder))]
    assert not faults, faults
    return "no fault"


def give_back(folder: Path, _port: int) -> str:
    *location, digest = json.loads((folder.parent / "said").read_text())
    body = WarcStore(folder).answer(WarcLocation(*location)).body
    assert digest_of(body) == digest, "the bytes that came"
    return f"{len(body):,} bytes"


STEPS: dict[str, Callable[[Path, int], str]] = {
    "imports alone": import_only,
    "receive, write, sync, seal": receive,
    "verify every record": check,
    "give back": give_back,
}


def peaks(megabytes: int) -> Iterator[tuple[str, float, float]]:
    """Each step, the megabytes of memory that its process took at most, and its seconds."""
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR") or "/var/tmp") as home,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        threading.Thread(target=_serve, args=(server, megabytes), daemon=True).start()
        for step in STEPS:
            command = [sys.executable, "-m", "tests.drills.large_bodies", "--step", step, "--home", home]
            begun = time.monotonic()
            child = subprocess.run(
                [*command, "--port", str(server.getsockname()[1])], capture_output=True, text=True, check=False
            )
            assert child.returncode == 0, child.stderr
            said, peak = child.stdout.splitlines()
            if step == "receive, write, sync, seal":
                (Path(home) / "said").write_text(said)
            yield step, int(peak) / 1024, time.monotonic() - begun


def _serve(server: socket.socket, megabytes: int) -> None:
    """One answer, of bytes that no packing makes smaller."""
    connection, _ = server.accept()
    block = os.urandom(MEGABYTE)
    with connection:
        connection.recv(RECEIVED_BYTES)
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {megabytes * MEGABYTE}\r\n\r\n".encode())
        for _ in range(megabytes):
            connection.sendall(block)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.step:
        print(STEPS[wanted.step](wanted.home / "warc", wanted.port))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return
    for step, peak, seconds in peaks(wanted.megabytes):
        print(f"{step:30} {peak:8.0f} MB at most {seconds:7.1f} s")


if __name__ == "__main__":
    main()
