"""What one site's visit has found worth asking goes in; what to ask next comes out, best first, and no more than leads to reports.

A way is asked as long as no common list is known, and an organ's own page unless those of other organs say where its list will stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace

from archive.sightings import FoundReport
from crawler import focus
from crawler.addresses import url_key
from crawler.errands import Answer, Errand, Errands, Plan
from crawler.gathered import Gathered
from crawler.own_pages import OwnPages
from crawler.portals import PageRequest
from crawler.shortcuts import Shortcuts

FRUITLESS_LIMIT = 40  # pages in a row that led to no list of reports
ENOUGH_ORGANS = 3  # a list with so many is the county's common one; organs that keep their own must all be visited
MOST_BESIDE = 6  # columns beside the reports' own that are looked through for reports filed there


@dataclass(slots=True)
class Agenda:
    """`tally` counts what was asked for and passed by."""

    plan: Plan
    tally: Counter[str]
    own_pages: OwnPages = field(init=False)
    shortcuts: Shortcuts = field(init=False)
    gathered: dict[str, Gathered] = field(default_factory=dict)  # by the list's key
    answered: list[Answer] = field(default_factory=list)  # what came before it was asked for
    _errands: Errands = field(default_factory=Errands)
    _fruitless: int = 0
    _has_common_list: bool = False
    _known_queued: bool = False
    _held: dict[str, Errand] = field(default_factory=dict)  # what was read as it is held, by the organ's page
    _documents: int = 0  # reports and files that were found

    def __post_init__(self) -> None:
        self.own_pages = OwnPages(self.plan.looked_at, self.plan.turn, self.plan.asks_all)
        self.shortcuts = Shortcuts(self.own_pages)
        if self.plan.only is None:
            self.queue(Errand(PageRequest(self.plan.home_url, "home"), focus.HOME))
            return
        files = {known.url_key for known in self.plan.known if known.parent_url_key}
        for url in self.plan.only:
            self.queue(Errand(PageRequest(url, "attachment" if url_key(url) in files else "article"), focus.ARTICLE))

    def __len__(self) -> int:
        return len(self._errands)

    @property
    def noted(self) -> Set[str]:
        """The keys of all that was ever found worth asking."""
        return self._errands.noted

    def is_at_its_end(self) -> bool:
        """Whether nothing is left. Organs' own pages are looked at when all else was asked, and then what earlier runs saw."""
        if not self._errands and (front := self.own_pages.next(self._documents)) is not None:
            self.shortcuts.ask_for(front)
            self.doubt(front)
        if not self._errands and not (self._known_queued or self.plan.only is not None or self.plan.look):
            self._queue_known()
        return not self._errands

    def best(self) -> Errand | None:
        """Take the best; None where it turns out to be not needed."""
        errand = self._errands.best()
        if errand.grade == focus.DOUBTED:
            if not self.shortcuts.still_asks(errand):
                return None
            self.own_pages.see(errand)
            if errand.key in self._held:
                self.forget(self._held[errand.key])
            return replace(errand, grade=focus.DIRECTORY)
        if not errand.is_way:
            return errand
        spared = errand.grade == focus.DIRECTORY and any(
            one.spares(errand.name or "") for one in self.gathered.values()
        )
        if spared or (self._knows_enough() and not self._looks_beside(errand)):
            self.tally["ways not needed"] += 1
            return None
        self.tally["ways"] += 1
        self._fruitless += 1
        return self._shortened(errand)

    def queue(self, errand: Errand) -> bool:
        """False where it was noted before."""
        if not self._errands.note(errand):
            answer = self.shortcuts.led_to(errand)
            self.answered += [answer] if answer else []
            return False
        self._documents += errand.found is not None
        if errand.found is not None and self.plan.look:
            return True
        if errand.found is not None and errand.key in self.plan.lately:
            self.tally["looked at lately"] += 1
            return True
        self._errands.add(errand)
        return True

    def gather(self, request: PageRequest, directory: str | None, organs: Iterable[str]) -> None:
        """Ask for the lists of all organs of a directory in one."""
        errand = Errand(replace(request, list_url=request.url), focus.COLUMN, directory, in_column=True)
        self.gathered[errand.key] = Gathered(tuple(organs))
        self.queue(errand)

    def found_list(self, organs: Set[str], named: Iterable[FoundReport]) -> None:
        """A list names reports, here these, in all of so many organs."""
        self._fruitless = 0
        self._has_common_list |= len(organs) >= ENOUGH_ORGANS
        gathered = self.gathered.values()
        if not all(any(answer.expects(one) for answer in gathered) for one in named):
            for answer in gathered:
                answer.is_wrong |= answer.is_whole

    def doubt(self, front: Errand) -> None:
        """An organ's own page may still have to be asked: when all better is done."""
        self._errands.add(replace(front, grade=focus.DOUBTED))

    def go_the_long_way(self, front: Errand, answer: Answer | None = None) -> None:
        """What was asked in place of an organ's own page was in vain."""
        self.shortcuts.missed(front, answer)
        self.doubt(front)

    def forget(self, errand: Errand) -> None:
        """It may be asked again."""
        self._errands.noted.discard(errand.key)

    def _queue_known(self) -> None:
        """What earlier runs saw and this run did not come across is asked for again: that is how a removal is noticed."""
        self._known_queued = True
        for known in self.plan.known:
            purpose = "attachment" if known.parent_url_key else "article"
            found = FoundReport(known.url, known.url_key, known.title, None, None, None, None, known.parent_url_key)
            self.queue(Errand(PageRequest(known.url, purpose), focus.KNOWN, known.title, found=found))

    def _knows_enough(self) -> bool:
        return self._has_common_list or self._fruitless >= FRUITLESS_LIMIT

    def _looks_beside(self, errand: Errand) -> bool:
        """Reports are filed in wrong columns, too: a few of those are looked through even when the right one is known."""
        if errand.grade not in (focus.CONTENTS, focus.MISFILED) or self.tally["columns beside"] >= MOST_BESIDE:
            return False
        self.tally["columns beside"] += 1
        return True

    def _shortened(self, errand: Errand) -> Errand:
        """What the pages of other organs say where this one's reports stand, in place of its own page."""
        ways = self.shortcuts.of(errand) if errand.grade == focus.DIRECTORY else ()
        for way, kind in ways:
            if self._errands.note(way):
                self.shortcuts.begin(way, kind)
                return self._held_for(errand, way) if kind.ahead else way
        return errand

    def _held_for(self, front: Errand, way: Errand) -> Errand:
        """A step on the way to a list only says where that is: what an earlier harvest got of it will do, until the list proves otherwise."""
        if not self.plan.takes_held or way.key not in self.own_pages.looked_at:
            return way
        self.tally["steps held"] += 1
        self._held[front.key] = way
        return replace(way, is_held=True)
