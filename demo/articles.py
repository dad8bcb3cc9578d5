"""A site's article goes in; the routes of its page, of the pages that it goes on with, of its pictures and of its files come out."""

from __future__ import annotations

from functools import partial
from html import escape
from posixpath import basename, dirname, splitext
from urllib.parse import quote

from demo import files, guises, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.noise import Note
from demo.site import Article, Attachment, Column, Site


def address_of(site: Site, dialect: Dialect, article: Article) -> str:
    """Where the article stands: a column's latest report may stand at the column's own address."""
    if article.number in site.fronts:
        return dialect.column_path(site, site.column(article.column))
    return dialect.article_path(site, article)


def routes_of(site: Site, dialect: Dialect, article: Article) -> Routes:
    """Nothing for what is withdrawn or not yet published."""
    if article.presence in {"gone", "held"}:
        return {}
    address = address_of(site, dialect, article)
    if article.presence == "soft":
        return {address: lambda _: pages.apology(site, dialect)}
    own = dialect.show_article(site, article)
    routes: Routes = {address: own if own is not None else partial(_show, site, dialect, article, 0)}
    if article.guise == "turned":
        for number in range(1, len(guises.parts(article))):
            routes[part_address(address, number)] = partial(_show, site, dialect, article, number)
    for number in range(guises.picture_count(article)):
        routes[picture_path(site, dialect, article, f"{number}.png")] = partial(_picture, article, number)
    for attachment in article.attachments:
        routes[dialect.attachment_path(site, article, attachment)] = partial(_file, dialect, attachment)
    return routes


def part_address(address: str, number: int) -> str:
    """`content_123.html` goes on in `content_123_2.html`."""
    stem, ending = splitext(address)
    return f"{stem}_{number + 1}{ending}" if number else address


def picture_path(site: Site, dialect: Dialect, article: Article, name: str) -> str:
    return f"{dirname(dialect.article_path(site, article).partition('?')[0])}/W0{article.filed:%Y%m%d}{article.number:09d}{name}"


def _show(site: Site, dialect: Dialect, article: Article, number: int, request: Request) -> Response:
    column = site.column(article.column)
    metas = {
        "ColumnName": column.title,
        "ColumnType": "政务公开",
        "ArticleTitle": article.title,
        "PubDate": f"{article.published:%Y-%m-%d %H:%M}",
        "ContentSource": article.source,
    }
    return Response(
        pages.page(site, dialect, article.title, _main(site, dialect, article, number), metas),
        pages.media_type(site),
        modified=article.modified if dialect.conditional else None,
        volatile=dialect.volatile,
    )


def _main(site: Site, dialect: Dialect, article: Article, number: int) -> str:
    column, parts = site.column(article.column), guises.parts(article)
    part, of = parts[number].replace(guises.PICTURES, picture_path(site, dialect, article, "")), len(parts)
    note = f"<p>更正说明：{escape(article.correction)}</p>" if article.correction is not None and not number else ""
    attached = _links(site, dialect, article) if number == of - 1 else ""
    text = dialect.container(note + part + attached)
    return (
        f'{pages.crumbs(site, dialect, column)}\n<div class="article">\n<h1>{escape(article.title)}</h1>\n'
        f'<div class="info"><span>发布日期：{article.published:%Y-%m-%d %H:%M}</span> <span>来源：{article.source}</span> '
        f'{pages.counter(dialect)} <span>字体：【大 中 小】</span> <a href="javascript:window.print()">打印</a></div>\n'
        f'{text}\n{_turning(site, dialect, article, number, of)}<div class="share">分享到： <a href="#">微信</a> <a href="#">微博</a></div>\n</div>'
        f"{_earlier(site, dialect, column, article)}"
    )


def _turning(site: Site, dialect: Dialect, article: Article, number: int, of: int) -> str:
    """The pager inside an article that goes on."""
    if of == 1:
        return ""
    address = address_of(site, dialect, article)
    links = [
        f"<span>{index + 1}</span>" if index == number else f'<a href="{part_address(address, index)}">{index + 1}</a>'
        for index in range(of)
    ]
    if number + 1 < of:
        links.append(f'<a href="{part_address(address, number + 1)}">下一页</a>')
    return f'<div class="content_page">{" ".join(links)}</div>\n'


def _earlier(site: Site, dialect: Dialect, column: Column, article: Article) -> str:
    """Below a report that stands at its column's own address: the years before."""
    if article.number not in site.fronts:
        return ""
    others = tuple(other for other in site.listed(column) if other.number != article.number)
    return f'\n<div class="history"><h3>往年年报</h3><ul>{pages.linked(site, dialect, others)}</ul></div>'


def _links(site: Site, dialect: Dialect, article: Article) -> str:
    here = address_of(site, dialect, article)
    items = []
    for attachment in article.attachments:
        path = dialect.attachment_path(site, article, attachment)
        # A file beside its page is linked as editors' software does: relative to the page.
        link = f"./{basename(path)}" if dirname(path) == dirname(here) else path
        items.append(f'<p>附件：<a href="{escape(link)}" target="_blank">{escape(attachment.name)}</a></p>')
    return "".join(items)


def text_of(article: Article) -> str:
    """All of the article's text as one piece of HTML, for portals that hand it out as data."""
    content = article.content
    note = f"<p>更正说明：{escape(article.correction)}</p>" if article.correction is not None else ""
    if isinstance(content, Note):
        return note + "".join(f"<p>{escape(text)}</p>" for text in content.paragraphs)
    return note + "".join(guises.parts(article))


def _picture(article: Article, number: int, request: Request) -> Response:
    return Response(guises.picture(article, number), "image/png")


def _file(dialect: Dialect, attachment: Attachment, request: Request) -> Response:
    name = quote(attachment.name)
    headers = (("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),) if dialect.attachments_by_name else ()
    media_type = "application/octet-stream" if dialect.attachments_by_name else files.MEDIA_TYPES[attachment.kind]
    return Response(attachment.content(), media_type, headers=headers, modified=attachment.modified)
