"""A page of no known family: the rows that stand alike, the link that says it leads to the next page, and pagers that only hint at it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from crawler.addresses import resolve
from crawler.portals.listing import Listing
from crawler.portals.page import Element, Link, Page, PageRequest, links_in, parse_html, text_of
from crawler.portals.rows import declared_total, list_rows, shown_page

NAME = "generic"
NEXT = re.compile(r"(?:(?:下一?|后一)页|next(?:page)?)[>›»→]*|[>›»→]{1,2}", re.IGNORECASE)
PAGER_NAME = re.compile(r"page|pager|pagination|fenye|turn", re.IGNORECASE)
FILE = re.compile(r"/(?:[\w-]+\.[sj]?html?)?$")
NUMBERED = re.compile(r"^(?P<stem>.*?)(?P<join>[_-])(?P<number>\d+)(?P<suffix>\.\w+)$")
LONGEST_PAGER = 400  # characters
BASE64 = re.compile(r"[A-Za-z0-9+/\s]{16,}={0,2}")
ENCODED = re.compile(r"""atob\(\s*["']([A-Za-z0-9+/=]{16,})["']""")
PAGE_PARAMETERS = ("page", "pageNo", "pageno", "pageIndex", "pageNum", "p", "currentPage", "cur_page")
ADDRESS = re.compile(r"""["']([\w./?=&%-]*[./?][\w./?=&%-]*)["']""")
CALLED = re.compile(r"""\(\s*["']?(\d+)["']?\s*\)""")


def recognises(page: Page) -> bool:
    return True


def read_listing(page: Page) -> Listing:
    pager = pager_text(page)
    number, count = shown_page(pager)
    declared = _declared_pager(page)
    if declared is not None:
        number, count = declared
    return Listing(list_rows(page), declared_total(pager), number, count)


def next_requests(page: Page) -> list[PageRequest]:
    listing = read_listing(page)
    url = next_url(page) or _computed(page, listing)
    if url is None:
        return []
    return [PageRequest(url, "list", portal=NAME, page_number=listing.page_number + 1 if listing.page_number else None)]


def next_url(page: Page) -> str | None:
    """The page that `rel=next` names, or a link whose text says so, in the page or in a pager that is written by script."""
    for element in page.tree.iter("link", "a"):
        if "next" in (element.get("rel") or "").lower().split():
            url = resolve(page.base_url, element.get("href") or "")
            if url and url != page.url:
                return url
    return _next_of(page.links, page.url) or _handled_next(page) or _encoded_next(page) or _next_number(page)


def pager_text(page: Page) -> str:
    """What the pager says: the text of the elements whose name speaks of pages, as the rest of the page holds numbers of other things."""
    shown = (text for text in _pager_texts(page) if len(text) < LONGEST_PAGER)
    return " ".join((*shown, *(text_of(parse_html(html)) for html in _encoded(page))))


def _pager_texts(page: Page) -> Iterator[str]:
    for element in page.tree.iter("div", "p", "span", "td", "ul", "nav"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if name != " " and PAGER_NAME.search(name):
            yield text_of(element)


def _next_of(links: tuple[Link, ...], here: str) -> str | None:
    for link in links:
        if _says_next(link.text) and link.url != here:
            return link.url
    return None


def _says_next(text: str) -> bool:
    return len(text) < 16 and NEXT.fullmatch(text.replace(" ", "").replace("\xa0", "")) is not None


def _handled_next(page: Page) -> str | None:
    """The address that the link to the next page gives its script: `onclick="location.href=encodeURI('index_2.jhtml')"`."""
    for handler in _handlers(page.tree):
        written = ADDRESS.search(handler)
        url = resolve(page.base_url, written[1]) if written else None
        if url and url != page.url:
            return url
    return None


def _next_number(page: Page) -> str | None:
    """In a pager that shows only numbers, the number after that of this page."""
    numbers = {}
    for link in page.links:
        parent = link.element.getparent()
        name = "" if parent is None else f"{parent.get('class') or ''} {parent.get('id') or ''}"
        if link.text.isdigit() and len(link.text) < 5 and PAGER_NAME.search(name):
            numbers[int(link.text)] = link.url
    here = next((number for number, url in numbers.items() if url == page.url), None)
    return numbers.get(here + 1) if here is not None else None


def _encoded_next(page: Page) -> str | None:
    """Some pagers are written from Base64 of an escaped piece of HTML: words of the script, or what the pager's element holds before it ran."""
    for html in _encoded(page):
        url = _next_of(links_in(parse_html(html), page.base_url), page.url)
        if url:
            return url
    return None


def _encoded(page: Page) -> Iterator[str]:
    if "atob(" not in page.text:
        return
    for packed in (*ENCODED.findall(page.text), *(text for text in _pager_texts(page) if BASE64.fullmatch(text))):
        try:
            yield unquote(base64.b64decode(packed).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue


def _declared_pager(page: Page) -> tuple[int, int] | None:
    """A pager that states the number of pages as an attribute: `<div id="pageDec" pagesize="24" pagecount="51">`."""
    for element in page.tree.iter("div", "span", "input"):
        count = element.get("pagecount") or element.get("data-pagecount") or ""
        if count.isdigit():
            return _number_in(page.url), int(count)
    return None


def _computed(page: Page, listing: Listing) -> str | None:
    """The next page's address where only the number of pages is known, or where a script's call in the pager names the page."""
    number = listing.page_number or _number_in(page.url)
    if listing.page_count is not None and number < listing.page_count and _declared_pager(page):
        return numbered(page.url, number + 1)
    step = _called_next(page.tree)
    if step is None or step <= number:
        return None
    split = urlsplit(page.url)
    fields = dict(parse_qsl(split.query, keep_blank_values=True))
    name = next((name for name in PAGE_PARAMETERS if name in fields), None)
    if name:
        return split._replace(query=urlencode({**fields, name: str(step)})).geturl()
    # A file whose further pages are reached by number: mostly they lie beside it. What comes says which page it is.
    return numbered(page.url, step) if not fields and FILE.search(split.path) else None


def _called_next(tree: Element) -> int | None:
    """The number that the link to the next page gives its script, as in `javascript:goPage(2)`."""
    return next((int(called[1]) for handler in _handlers(tree) if (called := CALLED.search(handler))), None)


def _handlers(tree: Element) -> Iterator[str]:
    """What runs when the link to the next page is clicked."""
    for element in tree.iter("a", "span", "li", "button", "input"):
        name = text_of(element) or element.get("value") or ""
        if _says_next(name):
            href = (element.get("href") or "").strip()
            yield f"{element.get('onclick') or ''} {href if href.lower().startswith('javascript:') else ''}"


def _number_in(url: str) -> int:
    """`…/index_3.html` is page 3, `…/` and `…/index.html` are page 1."""
    found = NUMBERED.match(urlsplit(url).path.rpartition("/")[2])
    return int(found["number"]) if found and int(found["number"]) < 10_000 else 1


def numbered(url: str, number: int) -> str:
    """The file of a list's page by its number: `…/index.html` has its second page in `…/index_2.html`."""
    name = urlsplit(url).path.rpartition("/")[2] or "index.html"
    found = NUMBERED.match(name)
    if found:
        return urljoin(url, f"{found['stem']}{found['join']}{number}{found['suffix']}")
    stem, _, suffix = name.rpartition(".")
    return urljoin(url, f"{stem}_{number}.{suffix}")
