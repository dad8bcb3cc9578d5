"""A request of somebody who only reads goes in; from the second time on the page made before comes out, unless the database has changed since.

That is asked every three seconds: a page may be so old, so that not every page of a harvest that is read makes all pages anew. Whoever is
logged in, or has a form open, is never answered from here. Each process keeps its own pages, the least asked for go first.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from fastapi import Request
from sqlalchemy import Engine, event
from sqlalchemy.pool import PoolProxiedConnection
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.web.messages import COOKIE
from archive.web.rendering import THEME_COOKIE, language_of
from archive.web.visitors import visitor_of

_MOST_BYTES = 32 * 1024**2  # of all pages kept
_LARGEST = 256 * 1024
_MOST_ASKED = 2000  # addresses of which it is known that they were asked for
_SECONDS = 60.0  # a page also says what is due today, and sums that are kept for a while
_STAMP_SECONDS = 3.0
_NOT_KEPT = re.compile(
    r"^/(captures|static|login|account)\b|/figures/|/(events|follow)$|\.(?!json$|atom$)\w+$"
)  # what depends on more than the database, has no end, or is a file, of which nobody waits for another's
_KEPT_TYPES = (b"text/html", b"application/json", b"application/atom+xml")
_PLAIN_COOKIES = {COOKIE, THEME_COOKIE}


class Stamp:
    """Differs whenever anybody has committed anything: what was read under one stamp is still so while the stamp is the same.

    It is asked for over a connection that is kept for it: to take one from the pool costs more than the question."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._lock, self._clock = engine, Lock(), clock
        self._last: object = None
        self._asked_anew_at = 0.0
        self._connection: PoolProxiedConnection | None = None
        # SQLite counts the commits of all other connections: this one is kept, and commits nothing.
        event.listen(engine, "engine_disposed", lambda _: self._let_go())
        self._question = "PRAGMA data_version" if self._is_local else "SELECT pg_current_snapshot()::text"

    @property
    def _is_local(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    async def lately(self) -> object:
        """As it was within the last seconds."""
        asked_at = self._clock()
        if asked_at >= self._asked_anew_at:
            # SQLite looks at a number in shared memory; PostgreSQL is asked over its connection, which must not hold up the other readers.
            self._last = self._read() if self._is_local else await run_in_threadpool(self._read)
            self._asked_anew_at = asked_at + _STAMP_SECONDS
        return self._last

    def _read(self) -> object:
        with self._lock:
            if self._connection is not None:
                try:
                    return self._asked(self._connection)
                except self._engine.dialect.loaded_dbapi.Error:  # the server was started anew meanwhile
                    self._connection.invalidate()
            self._connection = self._engine.raw_connection()
            if not self._is_local:
                self._engine.dialect.set_isolation_level(self._connection.dbapi_connection, "AUTOCOMMIT")  # type: ignore[arg-type]
            return self._asked(self._connection)

    def _let_go(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection = None

    def _asked(self, connection: PoolProxiedConnection) -> object:
        cursor = connection.cursor()
        cursor.execute(self._question)
        return cursor.fetchone()[0]  # type: ignore[index]


@dataclass(frozen=True, slots=True)
class _Page:
    stamp: object
    until: float
    messages: tuple[Message, ...]
    size: int


class PageCache:
    def __init__(self, app: ASGIApp, stamp: Stamp) -> None:
        self.app, self._stamp = app, stamp
        self._pages: OrderedDict[tuple[object, ...], _Page] = OrderedDict()
        self._size = 0
        self._asked: OrderedDict[tuple[object, ...], None] = OrderedDict()
        self._making: dict[tuple[object, ...], asyncio.Lock] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _key(scope)
        if key is None or not self._asked_before(key):
            await self.app(scope, receive, send)
            return
        stamp = await self._stamp.lately()
        if await self._sent(key, stamp, send):
            return
        making = self._making.setdefault(key, asyncio.Lock())
        try:
            async with making:  # of many who ask for the same page, one makes it
                if not await self._sent(key, stamp, send):
                    await self._make(key, stamp, scope, receive, send)
        finally:
            if not making.locked():
                self._making.pop(key, None)

    def _asked_before(self, key: tuple[object, ...]) -> bool:
        """Most pages of a large archive are asked for once and not again: for these no stamp is asked for, and nothing is kept."""
        before = key in self._asked
        self._asked[key] = None
        self._asked.move_to_end(key)
        if len(self._asked) > _MOST_ASKED:
            self._asked.popitem(last=False)
        return before

    async def _sent(self, key: tuple[object, ...], stamp: object, send: Send) -> bool:
        page = self._pages.get(key)
        if page is None or page.stamp != stamp or page.until < time.monotonic():
            return False
        self._pages.move_to_end(key)
        for message in page.messages:
            await send(dict(message))
        return True

    async def _make(self, key: tuple[object, ...], stamp: object, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def send_and_keep(message: Message) -> None:
            messages.append({**message, **({"headers": list(message["headers"])} if "headers" in message else {})})
            await send(message)

        await self.app(scope, receive, send_and_keep)
        if not _may_be_kept(messages):
            return
        size = len(messages[1]["body"])
        self._forget(key)
        self._pages[key] = _Page(stamp, time.monotonic() + _SECONDS, tuple(messages), size)
        self._size += size
        while self._size > _MOST_BYTES:
            self._forget(next(iter(self._pages)))

    def _forget(self, key: tuple[object, ...]) -> None:
        page = self._pages.pop(key, None)
        self._size -= page.size if page else 0


def _key(scope: Scope) -> tuple[object, ...] | None:
    """What a page depends on besides the database; None for what is made anew for everybody."""
    if scope["type"] != "http" or scope["method"] != "GET" or _NOT_KEPT.search(scope["path"]):
        return None
    request = Request(scope)
    visitor = visitor_of(request)
    if visitor.user is not None or not _PLAIN_COOKIES.issuperset(request.cookies):
        return None
    seen_as = (visitor.reached.local, visitor.reached.secure, visitor.reached.hidden)
    asked = (scope["path"], scope["query_string"], str(request.base_url), seen_as)
    return (*asked, language_of(request), request.cookies.get(THEME_COOKIE, ""))


def _may_be_kept(messages: list[Message]) -> bool:
    """A page that is whole, no error, and gives the browser no cookie."""
    if len(messages) != 2 or messages[0]["type"] != "http.response.start" or messages[0]["status"] != 200:
        return False
    headers = dict(messages[0]["headers"])
    body: bytes = messages[1].get("body", b"")
    whole = not messages[1].get("more_body") and len(body) <= _LARGEST
    return whole and b"set-cookie" not in headers and headers.get(b"content-type", b"").startswith(_KEPT_TYPES)
