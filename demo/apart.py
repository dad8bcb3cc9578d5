"""An organ's column goes in; whether the organ keeps its reports otherwise than the others comes out, on portals with the hazard `organs_apart`.

Directories are mostly made alike, and never all of them. Of such a portal's organs some have their column elsewhere, where the usual place is
empty or says that there is nothing; some are not addressed like the others, or were numbered later; and one has published nothing.
"""

from __future__ import annotations

from demo.site import Article, Column, Site

HAZARD = "organs_apart"
EVERY = 6  # one organ in so many has its column elsewhere
ALONE, SILENT = 5, 7  # by their place among the county's organs
GATHERS_NONE, GATHERS_SOME, GATHERS_LATE = "gathers_none", "gathers_some", "gathers_late"
LEFT_OUT = 3  # one organ in so many
LATER = 500  # how much higher numbers are that were given later


def place_of(site: Site, slug: str) -> int:
    return next(place for place, organ in enumerate(site.county.organs) if organ.slug == slug)


def slug_of(column: Column) -> str:
    """The slug of the organ that the column belongs to."""
    return column.key.removesuffix("_nb").removesuffix("_gkzn").removesuffix("_wn")


def _place(site: Site, column: Column) -> int | None:
    if HAZARD not in site.county.hazards or not any(above.key == "bmxz" for above in site.trail(column)[:-1]):
        return None
    return place_of(site, slug_of(column))


def is_elsewhere(site: Site, column: Column) -> bool:
    place = _place(site, column)
    return place is not None and place % EVERY == 0 and column.key.endswith("_nb")


def is_alone(site: Site, column: Column) -> bool:
    return _place(site, column) == ALONE


def later(site: Site, column: Column) -> int:
    """What is added to the number of a column that an organ apart has in place of the usual one."""
    return LATER * (is_elsewhere(site, column) + 2 * is_alone(site, column))


def is_gathered(site: Site, article: Article) -> bool:
    """Whether the article stands in the answer for all organs: some systems give none there, or not of all organs, or only what is new."""
    hazards, report = site.county.hazards, article.report
    if GATHERS_NONE in hazards:
        return False
    if report is None:
        return True
    if GATHERS_SOME in hazards and site.county.organs.index(report.organ) % LEFT_OUT == 0:
        return False
    return GATHERS_LATE not in hazards or report.year == max(one.year for one in site.county.reports)
