"""Directories of organs that are not all alike: what two of them have in common does not hold for the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from demo import apart, pages
from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import instead
from demo.hazards.hazard import Hazard
from demo.router import Router
from demo.site import Article, Column, Site

TWO_COLUMNED = (
    "trs", "vsb", "eportal", "ztree", "jcms", "iframes", "kaipu", "lonsun", "hanweb_xxgk", "epoint", "cac", "jpaas", "truecms", "hebei",
)  # fmt: skip
TWO_COLUMNS = (3, 4)  # every fourth organ, and the third is the first of them


def _without_reports(site: Site) -> Site:
    """The site with an organ that has published nothing."""
    silent = {organ.name for organ in site.county.organs[apart.SILENT : apart.SILENT + 1]}
    kept = tuple(one for one in site.articles if one.report is None or one.report.organ.name not in silent)
    gone = [one.report.key for one in site.articles if one.report is not None and one not in kept]
    county = replace(site.county, absent=(*site.county.absent, *gone))
    return replace(site, articles=kept, county=county)


def _left_behind(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """Where the column of an organ apart would stand, an empty one does."""
    usual = replace(site, county=replace(site.county, hazards=()))
    router = Router()

    def empty(request: Request) -> Response:
        response = answer(request)
        page = pages.page(site, dialect, "政府信息公开年报", '<div class="list"><p>暂无信息</p></div>')
        return Response(page, pages.media_type(site)) if response.status == 404 else response

    for column in site.columns:
        if apart.is_elsewhere(site, column):
            router.add(dialect.column_path(usual, column), empty)
    return instead(router, answer)


def _in_two_columns(kept: Callable[[int, Sequence[int]], bool], site: Site) -> Site:
    """The site with a second column in the directories of some organs, for the years that are not kept where all others have theirs."""
    first, every = TWO_COLUMNS
    split = {organ.name: organ.slug for organ in site.county.organs[first::every]}
    beside = tuple(Column(f"{slug}_wn", "历年政府信息公开年报", slug) for slug in split.values())
    years = sorted({report.year for report in site.county.reports})

    def placed(article: Article) -> Article:
        report = article.report
        if report is None or report.organ.name not in split or kept(report.year, years):
            return article
        return replace(article, column=f"{split[report.organ.name]}_wn")

    return replace(site, columns=site.columns + beside, articles=tuple(placed(article) for article in site.articles))


HAZARDS = (
    Hazard(
        apart.HAZARD,
        "some organs keep their reports where no other does, one has an address like no other's, one has none",
        edit=_without_reports,
        wrap=_left_behind,
        families=("hanweb_xxgk", "hanweb_annual", "trs", "jcms", "iframes", "trs_was"),
        ways=("organs",),
    ),
    *(
        Hazard(name, says, families=("kaipu", "kaipu_harbin", "kaipu_sichuan"), ways=("organs",))
        for name, says in (
            (apart.GATHERS_NONE, "the search of the directory of all organs gives nothing of theirs"),
            (apart.GATHERS_SOME, "the search of the directory of all organs leaves some of them out"),
            (apart.GATHERS_LATE, "the search of the directory of all organs gives their newest reports only"),
        )
    ),
    Hazard(
        "years_apart",
        "some organs keep their newest report where all do, and those before it in a column beside",
        edit=partial(_in_two_columns, lambda year, years: year == years[-1]),
        families=TWO_COLUMNED,
        ways=("organs",),
    ),
    Hazard(
        "years_between",
        "some organs keep their newest and their oldest report where all do, and those between in a column beside",
        edit=partial(_in_two_columns, lambda year, years: year in (years[0], years[-1])),
        families=TWO_COLUMNED,
        ways=("organs",),
    ),
)
