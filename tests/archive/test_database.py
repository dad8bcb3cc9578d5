"""Engines, transactions and migrations, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Numeric, insert, inspect, literal, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from archive.database import (
    migrate,
    migration_config,
    open_database,
    reading,
    require_current,
    selected,
    weigh,
    writing,
)
from archive.engines import read_much
from archive.errors import DatabaseOutdated, DatabaseUnusable
from archive.migrations import REVISIONS
from archive.models import Base, Event, Sighting, Site, SiteRun

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


def _event(message: str) -> Event:
    return Event(at=NOON, kind="test", message=message)


def is_index_of_words(name: str | None) -> bool:
    """The full-text index, which each database makes in its own way, with tables of its own."""
    return "search_tokens" in (name or "")


def test_migrations_make_exactly_the_tables_of_the_models(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = open_database(empty_database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": lambda item, name, *_: not is_index_of_words(name),
            },
        )
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_migrations_go_down_to_nothing_and_up_again(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = open_database(empty_database_url)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    migrate(empty_database_url)
    made = {name for name in inspect(engine).get_table_names() if not is_index_of_words(name)}
    assert made == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def test_the_table_of_a_timer_that_is_kept_nowhere_any_more_goes(empty_database_url: str) -> None:
    migrate(empty_database_url)
    engine = open_database(empty_database_url)
    with engine.begin() as connection:
        command.downgrade(migration_config(connection), "0003")
        connection.execute(text("CREATE TABLE timer_jobs (id VARCHAR(191) PRIMARY KEY, next_run_time FLOAT)"))
    migrate(empty_database_url)
    assert "timer_jobs" not in inspect(engine).get_table_names()
    engine.dispose()


def test_whatever_is_written_in_a_table_that_books_are_made_of_marks_its_sites(empty_database_url: str) -> None:
    """A revision that makes a table anew on SQLite loses its triggers with it, and a book would count that is out of date."""
    migrate(empty_database_url)
    books = import_module("archive.migrations.versions.0003_books_of_counties")
    engine = open_database(empty_database_url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            asked = (
                "SELECT tbl_name, substr(name, -6) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'touch_by_%'"
            )
        else:
            asked = "SELECT event_object_table, lower(event_manipulation) FROM information_schema.triggers WHERE trigger_name = 'touch_site'"
        found = sorted(tuple(row) for row in connection.execute(text(asked)))
    engine.dispose()
    assert found == sorted(product(books.TOUCHING, ("delete", "insert", "update")))


def test_two_processes_may_migrate_at_once(empty_database_url: str) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty_database_url)
        except BaseException as error:  # a thread's error would be lost
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_several_may_begin_with_a_new_file_at_once(tmp_path: Path) -> None:
    for number in range(20):
        together = threading.Barrier(4)

        def begin(name: str, together: threading.Barrier = together) -> None:
            engine = open_database(f"sqlite:///{tmp_path / name}")
            together.wait()
            with engine.connect():
                pass
            engine.dispose()

        with ThreadPoolExecutor(4) as threads:
            for one in [threads.submit(begin, f"{number}.sqlite") for _ in range(4)]:
                one.result()


def test_a_database_without_tables_is_refused_with_the_command_that_makes_them(empty_database_url: str) -> None:
    engine = open_database(empty_database_url)
    with pytest.raises(DatabaseOutdated, match="nianbao migrate"):
        require_current(engine)
    engine.dispose()


def test_a_database_of_a_newer_version_is_refused_and_not_touched(database_url: str) -> None:
    engine = open_database(database_url)
    require_current(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseOutdated, match="a newer one made it"):
        require_current(engine)
    with pytest.raises(DatabaseOutdated, match="a newer one made it"):
        migrate(database_url)
    engine.dispose()


def test_what_is_written_is_read_back_and_a_failed_block_keeps_nothing(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(_event("kept"))
    with pytest.raises(RuntimeError, match="on purpose"), writing(engine) as session:
        session.add(_event("lost"))
        session.flush()
        raise RuntimeError("on purpose")
    with reading(engine) as session:
        assert session.scalars(select(Event.message)).all() == ["kept"]


def test_a_reading_block_sees_one_moment(engine: Engine) -> None:
    with reading(engine) as session:
        assert session.scalars(select(Event.message)).all() == []
        with writing(engine) as other:
            other.add(_event("later"))
        assert session.scalars(select(Event.message)).all() == []
    with reading(engine) as session:
        assert session.scalars(select(Event.message)).all() == ["later"]


def test_writers_wait_for_each_other(engine: Engine) -> None:
    """Each adds one to what it read: a lost update would leave the sum too small."""
    with writing(engine) as session:
        session.add(Site(code="a", name="a", url="http://a/", added_at=NOON, delay_seconds=0.0))

    def add() -> None:
        for _ in range(10):
            with writing(engine) as session:
                site = session.scalars(select(Site).with_for_update()).one()
                site.delay_seconds = (site.delay_seconds or 0) + 1

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert session.scalars(select(Site.delay_seconds)).one() == 40


def test_foreign_keys_and_states_are_guarded_by_the_database(engine: Engine) -> None:
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(SiteRun(harvest_id=1, site_id=1))
    with writing(engine) as session:
        session.add(Site(code="a", name="a", url="http://a/", added_at=NOON))
    with pytest.raises(IntegrityError, match="ck_harvests_state"), writing(engine) as session:
        session.execute(
            text("INSERT INTO harvests (kind, state, started_at) VALUES ('harvest', 'asleep', '2026-03-31 12:00:00')")
        )


def test_moments_are_aware_and_come_back_in_utc(engine: Engine) -> None:
    shanghai = timezone(timedelta(hours=8))
    with writing(engine) as session:
        session.add(Event(at=NOON.astimezone(shanghai), kind="test", message=""))
    with reading(engine) as session:
        found = session.scalars(select(Event.at)).one()
    assert found == NOON
    assert found.tzinfo is UTC or found.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="time zone"), writing(engine) as session:
        session.add(Event(at=NOON.replace(tzinfo=None), kind="test", message=""))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "expected a database URL"),
        ("mysql://a/b", "expected"),
        ("sqlite://", "expected a file"),
        ("sqlite:///:memory:", "expected a file"),
        ("postgresql+psycopg2://a/b", "nianbao\\[postgres\\]"),
    ],
)
def test_a_wrong_url_is_refused_with_what_was_expected(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnusable, match=words):
        open_database(url)


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    engine = open_database("postgresql+psycopg://user:hidden@127.0.0.1:1/name?connect_timeout=2")
    with pytest.raises(DatabaseUnusable, match=r"127\.0\.0\.1") as caught, reading(engine) as session:
        session.scalars(select(Event)).all()
    assert "hidden" not in str(caught.value)
    engine.dispose()


def test_a_file_that_is_no_database_names_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"these are not the bytes of a database at all" * 100)
    engine = open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseUnusable, match="nianbao rebuild"), reading(engine) as session:
        session.scalars(select(Event)).all()
    engine.dispose()


def test_another_program_s_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "notes.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (words TEXT)")
        connection.commit()
    with pytest.raises(DatabaseUnusable, match="'notes'"):
        migrate(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]


def test_sqlite_waits_for_a_writer_and_keeps_commits_through_a_power_loss(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.scalar(text(f"PRAGMA {name}")) for name in names] == ["wal", 2, 1, 30000]


def test_sqlite_keeps_what_a_statement_may_undo_in_memory_only_where_rows_are_added(sqlite_engine: Engine) -> None:
    def kept_in(session: Session) -> object:
        return session.scalar(text("PRAGMA temp_store"))

    default, memory = 0, 2
    with writing(sqlite_engine, in_memory=True) as session:
        assert kept_in(session) == memory
    with writing(sqlite_engine) as session:
        assert kept_in(session) == default
    with reading(sqlite_engine) as session:
        assert kept_in(session) == default


def test_every_revision_is_named_in_order() -> None:
    scripts = ScriptDirectory.from_config(migration_config()).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_sqlite_knows_how_its_rows_are_spread(sqlite_engine: Engine, new_run: Callable[..., tuple[int, int]]) -> None:
    def noted() -> dict[str, str]:
        with sqlite_engine.connect() as connection:
            return dict(connection.execute(text("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'sightings'")).all())  # type: ignore[arg-type]

    site_id, run_id = new_run(sqlite_engine)

    def add(count: int) -> None:
        rows = [
            {"site_id": site_id, "url": "u", "url_key": uuid4().hex, "first_seen_at": NOON, "last_seen_at": NOON, "last_run_id": run_id}
            for _ in range(count)
        ]  # fmt: skip
        with writing(sqlite_engine) as session:
            session.execute(insert(Sighting), rows)

    add(100)
    weigh(sqlite_engine)
    first = noted()
    assert first["ix_sightings_last_run_id"] == "100 100"
    add(10)
    weigh(sqlite_engine)
    assert noted() == first  # hardly more than before: not again
    add(100)
    weigh(sqlite_engine)
    assert noted()["ix_sightings_last_run_id"] == "210 210"


@pytest.mark.parametrize("block", [reading, writing])
def test_rows_that_nobody_took_are_let_go_of_with_the_block(
    engine: Engine, block: Callable[[Engine], AbstractContextManager[Session]]
) -> None:
    with writing(engine) as session:
        session.add_all(_event(str(number)) for number in range(3))
    with block(engine) as session:
        rows = selected(session, select(Event.message).order_by(Event.id), whole=False)
        assert next(rows).message == "0"
        if engine.dialect.name == "postgresql":
            assert session.scalar(text("SELECT count(*) FROM pg_cursors")) > 0
        begun_by = session.connection().connection.dbapi_connection
    assert list(rows) == []
    with reading(engine) as session:
        assert session.connection().connection.dbapi_connection is begun_by
        if engine.dialect.name == "postgresql":
            assert session.scalar(text("SELECT count(*) FROM pg_cursors")) == 0
        assert session.scalars(select(Event.message)).all() == ["0", "1", "2"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_plans_a_query_that_is_read_again_and_again_only_at_first(database_url: str) -> None:
    engine = open_database(database_url)
    for _ in range(15):  # prepared after five, planned for good after five more
        with reading(engine) as session:
            session.execute(select(Event).where(Event.id == 1)).all()
    with engine.connect() as connection:
        plans = connection.exec_driver_sql(
            "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%%FROM events%%'"
        )
        found = plans.scalars().all()
    engine.dispose()
    assert len(found) == 1 and found[0] > 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_keeps_its_plans_when_a_page_is_missing_or_its_reader_leaves(database_url: str) -> None:
    engine = open_database(database_url)
    read_much(engine)
    asked = select(Event.id).where(Event.id == 1)
    plans = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT events.id%'")
    kept: list[int | None] = []
    for error in (KeyError, GeneratorExit):
        with pytest.raises(error), reading(engine) as session:
            for _ in range(3):
                session.execute(asked).all()
            raise error
        with reading(engine) as session:
            kept.append(session.scalar(plans))
    with pytest.raises(DatabaseUnusable), reading(engine) as session:  # what the database itself refused is taken back
        session.execute(text("SELECT 1 / 0"))
    with reading(engine) as session:
        assert session.execute(asked).all() == []
    engine.dispose()
    assert kept == [1, 1]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_neither_compiles_a_page_s_queries_nor_shares_them_among_processes(database_url: str) -> None:
    engine = open_database(database_url)
    read_much(engine)
    with reading(engine) as session:
        found = [session.scalar(text(f"SHOW {name}")) for name in ("jit", "max_parallel_workers_per_gather")]
    engine.dispose()
    assert found == ["off", "0"]


def test_what_is_put_into_a_reading_block_is_not_kept(engine: Engine) -> None:
    with reading(engine) as session:
        session.add(_event("never"))
    with reading(engine) as session:
        assert session.scalars(select(Event)).all() == []


def test_numbers_of_any_size_are_asked_for_by_one_statement(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("one kind of whole number")
    read_much(engine)
    with reading(engine) as session:
        for number in (1, 70_000, 2**40) * 2:
            assert session.scalars(select(Site.id).where(Site.id == number)).all() == []
        kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM sites%WHERE sites.id = %'"
        assert session.scalar(text(kept)) == 1
        assert session.scalar(select(literal(10**25, Numeric))) == 10**25
        assert session.scalar(text("SELECT array_length(:some, 1)"), {"some": [1, 10**25]}) == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("of", "several"),
    [
        ("bigint", [1]),
        ("bigint", [-5, 2**40]),
        ("bigint", [1, None]),
        ("bigint", [[1, 2], [3, -4]]),
        ("bigint", []),
        ("numeric", [1, 10**25]),
        ("boolean", [True, False]),
        ("text", ["null", "", 'a"b', "a,b", "{}"]),
    ],
    ids=str,
)
def test_a_list_comes_to_the_database_as_it_is(database_url: str, of: str, several: list[object]) -> None:
    engine = open_database(database_url)
    read_much(engine)
    with reading(engine) as session:
        found = [session.scalar(text(f"SELECT CAST(:several AS {of}[])"), {"several": several}) for _ in range(3)]
    engine.dispose()
    assert found == [several] * 3
