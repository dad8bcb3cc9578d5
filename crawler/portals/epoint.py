"""Epoint (新点) EWB: the list is asked for with a JSON body that names the site by a number which stands in a script of its own."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.portals.listing import Listing
from crawler.portals.literals import json_answer, literal_after
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import list_rows, row, rows_from

NAME = "epoint"
REST = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
REST_URL = re.compile(r"""["']([^"']*?/rest/lightfrontaction/get\w*infolist)["']""", re.IGNORECASE)
SCRIPT = re.compile(r"""src=["']([^"']*webBuilderCommon\.js[^"']*)["']""", re.IGNORECASE)
CATEGORY = re.compile(r"""(?:categorynum|cateNum|categoryNum)["']?\s*[:=]\s*["']?(\d{3,})""")
DEPARTMENT = re.compile(r"""dept[Cc]ode["']?\s*[:=]\s*["']([\w-]*)["']""")
FIRST_PAGE = re.compile(r"""pageIndex["']?\s*[:=]\s*["']?(\d+)""")
WRAPPED = re.compile(r"""["']?params["']?\s*:\s*\{""")
CATEGORY_IN_PATH = re.compile(r"/(\d{6,})/(?:[^/]*\.html?)?$")
PAGE_SIZE = 20
MOST_AT_ONCE = 2000


def recognises(page: Page) -> bool:
    return (
        bool(page.asked and page.asked.portal == NAME) or "/EWB-FRONT/" in page.text or "webBuilderCommon" in page.text
    )


def read_listing(page: Page) -> Listing:
    kind = _facts(page).get("kind")
    if kind == "script":
        return Listing()
    if kind is None:
        return Listing(list_rows(page))
    data = _data(page)
    rows = (
        row(page.url, one.get("infourl"), one.get("realtitle") or one.get("title"), one.get("infodate"))
        for one in data.get("data") or []
        if isinstance(one, dict)
    )
    total = data.get("total")
    return Listing(rows_from(rows), int(total) if isinstance(total, int | str) and str(total).isdigit() else None)


def next_requests(page: Page) -> list[PageRequest]:
    facts = _facts(page)
    if facts.get("kind") == "script":
        site = literal_after(page.text, "siteInfo") or {}
        guid = site.get("siteGuid") if isinstance(site, dict) else None
        return [_list(page, {**facts, "siteGuid": str(guid)}, PAGE_SIZE)] if guid else []
    return _following(page, facts) if facts.get("kind") == "list" else _of_shell(page)


def _following(page: Page, facts: dict[str, str]) -> list[PageRequest]:
    listing = read_listing(page)
    total, size, number = listing.declared_total or 0, int(facts["size"]), int(facts.get("number", 1))
    if not facts.get("first"):
        # Some versions count pages from 0 and some from 1. One more question for everything at once needs to know neither.
        return [_list(page, facts, min(total, MOST_AT_ONCE))] if total > size else []
    return [_list(page, facts, size, number + 1)] if listing.rows and number * size < total else []


def _of_shell(page: Page) -> list[PageRequest]:
    category = CATEGORY.search(page.text) or CATEGORY_IN_PATH.search(urlsplit(page.url).path)
    if category is None:
        return []
    department, rest, guid = (
        DEPARTMENT.search(page.text),
        REST_URL.search(page.text),
        literal_after(page.text, "siteGuid"),
    )
    facts = {
        "category": category[1],
        "department": department[1] if department else "",
        "rest": rest[1] if rest else REST,
        "first": first[1] if (first := FIRST_PAGE.search(page.text)) else "",
        "wrapped": "yes" if WRAPPED.search(page.text) else "",
    }
    if facts["wrapped"] and "siteGuid" not in page.text:
        return [_list(page, facts, PAGE_SIZE)]
    if isinstance(guid, str):
        return [_list(page, {**facts, "siteGuid": guid}, PAGE_SIZE)]
    script = SCRIPT.search(page.text)
    url = urljoin(page.url, script[1] if script else "/js/webBuilderCommon.js")
    return [PageRequest(url, "other", portal=NAME, facts=(*facts.items(), ("kind", "script")))]


def _list(page: Page, facts: dict[str, str], size: int, number: int = 1) -> PageRequest:
    """`first` is the number that the page itself gives its first page; older versions wrap what they ask for."""
    asked: dict[str, Any] = {
        "deptcode": facts["department"],
        "categorynum": facts["category"],
        "pageIndex": int(facts.get("first") or 0) + number - 1,
        "pageSize": size,
    }
    if "siteGuid" in facts:
        asked["siteGuid"] = facts["siteGuid"]
    if facts.get("wrapped"):
        asked = {"token": "", "params": asked}
    shell = page.asked.list_url if page.asked and page.asked.list_url else page.url
    return PageRequest(
        urljoin(page.url, facts["rest"]),
        "list",
        method="POST",
        body=json.dumps(asked, separators=(",", ":")).encode("ascii"),
        headers=(
            ("Content-Type", "application/json; charset=UTF-8"),
            ("Referer", shell),
            ("X-Requested-With", "XMLHttpRequest"),
        ),
        portal=NAME,
        page_number=number if facts.get("first") else None,
        facts=tuple({**facts, "kind": "list", "size": str(size), "number": str(number)}.items()),
    )


def _data(page: Page) -> dict[str, Any]:
    answer = json_answer(page.text)
    custom = answer.get("custom") if isinstance(answer, dict) else None
    return custom if isinstance(custom, dict) else {}


def _facts(page: Page) -> dict[str, str]:
    return dict(page.asked.facts) if page.asked and page.asked.portal == NAME else {}
