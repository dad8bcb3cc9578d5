"""Yunnan: the pager is HTML, percent-encoded, in base64, in `#pages`; a script unpacks it with window.atob."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

from demo import addresses
from demo.shelf import Leaf, Shelf, numbered

_PATH = numbered("index", "html")


def _pager(leaf: Leaf) -> str:
    links = [f"<span>共{leaf.total}页</span>"]
    if leaf.number < leaf.total:
        following = _PATH(leaf.site, leaf.column, leaf.number + 1).rpartition("/")[2]
        last = _PATH(leaf.site, leaf.column, leaf.total).rpartition("/")[2]
        links += [f'<a href="{following}">下一页</a>', f'<a href="{last}">尾页</a>']
    packed = b64encode(quote("".join(links)).encode()).decode()
    return (
        f'<div id="pages">{packed}</div>\n'
        "<script>var p=document.getElementById('pages');p.innerHTML=decodeURIComponent(window.atob(p.innerHTML));</script>"
    )


DIALECT = Shelf(
    "trs_yunnan", addresses.day_folder, _PATH, _pager, '<div class="trs_editor_view">{}</div>', per_page=12
).dialect()
