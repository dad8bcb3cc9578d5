"""Sites or organs in, the numbers of their newest reports or changes out, some at a time: what a narrowed list looks at, and how far it has to.

Of each site the index gives its newest; the newest of these are the newest of all. So a province's are found by as many steps as it has sites, and not by
as many as it has reports.
"""

# ruff: noqa: S608 - all that is put together here are constants
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Integer, bindparam, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import TextualSelect
from sqlalchemy.types import TypeEngine

from archive.database import selected_column
from archive.models import LARGEST, CurrentReading
from archive.several import NUMBERS, WORDS, among, in_one
from archive.statements import once

ALL_YEARS, NO_YEAR = "all", "none"
Year: TypeAlias = int | str
_MORE = 4  # times as many, or as far, when so many at once were not enough
_MOST = 10_000  # at once
# Whose numbers: current readings, their sightings (or, of all years, any sightings), those of readings that are not read, changes.
READINGS, SIGHTINGS, NOT_READ, CHANGES = "readings", "sightings", "not read", "changes"
_OWN = {
    READINGS: "current_readings.reading_id",
    SIGHTINGS: "sightings.id",
    NOT_READ: "sightings.id",
    CHANGES: "changes.id",
}
_YEARS = {READINGS: "year", SIGHTINGS: "year", NOT_READ: "year", CHANGES: "year_shown"}


def newest_of_sites(
    session: Session, kind: str, site_ids: Sequence[int], first: int, year: int | None = None, below: int = LARGEST
) -> Iterator[Sequence[int]]:
    """Of all years or of one."""
    newest, rest = _of_sites(session.get_bind().dialect.name, kind, year is not None)
    return _chunks(session, newest, rest, {"sites": list(site_ids), **_asked(year)}, first, below)


def newest_of_regions(
    session: Session, codes: Sequence[str], first: int, year: Year, below: int
) -> Iterator[Sequence[int]]:
    """Current readings by the region of their organ, or of their site where the organ has none: of all years, of one, or of those that name none."""
    newest, rest = _of_regions(session.get_bind().dialect.name, 0 if isinstance(year, int) else year)
    values = {"regions": list(codes), **_asked(year if isinstance(year, int) else None)}
    return _chunks(session, newest, rest, values, first, below)


def newest_of_organs(
    session: Session, kind: str, organ_ids: Sequence[int], first: int, year: int | None = None, below: int = LARGEST
) -> Iterator[Sequence[int]]:
    """Current readings, or the sightings of these, found in the organs' index alone: of all years, or of one and of those that name none. The index
    has them by organ: each time that it is asked it goes through all of theirs."""
    query, asked = _of_organs(session.get_bind().dialect.name, kind, year is not None), _asked(year)
    for found in ever_more(_asking_for(session, query, {"organs": list(organ_ids), **asked}), _MOST, below):
        yield from sliced(found, first)


def newest_of_all(session: Session, first: int, year: Year, below: int) -> Iterator[Sequence[int]]:
    """Current readings; of a year, or of those that name none, also readings that are current no more."""
    query = _of_all(session.get_bind().dialect.name, 0 if isinstance(year, int) else year)
    asked = _asked(year if isinstance(year, int) else None)
    return ever_more(_asking_for(session, query, asked), first, below)


def _asking_for(
    session: Session, query: TextualSelect, values: Mapping[str, Any]
) -> Callable[[int, int], Sequence[int]]:
    connection = session.connection()
    return lambda below, most: connection.execute(query, {**values, "below": below, "most": most}).scalar_one()


def current_among(session: Session, numbers: Sequence[int], conditions: Iterable[ColumnElement[bool]]) -> set[int]:
    """Which of these readings are current ones that fulfil it: a few bytes of each tell that, and the others need not be read."""
    query = select(CurrentReading.reading_id).where(among(CurrentReading.reading_id), *conditions)
    return set(selected_column(session, query, {"numbers": list(numbers)}))


def regions_between(session: Session, first: str, last: str, most: int) -> list[str] | None:
    """The regions that current readings are of, found without looking at each of these; None when they are more than so many."""
    asked = {"first": first, "last": last, "most": most + 1}
    if len(selected_column(session, _SITES_REGIONS, asked)) > most:  # of a nation's this is told at once
        return None
    found = selected_column(session, _REGIONS, asked)
    return list(found) if len(found) <= most else None


_SITES_REGIONS = text("SELECT DISTINCT region_code FROM sites WHERE region_code BETWEEN :first AND :last LIMIT :most")
_REGIONS = text(
    "WITH RECURSIVE found (code) AS (SELECT min(region) FROM current_readings WHERE region BETWEEN :first AND :last UNION ALL "
    "SELECT (SELECT min(region) FROM current_readings WHERE region > found.code AND region <= :last) FROM found WHERE found.code IS NOT NULL) "
    "SELECT code FROM found WHERE code IS NOT NULL LIMIT :most"
)


def _asked(year: int | None) -> dict[str, int]:
    return {} if year is None else {"year": year}


def _chunks(
    session: Session, newest: TextualSelect, rest: TextualSelect, values: Mapping[str, Any], length: int, below: int
) -> Iterator[Sequence[int]]:
    """The newest of each first. Then, when they were not enough, all down to a number that lies ever further below."""
    connection = session.connection()
    found = connection.execute(newest, {**values, "below": below, "most": length}).scalar_one()
    if found:
        yield found
    if len(found) < length:
        return
    below, span = found[-1], max(length, found[0] - found[-1])
    while below > 1:
        span *= _MORE
        asked = {**values, "below": below, "least": max(1, below - span), "most": _MOST}
        found = connection.execute(rest, asked).scalar_one()
        yield from sliced(found, length * _MORE)
        below = found[-1] if len(found) == _MOST else asked["least"]


def sliced(numbers: Sequence[int], length: int) -> Iterator[Sequence[int]]:
    """The first few, and then ever more of them."""
    while numbers:
        yield numbers[:length]
        numbers, length = numbers[length:], length * _MORE


def ever_more(ask: Callable[[int, int], Sequence[int]], first: int, below: int = LARGEST) -> Iterator[Sequence[int]]:
    """`ask` gives so many numbers below one, the largest first: the first few of all, and then more at a time, up to so many, to the end."""
    length = first
    while True:
        found = ask(below, length)
        if found:
            yield found
        if len(found) < length:
            return
        below, length = found[-1], min(length * _MORE, _MOST)


@once
def _of_sites(dialect: str, kind: str, of_year: bool) -> tuple[TextualSelect, TextualSelect]:
    own = _OWN[kind]
    key = "current_readings.sighting_id" if kind == NOT_READ or (kind == SIGHTINGS and of_year) else own
    narrowed = f"AND one.{_YEARS[kind]} = :year" if of_year else ""
    if kind == NOT_READ:  # in the words of its index
        narrowed += " AND NOT one.is_read" if dialect == "postgresql" else " AND one.is_read = 0"
    return _newest_and_rest(dialect, ("site_id", "sites"), key, own, narrowed, of_year)


@once
def _of_regions(dialect: str, year: Year) -> tuple[TextualSelect, TextualSelect]:
    without: Mapping[Year, str] = {ALL_YEARS: "", NO_YEAR: "AND one.year IS NULL"}
    own = _OWN[READINGS]
    narrowed = without.get(year, "AND one.year = :year")
    return _newest_and_rest(dialect, ("region", "regions"), own, own, narrowed, year not in without)


def _newest_and_rest(
    dialect: str, by: tuple[str, str], key: str, own: str, narrowed: str, of_year: bool
) -> tuple[TextualSelect, TextualSelect]:
    """Of each of the values given the newest numbers, and of all of them the newest; and all down to a number. `own` is where the number is the row's own
    key."""
    (column, name), (table, number) = by, key.split(".")
    below = f"one.{column} = of.value {narrowed} AND one.{number} < :below"
    down_to, of_table = f"{below} AND one.{number} >= :least", f"SELECT one.{number} FROM {table} AS one WHERE"
    of_one = f"{of_table} {below} ORDER BY one.{number} DESC LIMIT :most"
    if dialect == "postgresql":
        # An offset of nothing keeps the one from being joined to the other in an order of its own: by the numbers all rows between them.
        each = f"SELECT found.{number} FROM unnest(:{name}) AS of (value) CROSS JOIN LATERAL ({{}}) AS found ORDER BY found.{number} DESC LIMIT :most"
        newest, rest = each.format(of_one), each.format(f"{of_table} {down_to} OFFSET 0")
    else:  # which has no LATERAL: the table that has the number as its own key is looked at once more
        mine, its = own.split(".")
        newest = f"SELECT there.{its} FROM json_each(:{name}) AS of CROSS JOIN {mine} AS there WHERE there.{its} IN ({of_one}) ORDER BY there.{its} DESC LIMIT :most"
        # A sum is no index's order: the list itself would be walked until it has met enough of them.
        rest = f"SELECT one.{number} FROM json_each(:{name}) AS of CROSS JOIN {table} AS one WHERE {down_to} ORDER BY one.{number} + 0 DESC LIMIT :most"
    names = (name, "year") if of_year else (name,)
    return _asking(dialect, newest, names), _asking(dialect, rest, (*names, "least"))


@once
def _of_organs(dialect: str, kind: str, of_year: bool) -> TextualSelect:
    key = "sighting_id" if kind == SIGHTINGS else "id"
    organs = "= ANY (:organs)" if dialect == "postgresql" else "IN (SELECT value FROM json_each(:organs))"
    year = "AND (year = :year OR year IS NULL)" if of_year else ""
    current = "current" if dialect == "postgresql" else "current = 1"
    # A sum is no index's order: the list itself would be walked until it has met enough of them.
    said = f"SELECT {key} FROM readings WHERE organ_id {organs} {year} AND {current} AND {key} + 0 < :below ORDER BY {key} + 0 DESC LIMIT :most"
    return _asking(dialect, said, ("organs", *_asked(0 if of_year else None)))


@once
def _of_all(dialect: str, year: Year) -> TextualSelect:
    if year == ALL_YEARS:
        said = "SELECT reading_id FROM current_readings WHERE reading_id < :below ORDER BY reading_id DESC LIMIT :most"
        return _asking(dialect, said, ())
    # The year, which is the same in all that are found, stands in the order since it does in the index: PostgreSQL would rather walk the readings
    # of all years, as if these were mixed evenly.
    of_year, names = ("IS NULL", ()) if year == NO_YEAR else ("BETWEEN :year AND :year", ("year",))
    said = f"SELECT id FROM readings WHERE year {of_year} AND id < :below ORDER BY year DESC, id DESC LIMIT :most"
    return _asking(dialect, said, names)


def _asking(dialect: str, said: str, names: Iterable[str]) -> TextualSelect:
    types: dict[str, TypeEngine[Any]] = {
        "year": Integer(),
        "below": BigInteger(),
        "most": BigInteger(),
        "least": BigInteger(),
        "regions": WORDS,
    }
    values = (bindparam(name, type_=types.get(name, NUMBERS)) for name in (*names, "below", "most"))
    return in_one(dialect, said).bindparams(*values)
