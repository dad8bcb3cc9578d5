"""VSB (博达): list `xxgknb.htm`, then `xxgknb/3.htm` counting down to `1.htm`; articles `info/<column>/<id>.htm`; downloads by query."""

from __future__ import annotations

from html import escape

from demo import pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.site import Article, Attachment, Column, Site

PER_PAGE = 10


def column_path(site: Site, column: Column) -> str:
    return "/" + "/".join(above.key for above in site.trail(column)) + ".htm"


def article_path(site: Site, article: Article) -> str:
    return f"/info/{1600 + site.columns.index(site.column(article.column))}/{article.number}.htm"


def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
    owner = 1400000000 + site.county.number
    return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner={owner}&wbfileid={attachment.number}"


def list_routes(site: Site, column: Column) -> Routes:
    cut = pages.pages_of(site, column, PER_PAGE)
    routes: Routes = {}
    for number, articles in enumerate(cut):

        def show(_: Request, number: int = number, articles: tuple[Article, ...] = articles) -> Response:
            return pages.listing(
                site, DIALECT, column, _rows(site, column, number, articles) + _pager(site, column, number, len(cut))
            )

        routes[_page_path(site, column, number, len(cut))] = show
    return routes


def _page_path(site: Site, column: Column, number: int, total: int) -> str:
    """Page 0 is the column's own address; the others are numbered from the end, so that a new article moves them all."""
    path = column_path(site, column)
    return f"{path.removesuffix('.htm')}/{total - number}.htm" if number else path


def _up(path: str) -> str:
    """The way from a page to the site's root, as the pages write it."""
    return "../" * (path.count("/") - 1)


def _rows(site: Site, column: Column, number: int, articles: tuple[Article, ...]) -> str:
    root = _up(_page_path(site, column, number, number + 1))
    rows = []
    for index, article in enumerate(articles):
        link = root + article_path(site, article).removeprefix("/")
        title = escape(article.title)
        rows.append(
            f'<li id="line_u8_{index}"><span>{article.published:%Y-%m-%d}</span><a href="{link}" target="_blank" title="{title}">{title}</a></li>'
        )
    return "<ul>\n" + "\n".join(rows) + "\n</ul>\n"


def _pager(site: Site, column: Column, number: int, total: int) -> str:
    here = _page_path(site, column, number, total)
    count = len(site.listed(column))
    if number + 1 < total:
        target = _up(here) + _page_path(site, column, number + 1, total).removeprefix("/")
        following = f'<span class="p_next p_fun"><a href="{target}">下页</a></span>'
    else:
        following = '<span class="p_next_d p_fun_d">下页</span>'
    return (
        f'<div class="pb_sys_common pb_sys_normal pb_sys_style1"><span class="p_t">共{count}条</span>'
        f'<span class="p_t">{number + 1}/{total}</span>{following}</div>'
    )


DIALECT = Dialect(
    name="vsb",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    container=lambda text: f'<div id="vsb_content"><div class="v_news_content">{text}</div></div>',
    volatile=True,
    chunked_lists=True,
    attachments_by_name=True,
)
