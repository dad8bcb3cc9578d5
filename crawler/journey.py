"""One site's way through one run: answers go in, what to ask next and which reports were found come out. Pure: no network, no clock.

A journey starts at the home page, or at the addresses it is given, and asks one thing at a time, best first. It ends by itself with a state
and a reason in words; finding nothing is a failed run.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from archive.sightings import FoundReport, KnownSighting
from crawler import blocks, focus
from crawler.addresses import bare_host, host_of, resolve, url_key
from crawler.articles import article_title, attachments_of, column_name, is_report_page
from crawler.links import Verdict, judge
from crawler.lists import ListWalk
from crawler.portals import Listing, Page, PageRequest, Row, portal_named, portal_of

UNREACHABLE_LIMIT = 5  # failures in a row: the host is in trouble, or we are
CHALLENGE_LIMIT = 3  # challenges in a row: asking on would only annoy
WAY_LIMIT = 40  # pages looked at on the way to a column
ENOUGH_ORGANS = 3  # a column with so many organs is the county's common one
MOST_SHELLS = 2  # refreshes and scripts that lead on, one after the other


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to ask, and what for. `name` is what the link to it said, `found` the report that an article or file is fetched as."""

    request: PageRequest
    grade: int
    name: str | None = None
    in_column: bool = False
    found: FoundReport | None = None
    shells: int = 0

    @property
    def key(self) -> str:
        return url_key(self.request.url, self.request.method, self.request.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an errand. `page` is None when nothing of it is read: an unchanged article, a file, an error."""

    errand: Errand
    status: int
    page: Page | None = None
    blocked: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    state: str  # done, failed, stopped: as the archive names them
    reason: str
    facts: dict[str, object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do at one site. `only` names the addresses of a confirming run; then nothing is followed."""

    home_url: str
    hosts: tuple[str, ...]
    budget: int
    family: str | None = None
    known: Sequence[KnownSighting] = ()
    only: Sequence[str] | None = None


@dataclass(slots=True)
class Journey:
    plan: Plan
    requests: int = 0  # that went over the network; counted by whoever sends them
    found: dict[str, FoundReport] = field(default_factory=dict)
    family: str | None = None
    _heap: list[tuple[int, int, Errand]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _queued: set[str] = field(default_factory=set)
    _walks: dict[str, ListWalk] = field(default_factory=dict)
    _home_links: set[str] = field(default_factory=set)
    _tally: Counter[str] = field(default_factory=Counter)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _troubles: dict[str, str] = field(default_factory=dict)  # why, with an example of where
    _foreign: dict[str, str] = field(default_factory=dict)
    _owned: dict[str, bool] = field(default_factory=dict)
    _stopped: str | None = None
    _known_queued: bool = False

    def __post_init__(self) -> None:
        if self.plan.only is None:
            self._queue(Errand(PageRequest(self.plan.home_url, "home"), focus.HOME))
            return
        files = {known.url_key for known in self.plan.known if known.parent_url_key}
        for url in self.plan.only:
            self._queue(Errand(PageRequest(url, "attachment" if url_key(url) in files else "article"), focus.ARTICLE))

    def next(self) -> Errand | None:
        """What to ask next, or None when the journey is at its end."""
        while self._stopped is None:
            if not self._heap:
                if self._known_queued or self.plan.only is not None:
                    return None
                self._queue_known()
                continue
            if self.requests >= self.plan.budget:
                self._stopped = (
                    f"the budget of {self.plan.budget} requests is used up, with {len(self._heap)} addresses not asked"
                )
                break
            errand = heapq.heappop(self._heap)[2]
            if focus.KNOWN < errand.grade <= focus.PLATFORM and self._knows_enough():
                self._tally["ways not needed"] += 1
                continue
            self._tally["ways"] += focus.KNOWN < errand.grade <= focus.PLATFORM
            return errand
        return None

    def take(self, answer: Answer) -> list[FoundReport]:
        """Take in an answer. Gives the reports that it names, to be noted as seen now."""
        errand = answer.errand
        self._in_a_row["unreachable"] = 0
        if answer.blocked:
            return self._blocked(answer)
        self._in_a_row[blocks.CHALLENGE] = 0
        if answer.status >= 400:
            self._tally["gone" if answer.status in (404, 410) else f"status {answer.status}"] += 1
            self._end_list(errand, f"its next page gave status {answer.status}")
            return []
        if self.plan.only is not None:
            return []
        if errand.found is not None:
            return self._read_article(answer)
        return self._read_list(answer.page, errand) if answer.page is not None else []

    def failed(self, errand: Errand, kind: str, why: str) -> None:
        """Take in that an errand got no answer. `kind`: unreachable, robots, hold, refused."""
        self._tally[kind] += 1
        self._troubles.setdefault(kind, f"{why} ({errand.request.url})")
        self._end_list(errand, f"its next page got no answer: {why}")
        if kind == "unreachable":
            self._in_a_row[kind] += 1
            if self._in_a_row[kind] >= UNREACHABLE_LIMIT:
                self._stopped = f"no answer {UNREACHABLE_LIMIT} times in a row, the last: {why}"

    def outcome(self) -> Outcome:
        """How it ended, in words; to be asked when `next` gave None."""
        facts = self._facts()
        if self._stopped is not None:
            return Outcome("stopped" if "budget" in self._stopped else "failed", self._stopped, facts)
        unanswered = sum(self._tally[kind] for kind in ("unreachable", "hold"))
        if self.plan.only is not None:
            state = "failed" if unanswered else "done"
            return Outcome(state, self._trouble() or f"{len(self.plan.only)} addresses asked a second time", facts)
        reports = sum(1 for found in self.found.values() if found.parent_url_key is None)
        if not reports:
            return Outcome("failed", f"no annual report found: {self._trouble() or self._nothing_found()}", facts)
        if unanswered > max(2, reports // 20):
            return Outcome("failed", f"{unanswered} addresses gave no answer: {self._trouble()}", facts)
        short = [walk for walk in self._walks.values() if walk.reports and not walk.complete]
        words = f"{reports} reports found"
        return Outcome(
            "done",
            words + (f"; {len(short)} lists ended early: {short[0].name}: {short[0].ended}" if short else ""),
            facts,
        )

    # What an answer means

    def _blocked(self, answer: Answer) -> list[FoundReport]:
        name, errand = answer.blocked or "", answer.errand
        if name == blocks.SHELL and answer.page is not None and errand.shells < MOST_SHELLS:
            target = resolve(answer.page.url, blocks.shell_target(answer.page.text) or "")
            if target and self.owns(target):
                request = PageRequest(target, errand.request.purpose)
                self._queue(
                    Errand(request, errand.grade, errand.name, errand.in_column, errand.found, errand.shells + 1)
                )
                return []
        self._tally[name] += 1
        self._troubles.setdefault(name, f"status {answer.status} ({errand.request.url})")
        self._end_list(errand, f"its next page was a {name}")
        self._in_a_row[name] += 1
        if name == blocks.CHALLENGE and self._in_a_row[name] >= CHALLENGE_LIMIT:
            self._stopped = f"blocked by a challenge {CHALLENGE_LIMIT} times in a row ({errand.request.url})"
        return []

    def _read_article(self, answer: Answer) -> list[FoundReport]:
        """The files of an article: those in its page, or those known when the page did not change."""
        article = answer.errand.found
        assert article is not None
        if article.parent_url_key is not None:
            return []
        if answer.unchanged or answer.page is None:
            known = [one for one in self.plan.known if one.parent_url_key == article.url_key and not one.gone]
            return [self._attachment(article, one.url, one.title or "") for one in known]
        return [
            self._attachment(article, link.url, link.name)
            for link in attachments_of(answer.page)
            if self.owns(link.url)
        ]

    def _attachment(self, article: FoundReport, url: str, title: str) -> FoundReport:
        found = FoundReport(
            url,
            url_key(url),
            title or None,
            article.listed_on,
            article.organ_name,
            article.year,
            article.url,
            article.url_key,
        )
        self.found.setdefault(found.url_key, found)
        self._queue(Errand(PageRequest(url, "attachment"), focus.ATTACHMENT, title, found=found))
        return found

    def _read_list(self, page: Page, errand: Errand) -> list[FoundReport]:
        own_name = column_name(page)
        in_column = errand.in_column or own_name is not None
        context = (own_name or errand.name) if in_column else None
        portal = portal_named(errand.request.portal) or portal_of(page)
        listing = portal.read_listing(page)
        if errand.request.purpose == "home":
            self._home_links = {url_key(link.url) for link in page.links}
        if in_column and not listing.rows and is_report_page(page):
            return self._column_is_report(page, errand)
        seen = self._reports_in(page, listing, context)
        self._go_on(page, errand, listing, len(seen), in_column)
        self._queue_ways(page, in_column)
        if seen and in_column and portal.NAME != "generic":
            self.family = self.family or portal.NAME
        return seen

    def _reports_in(self, page: Page, listing: Listing, context: str | None) -> list[FoundReport]:
        rows = {row.url: row for row in listing.rows}
        others = (Row(link.url, link.name) for link in page.links if link.url not in rows and link.name)
        seen: dict[str, FoundReport] = {}
        for row in (*rows.values(), *others):
            # Only a row of the list itself is decided by its column: menus stand on the same page.
            verdict = judge(row.url, row.title, context if row.url in rows else None)
            if verdict.is_report and focus.leads_to_report(row.url, row.title, verdict):
                found = self._report(row, verdict, page.url)
                if found is not None:
                    seen[found.url_key] = found
            elif verdict.kind not in ("other", "annual_report") and row.url in rows and context:
                self._tally[f"look-alike: {verdict.kind}"] += 1
        return list(seen.values())

    def _report(self, row: Row, verdict: Verdict, list_url: str) -> FoundReport | None:
        if not self.owns(row.url):
            self._foreign.setdefault(host_of(row.url), row.url)
            return None
        key = url_key(row.url)
        found = FoundReport(row.url, key, row.title, row.listed_on, verdict.organ, verdict.year, list_url)
        self.found.setdefault(key, found)
        self._queue(Errand(PageRequest(row.url, "article"), focus.ARTICLE, row.title, found=found))
        return found

    def _column_is_report(self, page: Page, errand: Errand) -> list[FoundReport]:
        """Some columns show their only report in place of a list."""
        title = article_title(page) or errand.name or ""
        verdict = judge(page.url, title, errand.name)
        found = FoundReport(page.url, errand.key, title or None, None, verdict.organ, verdict.year, page.url)
        self.found.setdefault(found.url_key, found)
        return [
            found,
            *(self._attachment(found, link.url, link.name) for link in attachments_of(page) if self.owns(link.url)),
        ]

    def _queue_ways(self, page: Page, in_column: bool) -> None:
        for link in page.links:
            if not self.owns(link.url):
                continue
            is_common = in_column and url_key(link.url) in self._home_links
            grade = focus.promise(link.url, link.name, in_column and not is_common)
            if grade:
                self._queue(Errand(PageRequest(link.url, "list"), grade, link.name, in_column=grade >= focus.SLUG))

    def _go_on(self, page: Page, errand: Errand, listing: Listing, reports: int, in_column: bool) -> None:
        """Ask for the list's next page, as long as there is a reason to."""
        list_url = errand.request.list_url or page.url
        portal = portal_named(errand.request.portal) or portal_of(page)
        following = (
            [request for request in portal.next_requests(page) if self.owns(request.url)]
            if reports or in_column
            else []
        )
        walk = self._walks.get(url_key(list_url))
        if walk is None:
            if not (reports or (in_column and (listing.rows or following))):
                return
            walk = self._walks[url_key(list_url)] = ListWalk(list_url, errand.name or page.title, in_column)
        if not walk.take(page, listing, reports):
            return
        if not following:
            walk.ended = "the last page"
        for request in following:
            asked = replace(request, list_url=list_url)
            if not self._queue(Errand(asked, focus.NEXT_PAGE, errand.name, in_column)):
                walk.ended = "the next page was asked already"

    # The frontier

    def _queue(self, errand: Errand) -> bool:
        if errand.key in self._queued:
            return False
        self._queued.add(errand.key)
        heapq.heappush(self._heap, (-errand.grade, next(self._order), errand))
        return True

    def _queue_known(self) -> None:
        """What earlier runs saw and this run did not come across is asked for again: that is how a removal is noticed."""
        self._known_queued = True
        for known in self.plan.known:
            purpose = "attachment" if known.parent_url_key else "article"
            found = FoundReport(known.url, known.url_key, known.title, None, None, None, None, known.parent_url_key)
            self._queue(Errand(PageRequest(known.url, purpose), focus.KNOWN, known.title, found=found))

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the site's own hosts, or below one of its names."""
        host = host_of(url)
        known = self._owned.get(host)
        if known is None:
            own = {bare_host(name) for name in (*self.plan.hosts, host_of(self.plan.home_url))}
            below = tuple(f".{name}" for name in own if not name[-1:].isdigit())
            known = self._owned[host] = bare_host(host) in own or host.endswith(below)
        return known

    def _knows_enough(self) -> bool:
        organs = {found.organ_name for found in self.found.values() if found.organ_name}
        return len(organs) >= ENOUGH_ORGANS or self._tally["ways"] >= WAY_LIMIT

    def _end_list(self, errand: Errand, why: str) -> None:
        walk = self._walks.get(url_key(errand.request.list_url)) if errand.request.list_url else None
        if walk is not None:
            walk.ended = why

    # Words

    def _facts(self) -> dict[str, object]:
        facts: dict[str, object] = {
            "lists": [walk.as_fact() for walk in self._walks.values()],
            "tally": {name: number for name, number in sorted(self._tally.items()) if number},
        }
        if self.family:
            facts["family"] = self.family
        if self.plan.family and self.family and self.family != self.plan.family:
            facts["family_was"] = self.plan.family
        if self._troubles:
            facts["troubles"] = dict(self._troubles)
        if self._foreign:
            facts["foreign_hosts"] = dict(_some(self._foreign.items(), 20))
        return facts

    def _trouble(self) -> str | None:
        return "; ".join(f"{kind}: {why}" for kind, why in self._troubles.items()) or None

    def _nothing_found(self) -> str:
        columns = [walk.name for walk in self._walks.values() if walk.in_column]
        if columns:
            return f"the column {columns[0]} lists none"
        return f"no column for them among {self._tally['ways'] + 1} pages"


def _some(items: Iterable[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    return list(items)[:most]
