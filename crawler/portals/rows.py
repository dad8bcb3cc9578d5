"""A page's tree goes in; the rows of its list come out: the links that stand alike, each with its title and the date beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from html import unescape

from crawler.addresses import resolve
from crawler.portals.dialects import date_in, day, dialect_of, is_attachment
from crawler.portals.listing import Row
from crawler.portals.page import Element, Link, Page, links_in, parse_html, text_of

DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d)")
CHINA = timezone(timedelta(hours=8))
ITEMS = ("li", "tr", "dd", "dt", "p", "div")
TOTAL = re.compile(
    r"(?:共|总计|合计|总数)[^\d<]{0,6}(\d+)[^\d<]{0,3}(?:条|篇|个?记录|项|封)|(?:总记录数|记录总数|总条数)[:：]?\s*(\d+)"
)
PAGES = re.compile(r"(?:共|总)[^\d<]{0,6}(\d+)[^\d<]{0,3}页")
SCRIPTED = re.compile(
    r"""var\s+url\s*=\s*["'](?P<url>[^"']+)["'][^<>]{0,80}?title\s*=\s*["'](?P<title>[^"'<]+)["'](?P<rest>.*?)</(?:li|tr)>""",
    re.DOTALL,
)
SHOWN = re.compile(r"(?:第|当前)[^\d<]{0,6}(\d+)[^\d<]{0,3}页|(?<![\d/])(\d+)\s*/\s*(\d+)\s*页?(?![\d/])")


def list_rows(page: Page) -> tuple[Row, ...]:
    """The rows of the page's main list: of all groups of links that stand alike, the largest that look like articles."""
    groups: dict[tuple[str, ...], list[tuple[Link, Element]]] = {}
    for link in page.links:
        item = _item_of(link.element)
        if item is not None:
            groups.setdefault(_standing(item), []).append((link, item))
    best = max(groups.values(), key=_weight, default=[])
    return _rows(best) if _weight(best) > 0 else _scripted_rows(page)


def _scripted_rows(page: Page) -> tuple[Row, ...]:
    """Rows that a script in each item writes: `var url="./202602/t20260210_1.shtml"; var title="…"`."""
    found = SCRIPTED.finditer(page.text) if "var url" in page.text else ()
    return rows_from(row(page.base_url, one["url"], unescape(one["title"]), one["rest"]) for one in found)


def fragment_rows(fragment: str, base_url: str) -> tuple[Row, ...]:
    """The rows of a piece of HTML that is nothing but list items, as pagers send it."""
    root = parse_html(fragment)
    return rows_of(links_in(root, base_url))


def rows_of(links: Iterable[Link]) -> tuple[Row, ...]:
    """A row for each link that is known to be one of the list's, with the date in its item."""
    return _rows([(link, link.element if (item := _item_of(link.element)) is None else item) for link in links])


def row(base_url: str, url: object, title: object, moment: object = None) -> Row | None:
    """A row out of an answer's fields; None when they lead nowhere. `moment` is a text with a date in it, or seconds since 1970."""
    if not isinstance(url, str) or not isinstance(title, str):
        return None
    target = resolve(base_url, url)
    name = text_of(parse_html(title)) if "<" in title or "&" in title else title.strip()
    return Row(target, name, day_of(moment) or date_in(target)) if target and name else None


def rows_from(rows: Iterable[Row | None]) -> tuple[Row, ...]:
    return tuple(one for one in rows if one is not None)


def day_of(moment: object) -> date | None:
    """The day in China of a text with a date in it, or of seconds or milliseconds since 1970."""
    if isinstance(moment, str):
        found = DATE.search(moment)
        if found:
            return day(*found.groups())
        moment = int(moment) if re.fullmatch(r"\d{9,13}", moment.strip()) else None
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        return None
    seconds = moment / 1000 if moment > 10**11 else moment
    return datetime.fromtimestamp(seconds, CHINA).date() if 0 < seconds < 10**10 else None


def date_beside(item: Element) -> date | None:
    """The last date that stands in the item by itself. A title may name another one, and may follow the date without a gap."""
    found = None
    for element in item.iter():
        inside_link = element.tag == "a"
        for text in (None if inside_link else element.text, element.tail if element is not item else None):
            for match in DATE.finditer(text or ""):
                found = day(*match.groups()) or found
    return found


def declared_total(text: str) -> int | None:
    """The number of records that a pager's text declares."""
    found = TOTAL.search(text)
    return int(found[1] or found[2]) if found else None


def shown_page(text: str) -> tuple[int | None, int | None]:
    """The page number and the number of pages that a pager's text shows."""
    pages = PAGES.search(text)
    count = int(pages[1]) if pages else None
    found = SHOWN.search(text)
    if not found:
        return None, count
    if found[1]:
        return int(found[1]), count
    return int(found[2]), int(found[3])


def _item_of(anchor: Element) -> Element | None:
    """The list item or table row that holds the anchor."""
    element = anchor.getparent()
    for _ in range(4):
        if element is None or element.tag in ("body", "html"):
            return None
        if element.tag in ITEMS:
            return element
        element = element.getparent()
    return None


def _standing(item: Element) -> tuple[str, ...]:
    """How the item stands in the page: its tag and those of three ancestors, with their classes. Lists split into several ul stand alike."""
    signature = []
    element: Element | None = item
    for _ in range(4):
        if element is None:
            break
        names = "" if element is item else element.get("class") or ""  # rows alternate: odd, even, first, last
        signature.append(f"{element.tag}.{names}")
        element = element.getparent()
    return tuple(signature)


def _weight(group: list[tuple[Link, Element]]) -> int:
    """How many of the group look like articles; a date beside the link says it as well as the address does."""
    return sum(
        1 for link, item in group if dialect_of(link.url) or is_attachment(link.url) or DATE.search(text_of(item))
    )


def _rows(group: Iterable[tuple[Link, Element]]) -> tuple[Row, ...]:
    """One row an item: of its links the one with the longest name, as the others are icons and column names."""
    best: dict[Element, Link] = {}
    for link, item in group:
        if item not in best or len(link.name) > len(best[item].name):
            best[item] = link
    rows = (Row(link.url, link.name, date_beside(item) or date_in(link.url)) for item, link in best.items())
    return tuple(row for row in rows if row.title)
