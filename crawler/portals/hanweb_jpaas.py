"""Hanweb's jpaas: a page names its list's parts in `queryData`; `…/front/page/build/unit` gives each page of it as HTML inside JSON."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import urlencode, urljoin

from crawler.portals.listing import Listing
from crawler.portals.literals import NoLiteral, json_answer, literal_at
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import fragment_rows, list_rows

NAME = "hanweb jpaas"
QUERY_DATA = re.compile(r"""queryData\s*=\s*(?:"(\{[^"]*\})"|'(\{[^']*\})')""")
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
UNIT_URL = re.compile(r"""["']([^"']*?/front/page/build/unit)[^"']*["']""")
COUNT = re.compile(r"""<div[^>]*\bpagination\b[^>]*>""")
ATTRIBUTE = re.compile(r"""\b(rows|count|pageno)=["']?(\d+)""", re.IGNORECASE)
PARAMETERS = ("webId", "pageId", "parseType", "pageType", "tagId", "tplSetId")


def recognises(page: Page) -> bool:
    return _is_answer(page) or QUERY_DATA.search(page.text) is not None


def read_listing(page: Page) -> Listing:
    if not _is_answer(page):
        pager = _pager(page.text)
        return Listing(list_rows(page) if pager else (), pager.get("count"), 1 if pager else None)
    html = _html(page)
    return Listing(fragment_rows(html, _shell(page)), _pager(html).get("count"))


def next_requests(page: Page) -> list[PageRequest]:
    if _is_answer(page):
        assert page.asked is not None
        pager, number = _pager(_html(page)), page.asked.page_number or 1
        if not pager.get("rows") or number * pager["rows"] >= pager.get("count", 0):
            return []
        return [_unit(page, dict(page.asked.facts), number + 1)]
    found = QUERY_DATA.search(page.text)
    if not found:
        return []
    try:
        data = literal_at(unescape(found[1] or found[2]), 0)
    except NoLiteral:
        return []
    path = UNIT_URL.search(page.text)
    facts = {name: str(data[name]) for name in PARAMETERS if data.get(name)} | {"unit": path[1] if path else UNIT}
    pager = _pager(page.text)
    if pager and pager.get("count", 0) <= pager.get("rows", 0):
        return []
    if pager.get("rows"):
        facts["rows"] = str(pager["rows"])
    return [_unit(page, facts, 2 if pager else 1)]


def _unit(page: Page, facts: dict[str, str], number: int) -> PageRequest:
    size = facts.get("rows", "15")
    query = {
        **{name: facts[name] for name in PARAMETERS if name in facts},
        "paramJson": json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":")),
    }
    return PageRequest(
        url=f"{urljoin(page.url, facts['unit'])}?{urlencode(query)}",
        purpose="list",
        headers=(("Referer", _shell(page)), ("X-Requested-With", "XMLHttpRequest")),
        portal=NAME,
        page_number=number,
        list_url=_shell(page),
        facts=tuple(facts.items()),
    )


def _is_answer(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME and page.asked.facts)


def _shell(page: Page) -> str:
    return page.asked.list_url or page.url if page.asked and _is_answer(page) else page.url


def _html(page: Page) -> str:
    data = json_answer(page.text)
    inner = data.get("data") if isinstance(data, dict) else None
    html = inner.get("html") if isinstance(inner, dict) else None
    return html if isinstance(html, str) else ""


def _pager(html: str) -> dict[str, int]:
    found = COUNT.search(html)
    return {name.lower(): int(value) for name, value in ATTRIBUTE.findall(found[0])} if found else {}
