"""A site and some text go in, the bytes of a whole page come out: head, navigation, breadcrumb, footer, in the site's encoding."""

from __future__ import annotations

from html import escape
from math import ceil

from demo.dialect import VISITS, Dialect, Response
from demo.frames import FRAMES
from demo.site import Article, Column, Site

# GB18030 holds all that GB2312 holds: such pages are labelled with the old name, as many real ones are.
CODECS = {"utf-8": "utf-8", "gb2312": "gb18030"}


def encoded(site: Site, text: str) -> bytes:
    return text.encode(CODECS[site.charset])


def media_type(site: Site, kind: str = "text/html") -> str:
    return f"{kind};charset={site.charset.upper()}" if site.charset_in_header else kind


def page(site: Site, dialect: Dialect, title: str, main: str, metas: dict[str, str] | None = None) -> bytes:
    """A full page around its main part."""
    fields = {"SiteName": site.name, "SiteIDCode": f"{site.county.region.code}0001", **(metas or {})}
    heads = "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in fields.items())
    tops = "".join(
        f'<li><a href="{dialect.column_path(site, column)}">{column.title}</a></li>' for column in site.children(None)
    )
    return encoded(site, FRAMES[site.design % len(FRAMES)](site, f"{escape(title)}_{site.name}", heads, tops, main))


def crumbs(site: Site, dialect: Dialect, column: Column) -> str:
    links = "".join(
        f'&gt;<a href="{dialect.column_path(site, above)}">{above.title}</a>' for above in site.trail(column)
    )
    return f'<div class="position">当前位置：<a href="/">首页</a>{links}</div>'


def home(site: Site, dialect: Dialect) -> Response:
    blocks = []
    for top in site.children(None):
        links = "".join(
            f'<li><a href="{dialect.column_path(site, column)}">{column.title}</a></li>'
            for column in site.children(top.key)
        )
        blocks.append(f'<div class="block"><h2>{top.title}</h2><ul>{links}</ul></div>')
    latest = linked(site, dialect, site.listed(site.column("ywdt"))[:8])
    main = f'<div class="home">{"".join(blocks)}<ul class="latest">{latest}</ul></div>'
    return Response(page(site, dialect, "首页", main), media_type(site))


def linked(site: Site, dialect: Dialect, articles: tuple[Article, ...]) -> str:
    """Items of a list that no pager cuts."""
    return "".join(
        f'<li><a href="{dialect.article_path(site, article)}">{escape(article.title)}</a></li>' for article in articles
    )


def folder(site: Site, dialect: Dialect, column: Column, beside: str = "") -> Response:
    """A column that holds columns. `beside` is what the family shows there beside their links."""
    links = "".join(
        f'<li><a href="{dialect.column_path(site, child)}" title="{child.title}">{child.title}</a></li>'
        for child in site.children(column.key)
    )
    main = f'{crumbs(site, dialect, column)}<div class="columns"><h2>{column.title}</h2><ul class="menu">{links}</ul></div>{beside}'
    metas = {"ColumnName": column.title, "ColumnType": "政务公开"}
    return Response(page(site, dialect, column.title, main, metas), media_type(site))


def listing(site: Site, dialect: Dialect, column: Column, rows: str) -> Response:
    """A page of a column's list. `rows` is the family's own markup, with its pager."""
    siblings = "".join(
        f'<li><a href="{dialect.column_path(site, other)}">{other.title}</a></li>'
        for other in site.children(column.parent)
    )
    main = (
        f'{crumbs(site, dialect, column)}\n<div class="side"><ul>{siblings}</ul></div>\n'
        f'<div class="list"><h2>{column.title}</h2>\n{rows}\n</div>'
    )
    metas = {"ColumnName": column.title, "ColumnType": "政务公开"}
    body = page(site, dialect, column.title, main, metas)
    newest = max((article.modified for article in site.listed(column)), default=None)
    return Response(
        body, media_type(site), modified=newest if dialect.conditional else None, chunked=dialect.chunked_lists
    )


def pages_of(site: Site, column: Column, per_page: int) -> list[tuple[Article, ...]]:
    """The column's articles, cut into pages; one empty page when there are none."""
    articles = site.listed(column)
    return [
        articles[start * per_page : (start + 1) * per_page] for start in range(max(1, ceil(len(articles) / per_page)))
    ]


def missing(site: Site, dialect: Dialect) -> Response:
    main = '<div class="error"><h1>404</h1><p>抱歉，您要访问的页面不存在或已被删除。</p><a href="/">返回首页</a></div>'
    return Response(page(site, dialect, "页面不存在", main), media_type(site), status=404)


def apology(site: Site, dialect: Dialect) -> Response:
    """A soft 404: the words say gone, the status says 200."""
    main = '<div class="tips"><p>您访问的页面不存在或已被管理员删除！</p><p>系统将在5秒后返回首页</p></div>'
    return Response(page(site, dialect, "提示信息", main), media_type(site))


def counter(dialect: Dialect) -> str:
    return f'<span class="hits">浏览次数：{VISITS}</span>' if dialect.volatile else ""
