"""Hebei: columns and articles are UUIDs, `/columns/<uuid>/index.html`, `/columns/<uuid>/202501/20/<uuid>.html`; createPageHTML turns the pages."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf
from demo.site import Column, Site


def _page_path(site: Site, column: Column, number: int) -> str:
    return f"/columns/{addresses.uuid(site, column.key)}/index{f'_{number - 1}' if number > 1 else ''}.html"


def column_path(site: Site, column: Column) -> str:
    return _page_path(site, column, 1)


def _pager(leaf: Leaf) -> str:
    return f'<div class="page"><script>createPageHTML({leaf.total}, {leaf.number - 1}, "index", "html");</script></div>'


DIALECT = Shelf("hebei", addresses.uuid_columns, _page_path, _pager, column_path=column_path).dialect(conditional=True)
