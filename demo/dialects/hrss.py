"""ASP.NET as in Yunnan's human resources: `InfoPublic.aspx?cid=1019&pid=971&page=2&kw=`; articles by query too."""

from __future__ import annotations

from functools import partial
from html import escape

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import cut, whole
from demo.interfaces import pages as page_count
from demo.site import Article, Column, Site

PER_PAGE = 15


def _cid(site: Site, column: Column) -> int:
    return 1000 + site.columns.index(column)


def column_path(site: Site, column: Column) -> str:
    return f"/InfoPublic.aspx?cid={_cid(site, column)}&pid=971"


def article_path(site: Site, article: Article) -> str:
    return f"/NewsView.aspx?NewsID={article.number}&CID={_cid(site, site.column(article.column))}"


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): partial(_show, site, column)}


def _show(site: Site, column: Column, request: Request) -> Response:
    articles = site.listed(column)
    number, total = whole(request.query.get("page", ""), 1), page_count(len(articles), PER_PAGE)
    rows = "".join(
        f'<tr><td><a href="{escape(article_path(site, article).removeprefix("/"))}">{escape(article.title)}</a></td>'
        f"<td>{article.published:%Y/%m/%d}</td></tr>\n"
        for article in cut(articles, number, PER_PAGE)
    )
    links = "".join(
        f'<a href="InfoPublic.aspx?cid={_cid(site, column)}&amp;pid=971&amp;page={to}&amp;kw=">{word}</a> '
        for word, to in (("上一页", number - 1), ("下一页", number + 1))
        if 1 <= to <= total
    )
    return pages.listing(site, DIALECT, column, f"<table>\n{rows}</table><div>第{number}页 共{total}页 {links}</div>")


DIALECT = Dialect(
    name="hrss",
    column_path=column_path,
    article_path=article_path,
    attachment_path=addresses.in_store,
    list_routes=list_routes,
    container='<div class="detail-content">{}</div>'.format,
    volatile=True,
    ways=("mixed", "tabs", "years", "organs", "astray"),
)
