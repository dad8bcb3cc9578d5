"""A report's page goes in; what belongs to the report comes out, each as an errand: its files, and the pages that it goes on with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from archive.sightings import FoundReport, KnownSighting
from crawler import focus
from crawler.addresses import url_key
from crawler.articles import attachments_of, further_pages
from crawler.errands import Errand
from crawler.portals import Page, PageRequest

Owns = Callable[[str], bool]


def parts_of(article: FoundReport, page: Page | None, owns: Owns) -> list[Errand]:
    if page is None:
        return []
    further = [link for link in further_pages(page, article.url) if owns(link.url)]
    return [*files_of(article, page, owns), *(_part(article, link.url, None, "article") for link in further)]


def files_of(article: FoundReport, page: Page, owns: Owns) -> list[Errand]:
    return [_part(article, link.url, link.name) for link in attachments_of(page) if owns(link.url)]


def known_parts(article: FoundReport, known: Sequence[KnownSighting]) -> list[Errand]:
    """What earlier runs saw of it, for a page that did not change."""
    own = (one for one in known if one.parent_url_key == article.url_key and one.linked and not one.gone)
    return [_part(article, one.url, one.title) for one in own]


def _part(article: FoundReport, url: str, title: str | None, purpose: str = "attachment") -> Errand:
    found = replace(
        article,
        url=url,
        url_key=url_key(url),
        title=title or None,
        list_url=article.url,
        parent_url_key=article.url_key,
    )
    return Errand(PageRequest(url, purpose), focus.ATTACHMENT, title, found=found)
