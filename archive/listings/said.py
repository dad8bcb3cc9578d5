"""Filters in, the numbers of the few findings that say what is asked for out: when they are few, they are looked at sooner than a list is walked to them."""

# ruff: noqa: S608 - all that is put together here are constants
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, String, bindparam, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import TextClause, TextualSelect
from sqlalchemy.types import TypeEngine

from archive.database import selected_column
from archive.listings.filters import Filters, is_narrow
from archive.models import FindingRow
from archive.several import NUMBERS, in_one
from archive.statements import once
from reports.model import Outcome, Severity

FEW, _RARE, _MOST_FEW = 2000, 200, 10_000  # so many, or one in so many of all there are, up to so many
_NEWEST = select(func.max(FindingRow.id))


def few_that_say(session: Session, filters: Filters, last: int) -> Sequence[int] | None:
    """The findings that say what is asked for, of readings down from this one, the newest first: those of the sites and the year alone. None when
    nothing is asked, or when they are many, wherever they are."""
    if (filters.kind, filters.outcome, filters.severity) == (None, None, None):
        return None
    newest, dialect = selected_column(session, _NEWEST)[0] or 0, session.get_bind().dialect.name
    asked: dict[str, Any] = {
        "outcomes": (filters.outcome,) if filters.outcome else [one.value for one in Outcome],
        "severities": (filters.severity,) if filters.severity else [one.value for one in Severity],
        "last": last,
    }
    sites = filters.site_ids if is_narrow(filters) else None
    may_be_asked = {"kind": filters.kind, "sites": sites, "year": filters.year}
    also = {name: value for name, value in may_be_asked.items() if value is not None}
    few = min(max(FEW, newest // _RARE), _MOST_FEW)
    if selected_column(session, _more_that_say(dialect, "kind" in also), {**asked, "few": few, "kind": filters.kind}):
        return None
    found: Sequence[int] = selected_column(session, _that_say(dialect, frozenset(also)), {**asked, **also})[0]
    return found


@once
def _more_that_say(dialect: str, of_rule: bool) -> TextClause:
    """Whether there are more than so many."""
    names = ("few", "kind") if of_rule else ("few",)
    return text(f"SELECT id {_saying(dialect, of_rule)} LIMIT 1 OFFSET :few").bindparams(*_values(names))


@once
def _that_say(dialect: str, of: frozenset[str]) -> TextualSelect:
    """What says so is found first, and its readings then looked up: databases do not know how few say so, and would read all of these."""
    conditions = [condition for name, condition in _THERE[dialect].items() if name in of]
    readings = f"SELECT reading_id FROM current_readings WHERE {' AND '.join([_IN_SAID[dialect], *conditions])}"
    there = f"WHERE (reading_id IN ({readings})) IS TRUE" if conditions else ""
    saying = f"SELECT reading_id, id {_saying(dialect, 'kind' in of)}"
    query = f"WITH said AS MATERIALIZED ({saying}) SELECT id FROM said {there} ORDER BY reading_id DESC, id DESC"
    return in_one(dialect, query).bindparams(*_values(of))


_IN_SAID = {
    "postgresql": "reading_id = ANY (ARRAY(SELECT reading_id FROM said))",
    "sqlite": "reading_id IN (SELECT reading_id FROM said)",
}
_THERE = {
    "postgresql": {"sites": "(site_id IN (SELECT unnest(:sites))) IS TRUE", "year": "year = :year"},
    "sqlite": {"sites": "+site_id IN (SELECT value FROM json_each(:sites))", "year": "+year = :year"},
}


def _saying(dialect: str, of_rule: bool) -> str:
    """In the words of its index (archive.models.SAYING); unless it is told that these leave all of them SQLite might go by the numbers."""
    said, number = ("likely(id > 0)", "+reading_id") if dialect == "sqlite" else ("id > 0", "reading_id")
    rule = "AND rule = :kind" if of_rule else ""
    return (
        f"FROM findings WHERE {said} AND outcome IN :outcomes AND severity IN :severities {rule} AND {number} <= :last"
    )


def _values(names: Iterable[str]) -> list[BindParameter[Any]]:
    several: list[BindParameter[Any]] = [bindparam(name, expanding=True) for name in ("outcomes", "severities")]
    return [*several, *(bindparam(name, type_=_TYPES[name]) for name in ("last", *names))]


_TYPES: Mapping[str, TypeEngine[Any]] = {
    "last": BigInteger(),
    "few": BigInteger(),
    "kind": String(),
    "sites": NUMBERS,
    "year": Integer(),
}
