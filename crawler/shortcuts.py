"""Where organs' own pages led to their reports goes in; where the reports of the next organ will stand comes out, and whether they did.

On most systems the directories of organs are made alike: `/bmxz/fgj/` led to `/bmxz/fgj/fgj_nb/`, so `/bmxz/jyj/` leads to `/bmxz/jyj/jyj_nb/`; and
where an organ's page led to a search for its own area, the next area is searched at once. What stands in the address of an organ's page is put in
(patterns.py); numbers follow where they run evenly (numbering.py).

What came is held against what an organ's list should be. Where it is another organ's, or empty, the organ's own page is asked as well: a shortcut
saves requests, and decides nothing. What stands beside the list on the organ's own page is not seen so: own_pages.py says when to look there.
What that page leads to is then asked, too; only where the list has the newest year of most, and the page leads on by the one step by which others'
pages lead to such lists, it leads to what came.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from crawler import patterns
from crawler.addresses import url_key
from crawler.errands import Answer, Errand
from crawler.links import compact
from crawler.numbering import Led, Numbering
from crawler.own_pages import OwnPages
from crawler.portals import Page, PageRequest
from crawler.reading import Understood, years_of

MOST_MISSES = 3  # then the directories are not alike, whatever the first of them said
HITS_A_MISS = 5  # one organ in so many may be unlike the others
OFFICE = re.compile(r"(?:人民政府|办事处|本级)$")
COUNTY = re.compile(r"^.{1,6}?[县市区旗州](?=..)")


class Fit(Enum):
    """What a page is that came in place of an organ's own: its list, a step on the way to it, or none of these."""

    FITS = 1
    LEADS_ON = 2
    UNFIT = 3


@dataclass(frozen=True, slots=True)
class Kind:
    """`ahead` counts the steps that were still to go from there to the reports. `reckoned`: numbers were put in, rather than the organ's name."""

    ahead: int
    reckoned: bool


@dataclass(slots=True)
class Record:
    """How often a kind of shortcut led to an organ's list."""

    hits: int = 0
    misses: int = 0

    @property
    def is_trusted(self) -> bool:
        return self.misses < MOST_MISSES + self.hits // HITS_A_MISS


@dataclass(frozen=True, slots=True)
class Try:
    """What was asked in place of an organ's page."""

    key: str
    kind: Kind


@dataclass(slots=True)
class Shortcuts:
    own_pages: OwnPages
    records: dict[Kind, Record] = field(default_factory=lambda: defaultdict(Record))
    _learnt: dict[tuple[str, int], Counter[Errand]] = field(default_factory=lambda: defaultdict(Counter))
    _numbered: dict[tuple[str, int], dict[Errand, Numbering]] = field(default_factory=lambda: defaultdict(dict))
    _places: dict[str, int] = field(default_factory=dict)  # of organs' pages, in the order of their directory
    _tries: dict[str, Try] = field(default_factory=dict)  # by the organ's page
    _doubted: set[str] = field(default_factory=set)  # organs' pages that may still have to be asked
    _due: set[str] = field(default_factory=set)  # those that have to be
    _begun: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # list → where organs' own pages led first
    _came: dict[str, str] = field(default_factory=dict)  # the list that came in place of an organ's page
    # What was asked in vain, with its answer where nobody took it in.
    _missed: dict[str, tuple[Kind, Answer | None]] = field(default_factory=dict)

    def learn(self, errand: Errand, understood: Understood) -> None:
        """Note by which steps an organ's page led to a list of reports, or to one of them."""
        if not (understood.named or understood.is_report) or errand.led_by is None:
            return
        steps = []
        while errand.led_by is not None:
            steps.append(errand)
            errand = errand.led_by
        if errand.key not in self._tries:
            self.own_pages.note(errand, years_of(understood.named))
            self._begun[patterns.form(errand, steps[0].request)].add(patterns.form(errand, steps[-1].request))
        for ahead, step in enumerate(steps):
            for mark in patterns.marks(errand.front):
                told = patterns.told(step, mark, patterns.ORGAN)
                if told.request != step.request:
                    self._learnt[patterns.put(errand.front, mark, patterns.ORGAN), ahead][told] += 1
            self._note_numbers(errand, ahead, step)

    def _note_numbers(self, front: Errand, ahead: int, step: Errand) -> None:
        shape, numbers = patterns.without_numbers(patterns.told(step, patterns.word(front.front), patterns.ORGAN))
        numbering = self._numbered[patterns.shape(front.front), ahead].setdefault(shape, Numbering())
        numbering.note(Led(self._places[front.key], patterns.numbers(front.front), numbers))

    def of(self, front: Errand) -> Iterator[tuple[Errand, Kind]]:
        """What may be asked in place of this organ's page, the shortest way first; nothing where no way is known well enough."""
        self._places.setdefault(front.key, len(self._places))
        for ahead in sorted({ahead for _, ahead in (*self._learnt, *self._numbered)}):
            for kind, ways in (
                (Kind(ahead, False), self._named(front, ahead)),
                (Kind(ahead, True), self._reckoned(front, ahead)),
            ):
                if self.records[kind].is_trusted:
                    yield from ((replace(way, instead_of=front, led_by=front), kind) for way in ways)

    def _named(self, front: Errand, ahead: int) -> Iterator[Errand]:
        for mark in patterns.marks(front.front):
            ways = self._learnt.get((patterns.put(front.front, mark, patterns.ORGAN), ahead), Counter())
            for best, times in ways.most_common(1):
                if times * 2 > ways.total():
                    yield patterns.told(best, patterns.ORGAN, mark)

    def _reckoned(self, front: Errand, ahead: int) -> Iterator[Errand]:
        for shape, numbering in self._numbered.get((patterns.shape(front.front), ahead), {}).items():
            numbers = numbering.reckoned(self._places[front.key], patterns.numbers(front.front))
            if numbers is not None:
                yield patterns.told(patterns.with_numbers(shape, numbers), patterns.ORGAN, patterns.word(front.front))

    def begin(self, errand: Errand, kind: Kind) -> None:
        """This errand is run in place of an organ's page."""
        assert errand.instead_of is not None
        self._tries[errand.instead_of.key] = Try(errand.key, kind)
        self._doubted.add(errand.instead_of.key)

    def is_guess(self, errand: Errand) -> bool:
        """Whether no page linked it: then what its answer says of itself is all that is known of it."""
        tried = self._tries.get(errand.instead_of.key) if errand.instead_of is not None else None
        return tried is not None and tried.key == errand.key

    def fit(self, front: Errand, understood: Understood, leads_on: bool, found: Container[str]) -> Fit:
        """What came in place of an organ's page. `leads_on`: it is a step on the way to a list; `found` are the keys of the reports known by now."""
        named = understood.named
        if not named:
            return Fit.FITS if understood.is_report else Fit.LEADS_ON if leads_on else Fit.UNFIT
        if not all(one.row.sure for one in named):
            return Fit.LEADS_ON
        signed = [
            one for one in named if one.verdict.organ is not None and is_same(one.verdict.organ, front.name or "")
        ]
        nameless = [] if self._tries[front.key].kind.reckoned else [one for one in named if one.verdict.organ is None]
        own = signed + nameless  # at a number that was reckoned, only a name says whose list it is
        known = all(url_key(one.row.url) in found for one in named)
        if not own or (known and not any(spelled(one.verdict.organ or "") == spelled(front.name or "") for one in own)):
            return Fit.UNFIT  # another organ's, or the same whatever is asked
        self.own_pages.note(front, years_of(own))
        return Fit.FITS

    def proved(self, front: Errand) -> None:
        """A list of this organ came in place of its page."""
        self.own_pages.pass_by(front)
        if front.key in self._doubted:
            self._doubted.discard(front.key)
            self.records[self._tries[front.key].kind].hits += 1

    def came(self, front: Errand, errand: Errand) -> None:
        """This errand asked for the organ's list."""
        self._came[front.key] = patterns.form(front, errand.request)

    def ask_for(self, front: Errand) -> None:
        """The organ's own page is to be asked, too."""
        self._due.add(front.key)

    def has_read(self, front: Errand, step: PageRequest) -> bool:
        """Whether this step leads from an organ's page to the list that came in its place: it was taken, or it is that of all others whose lists are asked alike."""
        came = self._came.get(front.key)
        if came is None or self.own_pages.ends_early(front):
            return False
        taken = self._tries[front.key].key == url_key(step.url, step.method, step.body)
        return taken or self._begun.get(came) == {patterns.form(front, step)}

    def missed(self, front: Errand, answer: Answer | None = None) -> None:
        """Its reports were not there: its own page is to be asked. `answer` was not taken in, and may be its list all the same."""
        if front.key in self._doubted:
            self._doubted.discard(front.key)
            self.ask_for(front)
            tried = self._tries[front.key]
            self.records[tried.kind].misses += 1
            self._missed[tried.key] = tried.kind, answer

    def still_asks(self, front: Errand) -> bool:
        """Whether this organ's own page is to be asked: nothing that came in its place has proved to be its list."""
        self.missed(front)
        due = front.key in self._due
        self._due.discard(front.key)
        return due

    def led_to(self, errand: Errand) -> Answer | None:
        """A page led to the very errand that was run in vain in an organ's place: that was no miss. Gives the answer, if it is yet to be taken in."""
        if errand.instead_of is not None or errand.key not in self._missed:
            return None
        kind, answer = self._missed.pop(errand.key)
        self.records[kind].misses -= 1
        if answer is None:
            return None
        page = answer.page and Page(answer.page.url, answer.page.body, asked=errand.request, anchor=errand.name)
        return replace(answer, errand=errand, page=page)


def spelled(organ: str) -> str:
    """An organ's name without its county and its office."""
    return COUNTY.sub("", OFFICE.sub("", compact(organ)))


def is_same(organ: str, name: str) -> bool:
    """Whether a title speaks of the organ that a link names: either may leave out the county or the office, or be short: 卫健局 is 卫生健康局."""
    short, full = sorted((spelled(organ), spelled(name)), key=len)
    letters = iter(full)
    return bool(short) and all(letter in letters for letter in short)
