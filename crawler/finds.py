"""What pages name and show goes in; the reports and files of one site come out, each queued to be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from archive.sightings import FoundReport
from crawler import focus
from crawler.addresses import bare_host, host_of, url_key
from crawler.agenda import Agenda
from crawler.articles import article_title
from crawler.errands import Answer, Errand, Plan
from crawler.links import judge
from crawler.parts import files_of, known_parts, parts_of
from crawler.portals import Page, PageRequest
from crawler.reading import Named


@dataclass(slots=True)
class Finds:
    """`foreign` are hosts that are not the site's and show its reports, each with an example."""

    plan: Plan
    agenda: Agenda
    found: dict[str, FoundReport] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    _owned: dict[str, bool] = field(default_factory=dict)

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the site's own hosts, or below one of its names."""
        host = host_of(url)
        known = self._owned.get(host)
        if known is None:
            own = {bare_host(name) for name in (*self.plan.hosts, host_of(self.plan.home_url))}
            below = tuple(f".{name}" for name in own if not name[-1:].isdigit())
            known = self._owned[host] = bare_host(host) in own or host.endswith(below)
        return known

    def take_named(self, named: Named, list_url: str, instead_of: Errand | None) -> FoundReport | None:
        """A report that a list names; None where it is a stranger's copy."""
        row, verdict = named.row, named.verdict
        if not self.owns(row.url):
            self.foreign.setdefault(host_of(row.url), row.url)
            return None
        found = FoundReport(row.url, url_key(row.url), row.title, row.listed_on, verdict.organ, verdict.year, list_url)
        sure = row.sure or any(known.url_key == found.url_key and not known.gone for known in self.plan.known)
        if sure:
            self.found.setdefault(found.url_key, found)
        article = Errand(PageRequest(row.url, "article"), focus.ARTICLE, row.title, found=found, sure=sure)
        self.agenda.queue(article if sure else replace(article, instead_of=instead_of))
        if (sure or self.plan.look) and instead_of is not None:  # a look asks for no report
            self.agenda.shortcuts.proved(instead_of)
        return found

    def take_shown(self, page: Page, errand: Errand) -> list[FoundReport]:
        """Some columns show their only report in place of a list, or their newest one above the list of the others."""
        title = article_title(page) or errand.name or ""
        verdict = judge(page.url, title, errand.name)
        found = FoundReport(page.url, errand.key, title or None, None, verdict.organ, verdict.year, page.url)
        self.found.setdefault(found.url_key, found)
        return [found, *self._take_parts(files_of(found, page, self.owns))]

    def take_article(self, article: FoundReport, answer: Answer) -> list[FoundReport]:
        """What belongs to an article: as its page says, or as it is known when the page did not change."""
        if article.parent_url_key is None:
            known = answer.page is None
            parts = known_parts(article, self.plan.known) if known else parts_of(article, answer.page, self.owns)
            return self._take_parts(parts)
        first = self.found.get(article.parent_url_key)
        return [] if first is None else self._take_parts(parts_of(first, answer.page, self.owns))

    def take_known_parts(self, report: FoundReport) -> list[FoundReport]:
        """What is known of a report that needs no second look yet."""
        return self._take_parts(known_parts(report, self.plan.known))

    def _take_parts(self, parts: Iterable[Errand]) -> list[FoundReport]:
        taken = []
        for errand in parts:
            assert errand.found is not None
            self.found.setdefault(errand.found.url_key, errand.found)
            self.agenda.queue(errand)
            taken.append(errand.found)
        return taken
