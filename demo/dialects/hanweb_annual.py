"""Hanweb xxgk, the annual reports' own page: `xxgkAnnualReport.jsp?area=<organ>&fbtime=<report year>` is the report; a year that is missing answers
200 with nothing in it."""

from __future__ import annotations

from functools import partial

from demo import apart, pages
from demo.dialect import Dialect, Request, Response, Routes
from demo.dialects import hanweb_xxgk, jcms
from demo.site import Article, Attachment, Column, Site

PAGE = "/module/xxgk/xxgkAnnualReport.jsp"


def column_path(site: Site, column: Column) -> str:
    if hanweb_xxgk.is_directory(column):
        # As codes end for a second set of what an organ keeps: 113706000042603877-1.
        return f"{_usual_path(site, column)}{'-1' if apart.is_elsewhere(site, column) else ''}"
    return hanweb_xxgk.column_path(site, column)


def _usual_path(site: Site, column: Column) -> str:
    return f"{PAGE}?area={hanweb_xxgk.area_of(site, column)}"


def article_path(site: Site, article: Article) -> str:
    column = site.column(article.column)
    if article.report is None or not hanweb_xxgk.is_directory(column):
        return jcms.article_path(site, article)
    moved = f"&ver={article.number}" if article.filed != article.published.date() else ""
    return f"{column_path(site, column)}&fbtime={article.report.year}{moved}"


def attachment_path(site: Site, article: Article, attachment: Attachment) -> str:
    return f"/module/download/downfile.jsp?classid=0&filename={article.filed:%y%m%d}{attachment.number:010d}.{attachment.kind}"


def list_routes(site: Site, column: Column) -> Routes:
    if not hanweb_xxgk.is_directory(column):
        return {column_path(site, column): lambda _: pages.listing(site, DIALECT, column, jcms.store(site, column))}
    found: Routes = {}
    for path in {_usual_path(site, column), column_path(site, column)}:
        found |= {f"{path}&fbtime={year}": partial(_nothing, site) for year in _years(site)}
        found[path] = partial(_years_page, site, column, path)
    return found


def _years(site: Site) -> list[int]:
    """All years that any organ has published: each organ's page offers them all, its own gaps included."""
    found = {a.report.year for a in site.articles if a.report is not None and a.presence != "held"}
    return sorted(found, reverse=True)


def _years_page(site: Site, column: Column, here: str, _: Request) -> Response:
    links = "".join(f'<li><a href="{here}&fbtime={year}">{year}年度</a></li>' for year in _years(site))
    strays = tuple(article for article in site.listed(column) if article.report is None)
    return pages.listing(
        site, DIALECT, column, f'<ul class="years">{links}</ul><ul>{pages.linked(site, DIALECT, strays)}</ul>'
    )


def _nothing(site: Site, _: Request) -> Response:
    main = '<div class="xxgk_annual"><p>暂无该年度报告</p></div>'
    return Response(pages.page(site, DIALECT, "政府信息公开年报", main), pages.media_type(site))


DIALECT = Dialect(
    name="hanweb_annual",
    column_path=column_path,
    article_path=article_path,
    attachment_path=attachment_path,
    list_routes=list_routes,
    routes=jcms.routes,
    container=jcms.DIALECT.container,
    attachments_by_name=True,
    ways=("organs",),
)
