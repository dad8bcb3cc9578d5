"""Pages of lists go in; which list goes on to a next page comes out, and in the end all lists with how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.sightings import FoundReport
from crawler.addresses import url_key
from crawler.agenda import Agenda
from crawler.errands import Errand
from crawler.lists import ListWalk, SparePages
from crawler.portals import Page
from crawler.reading import Understood


@dataclass(slots=True)
class Walks:
    agenda: Agenda
    _walks: dict[str, ListWalk] = field(default_factory=dict)  # by the list's key
    _spares: SparePages = field(default_factory=SparePages)

    @property
    def lists(self) -> list[ListWalk]:
        """The lists that were read. One that was to hold those of all organs, and did not, is none: theirs were asked for."""
        gathered = self.agenda.gathered
        return [walk for key, walk in self._walks.items() if key not in gathered or gathered[key].is_relied_on]

    def going_on(
        self, page: Page, errand: Errand, understood: Understood, seen: Sequence[FoundReport]
    ) -> ListWalk | None:
        """Take in one more page of a list, and the reports that it names. Gives the list, where there is a reason to ask for its next page."""
        list_url = errand.request.list_url or page.url
        key = url_key(list_url)
        walk = self._walks.get(key)
        if walk is None:
            shows = understood.in_column and understood.listing.rows
            if not (seen or shows or understood.following):
                return None
            walk = self._walks[key] = ListWalk(list_url, errand.name or page.title, understood.in_column)
        gathered = self.agenda.gathered.get(key)
        if gathered is not None:
            gathered.take(walk, seen)
        elif seen:
            walk.organs.update(found.organ_name for found in seen if found.organ_name)
            self.agenda.found_list(walk.organs, seen)
        # A list's own page and its script only say where its rows are, even if those came before.
        own = errand.request.list_url is None or errand.request.purpose == "other"
        says_where = own and walk.rows and understood.following and not understood.listing.rows
        if not says_where and not walk.take(page, understood.listing, len(seen)):
            return None
        if not understood.following or self._spares.are_missing(walk):
            walk.ended = "the last page"
            return None
        if gathered is not None and not gathered.pays(understood.listing):
            walk.ended = "too long to hold no more than the reports"
            return None
        return walk

    def break_off(self, errand: Errand, why: str, past_the_end: bool = False) -> None:
        """A page of the errand's list did not come."""
        walk = self._walks.get(url_key(errand.request.list_url)) if errand.request.list_url else None
        if walk is not None:
            walk.break_off(why, errand.request.page_number, past_the_end)
            self._spares.note(walk)
