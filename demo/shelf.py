"""A family whose lists lie ready as numbered pages goes in as a Shelf; its Dialect comes out. Most families differ only in the pager's spelling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from demo import addresses, pages
from demo.addresses import ArticlePath
from demo.dialect import Dialect, Request, Response, Routes
from demo.site import Article, Column, Site


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a column's list. `number` counts from 1."""

    site: Site
    column: Column
    articles: tuple[Article, ...]
    number: int
    total: int

    @property
    def count(self) -> int:
        """How many articles the whole list has."""
        return len(self.site.listed(self.column))


def plain_rows(leaf: Leaf, article_path: ArticlePath) -> str:
    rows = []
    for article in leaf.articles:
        title, day = escape(article.title), f"{article.published:%Y-%m-%d}"
        link = article_path(leaf.site, article)
        rows.append(f'<li><a href="{link}" target="_blank" title="{title}">{title}</a><span>{day}</span></li>')
    return '<ul class="list-ul">\n' + "\n".join(rows) + "\n</ul>\n"


@dataclass(frozen=True, slots=True)
class Shelf:
    """`page_path` gives the address of page `number` (from 1) of a column; `pager` the element that turns the pages."""

    name: str
    article_path: ArticlePath
    page_path: Callable[[Site, Column, int], str]
    pager: Callable[[Leaf], str]
    container: str = '<div class="article-content" id="zoom">{}</div>'
    rows: Callable[[Leaf, ArticlePath], str] = plain_rows
    column_path: Callable[[Site, Column], str] = addresses.folder
    per_page: int = 15

    def dialect(self, **traits: Any) -> Dialect:
        """`traits` are fields of Dialect that differ from what most families have."""
        made: Dialect

        def show(leaf: Leaf, _: Request) -> Response:
            rows = self.rows(leaf, self.article_path)
            return pages.listing(leaf.site, made, leaf.column, rows + self.pager(leaf))

        def list_routes(site: Site, column: Column) -> Routes:
            cut = pages.pages_of(site, column, self.per_page)
            routes: Routes = {}
            for number, articles in enumerate(cut, 1):
                page = partial(show, Leaf(site, column, articles, number, len(cut)))
                routes[self.page_path(site, column, number)] = page
                if number == 1:
                    routes[self.column_path(site, column)] = page
            return routes

        settings: dict[str, Any] = {"attachment_path": addresses.beside(self.article_path), **traits}
        made = Dialect(
            name=self.name,
            column_path=self.column_path,
            article_path=self.article_path,
            list_routes=list_routes,
            container=self.container.format,
            page_path=self.page_path,
            per_page=self.per_page,
            **settings,
        )
        return made


def numbered(name: str, ending: str, shift: int = 0) -> Callable[[Site, Column, int], str]:
    """`index.html`, then `index_2.html`; with shift -1 the second page is `index_1.html`."""

    def page_path(site: Site, column: Column, number: int) -> str:
        mark = f"_{number + shift}" if number > 1 else ""
        return f"{addresses.folder(site, column)}{name}{mark}.{ending}"

    return page_path
