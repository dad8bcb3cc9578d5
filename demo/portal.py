"""A site goes in; a function from Request to Response comes out: what all families have in common, and the family's own lists."""

from __future__ import annotations

from functools import partial
from html import escape
from posixpath import basename, dirname
from urllib.parse import quote

from demo import layouts, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.dialects import DIALECTS
from demo.noise import Note
from demo.site import Article, Attachment, Site, site_of
from demo.world import World

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_ROBOTS = "User-agent: *\nDisallow: /search/\nDisallow: /admin/\n"


def dialect_of(family: str) -> Dialect:
    for dialect in DIALECTS:
        if dialect.name == family:
            return dialect
    raise ValueError(f"expected one of the families {[dialect.name for dialect in DIALECTS]}, found {family!r}")


def sites_of(world: World) -> tuple[Site, ...]:
    """Each county's site, before any edit; the families in turn."""
    families = world.families or tuple(dialect.name for dialect in DIALECTS)
    return tuple(
        site_of(
            world.seed,
            county,
            dialect_of(families[county.number % len(families)]).name,
            turn=county.number // len(families),
        )
        for county in world.counties
    )


class Portal:
    """One version of a site, ready to answer. Building it costs little: pages are made when they are asked for."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.dialect = dialect_of(site.family)
        self._routes = self._all_routes()

    def answer(self, request: Request) -> Response:
        handler = self._routes.get(request.path)
        return pages.missing(self.site, self.dialect) if handler is None else handler(request)

    def _all_routes(self) -> Routes:
        site, dialect = self.site, self.dialect
        routes: Routes = {
            "/": lambda _: pages.home(site, dialect),
            "/robots.txt": lambda _: Response(_ROBOTS.encode(), "text/plain"),
            "/css/style.css": lambda _: Response(b"body{font-family:sans-serif}", "text/css"),
            "/search/": lambda request: _search(site, dialect, request),
        }
        files: dict[str, Routes] = {}
        for column in site.columns:
            if site.children(column.key):
                routes[dialect.column_path(site, column)] = lambda _, column=column: pages.folder(site, dialect, column)  # type: ignore[misc]
            else:
                routes |= dialect.list_routes(site, column)
        for article in site.articles:
            if article.presence == "gone":
                continue
            routes[dialect.article_path(site, article)] = partial(_article, site, dialect, article)
            for attachment in article.attachments:
                path, _, query = dialect.attachment_path(site, article, attachment).partition("?")
                files.setdefault(path, {})[query] = partial(_file, dialect, attachment)
        for path, by_query in files.items():
            routes[path] = partial(_file_by_query, site, dialect, by_query)
        return routes | dialect.routes(site)


def _article(site: Site, dialect: Dialect, article: Article, request: Request) -> Response:
    if article.presence == "soft":
        return pages.apology(site, dialect)
    column = site.column(article.column)
    metas = {
        "ColumnName": column.title,
        "ColumnType": "政务公开",
        "ArticleTitle": article.title,
        "PubDate": f"{article.published:%Y-%m-%d %H:%M}",
        "ContentSource": article.source,
    }
    note = f"<p>更正说明：{escape(article.correction)}</p>" if article.correction is not None else ""
    text = dialect.container(note + _text(article) + _links(site, dialect, article))
    main = (
        f'{pages.crumbs(site, dialect, column)}\n<div class="article">\n<h1>{escape(article.title)}</h1>\n'
        f'<div class="info"><span>发布日期：{article.published:%Y-%m-%d %H:%M}</span> <span>来源：{article.source}</span> '
        f'{pages.counter(dialect)} <span>字体：【大 中 小】</span> <a href="javascript:window.print()">打印</a></div>\n'
        f'{text}\n<div class="share">分享到： <a href="#">微信</a> <a href="#">微博</a></div>\n</div>'
    )
    return Response(
        pages.page(site, dialect, article.title, main, metas),
        pages.media_type(site),
        modified=article.modified if dialect.conditional else None,
        volatile=dialect.volatile,
    )


def _text(article: Article) -> str:
    content = article.content
    if isinstance(content, Note):
        return "".join(f"<p>{escape(text)}</p>" for text in content.paragraphs)
    return layouts.body(content) if "html" in content.carriers else "<p>详见附件。</p>"


def _links(site: Site, dialect: Dialect, article: Article) -> str:
    if not article.attachments:
        return ""
    here = dialect.article_path(site, article)
    items = []
    for attachment in article.attachments:
        path = dialect.attachment_path(site, article, attachment)
        # A file beside its page is linked as editors' software does: relative to the page.
        link = f"./{basename(path)}" if dirname(path) == dirname(here) else path
        items.append(f'<p>附件：<a href="{escape(link)}" target="_blank">{escape(attachment.name)}</a></p>')
    return "".join(items)


def _file_by_query(site: Site, dialect: Dialect, files: Routes, request: Request) -> Response:
    query = "&".join(f"{name}={value}" for name, value in request.query.items())
    handler = files.get(query, files.get(""))
    return pages.missing(site, dialect) if handler is None else handler(request)


def _file(dialect: Dialect, attachment: Attachment, request: Request) -> Response:
    name = quote(attachment.name)
    headers = (("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),) if dialect.attachments_by_name else ()
    media_type = "application/octet-stream" if dialect.attachments_by_name else MEDIA_TYPES[attachment.kind]
    return Response(attachment.content(), media_type, headers=headers, modified=attachment.modified)


def _search(site: Site, dialect: Dialect, request: Request) -> Response:
    """An endless trap behind robots.txt: every page has a next one."""
    number = request.query.get("page", "1")
    following = int(number) + 1 if number.isdigit() else 2
    main = f'<div class="result">没有找到相关结果 <a href="/search/?page={following}">下一页</a></div>'
    return Response(pages.page(site, dialect, "搜索", main), pages.media_type(site))
