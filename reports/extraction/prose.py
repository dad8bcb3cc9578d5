"""A page whose article stands in no element that is known, and its paragraphs, in; the paragraphs of the article alone out, by trafilatura.

Where the article's element is known, everything in it is the article and the walker's word stands: on such elements trafilatura loses a title
now and then and nothing else, and takes longer (measured by `benchmarks/prose_loss.py`, figures there).
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from reports.model import Paragraph, Table
from reports.wording import letters

_SHORT = 4  # letters of a paragraph that may stand anywhere on a page


def article_only(root: Element, blocks: list[Paragraph | Table]) -> list[Paragraph | Table]:
    """The tables, and the paragraphs that trafilatura holds to be the article; all of them when it finds none."""
    import trafilatura
    from lxml import html

    page = deepcopy(root)
    for table in list(page.iter("table")):
        if table.find(".//table") is None and table.getparent() is not None and len(list(table.iter("td", "th"))) > 1:
            for part in list(table):
                table.remove(part)
    # trafilatura takes no trees but those of lxml.html: any other it discards without a word
    tree = html.fromstring(etree.tostring(page, encoding="unicode", method="html"))
    text = trafilatura.extract(tree, include_comments=False, include_tables=False, fast=True, deduplicate=False)
    if not text:
        return blocks
    article = letters(text)
    return [
        block
        for block in blocks
        if isinstance(block, Table) or block.level or len(words := letters(block.text)) < _SHORT or words in article
    ]
