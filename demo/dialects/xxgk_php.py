"""The PHP families: XxgkAnnualReport (Bozhou, Chizhou, Xuancheng) with `showList/<organ>/page_2.html`, and the rewritten `xxgk-list-12-2.html`."""

from __future__ import annotations

from demo import addresses
from demo.shelf import Leaf, Shelf
from demo.site import Article, Column, Site


def _controller(site: Site, column: Column) -> str:
    if site.is_report_column(column) or column.key.endswith("_nb"):
        return "XxgkAnnualReport"
    return "News" if site.trail(column)[0].key == "xwzx" else "XxgkContent"


def article_path(site: Site, article: Article) -> str:
    return f"/{_controller(site, site.column(article.column))}/show/{article.number}.html"


def _page_path(site: Site, column: Column, number: int) -> str:
    category = addresses.column_number(site, column, 3300)
    controller = _controller(site, column)
    organ = f"{1300 + site.county.number}/" if controller != "News" else ""
    return f"/{controller}/showList/{organ}{category}/page_{number}.html"


def column_path(site: Site, column: Column) -> str:
    return _page_path(site, column, 1)


def _pager(leaf: Leaf) -> str:
    following = f'<a href="{_page_path(leaf.site, leaf.column, leaf.number + 1)}">下一页</a>'
    return f'<div class="pages"><span>共 {leaf.total} 页 {leaf.count} 条</span>{following if leaf.number < leaf.total else ""}</div>'


def _rewritten(site: Site, column: Column, number: int) -> str:
    mark = f"-{number}" if number > 1 else ""
    return f"/xxgk-list-{addresses.column_number(site, column, 3300)}{mark}.html"


def _rewritten_pager(leaf: Leaf) -> str:
    links = "".join(
        f'<a href="{_rewritten(leaf.site, leaf.column, number)}">{number}</a>' for number in range(1, leaf.total + 1)
    )
    return f'<div id="page">{links}</div>'


DIALECTS = (
    Shelf("xxgk_php", article_path, _page_path, _pager, column_path=column_path, per_page=12).dialect(
        attachment_path=addresses.in_store, volatile=True
    ),
    Shelf(
        "xxgk_show",
        addresses.xxgk_show,
        _rewritten,
        _rewritten_pager,
        column_path=lambda site, column: _rewritten(site, column, 1),
    ).dialect(attachment_path=addresses.in_store),
)
