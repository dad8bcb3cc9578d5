"""Lists that declare more than they give: pages that are stubs from the third on, last pages that are not there."""

from __future__ import annotations

from functools import partial

from demo import pages
from demo.dialect import Dialect, Handler, Request, Response
from demo.dialects import dialect_of
from demo.hazards.choosing import instead, report_lists
from demo.hazards.hazard import Hazard
from demo.ledger import State
from demo.router import Router
from demo.site import Article, Site

FAMILIES = (
    "trs", "trs_hunan", "trs_paging", "trs_hubei", "trs_scripted", "trs_shanghai", "trs_beijing", "trs_yunnan", "trs_henan",
    "trs_chengdu", "trs_mee", "trs_nda", "nfcms", "xxgk_php", "xxgk_show", "datalist", "jeecms", "ztree", "hebei", "plain",
)  # fmt: skip
FIRST_STUB = 3


def _lost_pages(site: Site, dialect: Dialect, total: int, last_only: bool) -> range:
    """The numbers of the pages that do not come."""
    return range(total if last_only else FIRST_STUB, total + 1) if total > 1 else range(0)


def _lose(last_only: bool, handler: Handler, site: Site, dialect: Dialect, answer: Handler) -> Handler:
    router = Router()
    for column in report_lists(site):
        total = len(pages.pages_of(site, column, dialect.per_page or 1))
        if dialect.page_path is not None:
            for number in _lost_pages(site, dialect, total, last_only):
                router.add(dialect.page_path(site, column, number), handler)
    return instead(router, answer)


def _loses_pages(last_only: bool, site: Site) -> bool:
    """Whether any list is long enough to lose one: those of a single page are whole."""
    dialect = dialect_of(site.family)
    totals = [len(pages.pages_of(site, column, dialect.per_page or 1)) for column in report_lists(site)]
    return any(_lost_pages(site, dialect, total, last_only) for total in totals)


def _stubs(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    """About three hundred bytes, no row, status 200."""
    text = f"<!DOCTYPE html><html><head><meta charset='{site.charset}'><title>{site.name}</title></head><body><!-- {'-' * 150} --></body></html>"
    stub = Response(pages.encoded(site, text), pages.media_type(site))
    return _lose(False, lambda request: stub, site, dialect, answer)


def _cut(site: Site, dialect: Dialect, role: str, answer: Handler) -> Handler:
    def missing(request: Request) -> Response:
        return pages.missing(site, dialect)

    return _lose(True, missing, site, dialect, answer)


def _hurts(last_only: bool, site: Site, article: Article) -> bool:
    dialect, column = dialect_of(site.family), site.column(article.column)
    if article.presence != "here" or not dialect.per_page or column not in set(report_lists(site)):
        return False
    listed = site.listed(column)
    total = len(pages.pages_of(site, column, dialect.per_page))
    number = 1 + listed.index(article) // dialect.per_page
    return number in _lost_pages(site, dialect, total, last_only)


HAZARDS = (
    Hazard(
        "half_list",
        "the pager promises pages that are empty stubs from the third on",
        State.UNREACHABLE,
        lambda site, article: _hurts(False, site, article),
        _stubs,
        families=FAMILIES,
        hides_gaps=partial(_loses_pages, False),
    ),
    Hazard(
        "last_page_404",
        "the last page of each list of reports answers 404",
        State.UNREACHABLE,
        lambda site, article: _hurts(True, site, article),
        _cut,
        families=FAMILIES,
        hides_gaps=partial(_loses_pages, True),
    ),
)
