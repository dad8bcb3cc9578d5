"""None of the known families: somebody's own pages with plain next links, relative, and articles without a date or an ending in the address."""

from __future__ import annotations

from html import escape

from demo import addresses
from demo.addresses import ArticlePath
from demo.shelf import Leaf, Shelf
from demo.site import Article, Column, Site


def article_path(site: Site, article: Article) -> str:
    return f"{addresses.folder_of(site, article)}content_{article.number}"


def _page_path(site: Site, column: Column, number: int) -> str:
    return f"{addresses.folder(site, column)}{f'more{number}.php' if number > 1 else ''}"


def _rows(leaf: Leaf, path: ArticlePath) -> str:
    """A definition list: the day first, then the title."""
    rows = "\n".join(
        f"<dt>[{article.published.month}/{article.published.day} {article.published.year}]</dt>"
        f'<dd><a href="{path(leaf.site, article)}">{escape(article.title)}</a></dd>'
        for article in leaf.articles
    )
    return f"<dl>\n{rows}\n</dl>\n"


def _pager(leaf: Leaf) -> str:
    return (
        f'<p><a href="more{leaf.number + 1}.php">下页 &raquo;</a></p>' if leaf.number < leaf.total else "<p>没有了</p>"
    )


DIALECT = Shelf("plain", article_path, _page_path, _pager, container="<div>{}</div>", rows=_rows, per_page=10).dialect(
    attachment_path=addresses.in_store
)
