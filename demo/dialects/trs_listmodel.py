"""Fujian's TRS: static pages up to maxStaticIndex with rows in the page, then `list2.trsapi` gives JSON to an Avalon template."""

from __future__ import annotations

from functools import partial

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import as_json, cut, whole
from demo.interfaces import pages as page_count
from demo.shelf import Leaf, plain_rows
from demo.site import Column, Site

PER_PAGE = 10
MOST_STATIC = 1  # the static pages' last index: index.htm and index_1.htm lie ready


def _path(site: Site, column: Column, index: int) -> str:
    return f"{addresses.folder(site, column)}index{f'_{index}' if index else ''}.htm"


def list_routes(site: Site, column: Column) -> Routes:
    articles = site.listed(column)
    total = page_count(len(articles), PER_PAGE)
    routes: Routes = {
        _path(site, column, index): partial(
            _show, Leaf(site, column, cut(articles, index + 1, PER_PAGE), index + 1, total)
        )
        for index in range(min(total, MOST_STATIC + 1))
    }
    routes[addresses.folder(site, column)] = routes[_path(site, column, 0)]
    routes[f"{addresses.folder(site, column)}list2.trsapi"] = partial(_records, site, column)
    return routes


def _show(leaf: Leaf, _: Request) -> Response:
    template = '<li ms-repeat="docs"><a ms-attr-href="el.url" ms-attr-title="el.title">{{el.title}}</a></li>'
    script = (
        "<script>require(['list2.trsapi'],function(){listModel({"
        f"maxStaticIndex:{MOST_STATIC},pageIndex:{leaf.number - 1},api:'./list2.trsapi',"
        f"pagebar:{{prepage:{PER_PAGE},recordCount:'{leaf.count}'}}}})}});</script>"
    )
    rows = plain_rows(leaf, addresses.dashed_day)
    return pages.listing(
        leaf.site, DIALECT, leaf.column, f'{rows}<ul ms-controller="list" class="gl-ul">{template}</ul>{script}'
    )


def _records(site: Site, column: Column, request: Request) -> Response:
    """`?page=3&prepage=10`: pages from 1."""
    number, size = whole(request.query.get("page", ""), 1), min(whole(request.query.get("prepage", ""), PER_PAGE), 50)
    docs = [
        {"title": article.title, "url": addresses.dashed_day(site, article), "time": f"{article.published:%Y-%m-%d}"}
        for article in cut(site.listed(column), number, size)
    ]
    return as_json({"recordCount": len(site.listed(column)), "page": number, "docs": docs})


DIALECT = Dialect(
    name="trs_listmodel",
    column_path=addresses.folder,
    article_path=addresses.dashed_day,
    attachment_path=addresses.beside(addresses.dashed_day),
    list_routes=list_routes,
    container='<div class="xl-content TRS_UEDITOR">{}</div>'.format,
    conditional=True,
)
