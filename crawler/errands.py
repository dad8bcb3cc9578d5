"""What a visit has to ask, and what came back for it; errands go in as they are found, and come out best first, each only once."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from itertools import count

from archive.sightings import FoundReport, KnownSighting
from crawler import focus
from crawler.addresses import url_key
from crawler.portals import Page, PageRequest


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to ask, and what for. `name` is what the link to it said, `found` the report that an article or file is fetched as."""

    request: PageRequest
    grade: int
    name: str | None = None
    in_column: bool = False
    found: FoundReport | None = None
    shells: int = 0
    sure: bool = True  # False: the report counts as seen only when its page came
    instead_of: Errand | None = None  # the organ's page that would lead here, asked when no list of its reports came
    is_held: bool = False  # what an earlier harvest got will do
    led_by: Errand | None = None  # an organ's page, or a step on from it, that led here and nowhere else

    @property
    def key(self) -> str:
        return url_key(self.request.url, self.request.method, self.request.body)

    @property
    def front(self) -> str:
        """The address of the organ's page that this asks for."""
        return self.request.opens or self.request.url

    @property
    def is_way(self) -> bool:
        """Whether it is a page that may lead to a column, rather than a column, a list or a document."""
        return focus.KNOWN < self.grade <= focus.PLATFORM


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an errand. `page` is None when nothing of it is read: an unchanged article, a file, an error."""

    errand: Errand
    status: int
    page: Page | None = None
    blocked: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do at one site. `only` names the addresses of a confirming run; then nothing is followed."""

    home_url: str
    hosts: tuple[str, ...]
    budget: int
    family: str | None = None
    known: Sequence[KnownSighting] = ()
    lately: frozenset[str] = frozenset()  # keys of documents that need no second look yet
    only: Sequence[str] | None = None
    look: bool = False  # only to see what there is: no report is asked for
    turn: int = 0  # another one in each run: what is looked at by turns is chosen by it
    looked_at: Callable[[], Set[str]] = (
        frozenset  # keys of pages on the way that earlier runs asked for, when they are needed
    )
    takes_held: bool = False  # steps to lists among those are read as they are held
    asks_all: bool = False  # organs' own pages are asked, be their lists whole or not


@dataclass(slots=True)
class Errands:
    """What waits to be asked. Of equal grades the one found first comes first."""

    _heap: list[tuple[int, int, Errand]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    noted: set[str] = field(default_factory=set)

    def note(self, errand: Errand) -> bool:
        """False when its address was noted before, or the tree's node that it opens; then the page of that node need not be asked, too."""
        opens = errand.request.opens
        node = f"{url_key(errand.request.url)} {opens}" if opens else errand.key
        if errand.key in self.noted or node in self.noted:
            return False
        self.noted |= {errand.key, node, *([url_key(opens)] if opens else [])}
        return True

    def add(self, errand: Errand) -> None:
        heapq.heappush(self._heap, (-errand.grade, next(self._order), errand))

    def best(self) -> Errand:
        return heapq.heappop(self._heap)[2]

    def __len__(self) -> int:
        return len(self._heap)
