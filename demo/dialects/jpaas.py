"""Hanweb jpaas: the column's page names webId, pageId, tplSetId and tagId; an interface builds each page of the list as HTML inside JSON."""

from __future__ import annotations

import json
from functools import partial
from html import escape

from demo import addresses, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import as_json, column_of, cut, listed, whole
from demo.site import Article, Column, Site

PER_PAGE = 15
BUILD = "/api-gateway/jpaas-publish-server/front/page/build/unit"
TAG = "列表"


def column_path(site: Site, column: Column) -> str:
    return f"/col/col{addresses.column_number(site, column, 1487000)}/index.html"


def article_path(site: Site, article: Article) -> str:
    return f"/art/{article.filed.year}/art_{addresses.hexadecimal(site, article.number)}.html"


def _page_id(site: Site, column: Column) -> str:
    return addresses.hexadecimal(site, "page", column.key)


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): partial(_shell, site, column)}


def _shell(site: Site, column: Column, _: Request) -> Response:
    query = (
        f"{{'webId':'{_web_id(site)}','pageId':'{_page_id(site, column)}','tplSetId':'{_template(site)}',"
        f"'tagId':'{TAG}','parseType':'bulidstatic','pageType':'column'}}"
    )
    text = (
        f'<div id="{TAG}" class="page-content"></div>\n'
        f'<script src="/script/build.js" url="{BUILD}" queryData="{query}" pageSize="{PER_PAGE}"></script>'
    )
    return pages.listing(site, DIALECT, column, text)


def routes(site: Site) -> Routes:
    return {BUILD: partial(_build, site)}


def _web_id(site: Site) -> str:
    return addresses.hexadecimal(site, "web")


def _template(site: Site) -> str:
    return addresses.hexadecimal(site, "template")


def _build(site: Site, request: Request) -> Response:
    """Pages are turned by paramJson alone; a pageNo beside it is not heard."""
    asked = request.query
    column = column_of(site, _page_id, asked.get("pageId", ""))
    if column is None or asked.get("webId") != _web_id(site) or asked.get("tplSetId") != _template(site):
        return as_json({"success": False, "code": "500", "message": "页面不存在", "data": None})
    try:
        page = json.loads(asked.get("paramJson") or "{}")
    except ValueError:
        page = {}
    number = whole(str(page.get("pageNo", "1")), 1)
    size = min(whole(str(page.get("pageSize", PER_PAGE)), PER_PAGE), 100)
    articles = listed(site, column)
    rows = "".join(
        f'<li><a href="{article_path(site, article)}" title="{escape(article.title)}" target="_blank">'
        f"{escape(article.title[:24])}{'…' if len(article.title) > 24 else ''}</a><span>{article.published:%Y-%m-%d}</span></li>"
        for article in cut(articles, number, size)
    )
    html = f'<ul>{rows}</ul><div class="pagination" rows="{size}" count="{len(articles)}" pageno="{number}"></div>'
    return as_json({"success": True, "code": "200", "data": {"html": html}})


DIALECT = Dialect(
    name="jpaas",
    column_path=column_path,
    article_path=article_path,
    attachment_path=addresses.in_store,
    list_routes=list_routes,
    routes=routes,
    container='<div id="zoom" class="article-content">{}</div>'.format,
)
