"""Chengdu: `column-index-1.shtml`, `column-index-2.shtml`; articles as eighteen digits and more."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf
from demo.site import Column, Site


def page_path(site: Site, column: Column, number: int) -> str:
    return f"{addresses.folder(site, column)}column-index-{number}.shtml"


def _pager(leaf: Leaf) -> str:
    links = "".join(
        f'<a href="column-index-{number}.shtml">{number}</a> ' for number in range(1, min(leaf.total, 5) + 1)
    )
    following = f'<a class="next" href="column-index-{leaf.number + 1}.shtml">下一页</a>'
    return f'<div class="pagination">{links}{following if leaf.number < leaf.total else ""}</div>'


DIALECT = Shelf("trs_chengdu", addresses.snowflake, page_path, _pager).dialect(attachment_path=addresses.in_store)
