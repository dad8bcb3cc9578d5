"""JEECMS: `/jdbsc/index.jhtml`, `/jdbsc/index_2.jhtml`; articles `/jdbsc/24971296.jhtml`; a FreeMarker pager."""

from __future__ import annotations

from demo.shelf import Leaf, Shelf
from demo.site import Article, Column, Site


def article_path(site: Site, article: Article) -> str:
    return f"/{article.column}/{24900000 + article.number}.jhtml"


def _page_path(site: Site, column: Column, number: int) -> str:
    return f"/{column.key}/index{f'_{number}' if number > 1 else ''}.jhtml"


def column_path(site: Site, column: Column) -> str:
    return _page_path(site, column, 1)


def _pager(leaf: Leaf) -> str:
    following = f'<a href="javascript:void(0);" onclick="location.href=encodeURI(\'index_{leaf.number + 1}.jhtml\');">下一页</a>'
    last = f'<a href="javascript:void(0);" onclick="location.href=encodeURI(\'index_{leaf.total}.jhtml\');">尾页</a>'
    links = f"{following} {last}" if leaf.number < leaf.total else "下一页 尾页"
    return f'<div class="page">共{leaf.count}条记录 {leaf.number}/{leaf.total}页 {links}</div>'


DIALECT = Shelf("jeecms", article_path, _page_path, _pager, column_path=column_path).dialect(volatile=True)
