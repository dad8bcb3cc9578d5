"""Sites or organs in, the numbers of their newest reports or changes out, some at a time: what a narrowed list looks at, and how far it has to.

Of each site the index gives its newest; the newest of these are the newest of all. So a province's are found by as many steps as it has sites, and not by
as many as it has reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, TextClause, bindparam, text
from sqlalchemy.orm import Session

from archive.listings.numbers import NUMBERS
from archive.models import LARGEST
from archive.statements import once

_THEN = 8  # times as many, when so many at once were not enough
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
) -> Iterator[list[int]]:
    """Of all years or of one."""
    query = _of_sites(session.get_bind().dialect.name, kind, year is not None)
    return _chunks(session, query, {"sites": list(site_ids), **_asked(year)}, first, below)


def newest_of_organs(
    session: Session, kind: str, organ_ids: Sequence[int], first: int, year: int | None = None, below: int = LARGEST
) -> Iterator[list[int]]:
    """Current readings, or the sightings of these, found in the organs' index alone: of all years, or of one and of those that name none."""
    query = _of_organs(session.get_bind().dialect.name, kind, year is not None)
    return _chunks(session, query, {"organs": list(organ_ids), **_asked(year)}, first, below)


def _asked(year: int | None) -> dict[str, int]:
    return {} if year is None else {"year": year}


def _chunks(session: Session, query: Any, values: Mapping[str, Any], length: int, below: int) -> Iterator[list[int]]:
    connection = session.connection()
    while True:
        found = list(connection.execute(query, {**values, "below": below, "most": length}).scalars())
        if found:
            yield found
        if len(found) < length:
            return
        below, length = found[-1], length * _THEN


@once
def _of_sites(dialect: str, kind: str, of_year: bool) -> TextClause:
    own = _OWN[kind]
    key = "current_readings.sighting_id" if kind == NOT_READ or (kind == SIGHTINGS and of_year) else own
    table, column = key.split(".")
    narrowed = f"AND one.{_YEARS[kind]} = :year" if of_year else ""
    if kind == NOT_READ:  # in the words of its index
        narrowed += " AND NOT one.is_read" if dialect == "postgresql" else " AND one.is_read = 0"
    newest = f"SELECT one.{column} FROM {table} AS one WHERE one.site_id = site.value {narrowed} AND one.{column} < :below ORDER BY one.{column} DESC LIMIT :most"  # noqa: S608 - constants
    if dialect == "postgresql":
        return _asking(
            f"SELECT found.{column} FROM unnest(:sites) AS site (value) CROSS JOIN LATERAL ({newest}) AS found "  # noqa: S608
            f"ORDER BY found.{column} DESC LIMIT :most",
            ("sites", *_asked(0 if of_year else None)),
        )
    # SQLite has no LATERAL: the table that has the number as its own key is looked at once more.
    table, column = own.split(".")
    return _asking(
        f"SELECT there.{column} FROM json_each(:sites) AS site CROSS JOIN {table} AS there WHERE there.{column} IN ({newest}) "  # noqa: S608
        f"ORDER BY there.{column} DESC LIMIT :most",
        ("sites", *_asked(0 if of_year else None)),
    )


@once
def _of_organs(dialect: str, kind: str, of_year: bool) -> TextClause:
    key = "sighting_id" if kind == SIGHTINGS else "id"
    organs = "= ANY (:organs)" if dialect == "postgresql" else "IN (SELECT value FROM json_each(:organs))"
    year = "AND (year = :year OR year IS NULL)" if of_year else ""
    current = "current" if dialect == "postgresql" else "current = 1"
    # A sum is no index's order: the list itself would be walked until it has met enough of them.
    said = f"SELECT {key} FROM readings WHERE organ_id {organs} {year} AND {current} AND {key} + 0 < :below ORDER BY {key} + 0 DESC LIMIT :most"  # noqa: S608
    return _asking(said, ("organs", *_asked(0 if of_year else None)))


def _asking(said: str, names: Iterable[str]) -> TextClause:
    types = {"year": Integer(), "below": BigInteger(), "most": BigInteger()}
    return text(said).bindparams(
        *(bindparam(name, type_=types.get(name, NUMBERS)) for name in (*names, "below", "most"))
    )
