"""Henan: `<div id="pageDec" pagesize="24" pagecount="51">` says how many pages `index_2.html`, … there are."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf, numbered


def _pager(leaf: Leaf) -> str:
    return f'<div id="pageDec" pagesize="12" pagecount="{leaf.total}"></div><script src="/js/pageDec.js"></script>'


DIALECT = Shelf(
    "trs_henan",
    addresses.content_number,
    numbered("index", "html"),
    _pager,
    '<div id="artibody">{}</div>',
    per_page=12,
).dialect(volatile=True)
