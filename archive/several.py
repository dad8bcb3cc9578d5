"""Numbers or words in, the condition out that a row has one of them: as one value, so that each database plans the query once however many there are.

A list's ten joins take a database longer to plan than to do for a page's rows. Of thousands of numbers that a query finds, each as a row takes longer to
be handed over than to be found: they come as one value, too.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, JSON, BigInteger, ColumnElement, String, bindparam, column, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import TextualSelect
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import NullType, TypeEngine

NUMBERS = ARRAY(BigInteger).with_variant(JSON(), "sqlite")
WORDS = ARRAY(String).with_variant(JSON(), "sqlite")


class one_of_several(GenericFunction[Any]):  # noqa: N801 - reads as a function
    type = NullType()  # of a Boolean SQLite would be asked whether it is 1, and take no index for it
    inherit_cache = True


@compiles(one_of_several, "postgresql")
def _any(element: one_of_several, compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} = ANY ({numbers}))"


@compiles(one_of_several, "sqlite")
def _in(element: one_of_several, compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(clause, **more) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"  # noqa: S608 - a column's name and a value's place


class one_of_many(one_of_several):  # noqa: N801 - reads as a function
    """For a condition that no index is asked for: PostgreSQL would go through all of the numbers for each row, as it plans without knowing them."""

    inherit_cache = True


@compiles(one_of_many, "postgresql")
def _looked_up(element: one_of_many, compiler: Any, **more: Any) -> str:
    column, numbers = (compiler.process(clause, **more) for clause in element.clauses)
    return f"(({column} IN (SELECT unnest({numbers}))) IS TRUE)"


def among(column: Any, name: str = "numbers", several: TypeEngine[Any] = NUMBERS) -> ColumnElement[bool]:
    """That it is one of those given as the value of this name."""
    return one_of_several(column, bindparam(name, type_=several))


def among_many(column: Any, name: str) -> ColumnElement[bool]:
    """The same, of rows that something else has found."""
    return one_of_many(column, bindparam(name, type_=NUMBERS))


def among_these(column: Any, numbers: Collection[int]) -> ColumnElement[bool]:
    return one_of_several(column, bindparam(None, list(numbers), type_=NUMBERS, unique=True))


def in_one(dialect: str, query: str) -> TextualSelect:
    """A query that gives numbers in an order, as one that gives a list of them."""
    if dialect == "postgresql":
        one = f"SELECT ARRAY({query})"
    else:
        one = f"WITH found (number) AS ({query}) SELECT json_group_array(number) FROM found"  # noqa: S608 - a query made of constants
    return text(one).columns(column("numbers", NUMBERS))
