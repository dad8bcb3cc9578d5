"""`i1234.html` (Huzhou, Hengyang): the rows are a JavaScript literal, `var dataList=[{infolist:[{channelid,title,daytime,url}]}]`, with pagesData beside it."""

from __future__ import annotations

from demo import addresses
from demo.addresses import ArticlePath
from demo.shelf import Leaf, Shelf
from demo.site import Column, Site


def _page_path(site: Site, column: Column, number: int) -> str:
    mark = f"_{number}" if number > 1 else ""
    return f"/hzgov/front/s1/xxgk/i{addresses.column_number(site, column, 1000)}{mark}.html"


def column_path(site: Site, column: Column) -> str:
    return _page_path(site, column, 1)


def _literal(leaf: Leaf, article_path: ArticlePath) -> str:
    """As a template writes it: names without quotes, words in single ones."""
    channel = addresses.column_number(leaf.site, leaf.column, 1000)
    rows = ",\n".join(
        f"{{channelid:'{channel}',title:'{article.title}',daytime:'{article.published:%Y-%m-%d}',"
        f"url:'{article_path(leaf.site, article)}'}}"
        for article in leaf.articles
    )
    return f'<div id="list"></div>\n<script>var dataList=[{{infolist:[\n{rows}\n]}}];'


def _pager(leaf: Leaf) -> str:
    following = f'<a href="{_page_path(leaf.site, leaf.column, leaf.number + 1)}">下一页</a>'
    return (
        f'\nvar pagesData={{"curPageNo":{leaf.number},"pageTotal":{leaf.total},"rowTotal":{leaf.count}}};</script>'
        f'<div class="pages">{following if leaf.number < leaf.total else ""}</div>'
    )


DIALECT = Shelf(
    "datalist", addresses.c_content, _page_path, _pager, rows=_literal, column_path=column_path, per_page=18
).dialect()
