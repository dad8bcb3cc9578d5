"""A configuration goes in, pages are served until the process is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from archive.database import open_database, require_current
from archive.errors import StoreUnusable
from archive.warc import WarcStore
from archive.web.app import create_app
from configuration import Configuration


def serve(configuration: Configuration, on_ready: Callable[[str], None]) -> None:
    """`on_ready` gets the address once the port listens. SIGINT and SIGTERM end it in order."""
    engine = open_database(configuration.effective_database_url)
    try:
        require_current(engine)
        app = create_app(configuration, engine, WarcStore(configuration.warc_folder))
        with _listening(configuration.host, configuration.port) as listener:
            port = listener.getsockname()[1]
            host = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
            on_ready(f"http://{host}:{port}/")
            # Who asks is who connects: no header of a proxy may claim otherwise, since orders are for loopback only.
            settings = uvicorn.Config(
                app, log_level="warning", proxy_headers=False, server_header=False, ws="none", lifespan="off"
            )
            uvicorn.Server(settings).run(sockets=[listener])
    finally:
        engine.dispose()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise StoreUnusable(
            f"cannot listen on {host} port {port}: {error.strerror}. Set another with NIANBAO_PORT, or 0 for any free one."
        ) from None
    with listener:
        yield listener
