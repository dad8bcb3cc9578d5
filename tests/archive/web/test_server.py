"""The server as it is started: by one process or by several that share the port, ended in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from archive.web.server import _listening


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_are_answered_and_a_signal_ends_every_process(sqlite_url: str, home: Path, workers: str) -> None:
    environment = {**os.environ, "NIANBAO_HOME": str(home), "NIANBAO_DATABASE_URL": sqlite_url, "NIANBAO_PORT": "0"}
    command = [sys.executable, "-m", "cli", "serve", "--workers", workers]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        for _ in range(4):  # each over a connection of its own
            assert httpx.get(f"{address}harvests", timeout=60).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
        assert process.stdout.read() == ""  # closed: no process is left that could write to it
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_a_page_is_not_held_back_for_an_acknowledgement() -> None:
    with (
        _listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
