"""Guangdong's gkmlpt: one page for the whole directory, its tree in `_CONFIG`, lists as JSON, an article's text escaped inside `_CONFIG.DETAIL`."""

from __future__ import annotations

import json
from functools import partial
from html import escape

from demo import addresses, articles, files, pages
from demo.dialect import MAIN_HOST, Dialect, Request, Response, Routes
from demo.dialects import nfcms
from demo.interfaces import as_json, cut, whole
from demo.noise import REPORT_COLUMN
from demo.site import Article, Attachment, Column, Site

PER_PAGE = 100
INDEX, ANNUAL = "/gkmlpt/index", "/gkmlpt/annualreport"
TOP = "zfxxgk"  # the directory holds this column and all below it


def _sid(site: Site) -> str:
    return f"{755000 + site.county.number}"


def _id(site: Site, column: Column) -> int:
    return 2600 + site.columns.index(column)


def _inside(site: Site, column: Column) -> bool:
    return any(above.key == TOP for above in site.trail(column))


def column_path(site: Site, column: Column) -> str:
    if not _inside(site, column):
        return addresses.folder(site, column)
    if column.key == TOP:
        return INDEX
    return f"{ANNUAL if site.is_report_column(column) else INDEX}#{_id(site, column)}"


def article_path(site: Site, article: Article) -> str:
    if not _inside(site, site.column(article.column)):
        return nfcms.article_path(site, article)
    return f"/xzf/gkmlpt/content/{article.number // 1000000}/{article.number // 1000}/post_{article.number}.html"


def list_routes(site: Site, column: Column) -> Routes:
    return {} if _inside(site, column) else nfcms.DIALECT.list_routes(site, column)


def folder_routes(site: Site, column: Column) -> Routes:
    if _inside(site, column):
        return {}
    return {addresses.folder(site, column): lambda _: pages.folder(site, DIALECT, column)}


def routes(site: Site) -> Routes:
    found: Routes = {INDEX: partial(_directory, site, TOP), ANNUAL: partial(_directory, site, REPORT_COLUMN)}
    for column in site.columns:
        if _inside(site, column):
            found[f"/gkmlpt/api/all/{_id(site, column)}"] = partial(_records, site, column)
    return found


def _node(site: Site, column: Column) -> dict[str, object]:
    return {
        "id": _id(site, column),
        "name": column.title,
        "children": [_node(site, child) for child in site.children(column.key)],
        "jump_url": "",
        "post_count": len(site.listed(column)),
    }


def _directory(site: Site, key: str, _: Request) -> Response:
    tree = [_node(site, column) for column in site.children(TOP)]
    config = (
        f"window._CONFIG = {{SID:'{_sid(site)}', TREE:{json.dumps(tree, ensure_ascii=False)}, SITE_NAME:'{site.name}'}}"
    )
    main = f'<div id="app"></div>\n<script>{config}</script>\n<script src="/gkmlpt/js/app.js"></script>'
    title = site.column(key).title
    return Response(pages.page(site, DIALECT, title, main, {"ColumnName": title}), pages.media_type(site))


def _records(site: Site, column: Column, request: Request) -> Response:
    """A hundred at a time; page 0 is page 1."""
    if request.query.get("sid") != _sid(site):
        return as_json({"error": "站点不存在"})
    listed = site.listed(column)
    rows = cut(listed, whole(request.query.get("page", ""), 1), PER_PAGE)
    classify = {"id": _id(site, column), "name": column.title, "post_count": len(listed)}
    return as_json({"classify": classify, "articles": [_record(site, article) for article in rows]})


def _record(site: Site, article: Article) -> dict[str, object]:
    url = MAIN_HOST + article_path(site, article)
    return {
        "id": article.number,
        "title": article.title,
        "identifier": f"0070{article.number}/{article.filed.year}-{article.number % 100000:05d}",
        "document_number": "",
        "publisher": article.source,
        "date": int(article.published.timestamp()),
        "created_at": f"{article.published:%Y-%m-%d %H:%M:%S}",
        "display_publish_time": int(article.published.timestamp()),
        "url": url,
        "post_url": url,
        "attachment": [_file(site, article, attachment) for attachment in article.attachments],
        "is_expired": 0,
        "is_abolished": 0,
    }


def _file(site: Site, article: Article, attachment: Attachment) -> dict[str, object]:
    return {
        "id": attachment.number,
        "name": attachment.name,
        "type": attachment.kind,
        "mime": files.MEDIA_TYPES[attachment.kind],
        "url": MAIN_HOST + attachment_path(site, article, attachment),
    }


attachment_path = addresses.in_store


def show_article(site: Site, article: Article, _: Request) -> Response:
    """No text in the page: a script writes it from `_CONFIG.DETAIL`, whose angle brackets are escaped."""
    if not _inside(site, site.column(article.column)):
        raise ValueError(f"expected an article of the directory, found {article.title}")
    detail = {**_record(site, article), "content": articles.text_of(article), "publisher": article.source}
    text = json.dumps(detail, ensure_ascii=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04X}")
    config = f"window._CONFIG = {{SID:'{_sid(site)}', DETAIL:{text}}}"
    day = f"发布日期：{article.published:%Y-%m-%d %H:%M}"
    main = (
        f'<div class="info"><span>{day}</span> <span>来源：{escape(article.source)}</span></div>\n'
        f'<div id="app"></div>\n<script>{config}</script>\n<script src="/gkmlpt/js/app.js"></script>'
    )
    metas = {
        "ArticleTitle": article.title,
        "PubDate": f"{article.published:%Y-%m-%d %H:%M}",
        "ContentSource": article.source,
    }
    return Response(pages.page(site, DIALECT, article.title, main, metas), pages.media_type(site))


DIALECT = Dialect(
    name="gkmlpt",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    folder_routes=folder_routes,
    routes=routes,
    container='<div class="article-content">{}</div>'.format,
    show_article=lambda site, article: (
        partial(show_article, site, article) if _inside(site, site.column(article.column)) else None
    ),
    ways=("mixed", "tabs", "years"),
)
