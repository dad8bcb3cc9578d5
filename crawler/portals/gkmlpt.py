"""Guangdong's gkmlpt: a page whose `_CONFIG` holds the tree of columns, and an interface that gives a column's articles as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.addresses import resolve
from crawler.links import is_report_column
from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer, literal_after
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import row, rows_from

NAME = "gkmlpt"
PAGE_SIZE = 100


def recognises(page: Page) -> bool:
    return bool(page.asked and page.asked.portal == NAME) or (
        "_CONFIG" in page.text and "/gkmlpt" in page.url + page.text
    )


def read_listing(page: Page) -> Listing:
    answer = _answer(page)
    if answer is None:
        return Listing()
    rows = (
        row(
            page.url,
            one.get("url") or one.get("post_url"),
            one.get("title"),
            one.get("display_publish_time") or one.get("date") or one.get("created_at"),
        )
        for one in _articles(answer)
    )
    classify = answer.get("classify")
    total = classify.get("post_count") if isinstance(classify, dict) else None
    return Listing(rows_from(rows), total if isinstance(total, int) else None)


def next_requests(page: Page) -> list[PageRequest]:
    answer = _answer(page)
    if answer is None:
        config = literal_after(page.text, "_CONFIG")
        if not isinstance(config, dict):
            return []
        return [
            PageRequest(elsewhere, "list", column=name)
            if (elsewhere := resolve(page.url, jump))
            else _column(page, str(number), str(config.get("SID", "")), 1, name)
            for number, name, jump in _report_columns(config.get("TREE"))
        ]
    assert page.asked is not None
    number = page.asked.page_number or 1
    listing = read_listing(page)
    if len(_articles(answer)) < PAGE_SIZE or number * PAGE_SIZE >= (listing.declared_total or 10**6):
        return []
    sid = dict(parse_qsl(urlsplit(page.asked.url).query)).get("sid", "")
    return [_column(page, urlsplit(page.asked.url).path.rpartition("/")[2], sid, number + 1)]


def _column(page: Page, column: str, sid: str, number: int, name: str | None = None) -> PageRequest:
    root = page.url.partition("/gkmlpt")[0] + "/gkmlpt/" if "/gkmlpt" in page.url else urljoin(page.url, "/gkmlpt/")
    query = urlencode({"page": number, **({"sid": sid} if sid else {})})
    return PageRequest(
        f"{root}api/all/{column}?{query}",
        "list",
        portal=NAME,
        page_number=number,
        facts=(("column", column),),
        column=name,
    )


def _report_columns(tree: Any, inside: bool = False) -> Iterator[tuple[int, str, str]]:
    """The columns named for the reports, wherever they stand in the tree, and those below them; columns known to be empty are left out.

    The third is the address of one that lies outside this system.
    """
    for node in tree if isinstance(tree, list) else []:
        if isinstance(node, dict):
            name = str(node.get("name", ""))
            wanted = inside or is_report_column(name)
            jump = str(node.get("jump_url") or "")
            jump = "" if "/gkmlpt" in jump else jump
            if wanted and isinstance(node.get("id"), int) and (jump or node.get("post_count") != 0):
                yield node["id"], name, jump
            yield from _report_columns(node.get("children"), wanted)


def _answer(page: Page) -> dict[str, Any] | None:
    if not (page.asked and page.asked.portal == NAME and page.asked.facts):
        return None
    answer = json_answer(page.text)
    return answer if isinstance(answer, dict) else {}


def _articles(answer: dict[str, Any]) -> list[dict[str, Any]]:
    articles = answer.get("articles")
    return [one for one in articles if isinstance(one, dict)] if isinstance(articles, list) else []
