"""An HTML page's bytes in, Document out: the article's prose and its tables in reading order, with the page's own title, dates and links.

The bytes are parsed once. Figures come from the grid reader alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from lxml import etree
from lxml.etree import _Element as Element

from reports.errors import UnreadableFile
from reports.extraction.encoding import decode
from reports.extraction.grids import cell_text, own_rows, read_grid
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, MOST_MARKUP, refuse_beyond
from reports.extraction.prose import article_only
from reports.extraction.scripted import scripted_article
from reports.model import Document, Paragraph, Place, Table

# The element that holds the article, as the portals' systems name it.
_CONTAINERS = (
    "zoom", "UCAP-CONTENT", "js_content", "ivs_content", "vsb_content", "vsb_content_2", "vsb_content_100", "content", "Zoom",
    "article-content", "news_content", "mainText", "ReadContent", "zwnr", "xxgk_content",
)  # fmt: skip
_CONTAINER_CLASSES = (
    "TRS_Editor", "TRS_UEDITOR", "trs_editor_view", "wp_articlecontent", "j-fontContent", "article-content", "articleContent",
    "article", "pages_content", "news_content", "zwxl-article", "xxgk-content", "content", "view", "bt-content", "gkmlpt_content",
)  # fmt: skip
_PARTS = frozenset(
    ("p", "div", "section", "article", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "center",
     "blockquote", "pre", "br", "hr", "tr", "td", "th", "table", "tbody", "thead", "tfoot", "form", "main", "header",
     "footer", "figure", "body", "caption", "font_block", "ucapcontent", "fieldset")
)  # fmt: skip
_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "head", "iframe", "select", "button", "input", "svg", "object")
)
_PROSE_CELL = 300  # characters in one cell that no official table has: its table only lays out the page
_FEW_BLOCKS = 8  # a page without furniture
_MANY_CELLS, _PROSE_RUN = 12, 100  # a large table without a long run of text needs no closer look
_ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|rtf|zip|rar|et)(?:[?#]|$)", re.IGNORECASE)
_DATED = re.compile(r"(?:日期|时间|来源|发布机构|索引号)\s*[:：]")
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")
_LONG_RUN = etree.XPath(f"boolean(.//text()[string-length() >= {_PROSE_RUN}])")
_STATUTORY_WORDS = (
    "总体情况",
    "主动公开政府信息",
    "收到和处理政府信息公开",
    "行政复议、行政诉讼",
    "问题",
    "其他需要报告",
    "第二十条第",
)
_STATUTORY = re.compile(
    r"总体情况|主动公开政府信息|收到和处理政府信息公开|行政复议、行政诉讼|存在的?(?:主要)?问题|其他需要报告|第二十条第"
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(payload: bytes, media_type: str | None, url: str | None) -> Document:
    refuse_beyond(len(payload), MOST_MARKUP, "bytes of HTML")
    text, encoding = decode(payload, media_type)
    root = parse_markup(text)
    metadata, title = _metadata(root)
    container, name = find_container(root)
    if (
        name is None
        and (written := scripted_article([script.text or "" for script in root.iter("script")])) is not None
    ):
        root.append(parse_markup(f"<div>{written}</div>"))
        container, name = root[-1], "a string in a script"
    blocks: list[Paragraph | Table] = list(_preface(root, container)) if container is not root else []
    walker = _Walker(len(blocks))
    walker.walk(container)
    found = walker.finish()
    blocks += found if name is not None or len(found) < _FEW_BLOCKS else article_only(root, found)
    images = sum(1 for _ in container.iter("img"))
    letters = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    return Document(
        "html",
        tuple(blocks),
        title=title,
        metadata=MappingProxyType(metadata),
        encoding=encoding,
        attachments=tuple(_attachments(container)),
        url=url,
        image_only=images > 0 and letters < 300 and not any(isinstance(block, Table) for block in blocks),
        text_of_container=name,
    )


def parse_markup(text: str) -> Element:
    """The page as a tree. NUL bytes go first: libxml2 stops at one and half a table is lost."""
    clean = _XML_DECLARATION.sub("", text.replace("\0", ""))
    try:
        # plain elements: those of lxml.html cost a look-up in Python for every one that is touched
        root = etree.fromstring(clean, parser=etree.HTMLParser(remove_comments=True, remove_pis=True, recover=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableFile(f"expected an HTML page, found nothing that an HTML parser can read: {error}") from error
    if root is None:
        raise UnreadableFile("expected an HTML page, found a page without any element")
    return root


def find_container(root: Element) -> tuple[Element, str | None]:
    """The smallest known or evident element that holds the article, and the name it was found by."""
    best: tuple[int, Element, str] | None = None
    ids, classes = set(_CONTAINERS), set(_CONTAINER_CLASSES)
    for element in root.iter("div", "td", "article", "section", "ucapcontent"):
        identifier, names = element.get("id"), (element.get("class") or "").split()
        if identifier in ids or not classes.isdisjoint(names):
            text = etree.tostring(element, method="text", encoding="unicode")
            marks = sum(phrase in text for phrase in _STATUTORY_WORDS)
            label = f"#{identifier}" if identifier in ids else "." + next(n for n in names if n in classes)
            # of two that hold the same headings the inner one is the article, the outer one the page around it
            if marks and (best is None or marks >= best[0]):
                best = (marks, element, label)
    if best is not None and best[0] >= 3:
        return best[1], best[2]
    common = _common_ancestor(root)
    if common is not None:
        return common, "around the statutory headings"
    return _announcement(root) or (root, None)


def _announcement(root: Element) -> tuple[Element, str] | None:
    """The article of a page that only hands out a file: an element named as an article that links one or shows a picture."""
    for identifier in _CONTAINERS:
        for element in root.iter("div", "td", "article", "section", "ucapcontent"):
            if element.get("id") == identifier and (
                any(_attachments(element)) or next(element.iter("img"), None) is not None
            ):
                return element, f"#{identifier}"
    return None


def _common_ancestor(root: Element) -> Element | None:
    """The innermost element around everything that reads like a statutory heading."""
    marked = [
        element
        for element in root.iter("p", "div", "span", "strong", "b", "td", "h1", "h2", "h3", "h4", "h5", "h6")
        if element.text and len(element.text) < 60 and _STATUTORY.search(element.text)
    ]
    if len(marked) < 3:
        return None
    shared = list(marked[0].iterancestors())
    for element in marked[1:]:
        around = set(element.iterancestors())
        shared = [ancestor for ancestor in shared if ancestor in around]
    return next((ancestor for ancestor in shared if ancestor.tag not in ("tr", "tbody", "table", "p", "span")), None)


def _metadata(root: Element) -> tuple[dict[str, str], str | None]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name, content = meta.get("name") or meta.get("property"), meta.get("content")
        if name and content:
            found.setdefault(name.strip().lower(), content.strip()[:500])
    title = next((element.text for element in root.iter("title") if element.text), None)
    return found, _SPACE.sub(" ", title).strip() if title else None


def _preface(root: Element, container: Element) -> Iterator[Paragraph]:
    """The page's headings and its line of dates and source that stand before the article."""
    inside = False
    number = 0
    for element in root.iter():
        if element is container:
            return
        tag = element.tag
        if tag in _SKIPPED or not isinstance(tag, str):
            continue
        inside = inside or tag == "body"
        if not inside:
            continue
        words = element.text.strip() if element.text else ""
        level = int(tag[1]) if tag in ("h1", "h2", "h3") else 0
        if level:
            words = cell_text(element).replace("\n", "")
        elif tag in ("span", "p", "div", "td", "li") and len(words) > 3 and _DATED.search(words):
            words = cell_text(element).replace("\n", " ")
        elif "信息公开" not in words:
            continue
        if words and len(words) < 200:
            number += 1
            yield Paragraph(_SPACE.sub(" ", words), level, Place(block=number))


def _attachments(container: Element) -> Iterator[str]:
    """Addresses that end like a file, and those of links whose words do: download.jsp?id=17 has its name in the words only."""
    seen: set[str] = set()
    for link in container.iter("a"):
        target, words = link.get("href") or "", link.text or ""
        named = _ATTACHMENT.search(target) or _ATTACHMENT.search(words.strip()) or re.search(r"附件|下载", words)
        if target and target not in seen and named:
            seen.add(target)
            yield target


class _Walker:
    """Gathers the blocks of an element in reading order."""

    def __init__(self, before: int) -> None:
        self._blocks: list[Paragraph | Table] = []
        self._words: list[str] = []
        self._level = 0
        self._before = before
        self._tables = self._cells = 0

    def finish(self) -> list[Paragraph | Table]:
        self._flush()
        refuse_beyond(len(self._blocks), MOST_BLOCKS, "paragraphs")
        return self._blocks

    def walk(self, element: Element, depth: int = 0) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or depth > 200:
            return
        if tag == "table" and holds_data(element):
            self._flush()
            self._tables += 1
            table = read_grid(element, self._number(), self._tables)
            self._cells += sum(map(len, table.rows))
            refuse_beyond(self._cells, MOST_CELLS, "table cells")
            self._blocks.append(table)
            return
        parts = tag in _PARTS
        if parts:
            self._flush()
            if tag[0] == "h" and tag[1:].isdecimal():
                self._level = int(tag[1])
        if element.text:
            self._words.append(element.text)
        for child in element:
            self.walk(child, depth + 1)
            if child.tail:
                self._words.append(child.tail)
        if parts:
            self._flush()

    def _flush(self) -> None:
        if self._words:
            text = _SPACE.sub(" ", "".join(self._words)).strip()
            if text:
                self._blocks.append(Paragraph(text, self._level, Place(block=self._number())))
            self._words = []
        self._level = 0

    def _number(self) -> int:
        return self._before + len(self._blocks) + 1


def holds_data(table: Element) -> bool:
    """Whether a table holds figures, or only lays out the page: with tables or prose inside its cells, or with a single cell."""
    rows = own_rows(table)
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return False
    for inner in table.iterdescendants("table"):
        if sum(1 for _ in inner.iter("td", "th")) > 1:
            return False
    if len(cells) > _MANY_CELLS and not _LONG_RUN(table):
        return True
    return all(len(cell) == 0 or len("".join(map(str, cell.itertext()))) < _PROSE_CELL for cell in cells)
