"""Hanweb's disclosure module: a shell that loads `search.jsp` by script, its tree of categories, and one annual report a year by address."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.links import is_report_column
from crawler.portals.listing import Listing, Row
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import declared_total, fragment_rows, shown_page

NAME = "hanweb xxgk"
LOADED = re.compile(r"""loadDynamic\(\s*['"]([^'"]*?/module/xxgk/search\.jsp[^'"]*)['"]\s*,\s*['"](\w+)['"]""")
TREE = re.compile(r"""['"]([^'"]*?/module/xxgk/tree\.jsp\?[^'"]*)['"]""")
NODE = re.compile(r"""funclick\(\s*\\?['"](\w+)\\?['"][^)]*\)[^>\n]{0,80}?(?:>|,\s*['"])\s*([^<'"\n]{2,40})""")
REPORT_URL = re.compile(r"""['"(]([^'"(\s]*?xxgkAnnualReport\.jsp\?[^'")\s]*)""")
YEAR_OPTION = re.compile(r"""<option[^>]*value=["']?((?:19|20)\d{2})["']?""", re.IGNORECASE)
LAST_PAGE = re.compile(r"""gotopage\((\d+)\)[^<]{0,20}尾页|gotopage\((\d+)\)["'][^>]*>\s*尾页""")
ARTICLE_COLUMN = re.compile(r"/art_(\d+)_\d+\.html")
SEARCH = "/module/xxgk/search.jsp"
QUERY = (
    ("standardXxgk", "1"), ("isAllList", "1"), ("texttype", "0"), ("fbtime", "-1"), ("vc_all", ""), ("vc_filenumber", ""), ("vc_title", ""),
    ("vc_number", ""),
)  # fmt: skip


def recognises(page: Page) -> bool:
    return bool(_asked_for(page)) or "/module/xxgk/" in page.text or "xxgkAnnualReport.jsp" in page.url


def read_listing(page: Page) -> Listing:
    if not _asked_for(page):
        return Listing(_years_of_organ(page))
    text = page.text
    number, count = shown_page(text)
    last = LAST_PAGE.search(text)
    count = count or (int(last[1] or last[2]) if last else None)
    rows = fragment_rows(text, page.url)
    columns = {found[1] for row in rows if (found := ARTICLE_COLUMN.search(row.url))}
    return Listing(rows, declared_total(text), number, count, mixed=len(columns) > 1)


def next_requests(page: Page) -> list[PageRequest]:
    kind = _asked_for(page)
    if kind == "search":
        return _following(page)
    if kind == "tree":
        area = dict(parse_qsl(urlsplit(page.url).query)).get("area", "")
        return [
            replace(_search(page, {"infotypeId": code, "area": area}, 1), column=label)
            for code, label in NODE.findall(page.text)
            if is_report_column(label)
        ]
    loaded = LOADED.search(page.text)
    if loaded:
        fields = dict(parse_qsl(urlsplit(unescape(loaded[1])).query, keep_blank_values=True))
        return [_search(page, {**fields, "divid": loaded[2]}, 1)]
    tree = TREE.search(page.text)
    return (
        [PageRequest(urljoin(page.url, unescape(tree[1])), "list", portal=NAME, facts=(("kind", "tree"),))]
        if tree
        else []
    )


def _asked_for(page: Page) -> str | None:
    return dict(page.asked.facts).get("kind") if page.asked and page.asked.portal == NAME else None


def _following(page: Page) -> list[PageRequest]:
    listing = read_listing(page)
    assert page.asked is not None
    number = page.asked.page_number or 1
    if not listing.rows or number >= (listing.page_count or 1):
        return []
    return [_search(page, dict(parse_qsl(page.asked.body.decode("ascii"), keep_blank_values=True)), number + 1)]


def _search(page: Page, fields: dict[str, str], number: int) -> PageRequest:
    """Ask for one page of a category. What narrows the search is posted, as the module's own script does."""
    shell = page.asked.list_url if page.asked and page.asked.list_url else page.url
    posted = {name: value for name, value in fields.items() if name in ("infotypeId", "jdid", "area", "divid")} | {
        "currpage": str(number)
    }
    query = (*QUERY, ("currpage", str(number)), ("sortfield", ",createdatetime:0,orderid:0"))
    return PageRequest(
        url=f"{urljoin(page.url, SEARCH)}?{urlencode(query, safe=',:')}",
        purpose="list",
        method="POST",
        body=urlencode(posted).encode("ascii"),
        headers=(
            ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
            ("Referer", shell),
            ("X-Requested-With", "XMLHttpRequest"),
        ),
        portal=NAME,
        page_number=number,
        facts=(("kind", "search"),),
    )


def _years_of_organ(page: Page) -> tuple[Row, ...]:
    """The reports of one organ by year, from the years that its page offers. Organs' codes are never guessed."""
    addresses = [unescape(found) for found in REPORT_URL.findall(page.text)]
    base = page.url if "xxgkAnnualReport.jsp" in page.url else next((urljoin(page.url, one) for one in addresses), None)
    rows = {urljoin(page.url, one): "" for one in addresses if "fbtime=" in one}  # years that some other organ has, too
    if base is not None:
        split = urlsplit(base)
        fields = {name: value for name, value in parse_qsl(split.query) if name != "fbtime"}
        for year in YEAR_OPTION.findall(page.text):
            rows.setdefault(split._replace(query=urlencode({**fields, "fbtime": year}), fragment="").geturl(), "")
    names = {link.url: link.name for link in page.links}
    return tuple(Row(url, names.get(url) or f"{_year(url)}年度报告", sure=False) for url in rows if _year(url))


def _year(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query)).get("fbtime", "")
