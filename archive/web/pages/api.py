"""What an address asks for goes in, JSON or CSV comes out: the lists page by page, one report whole. openapi.py describes it.

A page of a list is `{"items": […], "next": 123}`; `below=123` gives what follows, and `next` is null at the end. The ledger's `next` is a text.
`format=csv` gives the same page as CSV, with `next` in the header `Nianbao-Next`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from urllib.parse import quote

from fastapi import Request
from sqlalchemy import func, select
from starlette.responses import Response

from archive import bookkeeping
from archive.bookkeeping import Place
from archive.coverage import OrganYear
from archive.database import reading
from archive.models import LARGEST, Organ, Region
from archive.organ_names import organs_named
from archive.search import hits_page
from archive.several import among_these
from archive.territories import territory_of
from archive.web.addresses import WrongAddress, asked, one_of, query_text, whole_number
from archive.web.openapi import ORGAN_FIELDS, PLACE, described
from archive.web.pages.downloads import LISTS, as_object, csv_line, plain, report_object
from archive.web.pages.search import asked_search
from archive.web.rendering import page, web_of

USUAL, MOST = 100, 1000
_MOST_NAMED, _MANY_ORGANS = 5000, 2000


def listed(request: Request, name: str) -> Response:
    """Reports, changes or findings, newest first, with the filters of their pages."""
    wanted, limit = LISTS[name], _limit(request)
    filters = replace(asked(request, **wanted.known).filters, limit=limit + 1)
    with reading(web_of(request).engine) as session:
        found = [as_object(line) for line in wanted.lines(session, filters)]
    return _paged(request, found, limit, wanted.key)


def searched(request: Request) -> Response:
    limit = _limit(request)
    wish, _ = asked_search(request)
    if not wish.words and not wish.conditions:
        raise WrongAddress("q", "", "q=政务新媒体, figures=requests.new_received.total > 100")
    with reading(web_of(request).engine) as session:
        found = hits_page(session, wish, limit)
    return _answer(request, [as_object(hit) for hit in found.hits], found.following)


def organs(request: Request) -> Response:
    """Oldest first: `below` is where the page before ended."""
    limit, after = _limit(request), whole_number(request, "below", 1, LARGEST)
    query = select(Organ, Region.name).outerjoin(Region, Region.code == Organ.region_code).order_by(Organ.id)
    with reading(web_of(request).engine) as session:
        if (words := query_text(request, "organ")) is not None:
            named = organs_named(session, words, _MOST_NAMED, after or 0)
            is_one = Organ.name.contains(words, autoescape=True) if named is None else among_these(Organ.id, named)
            query = query.where(is_one)
        if after is not None:
            query = query.where(Organ.id > after)
        if (code := query_text(request, "region")) is not None:
            inside = territory_of(session, code)
            theirs = select(Organ.id).where(inside.has(Organ.region_code) | inside.has_town())
            many = session.scalar(theirs.order_by(None).offset(_MANY_ORGANS).limit(1)) is not None
            # Of many the list itself leads to the next ones: then no index is to find all of the region and have them sorted.
            region_code = func.nullif(Organ.region_code, "") if many else Organ.region_code
            query = query.where(inside.has(region_code) | inside.has_town())
        rows = [
            {**{name: getattr(organ, name) for name in ORGAN_FIELDS}, "region": region}
            for organ, region in session.execute(query.limit(limit + 1))
        ]
    return _paged(request, rows, limit, "id")


def covered(request: Request) -> Response:
    """The ledger: `below` is the region in which the page before ended, and how many of its rows were seen."""
    limit, after = _limit(request), _place(request)
    region, year = query_text(request, "region"), whole_number(request, "year", 1900, 2200)
    web = web_of(request)
    with reading(web.engine) as session:
        found = bookkeeping.organ_years(session, web.now(), web.configuration.timezone, region, year, after)
        rows = list(islice(found, limit + 1))
    lines = [as_object(row) for row in rows[:limit]]
    return _answer(request, lines, _ended_at(rows[:limit], after) if len(rows) > limit else None)


def _place(request: Request) -> Place | None:
    text = query_text(request, "below")
    if text is None:
        return None
    if not re.fullmatch(PLACE, text):
        raise WrongAddress("below", text, "`next`: 330106.40")
    region, _, rows = text.rpartition(".")
    return Place(region or None, int(rows))


def _ended_at(rows: Sequence[OrganYear], after: Place | None) -> str:
    region = rows[-1].region
    seen = sum(row.region == region for row in rows)
    return f"{region or ''}.{seen + (after.rows if after is not None and after.region == region else 0)}"


def description(request: Request) -> Response:
    return _json(described(str(request.base_url).rstrip("/")))


def documentation(request: Request) -> Response:
    """The description as a page, made here: nothing is loaded from anywhere."""
    made = described(str(request.base_url).rstrip("/"))
    return page(request, "api.html", {"paths": made["paths"], "schemas": made["components"]["schemas"]})


def _limit(request: Request) -> int:
    return whole_number(request, "limit", 1, MOST) or USUAL


def _paged(request: Request, rows: list[dict[str, Any]], limit: int, key: str) -> Response:
    shown = rows[:limit]
    return _answer(request, shown, shown[-1][key] if len(rows) > limit else None)


def _answer(request: Request, rows: list[dict[str, Any]], following: int | str | None) -> Response:
    if one_of(request, "format", ("json", "csv")) != "csv":
        return _json({"items": rows, "next": following})
    lines = ["\ufeff"]
    if rows:
        lines += [csv_line(rows[0].keys()), *(csv_line(row.values()) for row in rows)]
    headers = {} if following is None else {"Nianbao-Next": quote(str(following))}
    return Response("".join(lines), media_type="text/csv; charset=utf-8", headers=headers)


def _json(content: Any) -> Response:
    return Response(json.dumps(content, ensure_ascii=False, default=plain), media_type="application/json")


ROUTES: tuple[tuple[str, Callable[..., Response]], ...] = (
    ("/api/openapi.json", description),
    ("/api/docs", documentation),
    ("/api/search", searched),
    ("/api/organs", organs),
    ("/api/coverage", covered),
    ("/api/reports/{sighting_id}", report_object),
)
