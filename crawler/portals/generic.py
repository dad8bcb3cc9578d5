"""A page of no known family: the rows that stand alike, and the link that says it leads to the next page."""

from __future__ import annotations

import re

from crawler.addresses import resolve
from crawler.portals.listing import Listing
from crawler.portals.page import Page, PageRequest, text_of
from crawler.portals.rows import declared_total, list_rows, shown_page

NAME = "generic"
NEXT = frozenset(("下一页", "下页", "后一页", "下一页>", "下一页>>", "下一页»", ">", ">>", "›", "»", "next", "next>"))
PAGER_NAME = re.compile(r"page|pager|pagination|fenye|turn", re.IGNORECASE)


def recognises(page: Page) -> bool:
    return True


def read_listing(page: Page) -> Listing:
    pager = pager_text(page)
    number, count = shown_page(pager)
    return Listing(list_rows(page), declared_total(pager), number, count)


def next_requests(page: Page) -> list[PageRequest]:
    url = next_url(page)
    if url is None:
        return []
    number, _ = shown_page(pager_text(page))
    return [PageRequest(url, "list", portal=NAME, page_number=number + 1 if number else None)]


def next_url(page: Page) -> str | None:
    """The page that `rel=next` names, or a link whose text says so."""
    for element in page.tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            url = resolve(page.base_url, element.get("href") or "")
            if url and url != page.url:
                return url
    for link in page.links:
        if link.text.replace(" ", "").lower() in NEXT and link.url != page.url:
            return link.url
    return None


def pager_text(page: Page) -> str:
    """What the pager says: the text of the elements whose name speaks of pages, as the rest of the page holds numbers of other things."""
    parts = []
    for element in page.tree.iter("div", "p", "span", "td", "ul", "nav"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if name != " " and PAGER_NAME.search(name):
            text = text_of(element)
            if len(text) < 400:
                parts.append(text)
    return " ".join(parts)
