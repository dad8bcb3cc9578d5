"""A configuration goes in, pages are served until the process is told to end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from archive.database import open_database, reading, require_current
from archive.errors import StoreUnusable
from archive.warc import WarcStore
from archive.users import require_operator
from archive.web.app import create_app
from archive.web.reach import is_open_to_others
from configuration import Configuration


def serve(configuration: Configuration, on_ready: Callable[[str], None]) -> None:
    """`on_ready` gets the address once the port listens. SIGINT and SIGTERM end it in order."""
    engine = open_database(configuration.effective_database_url)
    try:
        require_current(engine)
        if is_open_to_others(configuration):
            with reading(engine) as session:
                require_operator(session, configuration.public_url or configuration.host)
        app = create_app(configuration, engine, WarcStore(configuration.warc_folder))
        with _listening(configuration.host, configuration.port) as listener:
            port = listener.getsockname()[1]
            host = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
            on_ready(f"http://{host}:{port}/")
            # Which proxy is believed about who asks is decided in reach.py, for the pages and for the log alike.
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
