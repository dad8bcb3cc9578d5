"""Lonsun (龙讯): `/public/column/<organ>?type=3` shows an organ's reports; label 8888 gives its list as a piece of HTML, the tree as JSON."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.links import is_report_column
from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import declared_total, fragment_rows, list_rows

NAME = "lonsun"
LABEL = re.compile(r"""["']([^"']*?/site/label/\d+\?[^"']*labelName=publicInfoList[^"']*)["']""")
TREE = re.compile(r"""["']([^"']*?/site/label/\d+\?[^"']*labelName=columnTree[^"']*)["']""")
PAGER = re.compile(r"Ls\.pagination\(.{0,2000}", re.DOTALL)
CURRENT = re.compile(r"currPage\s*:\s*\(?\s*(\d+)\s*(?:\+\s*(\d+))?\s*\)?")
COUNT = re.compile(r"pageCount\s*:\s*(\d+)")


def recognises(page: Page) -> bool:
    return (
        bool(page.asked and page.asked.portal == NAME) or "Ls.pagination(" in page.text or "/site/label/" in page.text
    )


def read_listing(page: Page) -> Listing:
    if _kind(page) == "tree":
        return Listing()
    number, count = _pager(page)
    rows = fragment_rows(page.text, page.url) if _kind(page) == "label" else list_rows(page)
    return Listing(rows, declared_total(page.text), number, count)


def next_requests(page: Page) -> list[PageRequest]:
    if _kind(page) == "tree":
        return _columns(page)
    number, count = _pager(page)
    label = LABEL.search(page.text)
    if number is not None and count is not None:
        # A shell that names the list's own address turns its pages there; others by a parameter of theirs.
        following = urljoin(page.url, unescape(label[1])) if label and not _kind(page) else page.url
        return [_page(page, following, number + 1)] if number < count else []
    if _kind(page):
        return []
    if label and not list_rows(page):
        return [_page(page, urljoin(page.url, unescape(label[1])), 1)]
    tree = TREE.search(page.text)
    return (
        [PageRequest(urljoin(page.url, unescape(tree[1])), "list", portal=NAME, facts=(("kind", "tree"),))]
        if tree
        else []
    )


def _page(page: Page, url: str, number: int) -> PageRequest:
    split = urlsplit(url)
    fields = {**dict(parse_qsl(split.query, keep_blank_values=True)), "pageIndex": str(number)}
    kind = "label" if "/site/label/" in split.path else "page"
    return PageRequest(
        split._replace(query=urlencode(fields, safe="/"), fragment="").geturl(),
        "list",
        headers=(("Referer", page.url), ("X-Requested-With", "XMLHttpRequest")) if kind == "label" else (),
        portal=NAME,
        page_number=number,
        facts=(("kind", kind),),
    )


def _columns(page: Page) -> list[PageRequest]:
    nodes = json_answer(page.text)
    paths = [
        node["htmlPath"]
        for node in (nodes if isinstance(nodes, list) else [])
        if isinstance(node, dict)
        and is_report_column(str(node.get("name", "")))
        and isinstance(node.get("htmlPath"), str)
    ]
    return [
        PageRequest(urljoin(page.url, path), "list", portal=NAME, page_number=1, facts=(("kind", "page"),))
        for path in paths
    ]


def _pager(page: Page) -> tuple[int | None, int | None]:
    call = PAGER.search(page.text)
    if not call:
        return None, None
    current, count = CURRENT.search(call[0]), COUNT.search(call[0])
    number = int(current[1]) + int(current[2] or 0) if current else None
    return number, int(count[1]) if count else None


def _kind(page: Page) -> str | None:
    return dict(page.asked.facts).get("kind") if page.asked and page.asked.portal == NAME else None
