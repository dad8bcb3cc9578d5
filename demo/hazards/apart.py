"""Directories of organs that are not all alike: what two of them have in common does not hold for the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial

from demo import apart, pages
from demo.chance import Chance
from demo.dialect import Dialect, Handler, Request, Response
from demo.dialects import DIALECTS
from demo.hazards.choosing import instead
from demo.hazards.hazard import Hazard
from demo.router import Router
from demo.site import Article, Column, Site

TWO_COLUMNED = (
    "trs", "vsb", "eportal", "ztree", "jcms", "iframes", "kaipu", "lonsun", "hanweb_xxgk", "epoint", "cac", "jpaas", "truecms", "hebei",
)  # fmt: skip
DIRECTORIES = tuple(dialect.name for dialect in DIALECTS if "organs" in dialect.ways)
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
    years = _years(site)
    moved = frozenset(year for year in years if not kept(year, years))
    return _split(site, {organ.name: moved for organ in site.county.organs[first::every]})


def _behind(density: float, site: Site) -> Site:
    """The site with organs here and there, or the last, whose reports before some year stand in a second column; each has a year of its own."""
    years, organs = _years(site), site.county.organs[1:]
    chances = {organ.name: Chance("years behind", site.county.name, density, organ.slug) for organ in organs}
    split = [name for name, chance in chances.items() if chance.happens(density)] or [organs[-1].name]
    return _split(site, {name: frozenset(years[: chances[name].number(1, len(years) - 1)]) for name in split})


def _years(site: Site) -> list[int]:
    return sorted({report.year for report in site.county.reports})


def _split(site: Site, moved: Mapping[str, Set[int]]) -> Site:
    """The site with the years named for an organ in a second column of that organ's directory. One that would so be left with none keeps all."""
    slugs = {organ.name: organ.slug for organ in site.county.organs}
    kept = {report.organ.name for report in site.county.reports if report.year not in moved.get(report.organ.name, ())}
    split = [name for name in moved if name in kept]
    beside = tuple(Column(f"{slugs[name]}_wn", "历年政府信息公开年报", slugs[name]) for name in split)

    def placed(article: Article) -> Article:
        report = article.report
        if report is None or report.organ.name not in split or report.year not in moved[report.organ.name]:
            return article
        return replace(article, column=f"{slugs[report.organ.name]}_wn")

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
    *(
        Hazard(
            f"years_behind_{name}",
            f"{name} organs, by chance, keep what is older than some year in a column beside, which only their own page shows",
            edit=partial(_behind, density),
            families=DIRECTORIES,
            ways=("organs",),
        )
        for name, density in (("few", 0.1), ("some", 0.35), ("most", 0.75))
    ),
)
