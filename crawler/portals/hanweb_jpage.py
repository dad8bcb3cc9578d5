"""Hanweb (大汉) JCMS: the list's first records stand in a datastore inside the page, `dataproxy.jsp` gives the others as XML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urlencode, urljoin

from crawler.portals.listing import Listing, Row
from crawler.portals.page import Page, PageRequest
from crawler.portals.rows import fragment_rows

NAME = "hanweb jpage"
WINDOW = 100  # records asked for at once, as the pager's own script asks for several pages at a time
RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL)
NEXT_GROUP = re.compile(r"""<nextgroup>.*?href=["']([^"']+)["']""", re.DOTALL)
TOTAL_RECORD = re.compile(r"totalRecord['\"]?\s*[:=]\s*['\"]?(\d+)|<totalrecord>\s*(\d+)", re.IGNORECASE)
PER_PAGE = re.compile(r"perPage['\"]?\s*[:=]\s*['\"]?(\d+)", re.IGNORECASE)
PROXY = re.compile(r"""proxyUrl['"]?\s*:\s*['"]([^'"]+)['"]""")
PARAMETERS = re.compile(r"\bparam_\w+\s*=\s*\{(.*?)\}", re.DOTALL)
PAIR = re.compile(r"""(\w+)\s*:\s*(?:'([^']*)'|"([^"]*)"|([\w./-]+))""")
BROKEN_ITEM = re.compile(r"<li style=<br\s*/?>")  # an artefact that some templates leave in every record


@dataclass(frozen=True, slots=True)
class Group:
    """Where the records after those in the page are: the address of the proxy, and the fields it wants posted."""

    url: str
    fields: tuple[tuple[str, str], ...]
    per_page: int
    total: int
    first: int  # how many records the page itself carries


def recognises(page: Page) -> bool:
    return _is_answer(page) or "jpage(" in page.text or ("<datastore>" in page.text and "<record>" in page.text)


def read_listing(page: Page) -> Listing:
    rows = _rows(page)
    # An answer carries no page number of its own. Equal rows are found out by the one who collects them.
    return Listing(rows, _total(page), None if _is_answer(page) else 1, misled=_ignores_records(page, rows))


def next_requests(page: Page) -> list[PageRequest]:
    """The records that follow those seen. The first page's facts travel with each request, as an answer does not repeat them."""
    group = _group_of_answer(page) if _is_answer(page) else _group_of_page(page)
    rows = _rows(page)
    known = _facts(page)
    if group is None or not rows:
        return []
    if group.first >= group.total and (known.get("way") == "page" or not _ignores_records(page, rows)):
        return []
    list_url = (page.asked.list_url if page.asked and known else None) or page.url
    facts = {"per_page": str(group.per_page), "total": str(group.total), "fields": urlencode(group.fields)}
    number = (page.asked.page_number or 1) + 1 if page.asked and known else 2
    if known.get("way") == "page" or _ignores_records(page, rows):
        number = number if known.get("way") == "page" else 2
        return [_by_page(group, number, list_url, {**facts, "way": "page"})]
    return [_by_records(group, number, list_url, {**facts, "before": str(group.first), "first": rows[0].url})]


def _by_records(group: Group, number: int, list_url: str, facts: dict[str, str]) -> PageRequest:
    """Ask for the records after those seen, by their numbers."""
    window = {
        "startrecord": str(group.first + 1),
        "endrecord": str(min(group.first + WINDOW, group.total)),
        "perpage": str(group.per_page),
    }
    return PageRequest(
        url=f"{group.url}?{urlencode(window)}",
        purpose="list",
        method="POST",
        body=urlencode(group.fields).encode("ascii"),
        headers=(("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"), *_headers(list_url)),
        portal=NAME,
        page_number=number,
        list_url=list_url,
        facts=tuple(facts.items()),
    )


def _by_page(group: Group, number: int, list_url: str, facts: dict[str, str]) -> PageRequest:
    """Ask for a page by its number, as servers want it that do not look at the records' numbers."""
    return PageRequest(
        url=f"{group.url}?{urlencode({**dict(group.fields), 'page': str(number)}, safe='/')}",
        purpose="list",
        headers=_headers(list_url),
        portal=NAME,
        page_number=number,
        list_url=list_url,
        facts=tuple({**facts, "before": str((number - 1) * group.per_page)}.items()),
    )


def _headers(list_url: str) -> tuple[tuple[str, str], ...]:
    return (("Referer", list_url), ("X-Requested-With", "XMLHttpRequest"))


def _facts(page: Page) -> dict[str, str]:
    return dict(page.asked.facts) if page.asked and _is_answer(page) else {}


def _ignores_records(page: Page, rows: tuple[Row, ...]) -> bool:
    """Whether the server gave the first records again although later ones were asked for by number."""
    return bool(rows) and _facts(page).get("first") == rows[0].url


def _is_answer(page: Page) -> bool:
    return (
        page.text.lstrip("\ufeff \r\n\t")[:200].lstrip().startswith(("<datastore", "<?xml"))
        and "<recordset" in page.text
    )


def _rows(page: Page) -> tuple[Row, ...]:
    items = "".join(unescape(record) if "&lt;" in record else record for record in RECORD.findall(page.text))
    return fragment_rows(BROKEN_ITEM.sub("<li>", items), page.asked.list_url or page.url if page.asked else page.url)


def _total(page: Page) -> int | None:
    found = TOTAL_RECORD.search(page.text)
    return int(found[1] or found[2]) if found else None


def _group_of_page(page: Page) -> Group | None:
    total, per_page = _total(page), PER_PAGE.search(page.text)
    proxy, group = PROXY.search(page.text), NEXT_GROUP.search(page.text)
    if total is None or not per_page or not (proxy or group):
        return None
    following = unescape(group[1]) if group else ""
    address = proxy[1] if proxy else following.partition("?")[0]
    fields = dict(parse_qsl(following.partition("?")[2], keep_blank_values=True))
    fields.pop("page", None)
    if "columnid" in fields:
        fields.setdefault("col", "1")
    for block in PARAMETERS.findall(page.text)[:1]:
        fields |= {name: single or double or plain for name, single, double, plain in PAIR.findall(block)}
    return Group(
        urljoin(page.url, address),
        tuple(fields.items()),
        max(1, int(per_page[1])),
        total,
        len(RECORD.findall(page.text)),
    )


def _group_of_answer(page: Page) -> Group | None:
    facts = _facts(page)
    if page.asked is None or not {"before", "per_page", "total", "fields"} <= facts.keys():
        return None
    came = len(RECORD.findall(page.text))  # what came, not what was asked: servers cap the window
    return Group(
        url=page.asked.url.partition("?")[0],
        fields=tuple(parse_qsl(facts["fields"], keep_blank_values=True)),
        per_page=int(facts["per_page"]),
        total=_total(page) or int(facts["total"]),
        first=int(facts["before"]) + came,
    )
