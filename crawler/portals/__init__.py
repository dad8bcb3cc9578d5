"""The CMS families that portals run on. A new family is one module with the names of `listing.Portal`, and its name in PORTALS.

page      Page, Link, PageRequest: an answer's text, tree and links; what to ask next
listing   Listing, Row, Portal: what a list page says
rows      rows, dates, totals and page numbers out of a tree
dialects  what an article's URL says by itself
"""

from __future__ import annotations

from crawler.portals import (
    epoint,
    generic,
    gkmlpt,
    hanweb_jpaas,
    hanweb_jpage,
    hanweb_xxgk,
    inline_list,
    json_lists,
    lonsun,
    trs,
    trs_list_model,
    truecms,
    ucap,
    vsb,
    xxgk_php,
    ztree,
)
from crawler.portals.listing import Listing, Portal, Row
from crawler.portals.page import Link, Page, PageRequest

# In the order in which they are asked: the surer the fingerprint, the earlier. The last knows every page.
PORTALS: tuple[Portal, ...] = (
    hanweb_jpaas,
    truecms,
    ztree,
    hanweb_jpage,
    hanweb_xxgk,
    gkmlpt,
    lonsun,
    epoint,
    ucap,
    vsb,
    json_lists,
    xxgk_php,
    trs_list_model,
    inline_list,
    trs,
    generic,
)

__all__ = ["PORTALS", "Link", "Listing", "Page", "PageRequest", "Portal", "Row", "portal_named", "portal_of"]


def portal_of(page: Page) -> Portal:
    """The family whose fingerprint the page bears."""
    return next(portal for portal in PORTALS if portal.recognises(page))


def portal_named(name: str | None) -> Portal | None:
    return next((portal for portal in PORTALS if name == portal.NAME), None)
