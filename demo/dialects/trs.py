"""TRS WCM: static lists `index.html`, `index_1.html`, … named by a createPageHTML call; articles `t20250120_123.html` under their column."""

from __future__ import annotations

from html import escape

from demo import pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.shelf import numbered
from demo.site import Article, Attachment, Column, Site

PER_PAGE = 15


def column_path(site: Site, column: Column) -> str:
    return "/" + "".join(f"{above.key}/" for above in site.trail(column))


def article_path(site: Site, article: Article) -> str:
    folder = column_path(site, site.column(article.column))
    return f"{folder}{article.filed:%Y%m}/t{article.filed:%Y%m%d}_{article.number}.html"


def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
    folder = article_path(site, article).rsplit("/", 1)[0]
    return f"{folder}/P0{article.filed:%Y%m%d}{attachment.number:09d}.{attachment.kind}"


def list_routes(site: Site, column: Column) -> Routes:
    folder = column_path(site, column)
    cut = pages.pages_of(site, column, PER_PAGE)
    routes: Routes = {}
    for number, articles in enumerate(cut):

        def show(_: Request, number: int = number, articles: tuple[Article, ...] = articles) -> Response:
            return pages.listing(site, DIALECT, column, _rows(site, folder, articles) + _pager(len(cut), number))

        routes[f"{folder}index_{number}.html" if number else f"{folder}index.html"] = show
    routes[folder] = routes[f"{folder}index.html"]
    return routes


def _rows(site: Site, folder: str, articles: tuple[Article, ...]) -> str:
    rows = []
    for article in articles:
        link = "./" + article_path(site, article).removeprefix(folder)
        title = escape(article.title)
        day = f"{article.published:%Y-%m-%d}"
        rows.append(f'<li><a href="{link}" target="_blank" title="{title}">{title}</a><span>{day}</span></li>')
    return '<ul class="gl-list">\n' + "\n".join(rows) + "\n</ul>\n"


def _pager(total: int, number: int) -> str:
    return f'<div class="page"><script>createPageHTML({total}, {number}, "index", "html");</script></div>'


DIALECT = Dialect(
    name="trs",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    container=lambda text: (
        f'<div id="zoom" class="view TRS_UEDITOR trs_paper_default"><div class="TRS_Editor">{text}</div></div>'
    ),
    conditional=True,
    page_path=numbered("index", "html", shift=-1),
    per_page=PER_PAGE,
)
