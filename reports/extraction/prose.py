"""A page whose article stands in no element that is known, and its paragraphs, in; the paragraphs of the article alone out, by trafilatura.

Where the article's element is known, everything in it is the article and the walker's word stands: on such elements trafilatura loses a title
now and then and nothing else, and takes longer (measured by `benchmarks/prose_loss.py`, figures there).
"""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element as Element

from reports.extraction.article import is_file
from reports.extraction.grids import holds_data
from reports.model import Paragraph, Table
from reports.wording import letters

_MENU_LINKS, _MENU_SHARE = 3, 0.9  # links in one part of a page, and how many of its letters they hold
_SHORT = 4  # letters of a paragraph that may stand anywhere on a page


def article_only(root: Element, blocks: list[Paragraph | Table]) -> list[Paragraph | Table]:
    """The tables, and the paragraphs that trafilatura holds to be the article; without menus when it finds none."""
    import trafilatura
    from lxml import html

    page = deepcopy(root)
    for table in list(page.iter("table")):
        if table.getparent() is not None and holds_data(table):
            for part in list(table):
                table.remove(part)
    _drop_menus(page)
    # trafilatura takes no trees but those of lxml.html: any other it discards without a word
    tree = html.fromstring(etree.tostring(page, encoding="unicode", method="html"))
    text = trafilatura.extract(tree, include_comments=False, include_tables=False, fast=True, deduplicate=False)
    article = letters(text or "".join(map(str, page.itertext())))
    return [
        block
        for block in blocks
        if isinstance(block, Table) or block.level or len(words := letters(block.text)) < _SHORT or words in article
    ]


class _Held(NamedTuple):
    """What an element holds: letters, those of them in links, links, and links to files."""

    letters: int = 0
    linked: int = 0
    links: int = 0
    files: int = 0


def _drop_menus(page: Element) -> None:
    """Takes away every part that is hardly more than links. Of a short page trafilatura takes all text for the article, menus too."""
    held: dict[Element, _Held] = {}
    for part in reversed(list(page.iter())):  # what is inside before what is around it
        inner = [held.pop(child, _Held()) for child in part]
        count = sum(one.letters for one in inner) + sum(
            _length(words) for words in (part.text, *(c.tail for c in part))
        )
        if part.tag == "a":
            held[part] = _Held(count, count, 1, int(is_file(part)))
            continue
        whole = _Held(count, *(sum(one[index] for one in inner) for index in (1, 2, 3)))
        if whole.links >= _MENU_LINKS and not whole.files and whole.linked >= _MENU_SHARE * count and part is not page:
            _take_away(part)
        else:
            held[part] = whole


def _length(words: str | None) -> int:
    return len("".join(words.split())) if words else 0


def _take_away(part: Element) -> None:
    """Without the text behind it, which lxml would take away too."""
    above, before = part.getparent(), part.getprevious()
    assert above is not None
    if part.tail and before is not None:
        before.tail = (before.tail or "") + part.tail
    elif part.tail:
        above.text = (above.text or "") + part.tail
    above.remove(part)
