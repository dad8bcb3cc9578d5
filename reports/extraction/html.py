"""An HTML page's bytes in, Document out: the article's prose and its tables in reading order, with the page's own title, dates and links.

The bytes are parsed once. Figures come from the grid reader alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from lxml.etree import _Element as Element

from reports.extraction.article import attachments_of, find_article, parse_markup
from reports.extraction.encoding import decode
from reports.extraction.grids import cell_text, read_table
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, MOST_MARKUP, refuse_beyond
from reports.extraction.prose import article_only
from reports.extraction.seen import PLAIN, RAISED, TURNED, UNSEEN, how_cell_seen, how_seen, raised, turned
from reports.extraction.stylesheets import mark_hidden
from reports.model import Document, Paragraph, Place, Table

_PARTS = frozenset(
    ("p", "div", "section", "article", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "center",
     "blockquote", "pre", "br", "hr", "tr", "td", "th", "table", "tbody", "thead", "tfoot", "form", "main", "header",
     "footer", "figure", "body", "caption", "font_block", "ucapcontent", "fieldset")
)  # fmt: skip
_SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "head", "iframe", "select", "button", "input", "svg", "object",
     "del", "s", "strike", "rt", "rp")
)  # fmt: skip
_INLINE = frozenset(("span", "font", "a", "b", "strong", "em", "i", "u", "sup", "sub", "bdo"))
_FEW_BLOCKS = 8  # a page without furniture
_DATED = re.compile(r"(?:日期|时间|来源|发布机构|索引号)\s*[:：]")
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0]+")


def read_html(payload: bytes, media_type: str | None, url: str | None) -> Document:
    refuse_beyond(len(payload), MOST_MARKUP, "bytes of HTML")
    text, encoding = decode(payload, media_type)
    root = parse_markup(text)
    metadata, title = _metadata(root)
    container, name = find_article(root)
    blocks = blocks_of(root, container)
    if name is None and len(blocks) >= _FEW_BLOCKS:
        blocks = article_only(root, blocks)
    images = sum(1 for _ in container.iter("img"))
    letters = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    return Document(
        "html",
        tuple(blocks),
        title=title,
        metadata=MappingProxyType(metadata),
        encoding=encoding,
        attachments=tuple(attachments_of(container)),
        url=url,
        image_only=images > 0 and letters < 300 and not any(isinstance(block, Table) for block in blocks),
        text_of_container=name,
    )


def blocks_of(root: Element, container: Element) -> list[Paragraph | Table]:
    """What stands before the article of the page's own headings and dates, and the article, numbered from 1."""
    mark_hidden(root)
    blocks: list[Paragraph | Table] = list(_preface(root, container)) if container is not root else []
    walker = _Walker(len(blocks))
    walker.walk_inside(container)
    found = walker.finish()
    if walker.unseen_letters and walker.unseen_letters > sum(map(_letters, found)):
        walker = _Walker(len(blocks), see_all=True)  # pages hide whole articles until a script runs
        walker.walk_inside(container)
        found = walker.finish()
    return blocks + found


def _letters(block: Paragraph | Table) -> int:
    if isinstance(block, Paragraph):
        return len(block.text)
    return sum(len(cell.text) for row in block.rows for cell in row if not cell.spans)


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
        if level and how_cell_seen(element) == UNSEEN:
            continue
        if level:
            words = cell_text(element).replace("\n", "")
        elif tag in ("span", "p", "div", "td", "li") and len(words) > 3 and _DATED.search(words):
            words = cell_text(element).replace("\n", " ")
        elif "信息公开" not in words:
            continue
        if words and len(words) < 200:
            number += 1
            yield Paragraph(_SPACE.sub(" ", words), level, Place(block=number))


class _Walker:
    """Gathers the blocks of an element in reading order."""

    def __init__(self, before: int, see_all: bool = False) -> None:
        self._blocks: list[Paragraph | Table] = []
        self._words: list[str] = []
        self._level = 0
        self._before, self._see_all = before, see_all
        self.unseen_letters = 0
        self._tables = self._cells = 0

    def finish(self) -> list[Paragraph | Table]:
        self._flush()
        refuse_beyond(len(self._blocks), MOST_BLOCKS, "paragraphs")
        return self._blocks

    def walk(self, element: Element, depth: int) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED or depth > 200:
            return
        if tag in _PARTS and how_cell_seen(element) == UNSEEN and not self._see_all:
            self.unseen_letters += sum(len(text.strip()) for text in map(str, element.itertext()))
            return
        if tag == "table":
            self._flush()
            table = read_table(element, self._number(), self._tables + 1)
            if table is not None:
                self._tables += 1
                self._cells += sum(map(len, table.rows))
                refuse_beyond(self._cells, MOST_CELLS, "table cells")
                self._blocks.append(table)
                return
        parts = tag in _PARTS
        if not parts and tag in _INLINE and (seen := how_seen(element)) != PLAIN:
            if seen in (RAISED, TURNED):
                self._words.append((raised if seen == RAISED else turned)(cell_text(element)))
            return
        if parts:
            self._flush()
            if tag[0] == "h" and tag[1:].isdecimal():
                self._level = int(tag[1])
        self.walk_inside(element, depth)
        if parts:
            self._flush()

    def walk_inside(self, element: Element, depth: int = 0) -> None:
        if element.text:
            self._words.append(element.text)
        for child in element:
            self.walk(child, depth + 1)
            if child.tail:
                self._words.append(child.tail)

    def _flush(self) -> None:
        if self._words:
            text = "".join(self._words).strip()
            if text:
                if "  " in text or not text.isprintable():
                    text = _SPACE.sub(" ", text)
                self._blocks.append(Paragraph(text, self._level, Place(None, self._number())))
            self._words = []
        self._level = 0

    def _number(self) -> int:
        return self._before + len(self._blocks) + 1
