"""The bytes of an answer go in; a page comes out whose text, tree, links and metadata are made once, when first asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from archive.bodies import Body
from archive.coding import decoded
from crawler.addresses import resolve
from reports.extraction.encoding import decode

Element = etree._Element

LARGEST_PAGE = 16 * 1024**2  # of HTML; more than that is no page that lists or shows a report
WHITE = re.compile(r"\s+")
DATA = re.compile(r"\s*(?:[{\[]|[\w$.]+\s*\(\s*[{\[]|(?:<\?xml[^>]*>\s*)?<datastore|(?:var|let|const)\s)")
NOT_TEXT = frozenset(("script", "style", "noscript", "template"))


@dataclass(frozen=True, slots=True)
class Link:
    """An anchor: its absolute URL, the text it shows, its `title` attribute (lists cut the text off and keep the whole title there)."""

    url: str
    text: str
    title: str
    element: Element

    @property
    def name(self) -> str:
        """The fuller of the two; a `title` that is no more than a prompt does not replace the text."""
        return self.title if len(self.title) > len(self.text.rstrip("….")) or not self.text else self.text


@dataclass(frozen=True)
class PageRequest:
    """What to ask a site for next, and why. `portal` and `page_number` say which family's list, and which page of it, is asked for."""

    url: str
    purpose: str  # home, list, article, attachment, other: as the archive names them
    method: str = "GET"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    portal: str | None = None
    page_number: int | None = None
    list_url: str | None = None  # the list's first page, as a name for the whole list
    facts: tuple[tuple[str, str], ...] = ()  # what the family needs to read the answer
    column: str | None = None  # the name of a reports' column that the family knows this to be, whatever page names it
    aside: bool = False  # that column is not the reports' own, but one where they end up that were filed wrongly
    gathers: bool = False  # the answer holds what stands in the columns below, too
    opens: str | None = None  # the page of a tree's node that this opens: any tree may be asked for the same


@dataclass(frozen=True)
class Page:
    """`url` is where the answer came from; `body` has its content-encoding undone; `asked` is the request that it answers."""

    url: str
    body: bytes
    asked: PageRequest | None = None
    anchor: str | None = None  # the text of the link that led here

    @cached_property
    def text(self) -> str:
        """The body as text, by what its bytes are: headers and meta tags lie."""
        return decode(self.body, None)[0]

    @cached_property
    def tree(self) -> Element:
        """The document's root; of an empty answer, an empty document."""
        return parse_html(self.text)

    @cached_property
    def is_data(self) -> bool:
        """Whether the answer is data for a script: what looks like links in it is only part of its strings."""
        return DATA.match(self.text) is not None

    @cached_property
    def links(self) -> tuple[Link, ...]:
        return () if self.is_data else links_in(self.tree, self.base_url)

    @cached_property
    def frames(self) -> tuple[str, ...]:
        """The pages that are shown inside this one."""
        sources = (element.get("src") for element in self.tree.iter("iframe", "frame"))
        return tuple(url for source in sources if source and (url := resolve(self.base_url, source)))

    @cached_property
    def base_url(self) -> str:
        for element in self.tree.iter("base"):
            return resolve(self.url, element.get("href") or "") or self.url
        return self.url

    @cached_property
    def meta(self) -> dict[str, str]:
        """The content of each `<meta name=…>`, the names in lower case, the first of each."""
        found: dict[str, str] = {}
        for element in self.tree.iter("meta"):
            name, content = element.get("name"), element.get("content")
            if name and content and name.strip().lower() not in found:
                found[name.strip().lower()] = content.strip()
        return found

    @cached_property
    def title(self) -> str:
        for element in self.tree.iter("title"):
            return text_of(element)
        return ""


def parse_html(text: str) -> Element:
    # Always UTF-8 bytes: libxml2 stops at the first bad GB18030 sequence, and ends a document at NUL.
    document = text[:LARGEST_PAGE].replace("\x00", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.ParserError:
        root = None
    return root if root is not None else etree.fromstring("<html><body></body></html>", etree.HTMLParser())


def links_in(root: Element, base_url: str) -> tuple[Link, ...]:
    """Every anchor under `root` that leads to a page, in document order."""
    found = []
    for element in root.iter("a", "area"):
        href = element.get("href")
        if (href and href.lstrip()[:11].lower() == "javascript:") or not href:
            href = element.get("data-url") or href  # where a script leads that opens the row
        url = resolve(base_url, href) if href else None
        if url:
            text = text_of(element) or _picture_text(element)
            found.append(Link(url, text, WHITE.sub(" ", element.get("title") or "").strip(), element))
    return tuple(found)


def _picture_text(element: Element) -> str:
    """What a link says whose only content is a picture."""
    return next(
        (words for image in element.iter("img") if (words := (image.get("alt") or image.get("title") or "").strip())),
        "",
    )


def text_of(element: Element) -> str:
    """The text a reader sees, white space folded."""
    return WHITE.sub(" ", "".join(_visible(element))).strip()


def _visible(element: Element) -> list[str]:
    parts: list[str] = []
    for node in element.iter():
        if node.tag not in NOT_TEXT and node.text and isinstance(node.tag, str):
            parts.append(node.text)
        if node is not element and node.tail:
            parts.append(node.tail)
    return parts


def undo_content_encoding(body: Body, header: str | None) -> Body:
    """The body with gzip or deflate undone; gzip by its magic bytes too, since some servers compress and do not say so."""
    return decoded(body, header or ("gzip" if body[:2] == b"\x1f\x8b" else None))
