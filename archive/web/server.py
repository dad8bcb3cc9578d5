"""A configuration goes in, pages are served until the process is told to end: by this process, or by several that share the port."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Thread
from types import FrameType
from typing import Any

import uvicorn
import uvloop
from anyio import to_thread

from archive import organ_names
from archive.database import open_database, reading, require_current
from archive.engines import read_much
from archive.errors import StoreUnusable
from archive.home import open_store
from archive.users import require_operator
from archive.waste import leave_alone_what_stays
from archive.web.app import create_app
from archive.web.reach import is_open_to_others
from archive.web.rendering import Web
from archive.web.sharing import READY, Taker, hand_out
from configuration import Configuration

_THREADS = 8  # beside those of pages and downloads: who logs in, what a form orders
_TURN_SECONDS = 0.0005  # that one page computes before another goes on: who only waited for the database need not wait five milliseconds more at each answer
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
    with _listening(configuration.host, configuration.port) as listener:
        host = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
        address = f"http://{host}:{listener.getsockname()[1]}/"
        if workers == 1:
            _work(configuration, listener, lambda: on_ready(address))
        else:
            _share(configuration, listener, workers, lambda: on_ready(address))


def _work(configuration: Configuration, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    _answer(configuration, lambda settings: uvicorn.Server(settings).serve(sockets=[listener]), on_ready)


def _work_with_others(configuration: Configuration, inbox: socket.socket) -> None:
    _answer(configuration, lambda settings: Taker(settings, inbox).serve(), lambda: inbox.sendall(READY))


def _answer(
    configuration: Configuration,
    served: Callable[[uvicorn.Config], Coroutine[Any, Any, None]],
    on_ready: Callable[[], None],
) -> None:
    engine = open_database(configuration.effective_database_url)
    read_much(engine)
    try:
        app = create_app(configuration, engine, open_store(engine, configuration.warc_folder, configuration.store))
        _prepare(app.state.web)
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
        leave_alone_what_stays(_MADE_BETWEEN)  # or each look at it holds up pages for a tenth of a second
        sys.setswitchinterval(_TURN_SECONDS)
        on_ready()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_with_few_threads(served(settings)))
    finally:
        engine.dispose()


async def _with_few_threads(served: Coroutine[Any, Any, None]) -> None:
    to_thread.current_default_thread_limiter().total_tokens = _THREADS
    await served


def _prepare(web: Web) -> None:
    """What the first answers would have to wait for: the sums as they were last, and the pages, each of which takes some twentieth of a second to compile."""
    web.sums.recall()
    for environment in web.environments.values():
        for name in environment.list_templates():
            environment.get_template(name)


def _count(web: Web) -> None:
    """Sum up anew what the first pages show, and read the organs' names: of an archive of a nation that takes seconds."""
    organ_names.hold(web.engine)
    web.sums.renew()


def _share(configuration: Configuration, listener: socket.socket, workers: int, on_ready: Callable[[], None]) -> None:
    """When one of the processes dies the others are ended too: half a server is not left standing unnoticed."""
    spawned = multiprocessing.get_context("spawn")
    pairs = [socket.socketpair() for _ in range(workers)]
    processes = [spawned.Process(target=_work_with_others, args=(configuration, inbox)) for _, inbox in pairs]
    told: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        told.append(number)
        _end(processes)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for process, (_, inbox) in zip(processes, pairs, strict=True):
            process.start()
            inbox.close()  # the process has it now
        if all(outbox.recv(len(READY)) == READY for outbox, _ in pairs):  # nothing comes from one that ended
            on_ready()
        hand_out(listener, [outbox for outbox, _ in pairs], [process.sentinel for process in processes])
    finally:
        _end(processes)
        for process in processes:
            process.join()
        for outbox, _ in pairs:
            outbox.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    if not told:
        codes = ", ".join(str(process.exitcode) for process in processes)
        raise StoreUnusable(
            f"a process of the server ended by itself (exit codes {codes}). Its last words stand above."
        )


def _end(workers: Sequence[BaseProcess]) -> None:
    for worker in workers:
        if worker.is_alive():
            worker.terminate()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise StoreUnusable(
            f"cannot listen on {host} port {port}: {error.strerror}. Set another with NIANBAO_PORT, or 0 for any free one."
        ) from None
    with listener:
        # Accepted connections inherit it. asyncio sets it only on sockets that name their protocol, and without it every page waits
        # 40 ms: its body is held back until the reader's machine, which takes its time, has acknowledged the head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
