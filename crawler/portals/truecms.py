"""truecms: `messageController/getMessage.do` gives a window of a column's records as a datastore inside JSONP."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.portals.hanweb_jpage import RECORD, TOTAL_RECORD
from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import fragment_rows, list_rows

NAME = "truecms"
CALL = re.compile(r"""["']([^"']*?messageController/getMessage\.do[^"']*)["']""")
COLUMN = re.compile(r"""columnId["']?\s*[:=]\s*["']?([\w-]+)""", re.IGNORECASE)
WINDOW = 50  # records; the server gives between 10 and 50 at a time


def recognises(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME) or "messageController/getMessage.do" in page.text


def read_listing(page: Page) -> Listing:
    store = _store(page)
    if store is None:
        return Listing(list_rows(page))
    total = TOTAL_RECORD.search(store)
    return Listing(fragment_rows("".join(_records(store)), _shell(page)), int(total[1] or total[2]) if total else None)


def next_requests(page: Page) -> list[PageRequest]:
    store = _store(page)
    if store is not None:
        assert page.asked is not None
        seen = int(dict(page.asked.facts)["before"]) + len(_records(store))
        total = read_listing(page).declared_total or 0
        return (
            [_window(page, page.asked.url, seen, (page.asked.page_number or 1) + 1)]
            if _records(store) and seen < total
            else []
        )
    call = CALL.search(page.text)
    if call is None:
        return []
    url = urljoin(page.url, unescape(call[1]))
    column = COLUMN.search(page.text)
    if url.endswith("columnId=") and column:
        url += column[1]  # a script that puts the two together
    elif "columnId=" not in url and column:
        url += ("&" if "?" in url else "?") + f"columnId={column[1]}"
    return [_window(page, url, 0, 1)]


def _window(page: Page, url: str, before: int, number: int) -> PageRequest:
    split = urlsplit(url)
    query = {
        **dict(parse_qsl(split.query, keep_blank_values=True)),
        "startrecord": str(before + 1),
        "endrecord": str(before + WINDOW),
        "perpage": str(WINDOW),
    }
    query.setdefault("callback", "cb")
    return PageRequest(
        split._replace(query=urlencode(query)).geturl(),
        "list",
        headers=(("Referer", _shell(page)),),
        portal=NAME,
        page_number=number,
        list_url=_shell(page),
        facts=(("before", str(before)),),
    )


def _records(store: str) -> list[str]:
    return [unescape(record) if "&lt;" in record else record for record in RECORD.findall(store)]


def _store(page: Page) -> str | None:
    if not (page.asked and page.asked.portal == NAME and page.asked.facts):
        return None
    answer = json_answer(page.text)
    result = answer.get("result") if isinstance(answer, dict) else None
    return result if isinstance(result, str) else ""


def _shell(page: Page) -> str:
    return page.asked.list_url if page.asked and page.asked.portal == NAME and page.asked.list_url else page.url
