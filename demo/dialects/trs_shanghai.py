"""Shanghai's TRS: `.pagination("setPage",1,4)`, pages from 1, and a last page that is announced and not there; articles by hash."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf, numbered


def _pager(leaf: Leaf) -> str:
    # One page more than there is: seen as 322 announced and 321 served.
    return (
        '<div class="pagination-wrap"><ul class="pagination"></ul></div>'
        f'<script>$(".pagination").pagination("setPage",{leaf.number},{leaf.total + 1});</script>'
    )


DIALECT = Shelf(
    "trs_shanghai", addresses.shanghai, numbered("index", "html"), _pager, '<div id="ivs_content">{}</div>'
).dialect(volatile=True)
