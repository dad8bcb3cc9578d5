"""A URL in, the engine of SQLite or of PostgreSQL out, whose connections are set up as the archive needs them.

SQLite: `synchronous=FULL` keeps a commit through a power loss; a writer takes its lock at once. Either way the connection used last is used next: its plans
are made, and what they need lies in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from select import POLLIN, poll
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from archive.errors import DatabaseUnusable

BUSY_SECONDS = 30
_BREATH_SECONDS = 0.01
_MAPPED = 2**36
_PREPARED = 500  # statements of a connection
_TRUSTED_SECONDS = 10  # that an idle connection to a server is taken to be there
_GIVEN_BACK = "given back"


def sqlite_engine(url: str, database: str | None) -> Engine:
    if not database or database == ":memory:":
        raise DatabaseUnusable("expected a file in database_url: several connections share it, and memory has no file.")
    try:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(
            f"the folder of {database} cannot be made: {error.strerror}. Name another home: NIANBAO_HOME."
        ) from None
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
    _keep_journal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_journal(connection: sqlite3.Connection) -> None:
    """Of several that make a new file a database of this kind SQLite refuses all but one at once: here it does not wait as it does elsewhere."""
    until = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
        sleep(_BREATH_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    options, driver = connection.get_execution_options(), connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA temp_store={'MEMORY' if options.get('nianbao_in_memory') else 'DEFAULT'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("nianbao_writes") else "BEGIN")


def postgresql_engine(url: str) -> Engine:
    engine = create_engine(url, pool_use_lifo=True)

    def require_there(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        """A server that ended the connection has said so on it, which costs nothing to see; after a while it is asked."""
        waiting = poll()
        try:
            waiting.register(connection.fileno(), POLLIN)
            if waiting.poll(0) or monotonic() - entry.info.get(_GIVEN_BACK, 0) > _TRUSTED_SECONDS:
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    def note_when(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_GIVEN_BACK] = monotonic()

    event.listen(engine, "checkout", require_there)
    event.listen(engine, "checkin", note_when)
    return engine


def read_much(engine: Engine) -> None:
    """For who reads all day: SQLite's file is mapped into memory, as far as its build allows. To have each of its pages handed over costs a page of
    a list a quarter of its time, and what it keeps by itself it forgets whenever anybody commits. PostgreSQL keeps the plans of all pages' queries, and
    neither compiles them nor shares them among processes: to begin either takes longer than a page."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute(f"PRAGMA mmap_size = {_MAPPED}"))
    else:
        event.listen(engine, "connect", _prepare_postgresql)


def _prepare_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    connection.prepared_max, connection.prepare_threshold = _PREPARED, 1
    connection.adapters.register_dumper(int, _bigint_where_it_can_be())
    connection.adapters.register_dumper(list, _numbers_at_once())
    connection.cursor_factory = _describing_when_looked_at()
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    connection.commit()


@cache
def _describing_when_looked_at() -> type:
    """A cursor that describes its columns to whoever looks at them: SQLAlchemy knows those of a query that it made before, and only asks whether
    there are any. To describe some twenty for each query took a twentieth of a page's time."""
    from psycopg import Column, Cursor

    class Described(Sequence[Column]):
        def __init__(self, cursor: Cursor[Any], length: int) -> None:
            self._cursor, self._length = cursor, length

        def __len__(self) -> int:
            return self._length

        def __getitem__(self, index: Any) -> Any:
            if isinstance(index, slice):
                return [self[one] for one in range(self._length)[index]]
            return Column(self._cursor, range(self._length)[index])

    class Brief(Cursor[Any]):
        @property
        def description(self) -> Any:
            result = self.pgresult
            return Described(self, result.nfields) if result and result.nfields else super().description

    return Brief


@cache
def _bigint_where_it_can_be() -> type:
    """By their size the driver calls numbers smallint, integer, bigint or numeric, and PostgreSQL prepares and plans a statement for each way."""
    from psycopg.types.numeric import Int8, Int8BinaryDumper, IntBinaryDumper, IntNumeric, IntNumericBinaryDumper

    bigint, numeric = Int8BinaryDumper(Int8), IntNumericBinaryDumper(IntNumeric)

    class Alike(IntBinaryDumper):
        def upgrade(self, obj: int, format: Any) -> Any:
            return bigint if -(2**63) <= obj < 2**63 else numeric

    return Alike


@cache
def _numbers_at_once() -> type:
    """The driver looks at each number of a list for whether it is to be quoted: a thousand took half a thousandth of a second, now a tenth of it."""
    from psycopg.types.array import ListDumper

    class Numbers(ListDumper):
        def dump(self, obj: list[Any]) -> Any:
            if set(map(type, obj)) == {int}:
                return f"{{{','.join(map(str, obj))}}}".encode()
            return super().dump(obj)

    return Numbers
