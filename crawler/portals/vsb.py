"""VSB (博达): `xxgknb.htm`, then `xxgknb/3.htm` down to `xxgknb/1.htm`. The numbers run backwards, so the link to the next page is followed."""

from __future__ import annotations

import re

from crawler.addresses import resolve
from crawler.portals.listing import Listing
from crawler.portals.page import Element, Page, PageRequest, text_of
from crawler.portals.rows import declared_total, list_rows, rows_of, shown_page

NAME = "vsb"
PAGER_CLASS = re.compile(r"\bpb_sys_|\bp_pages\b")
LINE_ID = re.compile(r"^line_?u?\d*_\d+")


def recognises(page: Page) -> bool:
    return _pager(page) is not None or "vsb_content" in page.text or "_vsl_" in page.text or 'id="line_u' in page.text


def read_listing(page: Page) -> Listing:
    lines = [link for link in page.links if _in_line(link.element)]
    rows = rows_of(lines) if lines else list_rows(page)
    pager = _pager(page)
    if pager is None:
        return Listing(rows)
    text = text_of(pager)
    number, count = shown_page(text)
    return Listing(rows, declared_total(text), number, count)


def next_requests(page: Page) -> list[PageRequest]:
    pager = _pager(page)
    if pager is None:
        return []
    number, _ = shown_page(text_of(pager))
    for span in pager.iter("span", "a"):
        classes = (span.get("class") or "").split()
        if "p_next" not in classes and text_of(span) not in ("下页", "下一页"):
            continue
        for anchor in span.iter("a"):
            url = resolve(page.base_url, anchor.get("href") or "")
            if url:
                return [PageRequest(url, "list", portal=NAME, page_number=number + 1 if number else None)]
    return []


def _pager(page: Page) -> Element | None:
    for element in page.tree.iter("div", "table", "span", "td"):
        if PAGER_CLASS.search(element.get("class") or ""):
            return element
    return None


def _in_line(anchor: Element) -> bool:
    element: Element | None = anchor
    for _ in range(4):
        if element is None:
            return False
        if LINE_ID.match(element.get("id") or ""):
            return True
        element = element.getparent()
    return False
