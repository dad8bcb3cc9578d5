"""Portals whose lists are plain JSON by address: eportal, intertid, JsonList, search-front. A kind is one line in KINDS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows, row, rows_from

NAME = "json list"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one system asks: the mark of its address, and the names of its page number and page size."""

    name: str
    call: re.Pattern[str]
    page: str
    size: str
    posted: bool = False


def _call(path: str) -> re.Pattern[str]:
    return re.compile(rf"""["'(]([^"'()\s]*?{path}[^"'()\s]*)["')]""")


KINDS = (
    Kind("eportal", _call(r"/eportal/ui\?[^\"']*queryList\.portlet"), "pageNo", "pageSize"),
    Kind("intertid", _call(r"/govChanInfo/getDocuments\?"), "Index", "pageSize"),
    Kind("json list", _call(r"/cms/JsonList"), "pageno", "perPage", posted=True),
    Kind("search front", _call(r"/search-front-server/api/search/info\?"), "p", "pg"),
)
FIELD = re.compile(r"""(channelCode|channelId)["']?\s*[:=]\s*["']([\w-]+)["']""")
URLS = ("url", "infourl", "docpuburl", "docPubUrl", "link", "linkUrl", "href", "pubUrl", "visitUrl")
TITLES = ("title", "realtitle", "doctitle", "docTitle", "infotitle", "name", "topic")
DATES = (
    "publishedTimeStr",
    "docreltime",
    "docRelTime",
    "pubdate",
    "pubDate",
    "publishTime",
    "publishDate",
    "deploytime",
    "infodate",
    "date",
    "time",
    "daytime",
)
TOTALS = ("total", "totalCount", "totalcount", "count", "recordCount", "totalRecords", "totalElements", "totalHits")


def recognises(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME) or any(kind.call.search(page.text) for kind in KINDS)


def read_listing(page: Page) -> Listing:
    if not _facts(page):
        return Listing(list_rows(page))
    answer = json_answer(page.text)
    found = [
        row(page.url, _first(one, URLS), _first(one, TITLES), _first(one, DATES))
        for one in _objects(answer)
        if _first(one, URLS) and _first(one, TITLES)
    ]
    return Listing(rows_from(found), _total(answer))


def next_requests(page: Page) -> list[PageRequest]:
    facts = _facts(page)
    if facts:
        assert page.asked is not None
        number, listing = page.asked.page_number or 1, read_listing(page)
        size = int(facts["size"])
        if not listing.rows or (listing.declared_total is not None and number * size >= listing.declared_total):
            return []
        if listing.declared_total is None and len(listing.rows) < size:
            return []
        kind = next(kind for kind in KINDS if kind.name == facts["kind"])
        return [_ask(page, kind, page.asked.url, dict(parse_qsl(page.asked.body.decode("ascii"))), number + 1)]
    for kind in KINDS:
        call = kind.call.search(page.text)
        if call:
            url = urljoin(page.url, unescape(call[1]))
            return [_ask(page, kind, url, dict(FIELD.findall(page.text)) if kind.posted else {}, 1)]
    return []


def _ask(page: Page, kind: Kind, url: str, posted: dict[str, str], number: int) -> PageRequest:
    split = urlsplit(url)
    query = dict(parse_qsl(split.query, keep_blank_values=True))
    fields = posted if kind.posted else query
    fields = {**fields, kind.page: str(number), kind.size: fields.get(kind.size, "20")}
    shell = page.asked.list_url if page.asked and page.asked.list_url else page.url
    headers = (("Referer", shell), ("X-Requested-With", "XMLHttpRequest"))
    return PageRequest(
        url if kind.posted else split._replace(query=urlencode(fields, safe=":/!")).geturl(),
        "list",
        method="POST" if kind.posted else "GET",
        body=urlencode(fields).encode("ascii") if kind.posted else b"",
        headers=(("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"), *headers)
        if kind.posted
        else headers,
        portal=NAME,
        page_number=number,
        facts=(("kind", kind.name), ("size", fields[kind.size])),
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside an answer, whatever it is wrapped in."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _first(one: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((one[name] for name in names if isinstance(one.get(name), str | int) and one[name] != ""), None)


def _total(answer: Any) -> int | None:
    for one in _objects(answer):
        found = _first(one, TOTALS)
        if isinstance(found, int) or (isinstance(found, str) and found.isdigit()):
            return int(found)
    return None


def _facts(page: Page) -> dict[str, str]:
    return dict(page.asked.facts) if page.asked and page.asked.portal == NAME else {}
