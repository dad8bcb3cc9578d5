"""Organs whose lists came without their own pages go in; which of those pages to look at all the same comes out, and at whose nobody looked.

A list may be whole and yet not be all: some organs keep what is older in a second column, to which only their own page leads. So when all else was
asked, some own pages are looked at, one after another: of organs without the newest year of most before all, then of those that lack what others have,
who begin latest first. As soon as one leads to reports that no list named, or to two columns, all are looked at; after some that lead to nothing new,
no more. The ledger then says of the others that their page was not looked at, and later harvests look at some of them; a re-crawl looks at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field
from zlib import crc32

from crawler.errands import Errand

LOOKS = 8  # that led to nothing new, at organs that begin late or lack several years
FEWER_LOOKS = 2  # the same where a single year is lacking, between others: mostly it was never published
SHARE = 20  # of organs that lack nothing one in so many; and of many that do, as many
TURNS = 8  # one in so many is looked at again


@dataclass(slots=True)
class OwnPages:
    """`recall` gives the keys of pages at which earlier harvests looked, `turn` is another number in each harvest."""

    recall: Callable[[], Set[str]] = frozenset
    turn: int = 0
    all_are_due: bool = False
    _looked_at: set[str] | None = None
    _years: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # of each organ, by its page's key
    _times: Counter[int] = field(default_factory=Counter)  # how many organs have each year
    _heard: set[int] = field(default_factory=set)  # years of which any list of the site names a report
    _passed: dict[str, Errand] = field(default_factory=dict)  # whose list came, by their key
    _seen: set[str] = field(default_factory=set)  # keys of those that were asked, or shown elsewhere
    _found: int | None = None  # how much was found before the last look
    _in_vain: int = 0  # looks, but those for the newest year
    _are_split: bool = False

    def note(self, front: Errand, years: Iterable[int]) -> None:
        """A list of this organ names reports of these years."""
        known = self._years[front.key]
        new = set(years) - known
        known |= new
        self._times.update(new)
        self._heard |= new

    def hear(self, years: Iterable[int]) -> None:
        """Some list names reports of these years."""
        self._heard.update(years)

    def split(self) -> None:
        """Some organ's page leads to more than one column of reports."""
        self._are_split = True

    def pass_by(self, front: Errand) -> None:
        """The organ's list came in place of its page."""
        self._passed.setdefault(front.key, front)

    def see(self, front: Errand) -> None:
        """Its page is asked, or what came in its place shows what stands there."""
        self._seen.add(front.key)

    def see_as_held(self, front: Errand) -> None:
        """What stands on its page was shown to an earlier harvest."""
        self.looked_at.add(front.key)

    def next(self, found: int) -> Errand | None:
        """The page to look at next; None when that is enough. `found` counts the reports and files that were found until now."""
        self._are_split |= self._found is not None and found > self._found
        for front in sorted(self._waiting, key=self._rank):
            if self._is_due(front):
                self._found, self._in_vain = found, self._in_vain + (not self.ends_early(front))
                return front
        return None

    def ends_early(self, front: Errand) -> bool:
        """Whether its list lacks the newest year of most: it may have been left behind."""
        return max(self._usual, default=0) > max(self._years[front.key], default=0)

    @property
    def looked_at(self) -> set[str]:
        """The keys of pages at which earlier harvests looked; most sites need not be asked for them."""
        if self._looked_at is None:
            self._looked_at = set(self.recall())
        return self._looked_at

    @property
    def unlooked(self) -> list[str]:
        """The organs at whose own page nobody ever looked."""
        return sorted({one.name for one in self._waiting if one.name and one.key not in self.looked_at})

    @property
    def _waiting(self) -> list[Errand]:
        """The last of the directory first: its first were learnt from, and tell the least of those at the other end."""
        return [front for key, front in reversed(self._passed.items()) if key not in self._seen]

    @property
    def _usual(self) -> set[int]:
        """The years that most organs have."""
        return {year for year, times in self._times.items() if times * 2 > len(self._years)}

    def _is_due(self, front: Errand) -> bool:
        return self.all_are_due or self.ends_early(front) or self._in_vain < self._patience(front)

    def _patience(self, front: Errand) -> int:
        """How many looks may have led to nothing new before its page is passed by."""
        if front.key in self.looked_at:
            return FEWER_LOOKS if crc32(f"{self.turn} {front.key}".encode()) % TURNS == 0 else 0
        if self._are_split:
            return len(self._passed)
        lacking, share = len(self._lacking(front)), len(self._passed) // SHARE
        if not lacking:
            return share
        return max(share, LOOKS if lacking > 1 or self._behind(front) else FEWER_LOOKS)

    def _rank(self, front: Errand) -> tuple[bool, bool, int, int]:
        late = not self.ends_early(front)
        return late, front.key in self.looked_at, -self._behind(front), -len(self._lacking(front))

    def _behind(self, front: Errand) -> int:
        """How many of the years that it lacks are older than all that it has."""
        first = min(self._years[front.key], default=0)
        return sum(year < first for year in self._lacking(front))

    def _lacking(self, front: Errand) -> set[int]:
        """The years that it has not, and somebody else has."""
        return self._heard - self._years[front.key]
