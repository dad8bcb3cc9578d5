"""Orders to edit behind the crawler's back go in, by organ and year; the sites change at once, and the truth of each edit is kept.

To add a kind of edit: a function in demo/edits.py and a method here; demo/control.py then answers it over HTTP by the method's name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from demo import edits
from demo.chance import Chance
from demo.dialects import dialect_of
from demo.edits import Edit
from demo.figures import Value
from demo.hazards import hazard_named
from demo.report import AnnualReport
from demo.site import Article, Site


class Plants:
    """The sites as they are now, and what was planted in them. Safe to call from any thread."""

    def __init__(self, seed: int, sites: Sequence[Site], publish: Callable[[int, Site], None]) -> None:
        self._seed = seed
        self._first = tuple(sites)
        self._now = list(sites)
        self._publish = publish
        self._edits: list[Edit] = []
        self._lock = threading.RLock()

    @property
    def first_sites(self) -> tuple[Site, ...]:
        return self._first

    @property
    def sites(self) -> tuple[Site, ...]:
        with self._lock:
            return tuple(self._now)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All that was planted, in order."""
        with self._lock:
            return tuple(self._edits)

    def edit_figures(
        self, organ: str, year: int, figures: Mapping[str, Value] | None = None, announced: bool = False
    ) -> Edit:
        return self._apply(organ, year, lambda site, article: edits.figures_edited(site, article, figures, announced))

    def edit_text(self, organ: str, year: int, section: str = "problems", announced: bool = False) -> Edit:
        return self._apply(organ, year, lambda site, article: edits.text_edited(site, article, section, announced))

    def replace_attachment(
        self,
        organ: str,
        year: int,
        figures: Mapping[str, Value] | None = None,
        announced: bool = False,
        elsewhere: bool = False,
    ) -> Edit:
        return self._apply(
            organ, year, lambda site, article: edits.attachment_replaced(site, article, figures, announced, elsewhere)
        )

    def withdraw(self, organ: str, year: int, soft: bool = False) -> Edit:
        return self._apply(organ, year, lambda site, article: edits.withdrawn(site, article, soft))

    def move(self, organ: str, year: int) -> Edit:
        return self._apply(organ, year, edits.moved)

    def restore(self, organ: str, year: int) -> Edit:
        """Undo whatever was planted in one organ-year."""
        original = replace(self._first[self.site_of(organ)].planned_article_of(organ, year), presence="here")
        return self._apply(organ, year, lambda site, article: edits.restored(site, article, original))

    def redesign(self, site: int) -> None:
        """Another frame around every page of one site, by its number; not an edit, for what is published stays as it was."""
        with self._lock:
            now = self._now[site]
            self._now[site] = replace(now, design=now.design + 1, version=now.version + 1)
            self._publish(site, self._now[site])

    def publish_year(self, year: int) -> tuple[Edit, ...]:
        """Everything that was held back for a report year appears, on all sites. Raises ValueError when nothing was held back for it."""
        with self._lock:
            found: list[Edit] = []
            for index, site in enumerate(self._now):
                changed, new = edits.year_published(site, year)
                if changed is not site:
                    self._now[index] = changed
                    self._publish(index, changed)
                    found += new
            if not found:
                raise ValueError(f"expected a year that was held back, found {year}; see World.build(held_back=…)")
            self._edits += found
            return tuple(found)

    def reset(self) -> None:
        """All sites as they first were; the list of edits empty."""
        with self._lock:
            for index, site in enumerate(self._first):
                self._now[index] = site
                self._publish(index, site)
            self._edits.clear()

    def plant_default_edits(self) -> tuple[Edit, ...]:
        """The demo's edits, drawn from the seed: two silent figure edits and an announced one, one text edit, one attachment replaced,
        one withdrawal, one move; each in a report of its own without a planted mistake."""
        chance = Chance(self._seed, "default edits")
        with self._lock:
            reports = [report for site in self._now for report in _present(site) if not report.planted]
        in_page = list(chance.several([report for report in reports if report.carriers == ("html",)], 6))
        in_file = chance.several([report for report in reports if report.carriers[0] != "html"], 1)
        if len(in_page) < 6 or not in_file:
            raise ValueError(
                f"expected at least 6 sound reports in pages and 1 in a file, found {len(in_page)} and {len(in_file)}; build a larger world"
            )
        first, second, third, fourth, fifth, sixth = (report.key for report in in_page)
        return (
            self.edit_figures(*first),
            self.edit_figures(*second),
            self.edit_figures(*third, announced=True),
            self.edit_text(*fourth),
            self.replace_attachment(*in_file[0].key),
            self.withdraw(*fifth),
            self.move(*sixth),
        )

    def site_of(self, organ: str) -> int:
        """The number of the site that publishes for an organ. Raises KeyError for an organ of no county."""
        for index, site in enumerate(self._first):
            if any(known.name == organ for known in site.county.organs):
                return index
        raise KeyError(f"expected an organ's full name, found {organ!r}; see the truth's organs")

    def _apply(self, organ: str, year: int, edit: Callable[[Site, Article], tuple[Site, Edit]]) -> Edit:
        with self._lock:
            index = self.site_of(organ)
            site = self._now[index]
            changed, truth = edit(site, site.article_of(organ, year))
            self._now[index] = changed
            self._edits.append(truth)
            self._publish(index, changed)
        return truth


def _present(site: Site) -> list[AnnualReport]:
    """The reports that have been published and can be edited, in the county's own order."""
    articles = {article.report.key: article for article in site.articles if article.report is not None}
    found = (articles[report.key] for report in site.county.reports if report.key in articles)
    return [article.report for article in found if article.report is not None and _is_plain(site, article)]


def _is_plain(site: Site, article: Article) -> bool:
    """Whether a crawler can see it, read it, and see it move."""
    hurts = any(hazard_named(name).hurts(site, article) for name in site.county.hazards)
    hidden = article.number in site.fronts or article.number in dialect_of(site.family).out_of_reach(site)
    return article.presence != "held" and not hurts and not hidden
