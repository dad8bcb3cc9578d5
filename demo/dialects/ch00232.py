"""Shandong `ch00232`: all rows stand in the page, cut into `.pagedContent` blocks that a script shows one at a time; `var totalCount`."""

from __future__ import annotations

from html import escape

from demo import addresses
from demo.addresses import ArticlePath
from demo.shelf import Leaf, Shelf
from demo.site import Article, Column, Site

SHOWN = 12


def _channel(site: Site, column: Column) -> str:
    return f"ch{200 + site.columns.index(column):05d}"


def article_path(site: Site, article: Article) -> str:
    channel = _channel(site, site.column(article.column))
    return f"/articles/{channel}/{article.filed:%Y%m}/{addresses.uuid(site, article.number)}.shtml"


def _page_path(site: Site, column: Column, number: int) -> str:
    return f"/channels/{_channel(site, column)}/"


def column_path(site: Site, column: Column) -> str:
    return _page_path(site, column, 1)


def _blocks(leaf: Leaf, path: ArticlePath) -> str:
    blocks = []
    for start in range(0, len(leaf.articles), SHOWN):
        rows = "".join(
            f'<li><a href="{path(leaf.site, article)}"><span class="news_title">{escape(article.title)}</span>'
            f"<span>{article.published:%Y-%m-%d}</span></a></li>\n"
            for article in leaf.articles[start : start + SHOWN]
        )
        hidden = ' style="display:none"' if start else ""
        blocks.append(f'<div class="pagedContent"{hidden}><ul>\n{rows}</ul></div>')
    return "\n".join(blocks)


def _pager(leaf: Leaf) -> str:
    return f'<div id="pages"></div><script>var totalCount={leaf.count},pageSize={SHOWN};</script>'


DIALECT = Shelf(
    "ch00232", article_path, _page_path, _pager, rows=_blocks, column_path=column_path, per_page=100_000
).dialect()
