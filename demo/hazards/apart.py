"""Directories of organs that are not all alike: what two of them have in common does not hold for the next."""

from __future__ import annotations

from dataclasses import replace

from demo import apart, pages
from demo.dialect import Dialect, Handler, Request, Response
from demo.hazards.choosing import instead
from demo.hazards.hazard import Hazard
from demo.router import Router
from demo.site import Site


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


HAZARDS = (
    Hazard(
        apart.HAZARD,
        "some organs keep their reports where no other does, one has an address like no other's, one has none",
        edit=_without_reports,
        wrap=_left_behind,
        families=("hanweb_xxgk", "hanweb_annual", "trs"),
    ),
)
