"""The disclosure sites in PHP of several cities of Anhui: `/XxgkContent/showList/<organ>/<category>/page_1.html`, reports under XxgkAnnualReport."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from crawler.portals.generic import next_url, pager_text
from crawler.portals.listing import Listing
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import declared_total, list_rows, shown_page

NAME = "xxgk php"
MARKS = re.compile(
    r"/(?:XxgkAnnualReport|XxgkContent|XxgkIndex|Xxgknb|OpennessAnnualReport|OpennessContent)/", re.IGNORECASE
)
NUMBERED = re.compile(r"/page_(\d+)\.html$")


def recognises(page: Page) -> bool:
    return len(MARKS.findall(page.text)) >= 2 or MARKS.search(page.url) is not None


def read_listing(page: Page) -> Listing:
    text = pager_text(page)
    shown, count = shown_page(text)
    return Listing(list_rows(page), declared_total(text), shown or _number(page.url), count)


def next_requests(page: Page) -> list[PageRequest]:
    listing = read_listing(page)
    number = listing.page_number or 1
    following = next_url(page)
    if (
        following is None
        and listing.page_count is not None
        and number < listing.page_count
        and NUMBERED.search(page.url)
    ):
        following = urljoin(page.url, f"page_{number + 1}.html")
    if following is None:
        return []
    return [PageRequest(following, "list", portal=NAME, page_number=_number(following))]


def _number(url: str) -> int | None:
    found = NUMBERED.search(url)
    return int(found[1]) if found else None
