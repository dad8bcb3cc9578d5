"""A configuration goes in, pages are served until the process is told to end: by this process, or by several that share the port."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import FrameType

import uvicorn
import uvloop

from archive.database import open_database, reading, require_current
from archive.errors import StoreUnusable
from archive.home import open_store
from archive.users import require_operator
from archive.web.app import create_app
from archive.web.counts import reports_by_site, totals
from archive.web.grid import grid_of
from archive.web.reach import is_open_to_others
from archive.web.rendering import Web
from configuration import Configuration

_MADE_BETWEEN = 20_000  # objects that are made before the youngest are looked through for waste


def serve(configuration: Configuration, on_ready: Callable[[str], None], workers: int = 1) -> None:
    """`on_ready` gets the address once the port listens. SIGINT and SIGTERM end it in order."""
    engine = open_database(configuration.effective_database_url)
    try:
        require_current(engine)
        if is_open_to_others(configuration):
            with reading(engine) as session:
                require_operator(session, configuration.public_url or configuration.host)
    finally:
        engine.dispose()
    with ExitStack() as open_sockets:
        listeners = _listeners(configuration, workers, open_sockets)
        port = listeners[0].getsockname()[1]
        host = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
        address = f"http://{host}:{port}/"
        if workers == 1:
            on_ready(address)
            _work(configuration, listeners[0])
        else:
            _share(configuration, listeners, lambda: on_ready(address))


def _work(configuration: Configuration, listener: socket.socket) -> None:
    engine = open_database(configuration.effective_database_url)
    try:
        app = create_app(configuration, engine, open_store(engine, configuration.warc_folder, configuration.store))
        Thread(target=_count, args=(app.state.web,), daemon=True).start()
        # Which proxy is believed about who asks is decided in reach.py, for the pages and for the log alike.
        settings = uvicorn.Config(
            app,
            log_level="warning",
            proxy_headers=False,
            server_header=False,
            ws="none",
            lifespan="off",
            http="httptools",
        )
        _leave_alone_what_stays()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(uvicorn.Server(settings).serve(sockets=[listener]))
    finally:
        engine.dispose()


def _count(web: Web) -> None:
    """Sum up what the first pages show before anybody asks: of an archive of a nation that takes seconds."""
    with reading(web.engine) as session:
        web.counted(web.totals, totals, session)
        web.counted(web.grid, grid_of, session)
        web.counted(web.site_reports, reports_by_site, session)


def _leave_alone_what_stays() -> None:
    """What was made until now stays as long as the process: looking through it for waste again and again would hold up pages for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_BETWEEN, 20, 50)


def _share(configuration: Configuration, listeners: Sequence[socket.socket], on_ready: Callable[[], None]) -> None:
    """A process a socket. When one of them dies the others are ended too: half a server is not left standing unnoticed."""
    spawned = multiprocessing.get_context("spawn")
    workers = [spawned.Process(target=_work, args=(configuration, listener)) for listener in listeners]
    told: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        _end(workers)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for worker, listener in zip(workers, listeners, strict=True):
            worker.start()
            listener.close()  # the worker has it now: what is left open here would take connections that nobody answers
        on_ready()
        wait([worker.sentinel for worker in workers])
    finally:
        _end(workers)
        for worker in workers:
            worker.join()
        for number, handler in before.items():
            signal.signal(number, handler)
    if not told:
        codes = ", ".join(str(worker.exitcode) for worker in workers)
        raise StoreUnusable(
            f"a process of the server ended by itself (exit codes {codes}). Its last words stand above."
        )


def _end(workers: Sequence[BaseProcess]) -> None:
    for worker in workers:
        if worker.is_alive():
            worker.terminate()


def _listeners(configuration: Configuration, workers: int, stack: ExitStack) -> list[socket.socket]:
    """A socket a worker, all on one port: the kernel shares out who connects. One socket for all would give a crowd to whoever wakes first."""
    first = stack.enter_context(_listening(configuration.host, configuration.port, shared=workers > 1))
    port = first.getsockname()[1]
    others = [stack.enter_context(_listening(configuration.host, port, shared=True)) for _ in range(workers - 1)]
    return [first, *others]


@contextmanager
def _listening(host: str, port: int, shared: bool) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, reuse_port=shared)
    except OSError as error:
        raise StoreUnusable(
            f"cannot listen on {host} port {port}: {error.strerror}. Set another with NIANBAO_PORT, or 0 for any free one."
        ) from None
    with listener:
        # Accepted connections inherit it. asyncio sets it only on sockets that name their protocol, and without it every page waits
        # 40 ms: its body is held back until the reader's machine, which takes its time, has acknowledged the head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
