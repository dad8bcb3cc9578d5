"""Kaipu (开普) UCAP: lists come from `/search/<channel>` as JSON; the channel's number stands in the page or is asked for by its code.

With `_isAgg=true` most of them give what the channels below hold, too: a directory's own channel then gives the lists of all its organs.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.links import is_report_column
from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows, row, rows_from

NAME = "ucap"
PAGE_SIZE = 100
SEARCH = re.compile(r"""["'(](/?[\w/-]*?search(?:List)?/)([0-9a-f]{32})\b""")
CHANNEL = re.compile(r"""channel_?Id["']?\s*[:=]\s*["']([0-9a-f]{32})["']""", re.IGNORECASE)
MARKS = re.compile(
    r"<ucap(?:title|content)|UCAP-CONTENT|/c\d{6}[a-z]?/\d{6}/(?:[0-9a-f]{32}|c\d{2}_\d+)\.shtml", re.IGNORECASE
)
COLUMN_PATH = re.compile(r"/(\w+)/(c\d{5,7}[a-z]?)/[\w_]*list\w*\.shtml$")


def recognises(page: Page) -> bool:
    return (
        bool(page.asked and page.asked.portal == NAME)
        or MARKS.search(page.text) is not None
        or SEARCH.search(page.text) is not None
    )


def read_listing(page: Page) -> Listing:
    data = _data(page)
    if data is None:
        return Listing(list_rows(page))
    if "results" not in data or not isinstance(data["results"], list):
        return Listing()
    rows = (
        row(page.url, one.get("url"), one.get("title"), one.get("publishedTimeStr") or one.get("publishedTime"))
        for one in data["results"]
    )
    mixed = page.asked is not None and page.asked.gathers
    return Listing(rows_from(rows), _whole(data.get("total")), _asked_number(page), mixed=mixed)


def next_requests(page: Page) -> list[PageRequest]:
    data = _data(page)
    if data is None:
        return _of_shell(page)
    if isinstance(data.get("results"), dict):
        return [_search(page, "/search/", channel, 1) for channel in _report_channels(data["results"])]
    number, size, total = _asked_number(page) or 1, _whole(data.get("rows")) or PAGE_SIZE, _whole(data.get("total"))
    results = data.get("results") or []
    if not results or len(results) < min(size, PAGE_SIZE) or (total is not None and number * size >= total):
        return []
    path, _, channel = urlsplit(page.url).path.rpartition("/")
    return [_search(page, f"{path}/", channel, number + 1)]


def _of_shell(page: Page) -> list[PageRequest]:
    """The search of the page's own channel, or the question which channel a column's code stands for."""
    found = SEARCH.search(page.text)
    channel = CHANNEL.search(page.text)
    if found or channel:
        own = _search(page, found[1] if found else "/search/", found[2] if found else channel[1] if channel else "", 1)
        return [replace(own, gathers=True)]
    column = COLUMN_PATH.search(urlsplit(page.url).path)
    if column is None or list_rows(page):
        return []
    query = urlencode({"channelCode": column[2], "websiteCodeName": column[1]})
    return [
        PageRequest(
            urljoin(page.url, f"/common/getChannelList?{query}"), "list", portal=NAME, facts=(("kind", "channels"),)
        )
    ]


def _search(page: Page, path: str, channel: str, number: int) -> PageRequest:
    query = {
        "page": str(number), "_pageSize": str(PAGE_SIZE), "_isAgg": "true", "_isJson": "true", "_template": "index", "_rangeTimeGte": "",
        "_channelName": "",
    }  # fmt: skip
    return PageRequest(
        f"{urljoin(page.url, path + channel)}?{urlencode(query)}",
        "list",
        portal=NAME,
        page_number=number,
        facts=(("kind", "search"),),
    )


def _report_channels(results: dict[str, Any]) -> list[str]:
    """The channels named for the reports; when none of the children is, the channel that was asked about."""
    children = [child for child in results.get("children") or [] if isinstance(child, dict)]
    named = [
        str(child["channelId"])
        for child in children
        if is_report_column(str(child.get("displayName", ""))) and child.get("channelId")
    ]
    own = results.get("channelId")
    return named or ([str(own)] if own else [])


def _data(page: Page) -> dict[str, Any] | None:
    if not (page.asked and page.asked.portal == NAME and page.asked.facts):
        return None
    answer = json_answer(page.text)
    if not isinstance(answer, dict):
        return {}
    data = answer.get("data", answer)
    return data if isinstance(data, dict) else {}


def _asked_number(page: Page) -> int | None:
    number = dict(parse_qsl(urlsplit(page.url).query)).get("page", "")
    return int(number) if number.isdigit() else None


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None
