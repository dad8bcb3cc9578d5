"""Hanweb JCMS: `/col/col<id>/index.html` with the first records inline in a <datastore>; the pager asks dataproxy.jsp, by GET or POST."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from demo import apart, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.interfaces import whole
from demo.site import Article, Attachment, Column, Site

PER_PAGE = 20
MOST_RECORDS = 100  # the server never gives more at a time, whatever is asked
SHOWN = 18  # characters of a title that a list shows; the whole title stands in title=
PROXY = "/module/web/jpage/dataproxy.jsp"


def column_number(site: Site, column: Column) -> int:
    return 1229000001 + site.county.number * 1000 + site.columns.index(column) + apart.later(site, column)


def unit_of(site: Site, column: Column) -> int:
    return 5510001 + site.columns.index(column)


def column_path(site: Site, column: Column) -> str:
    return f"/col/col{column_number(site, column)}/index.html"


def article_path(site: Site, article: Article) -> str:
    filed = article.filed
    column = column_number(site, site.column(article.column))
    return f"/art/{filed.year}/{filed.month}/{filed.day}/art_{column}_{article.number}.html"


def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
    return f"/attach/0/{article.filed:%y%m%d}{attachment.number:010d}.{attachment.kind}"


def list_routes(site: Site, column: Column) -> Routes:
    return {column_path(site, column): lambda _: pages.listing(site, DIALECT, column, store(site, column))}


def routes(site: Site) -> Routes:
    return {PROXY: lambda request: _records(site, request)}


def record(site: Site, article: Article) -> str:
    title = escape(article.title, quote=True)
    shown = title if len(article.title) <= SHOWN else escape(article.title[:SHOWN]) + "…"
    link = f"<a href='{article_path(site, article)}' title='{title}' target=\"_blank\">{shown}</a>"
    return f"<record><![CDATA[<li>{link}<span>{article.published:%Y-%m-%d}</span></li>]]></record>"


def parameters(site: Site, column: Column) -> str:
    return (
        f"appid=1&webid={77 + site.county.number}&path=/&columnid={column_number(site, column)}&unitid={unit_of(site, column)}"
        f"&webname={quote(site.name)}&permissiontype=0"
    )


@dataclass(frozen=True, slots=True)
class Store:
    """How a column's page shows its records: the script that gives more, records a page, how many stand in the page."""

    proxy: str = PROXY
    per_page: int = PER_PAGE
    inline: int = PER_PAGE
    start: int = 1  # the page that the link to more records names


def store(site: Site, column: Column, how: Store = Store()) -> str:
    """The inline records and the call of the pager, as they stand in a column's page."""
    articles, unit = site.listed(column), unit_of(site, column)
    records = "\n".join(record(site, article) for article in articles[: how.inline])
    following = f'<a href="{how.proxy}?page={how.start}&{parameters(site, column)}"></a>'
    return (
        f'<div id="{unit}"><script type="text/xml"><datastore>\n<nextgroup><![CDATA[{following}]]></nextgroup>\n'
        f"<recordset>\n{records}\n</recordset></datastore></script></div>\n"
        f"<script src=\"/script/jquery.jpage.js\"></script>\n<script>$('#{unit}').jpage({{totalRecord:{len(articles)},"
        f"perPage:{how.per_page},proxyUrl:'{how.proxy}'}});\nvar param_{unit}={{columnid:{column_number(site, column)},unitid:'{unit}',"
        f"webid:{77 + site.county.number},appid:1,path:'/',webname:'{site.name}',permissiontype:0}};</script>"
    )


def _records(site: Site, request: Request) -> Response:
    """What the pager gets: records startrecord to endrecord, or the group `page` when no records are named."""
    asked = {**request.query, **request.form}
    wanted = asked.get("columnid") or asked.get("col", "")
    column = next((column for column in site.columns if str(column_number(site, column)) == wanted), None)
    articles = () if column is None else site.listed(column)
    per_page = min(whole(asked.get("perpage", ""), PER_PAGE), MOST_RECORDS)
    page = whole(asked.get("page", ""), 1)
    first = whole(asked.get("startrecord", ""), (page - 1) * per_page + 1)
    last = min(whole(asked.get("endrecord", ""), first + per_page - 1), first + MOST_RECORDS - 1)
    records = "\n".join(record(site, article) for article in articles[first - 1 : last])
    total = -(-len(articles) // per_page)
    text = (
        f"<datastore><totalrecord>{len(articles)}</totalrecord><totalpage>{total}</totalpage>"
        f"<recordset>\n{records}\n</recordset></datastore>"
    )
    return Response(pages.encoded(site, text), pages.media_type(site, "text/xml"), chunked=True)


DIALECT = Dialect(
    name="jcms",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    routes=routes,
    container=lambda text: (
        f'<div id="zoom" class="main-txt"><!--ZJEG_RSS.content.begin-->{text}<!--ZJEG_RSS.content.end--></div>'
    ),
    volatile=True,
)
