"""TRS WAS: the list is a search, `/was5/web/search?channelid=200123&page=2`, pages from 1, HTML."""

from __future__ import annotations

from functools import partial

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import cut, whole
from demo.interfaces import pages as page_count
from demo.shelf import Leaf, plain_rows
from demo.site import Column, Site

PER_PAGE = 15


def _channel(site: Site, column: Column) -> int:
    return addresses.column_number(site, column, 200000)


def column_path(site: Site, column: Column) -> str:
    if site.children(column.key):
        return addresses.folder(site, column)
    return f"/was5/web/search?channelid={_channel(site, column)}"


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): partial(_show, site, column)}


def _show(site: Site, column: Column, request: Request) -> Response:
    articles = site.listed(column)
    number, total = whole(request.query.get("page", ""), 1), page_count(len(articles), PER_PAGE)
    leaf = Leaf(site, column, cut(articles, number, PER_PAGE), number, total)
    following = f'<a class="next-page" href="search?channelid={_channel(site, column)}&page={number + 1}">下一页</a>'
    pager = f'<div class="page">共{leaf.count}条记录 第{number}/{total}页 {following if number < total else ""}</div>'
    return pages.listing(site, DIALECT, column, plain_rows(leaf, addresses.t_date) + pager)


DIALECT = Dialect(
    name="trs_was",
    column_path=column_path,
    article_path=addresses.t_date,
    attachment_path=addresses.beside(addresses.t_date),
    list_routes=list_routes,
    container='<div class="TRS_Editor">{}</div>'.format,
    ways=("mixed", "tabs", "years", "organs", "astray"),
)
