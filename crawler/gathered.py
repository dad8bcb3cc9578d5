"""One answer for all organs of a directory goes in; which organs' own pages need not be asked comes out.

Some systems give what stands in a column together with what stands in all columns below it. One such answer, of a page or two, can hold the lists of
all organs that a directory names; whether it does, what came has to say. It counts when all that it declares was collected. Two organs are asked
by themselves all the same, and if their pages name a report that it does not hold, it is not relied on. And an organ is asked by itself when
the answer has nothing of it, or not all the years that most of the others have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from archive.sightings import FoundReport
from crawler.lists import ListWalk
from crawler.portals import Listing
from crawler.shortcuts import is_same, spelled

PROBES = 2  # organs that are asked by themselves, to see whether their lists are in the answer


@dataclass
class Gathered:
    """`organs` are those that the directory names."""

    organs: tuple[str, ...]
    walk: ListWalk | None = None
    is_wrong: bool = False  # a list named a report that should have been in it
    _keys: set[str] = field(default_factory=set)  # of the reports in it
    _years: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # by the organ that the titles name
    _probes: int = 0

    def take(self, walk: ListWalk, named: Iterable[FoundReport]) -> None:
        """A page of the answer named these reports."""
        self.walk = walk
        for one in named:
            self._keys.add(one.url_key)
            if one.organ_name and one.year:
                self._years[one.organ_name].add(one.year)

    def pays(self, listing: Listing) -> bool:
        """Whether its further pages are fewer than the organs that would have to be asked."""
        return (listing.declared_total or 0) <= len(listing.rows) * len(self.organs)

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end with all that it declared, and holds reports."""
        return bool(self._keys) and self.walk is not None and self.walk.ended is not None and self.walk.complete

    @property
    def is_relied_on(self) -> bool:
        return self.is_whole and not self.is_wrong

    def expects(self, report: FoundReport) -> bool:
        """Whether a list may name this report: it is in the answer, or of an organ that the answer does not cover."""
        named = report.organ_name or ""
        return report.url_key in self._keys or any(
            is_same(named, organ) for organ in self.organs if not self._covers(organ)
        )

    def spares(self, organ: str) -> bool:
        """Whether this organ's own page need not be asked."""
        if self.is_wrong or not self._covers(organ):
            return False
        self._probes += 1
        return self._probes > PROBES

    def _covers(self, organ: str) -> bool:
        return self.is_whole and self._usual <= self._years_of.get(organ, set())

    @cached_property
    def _usual(self) -> set[int]:
        """The years that most organs have."""
        times = Counter(year for years in self._years_of.values() for year in years)
        return {year for year, number in times.items() if number * 2 > len(self._years_of)}

    @cached_property
    def _years_of(self) -> dict[str, set[int]]:
        """The years by the directory's names. What could be of two organs, or of none, counts for neither."""
        found: dict[str, set[int]] = defaultdict(set)
        for named, years in self._years.items():
            same = [organ for organ in self.organs if spelled(organ) == spelled(named)]
            same = same or [organ for organ in self.organs if is_same(named, organ)]
            if len(same) == 1:
                found[same[0]] |= years
        return dict(found)
