"""Beijing's TRS: `Pager({size:12,current:0,prefix:'index',suffix:'html'})`, pages from 0; articles in numbered folders."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf, numbered


def _pager(leaf: Leaf) -> str:
    return (
        '<div class="changepage"><script>\n'
        f"Pager({{size:{leaf.total},current:{leaf.number - 1},prefix:'index',suffix:'html'}});\n</script></div>"
    )


DIALECT = Shelf(
    "trs_beijing",
    addresses.numbered_folder,
    numbered("index", "html", shift=-1),
    _pager,
    container='<div id="mainText" class="view TRS_UEDITOR trs_paper_default">{}</div>',
).dialect(conditional=True)
