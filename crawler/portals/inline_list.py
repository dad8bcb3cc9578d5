"""Pages that carry their rows as data, `var dataList=[…]`, or all their rows at once, which a script shows page by page."""

from __future__ import annotations

import re
from typing import Any

from crawler.portals.generic import next_url, numbered
from crawler.portals.listing import Listing, Row
from crawler.portals.literals import literal_after
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows, row, rows_from, rows_of

NAME = "inline list"
TOTAL = re.compile(r"""\b(?:totalCount|recordCount|totalData)["']?\s*[:=]\s*["']?(\d+)""")
MARKS = ("var dataList", "pagedContent", "dataList=")


def recognises(page: Page) -> bool:
    return any(mark in page.text for mark in MARKS)


def read_listing(page: Page) -> Listing:
    total = TOTAL.search(page.text)
    declared = int(total[1]) if total else None
    data = literal_after(page.text, "dataList")
    if isinstance(data, list):
        pages = literal_after(page.text, "pagesData")
        pages = pages if isinstance(pages, dict) else {}
        return Listing(_data_rows(page, data), declared, _whole(pages.get("curPageNo")), _whole(pages.get("pageTotal")))
    paged = [link for link in page.links if _is_paged(link.element)]
    return Listing(rows_of(paged) if paged else list_rows(page), declared, 1)


def next_requests(page: Page) -> list[PageRequest]:
    """The file of the next page, where `pagesData` counts more than this. Else all rows are here; a total that says otherwise shows it."""
    listing = read_listing(page)
    number, count = listing.page_number, listing.page_count
    if number is None or count is None or number >= count:
        return []
    return [PageRequest(next_url(page) or numbered(page.url, number + 1), "list", portal=NAME, page_number=number + 1)]


def _data_rows(page: Page, data: list[Any]) -> tuple[Row, ...]:
    infos = [
        info
        for group in data
        if isinstance(group, dict)
        for info in group.get("infolist", [group])
        if isinstance(info, dict)
    ]
    return rows_from(
        row(page.url, info.get("url"), info.get("title"), info.get("daytime") or info.get("date")) for info in infos
    )


def _is_paged(element: Any) -> bool:
    for _ in range(5):
        if element is None:
            return False
        if "pagedContent" in (element.get("class") or "").split():
            return True
        element = element.getparent()
    return False


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
