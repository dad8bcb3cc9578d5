"""What the lists' own interfaces have in common: a request's words go in; the column, the page and JSON come out."""

from __future__ import annotations

import json
from collections.abc import Callable

from demo.dialect import Request, Response
from demo.site import Article, Column, Site


def asked(request: Request) -> dict[str, str]:
    """What the address and the form of the body say."""
    return {**request.query, **request.form}


def column_of(site: Site, name: Callable[[Site, Column], object], value: str) -> Column | None:
    """The column that bears this name in the family's own numbering."""
    return next((column for column in site.columns if str(name(site, column)) == value), None)


def listed(site: Site, column: Column | None) -> tuple[Article, ...]:
    return () if column is None else site.listed(column)


def whole(text: str, otherwise: int) -> int:
    """The positive number asked for; what is no such number counts as not asked."""
    return int(text) if text.isdigit() and int(text) > 0 else otherwise


def cut(articles: tuple[Article, ...], number: int, size: int) -> tuple[Article, ...]:
    """Page `number`, counted from 1."""
    return articles[(number - 1) * size : number * size] if number > 0 else ()


def pages(count: int, size: int) -> int:
    return max(1, -(-count // size))


def as_json(value: object) -> Response:
    return Response(json.dumps(value, ensure_ascii=False).encode(), "application/json;charset=UTF-8")
