"""Inner Mongolia: a directory by query, `/zwgk/?gk=3&cid=16280&page=2`; a row's address stands in data-url, its href leads nowhere."""

from __future__ import annotations

from functools import partial
from html import escape

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import cut, whole
from demo.interfaces import pages as page_count
from demo.site import Column, Site

PER_PAGE = 15


def column_path(site: Site, column: Column) -> str:
    if site.children(column.key):
        return addresses.folder(site, column)
    return f"/xxgk/?gk=3&cid={addresses.column_number(site, column, 16200)}"


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): partial(_show, site, column)}


def _show(site: Site, column: Column, request: Request) -> Response:
    articles = site.listed(column)
    number, total = whole(request.query.get("page", ""), 1), page_count(len(articles), PER_PAGE)
    rows = "".join(
        f'<li><a href="javascript:void(0)" data-url="{addresses.dated_folder(site, article)}" title="{escape(article.title)}">'
        f"{escape(article.title)}</a><span>{article.published:%Y-%m-%d}</span></li>\n"
        for article in cut(articles, number, PER_PAGE)
    )
    following = f'<a href="{column_path(site, column)}&page={number + 1}">下一页</a>'
    pager = f'<div class="page">共{len(articles)}条 {number}/{total} {following if number < total else ""}</div>'
    return pages.listing(site, DIALECT, column, f'<ul class="gk-list">\n{rows}</ul>{pager}')


DIALECT = Dialect(
    name="neimenggu",
    column_path=column_path,
    article_path=addresses.dated_folder,
    attachment_path=addresses.beside(addresses.dated_folder),
    list_routes=list_routes,
    container='<div class="article-content">{}</div>'.format,
    ways=("mixed", "tabs", "years", "organs", "astray"),
)
