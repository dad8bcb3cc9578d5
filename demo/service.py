"""A family whose lists come from an interface goes in: a shell's text and the interface's routes; its Dialect comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from demo import addresses, pages
from demo.addresses import ArticlePath
from demo.dialect import Dialect, Request, Response, Routes
from demo.site import Column, Site


@dataclass(frozen=True, slots=True)
class Service:
    """`shell` is what a column's page holds instead of a list; `routes` are the interfaces that its scripts call."""

    name: str
    article_path: ArticlePath
    shell: Callable[[Site, Column], str]
    routes: Callable[[Site], Routes]
    column_path: Callable[[Site, Column], str] = addresses.folder
    container: str = '<div class="article-content" id="zoom">{}</div>'

    def dialect(self, **traits: Any) -> Dialect:
        made: Dialect

        def show(site: Site, column: Column, _: Request) -> Response:
            return pages.listing(site, made, column, self.shell(site, column))

        settings: dict[str, Any] = {"attachment_path": addresses.beside(self.article_path), **traits}
        made = Dialect(
            name=self.name,
            column_path=self.column_path,
            article_path=self.article_path,
            list_routes=lambda site, column: {self.column_path(site, column): partial(show, site, column)},
            routes=self.routes,
            container=self.container.format,
            **settings,
        )
        return made
