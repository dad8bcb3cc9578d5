"""Hanweb JCMS servers that do not answer as they are asked: one heeds only `page`, one gives few records at a time, one gives none, one always
the first page, and one that chains `<nextgroup>` links relative to the script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from demo import pages
from demo.dialect import Dialect, Handler, Request, Response, Routes
from demo.dialects import jcms
from demo.interfaces import asked, column_of, cut, listed, whole
from demo.interfaces import pages as page_count
from demo.site import Article, Column, Site

PER_PAGE = 15
SMALL = 6  # what the sparing server gives at most
CHAINED_PROXY = "/module/jslib/jquery/jpage/dataproxy.jsp"
Records = Callable[
    [Site, Column | None, dict[str, str]], tuple[tuple[Article, ...], str]
]  # the articles, and the next group


def _by_page(site: Site, column: Column | None, said: dict[str, str]) -> tuple[tuple[Article, ...], str]:
    return cut(listed(site, column), whole(said.get("page", ""), 1), PER_PAGE), ""


def _sparing(site: Site, column: Column | None, said: dict[str, str]) -> tuple[tuple[Article, ...], str]:
    first = whole(said.get("startrecord", ""), 1)
    last = min(whole(said.get("endrecord", ""), first + SMALL - 1), first + SMALL - 1)
    return listed(site, column)[first - 1 : last], ""


def _empty(site: Site, column: Column | None, said: dict[str, str]) -> tuple[tuple[Article, ...], str]:
    return (), ""


def _first(site: Site, column: Column | None, said: dict[str, str]) -> tuple[tuple[Article, ...], str]:
    return cut(listed(site, column), 1, PER_PAGE), ""


def _chained(site: Site, column: Column | None, said: dict[str, str]) -> tuple[tuple[Article, ...], str]:
    number = whole(said.get("page", ""), 1)
    articles = listed(site, column)
    more = column is not None and number < page_count(len(articles), PER_PAGE)
    link = (
        f'<a href="./dataproxy.jsp?page={number + 1}&{jcms.parameters(site, column)}"></a>' if more and column else ""
    )
    return cut(articles, number, PER_PAGE), f"<nextgroup><![CDATA[{link}]]></nextgroup>" if link else ""


def _answer(site: Site, records: Records, request: Request) -> Response:
    said = asked(request)
    column = column_of(site, jcms.column_number, said.get("columnid", ""))
    articles, group = records(site, column, said)
    count = len(listed(site, column))
    text = "\n".join(jcms.record(site, article) for article in articles)
    return Response(
        pages.encoded(
            site,
            f"<datastore>{group}<totalrecord>{count}</totalrecord><totalpage>{page_count(count, PER_PAGE)}</totalpage>"
            f"<recordset>\n{text}\n</recordset></datastore>",
        ),
        pages.media_type(site, "text/xml"),
    )


def _family(name: str, records: Records, per_page: int = PER_PAGE, inline: int | None = None) -> Dialect:
    """`inline` records stand in the page; without it, as many as a page has."""
    proxy = CHAINED_PROXY if records is _chained else jcms.PROXY
    made: Dialect

    def show(site: Site, column: Column, _: Request) -> Response:
        store = jcms.Store(
            proxy, per_page, per_page if inline is None else inline, start=2 if records is _chained else 1
        )
        # A stray attribute, as some templates have it in every row.
        text = jcms.store(site, column, store).replace("<li>", "<li style=<br/>")
        return pages.listing(site, made, column, text)

    def list_routes(site: Site, column: Column) -> Routes:
        page: Handler = partial(show, site, column)
        return {jcms.column_path(site, column): page}

    def out_of_reach(site: Site) -> frozenset[int]:
        """Where every page is the first: all that stands behind it."""
        if records is not _first:
            return frozenset()
        leaves = (column for column in site.columns if not site.children(column.key))
        return frozenset(article.number for column in leaves for article in site.listed(column)[per_page:])

    made = replace(
        jcms.DIALECT,
        out_of_reach=out_of_reach,
        name=name,
        list_routes=list_routes,
        routes=lambda site: {proxy: partial(_answer, site, records)},
    )
    return made


DIALECTS = (
    _family("jcms_pages", _by_page),
    _family("jcms_sparing", _sparing, per_page=SMALL),
    _family("jcms_inline", _empty, inline=10_000),
    _family("jcms_stuck", _first),
    _family("jcms_chained", _chained),
)
