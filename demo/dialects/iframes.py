"""Lists in an <iframe>: the column's page holds only a frame of the same site, and the frame turns its own pages."""

from __future__ import annotations

from functools import partial

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.shelf import Leaf, plain_rows
from demo.site import Column, Site

PER_PAGE = 15


def _frame_path(site: Site, column: Column, number: int) -> str:
    mark = f"_{number}" if number > 1 else ""
    return f"/iframe/list_{addresses.column_number(site, column, 500)}{mark}.html"


def list_routes(site: Site, column: Column) -> Routes:
    cut = pages.pages_of(site, column, PER_PAGE)
    routes: Routes = {addresses.folder(site, column): partial(_outer, site, column)}
    for number, articles in enumerate(cut, 1):
        leaf = Leaf(site, column, articles, number, len(cut))
        routes[_frame_path(site, column, number)] = partial(_inner, leaf)
    return routes


def _outer(site: Site, column: Column, _: Request) -> Response:
    frame = f'<iframe src="{_frame_path(site, column, 1)}" width="100%" height="900" frameborder="0" scrolling="no"></iframe>'
    return pages.listing(site, DIALECT, column, frame)


def _inner(leaf: Leaf, _: Request) -> Response:
    """A page without head, navigation or title of its own."""
    following = f'<a href="{_frame_path(leaf.site, leaf.column, leaf.number + 1).rpartition("/")[2]}">下一页</a>'
    pager = f"<div>第{leaf.number}页/共{leaf.total}页 {following if leaf.number < leaf.total else ''}</div>"
    text = f'<html><head><base target="_blank"></head><body>{plain_rows(leaf, addresses.pnidpv)}{pager}</body></html>'
    return Response(pages.encoded(leaf.site, text), pages.media_type(leaf.site))


DIALECT = Dialect(
    name="iframes",
    column_path=addresses.folder,
    article_path=addresses.pnidpv,
    attachment_path=addresses.beside(addresses.pnidpv),
    list_routes=list_routes,
    container='<div class="pub-det-content">{}</div>'.format,
    ways=("mixed", "tabs", "years", "organs", "astray"),
)
