"""A database URL becomes an engine, brought up to date by `migrate`, and short transactions: `reading` and `writing`.

SQLite runs in WAL mode with foreign keys on; a writer takes its lock at once (BEGIN IMMEDIATE), so that two processes wait for each other
instead of failing half-way. `synchronous=FULL` keeps a commit through a power loss. PostgreSQL reads a whole `reading` block from one snapshot.
What a driver raises about the server or the file leaves here as DatabaseUnusable; a broken constraint stays SQLAlchemy's IntegrityError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Executable, Select, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import DeclarativeBase, Session

from archive.engines import BUSY_SECONDS, postgresql_engine, sqlite_engine
from archive.errors import DatabaseOutdated, DatabaseUnusable
from archive.migrations import REVISIONS

if TYPE_CHECKING:
    from alembic.config import Config

_BATCH = 500  # rows a fetch, at most; keys a question
_TAKEN = "taken"  # the rows of a session that are given as they are taken
_HELD = "held"  # the rows that a session keeps
T = TypeVar("T")
KEEPER = "nianbao_keeper"  # the engine's option for who writes down what a transaction changed, before it commits (archive.decisions)
MIGRATIONS = Path(__file__).with_name("migrations")
MIGRATION_LOCK = 0x6E69616E  # "nian": the advisory lock that one migrating process holds on PostgreSQL


def open_database(url: str) -> Engine:
    """The engine of this URL. It connects when first used; SQLite's folder is made, its tables are not: `migrate` makes those."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return sqlite_engine(url, parsed.database)
        if parsed.get_backend_name() == "postgresql":
            return postgresql_engine(url)
    except (ArgumentError, NoSuchModuleError):
        raise DatabaseUnusable(
            f"expected a database URL as sqlite:///path or postgresql+psycopg://user:password@host/name, got {url!r}. Set database_url."
        ) from None
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(
            f"the driver {error.name!r} for {parsed.drivername} is not installed. `pip install 'nianbao[postgres]'` and a URL that begins "
            "with postgresql+psycopg:// bring it."
        ) from None
    raise DatabaseUnusable(f"expected sqlite or postgresql, got {parsed.drivername!r} in database_url.")


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """Inside, what the driver says of the server or the file becomes DatabaseUnusable, with the remedy as far as it is known."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        place = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"{place}: {error.orig}.{_remedy(str(error.orig))}") from error


def _remedy(said: str) -> str:
    remedies = {
        "locked": f" Another process has been writing for over {BUSY_SECONDS} seconds: let it end, then try again.",
        "readonly": " The file or its folder may not be written: give this user the right to.",
        "unable to open": " The file or its folder cannot be opened: look at database_url and at the rights.",
        "full": " Make room on the disk, then start again: what was acknowledged is kept.",
        "no such table": " `nianbao migrate` makes the tables.",
        "does not exist": " `nianbao migrate` makes the tables.",
        "connection": " Look at database_url and whether the server runs.",
        "malformed": " Move index.sqlite* away: then `nianbao rebuild` makes a new index from the WARC files.",
        "not a database": " Move index.sqlite* away: then `nianbao rebuild` makes a new index from the WARC files.",
    }
    return next((remedy for words, remedy in remedies.items() if words in said), "")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one moment of the database. Nothing done in it is kept."""
    with (
        translated(engine),
        Session(_only_reading(engine), expire_on_commit=False) as session,
        _prepared_for_the_next(session),
        _ended(session),
    ):
        yield session


@lru_cache(maxsize=4)
def _only_reading(engine: Engine) -> Engine:
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def _prepared_for_the_next(session: Session) -> Iterator[None]:
    """PostgreSQL's driver forgets the statements that it prepared whenever a transaction is rolled back: they would be planned anew for every page, which
    takes longer than to do them. One that only reads may as well be committed, also when its page is missing or its reader has left."""
    try:
        yield
    except DBAPIError:
        raise
    except BaseException:
        _commit_on_a_server(session)
        raise
    _commit_on_a_server(session)


def _commit_on_a_server(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.expunge_all()
        session.commit()


@contextmanager
def writing(engine: Engine, in_memory: bool = False) -> Iterator[Session]:
    """A session that commits at its end, or keeps nothing when an error leaves the block. Keep it short: SQLite has one writer at a time.

    `in_memory`: what SQLite would have to take back if a statement failed waits in memory and not in a temporary file, which was half of what a capture's
    row cost. What is sorted would lie there too: only for adding rows.
    """
    bound = engine.execution_options(nianbao_writes=True, nianbao_in_memory=in_memory)
    keeper = engine.get_execution_options().get(KEEPER) or nullcontext
    with (
        translated(engine),
        Session(bound, expire_on_commit=False) as session,
        session.begin(),
        keeper(session),
        _ended(session),
    ):
        yield session


def selected(
    session: Session, query: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None, *, whole: bool = True
) -> Iterator[Any]:
    """What a query over columns finds, without the objects of the ORM, which cost more than the database's work. All of it at once, or, when
    it may be a nation's, as it is taken: the first rows soon, then more at a time."""
    session.flush()
    if whole:
        return iter(session.connection().execute(query, values).all())
    taken = _taken(session.connection(), query, values)
    session.info.setdefault(_TAKEN, []).append(taken)
    return taken


def selected_column(session: Session, query: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
    """What a query over one column finds, likewise: fifty numbers come in half the time on SQLite, in three quarters of it on PostgreSQL."""
    session.flush()
    return session.connection().execute(query, values).scalars().all()


def in_parts(keys: Iterable[T]) -> Iterator[list[T]]:
    """So many at a time as a question may name: a database takes some ten thousand of them."""
    waiting = iter(keys)
    while some := list(islice(waiting, _BATCH)):
        yield some


def keep_loaded(session: Session) -> None:
    """What this session loads or adds stays in it: a row that nobody else holds would be let go of, and asked for again."""
    held = session.info.setdefault(_HELD, [])
    for loaded in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(session, loaded, lambda _, row: held.append(row))


def load(session: Session, of: type[DeclarativeBase], ids: Iterable[int]) -> None:
    """Some rows a question instead of a question a row, into a session that keeps what it loads."""
    for some in in_parts(ids):
        session.scalars(select(of).where(inspect(of).primary_key[0].in_(some))).all()


def _taken(connection: Connection, query: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None) -> Iterator[Any]:
    options = {"stream_results": True, "max_row_buffer": _BATCH}
    with closing(connection.execute(query, values, execution_options=options)) as rows:
        yield from rows


@contextmanager
def _ended(session: Session) -> Iterator[None]:
    """Whoever stopped taking rows half-way leaves the database's cursor open, on a connection that the next one gets: with the block it ends, too."""
    try:
        yield
    finally:
        for taken in session.info.pop(_TAKEN, ()):
            taken.close()


def weigh(engine: Engine) -> None:
    """Let SQLite note how its rows are spread, by so many of each index: without that it guesses, and reads whole tables for a page.
    PostgreSQL does so by itself."""
    if engine.dialect.name != "sqlite" or _is_weighed(engine):
        return
    with translated(engine), engine.execution_options(nianbao_writes=True).begin() as connection:
        connection.exec_driver_sql("PRAGMA analysis_limit = 50000")  # two seconds for a million reports
        connection.exec_driver_sql("ANALYZE")


def _is_weighed(engine: Engine) -> bool:
    """Whether the rows have hardly grown since: by the addresses of reports."""
    with translated(engine), engine.connect() as connection:
        if not inspect(connection).has_table("sqlite_stat1"):
            return False
        noted = connection.scalar(text("SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_sightings_last_run_id'"))
        now = connection.scalar(text("SELECT max(id) FROM sightings")) or 0
    return noted is not None and abs(now - int(noted.split()[0])) <= now / 5


def migrate(url: str) -> None:
    """Bring the database up to this version's tables. Two processes may start it at once: the second waits and finds nothing to do."""
    from alembic import command  # a quarter of the time that any other command takes to start

    engine = open_database(url)
    try:
        with translated(engine), engine.execution_options(nianbao_writes=True).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            found = _revision(connection)
            if found is not None and found not in REVISIONS:
                raise DatabaseOutdated(_from_the_future(engine, found))
            if found is None:
                _require_empty(engine, connection)
            command.upgrade(migration_config(connection), "head")
    finally:
        engine.dispose()


def _require_empty(engine: Engine, connection: Connection) -> None:
    """A file of another program is left as it is. A PostgreSQL database may hold other tables, too."""
    there = inspect(connection).get_table_names() if engine.dialect.name == "sqlite" else []
    if there and "alembic_version" not in there:
        place = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(
            f"{place} is another program's: it has the table {there[0]!r}. Look at NIANBAO_HOME and database_url."
        )


def require_current(engine: Engine) -> None:
    """Raise DatabaseOutdated unless the tables are those of this version."""
    with translated(engine), engine.connect() as connection:
        found = _revision(connection)
    expected = REVISIONS[-1]
    if found == expected:
        return
    if found is not None and found not in REVISIONS:
        raise DatabaseOutdated(_from_the_future(engine, found))
    place = engine.url.render_as_string(hide_password=True)
    raise DatabaseOutdated(f"{place} has the tables of revision {found}, expected {expected}. Run `nianbao migrate`.")


def migration_config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    """The revision that the tables have, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _from_the_future(engine: Engine, found: str) -> str:
    place = engine.url.render_as_string(hide_password=True)
    return f"{place} has the tables of revision {found}, which this version does not know: a newer one made it. Install that or a newer one."
