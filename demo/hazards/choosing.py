"""A site and its articles go in; which of them a hazard hurts comes out: some of the reports, the same ones every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from demo.articles import address_of
from demo.chance import Chance
from demo.dialect import Dialect, Handler, Request, Response
from demo.dialects import FAMILIES
from demo.hazards.hazard import Hurts
from demo.pages import CODECS
from demo.router import Router
from demo.site import Article, Column, Site

SHARE = 0.12
# Elsewhere an interface hands out what its list's page keeps back: a tree of channels, of organs, of years.
_SIDE_DOORS = ("gkmlpt", "kaipu", "kaipu_harbin", "kaipu_sichuan", "lonsun", "hanweb_xxgk", "hanweb_annual")
FRONT_DOORS = tuple(family for family in FAMILIES if family not in _SIDE_DOORS)


def some(name: str) -> Hurts:
    """Every second report of the government itself, so that no county is spared, and a few of the others."""

    def hurts(site: Site, article: Article) -> bool:
        report = article.report
        if report is None:
            return False
        if report.organ.level == "county":
            return report.year % 2 == 0
        return Chance("hazard", name, site.county.name, *report.key).happens(SHARE)

    return hurts


def some_in_pages(name: str) -> Hurts:
    """Only reports that stand in their page and nowhere else."""
    chosen = some(name)

    def hurts(site: Site, article: Article) -> bool:
        return chosen(site, article) and article.report is not None and article.report.carriers == ("html",)

    return hurts


def router_of(site: Site, dialect: Dialect, hurts: Hurts, handler: Handler) -> Router:
    """The addresses of the reports that are hurt, all answered by one handler."""
    router = Router()
    for article in site.articles:
        if article.presence == "here" and hurts(site, article):
            router.add(address_of(site, dialect, article), handler)
    return router


def instead(router: Router, answer: Handler) -> Handler:
    """As before, but for what the router knows."""

    def answered(request: Request) -> Response:
        handler = router.find(request)
        return answer(request) if handler is None else handler(request)

    return answered


def report_columns(site: Site) -> Iterator[Column]:
    """The columns whose own pages list reports, or are one."""
    for column in site.columns:
        if is_for_reports(site, column) and not site.children(column.key):
            yield column


def report_lists(site: Site) -> Iterator[Column]:
    """The columns whose pages list reports."""
    return (column for column in report_columns(site) if site.front(column) is None)


def is_for_reports(site: Site, column: Column) -> bool:
    return site.is_report_column(column) or column.key.endswith("_nb")


def in_report_lists(site: Site, article: Article) -> bool:
    """All reports but those that were filed astray, or stand at their column's own address or below it."""
    return in_report_columns(site, article) and site.column(article.column) in set(report_lists(site))


def in_report_columns(site: Site, article: Article) -> bool:
    """All reports but those that were filed astray."""
    return article.report is not None and is_for_reports(site, site.column(article.column))


def rewritten(site: Site, response: Response, change: Callable[[str], str]) -> Response:
    """An HTML page with its text changed; everything else as it was."""
    if not response.media_type.startswith("text/html") or response.status != 200:
        return response
    codec = CODECS[site.charset]
    return replace(response, body=change(response.body.decode(codec)).encode(codec))
