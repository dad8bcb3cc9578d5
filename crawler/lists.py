"""The pages of one list go in, one after the other; whether to go on, and what the list declared against what was collected, come out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from crawler.addresses import url_key
from crawler.portals.listing import Listing
from crawler.portals.page import Page

MOST_PAGES = 500  # of one list: 10,000 reports at twenty a page are more than any county has
PROOFS = 2  # spare pages that were asked for and not there
LEAST_PAGE = 5  # rows: no system turns its pages sooner


@dataclass(slots=True)
class ListWalk:
    """One list from its first page to the page that ended it."""

    url: str
    name: str
    in_column: bool
    declared: int | None = None
    pages: int = 0
    reports: int = 0
    ended: str | None = None
    rows: set[str] = field(default_factory=set)
    organs: set[str] = field(default_factory=set)  # that the titles of its reports name
    past_the_end: bool = False  # the last page asked for does not exist
    spare_page: int | None = None  # a last page that the pager announces and that is mostly not there
    page_number: int | None = None  # of the page before it, as the pager shows it
    _seen: set[bytes] = field(default_factory=set)
    _sizes: list[int] = field(default_factory=list)

    def take(self, page: Page, listing: Listing, reports_on_page: int) -> bool:
        """Take in one more page. True when the next one should be asked for; otherwise `ended` says why not."""
        self.pages += 1
        if listing.misled:
            return True
        if listing.counts_one_more:
            self.spare_page, self.page_number = listing.page_count, listing.page_number
        asked = page.asked.page_number if page.asked else None
        mark = hashlib.sha256("\n".join(row.url for row in listing.rows).encode()).digest()
        new = {url_key(row.url) for row in listing.rows} - self.rows
        self.ended = self._why_it_ends(asked, listing, new, mark, reports_on_page)
        if self.ended is None or not self.ended.startswith("page "):
            self.declared = listing.declared_total if listing.declared_total is not None else self.declared
            self.reports += reports_on_page
        self.rows |= new
        if listing.rows:
            self._seen.add(mark)
            self._sizes.append(len(listing.rows))
        return self.ended is None

    def _why_it_ends(
        self, asked: int | None, listing: Listing, new: set[str], mark: bytes, reports_on_page: int
    ) -> str | None:
        shown = listing.page_number
        follows = bool(self._seen)  # a shell that only says where its rows are does not count as a page before
        reasons = (
            (
                follows and asked is not None and shown is not None and shown != asked,
                f"page {asked} was asked for and page {shown} came",
            ),
            (follows and not listing.rows, f"page {self.pages} is empty"),
            (follows and mark in self._seen, f"page {self.pages} repeats an earlier one"),
            (follows and not new, f"page {self.pages} has nothing new"),
            (not self.in_column and listing.rows and not reports_on_page, "no more reports among other things"),
            (self.pages >= MOST_PAGES, f"the limit of {MOST_PAGES} pages"),
        )
        return next((why for applies, why in reasons if applies), None)

    def break_off(self, why: str, number: int | None, missing: bool) -> None:
        """Its page `number` did not come. `missing`: the site says that there is none."""
        self.past_the_end = missing
        self.ended = "the last page" if missing and number is not None and number == self.spare_page else why

    @property
    def last_size(self) -> int:
        """How many rows its last page had."""
        return self._sizes[-1] if self._sizes else 0

    @property
    def complete(self) -> bool:
        """Whether all that the list declared was collected; a list that declares nothing is complete when it ended by itself."""
        if self.declared is not None:
            return len(self.rows) >= self.declared
        if self.past_the_end and self.ended != "the last page":
            # Pagers that count one page too many are common. A last page that is not full says that nothing came after it.
            return 0 < self.last_size < max(*self._sizes, LEAST_PAGE)
        return self.ended in ("the last page", "no more reports among other things")

    def as_fact(self) -> dict[str, object]:
        return {
            "url": self.url,
            "name": self.name,
            "declared": self.declared,
            "collected": len(self.rows),
            "reports": self.reports,
            "pages": self.pages,
            "ended": self.ended or "not read to its end",
            "complete": self.complete,
        }


@dataclass(slots=True)
class SparePages:
    """The last pages that a site's pagers announce: where two were asked for and none was there, those of short lists need not be asked for."""

    missing: int = 0
    there: int = 0
    _fullest: int = 0  # rows on one page

    def note(self, walk: ListWalk) -> None:
        """A list was broken off: at its spare page, or before it."""
        if walk.past_the_end and walk.ended == "the last page":
            self.missing += 1

    def are_missing(self, walk: ListWalk) -> bool:
        """Whether only the spare page is left of this list, and is not there: the page before it is not full either."""
        self._fullest = max(self._fullest, walk.last_size)
        if walk.spare_page is None or walk.page_number is None:
            return False
        if walk.page_number >= walk.spare_page:
            self.there += 1
        is_next = walk.page_number + 1 == walk.spare_page
        return is_next and self.missing >= PROOFS and not self.there and walk.last_size < self._fullest
