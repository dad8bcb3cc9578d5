"""What a list page says: its rows, how many it declares, which page it is. Every family reads its lists into these values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from crawler.portals.page import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Row:
    url: str
    title: str
    listed_on: date | None = None
    sure: bool = True  # False: the address follows from others, and only its answer says whether there is a report


@dataclass(frozen=True, slots=True)
class Listing:
    """`page_number` counts from 1 and is what the page itself shows; None where it shows none.

    `misled`: the answer is known not to be the page that was asked for, and the family will ask in another way.
    `counts_one_more`: its pager is known to announce a last page that is mostly not there.
    `mixed`: the rows are of several columns, so that the one asked for says nothing of them.
    """

    rows: tuple[Row, ...] = ()
    declared_total: int | None = None
    page_number: int | None = None
    page_count: int | None = None
    misled: bool = False
    counts_one_more: bool = False
    mixed: bool = False


class Portal(Protocol):
    """A CMS family, as a module with these names: pure functions of a page. `generic` knows every page, and stands last."""

    NAME: str

    def recognises(self, page: Page) -> bool: ...

    def read_listing(self, page: Page) -> Listing: ...

    def next_requests(self, page: Page) -> list[PageRequest]: ...
