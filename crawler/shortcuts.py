"""Where organs' own pages led to their reports goes in; where the reports of the next organ will stand comes out, and whether they did.

On most systems the directories of organs are made alike: `/bmxz/fgj/` led to `/bmxz/fgj/fgj_nb/` and `/bmxz/sfj/` to `/bmxz/sfj/sfj_nb/`, so
`/bmxz/jyj/` leads to `/bmxz/jyj/jyj_nb/`; and where two organs' pages led to one search, each for its own area, the next area is searched at once.
Only what stands in the address of an organ's page is put in; numbers that say nothing of each other are never guessed.

What came is held against what an organ's list should be. Where it is another organ's, or empty, or ends before the others' last year, the
organ's own page is asked as well: a shortcut saves requests, and decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import urlsplit

from crawler.addresses import url_key
from crawler.errands import Answer, Errand
from crawler.links import compact
from crawler.portals import Page
from crawler.reading import Understood

PROOFS = 2  # organs whose pages led there in the same way
MOST_MISSES = 3  # then the directories are not alike, whatever the first of them said
HITS_A_MISS = 5  # one organ in so many may be unlike the others
ORGAN = "\0"  # stands for the organ in an address
FRONT_FILE = re.compile(r"/(?:index|default|list)?(?:\.s?html?|\.jhtml|\.jsp)?$")
ENDING = re.compile(r"\.[a-z]{3,5}$")
SHORTEST_CODE = 4  # characters of a parameter that may be an organ's code: kinds and page numbers are shorter
OFFICE = re.compile(r"(?:人民政府|办事处|本级)$")
COUNTY = re.compile(r"^.{1,6}?[县市区旗州](?=..)")


class Fit(Enum):
    """What a page is that came in place of an organ's own: its list; a step on the way to it; its list without the newest year; none of these."""

    FITS = 1
    LEADS_ON = 2
    SHORT = 3
    UNFIT = 4


@dataclass(slots=True)
class Shortcuts:
    misses: int = 0
    hits: int = 0
    _learnt: dict[tuple[str, int], Counter[Errand]] = field(default_factory=lambda: defaultdict(Counter))
    _latest: Counter[int] = field(default_factory=Counter)  # the last year of each list
    _instead: dict[str, str] = field(default_factory=dict)  # an organ's page → what was asked in its place
    _doubted: set[str] = field(default_factory=set)  # organs' pages that may still have to be asked
    _due: set[str] = field(default_factory=set)  # those that have to be
    # What was asked in vain, with its answer where nobody took it in.
    _missed: dict[str, Answer | None] = field(default_factory=dict)

    def learn(self, errand: Errand, understood: Understood) -> None:
        """Note by which steps an organ's page led to a list of reports, or to one of them."""
        years = [one.verdict.year for one in understood.named if one.verdict.year and one.row.sure]
        if years:
            self._latest[max(years)] += 1
        if not (understood.named or understood.is_report):
            return
        steps = []
        while errand.led_by is not None:
            steps.append(errand)
            errand = errand.led_by
        for depth, step in enumerate(reversed(steps), 1):
            for mark in _marks(errand.request.url):
                told = _told(step, mark, ORGAN)
                if told.request != step.request:
                    self._learnt[_put(errand.request.url, mark, ORGAN), depth][told] += 1

    def of(self, front: Errand) -> Iterator[Errand]:
        """What may be asked in place of this organ's page, the shortest way first; nothing where no way is known well enough."""
        if self.misses >= MOST_MISSES + self.hits // HITS_A_MISS:
            return
        for depth in sorted({depth for _, depth in self._learnt}, reverse=True):
            for mark in _marks(front.request.url):
                ways = self._learnt.get((_put(front.request.url, mark, ORGAN), depth), Counter())
                for best, times in ways.most_common(1):
                    if times >= PROOFS and times * 2 > ways.total():
                        yield replace(_told(best, ORGAN, mark), instead_of=front)

    def begin(self, errand: Errand) -> None:
        """This errand is run in place of an organ's page."""
        assert errand.instead_of is not None
        self._instead[errand.instead_of.key] = errand.key
        self._doubted.add(errand.instead_of.key)

    def is_guess(self, errand: Errand) -> bool:
        """Whether no page linked it: then what its answer says of itself is all that is known of it."""
        return errand.instead_of is not None and self._instead.get(errand.instead_of.key) == errand.key

    def fit(self, front: Errand, understood: Understood, leads_on: bool, found: Container[str]) -> Fit:
        """What came in place of an organ's page. `leads_on`: it is a step on the way to a list; `found` are the keys of the reports known by now."""
        named = understood.named
        if not named:
            return Fit.FITS if understood.is_report else Fit.LEADS_ON if leads_on else Fit.UNFIT
        if not all(one.row.sure for one in named):
            return Fit.LEADS_ON
        organs = [one.verdict.organ for one in named]
        theirs = any(organ is None or _same(organ, front.name or "") for organ in organs)
        if not theirs or all(url_key(one.row.url) in found for one in named):
            return Fit.UNFIT  # another organ's, or the same whatever is asked
        usual = max(self._latest, key=lambda year: (self._latest[year], year), default=0)
        return Fit.FITS if any((one.verdict.year or 0) >= usual for one in named) else Fit.SHORT

    def proved(self, front: Errand) -> None:
        if front.key in self._doubted:
            self._doubted.discard(front.key)
            self.hits += 1

    def missed(self, front: Errand, answer: Answer | None = None) -> None:
        """Its reports were not there: its own page is to be asked. `answer` was not taken in, and may be its list all the same."""
        if front.key in self._doubted:
            self._doubted.discard(front.key)
            self._due.add(front.key)
            self.misses += 1
            self._missed[self._instead[front.key]] = answer

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
        self.misses -= 1
        answer = self._missed.pop(errand.key)
        if answer is None:
            return None
        page = answer.page and Page(answer.page.url, answer.page.body, asked=errand.request, anchor=errand.name)
        return replace(answer, errand=errand, page=page)


def _same(organ: str, name: str) -> bool:
    """Whether a title speaks of the organ that a link names: either may leave out the county or the office, or be short: 卫健局 is 卫生健康局."""
    short, full = sorted((COUNTY.sub("", OFFICE.sub("", compact(one))) for one in (organ, name)), key=len)
    letters = iter(full)
    return bool(short) and all(letter in letters for letter in short)


def _marks(front: str) -> Iterator[str]:
    """What may stand for an organ in the address of its page: a code among the parameters, the last folder, or the file's name."""
    split = urlsplit(front)
    values = (pair.partition("=")[2] for pair in split.query.split("&"))
    yield from (value for value in values if len(value) >= SHORTEST_CODE)
    name = ENDING.sub("", FRONT_FILE.sub("", split.path).rpartition("/")[2])
    if len(name) > 1:
        yield name


def _told(errand: Errand, old: str, new: str) -> Errand:
    """The same errand for another organ, whatever led to it."""
    asked = errand.request
    request = replace(
        asked,
        url=_put(asked.url, old, new),
        body=asked.body.replace(old.encode(), new.encode()),
        headers=tuple((name, _put(value, old, new)) for name, value in asked.headers),
        facts=tuple((name, _put(value, old, new)) for name, value in asked.facts),
        list_url=asked.list_url and _put(asked.list_url, old, new),
    )
    return replace(errand, request=request, led_by=None)


def _put(text: str, old: str, new: str) -> str:
    """`new` in place of `old` everywhere but in the name of a host."""
    if "://" not in text:
        return text.replace(old, new)
    split = urlsplit(text)
    return split._replace(path=split.path.replace(old, new), query=split.query.replace(old, new)).geturl()
