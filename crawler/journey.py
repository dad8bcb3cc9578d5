"""One site's way through one run: answers go in, what to ask next and which reports were found come out. Pure: no network, no clock.

A journey starts at the home page, or at the addresses it is given, and asks one thing at a time, best first. It ends by itself with a state
and a reason in words; finding nothing is a failed run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from archive.sightings import FoundReport
from crawler import blocks, focus
from crawler.addresses import bare_host, host_of, resolve, url_key
from crawler.articles import article_title
from crawler.endings import Outcome, Trouble, outcome_of
from crawler.errands import Answer, Errand, Errands, Plan
from crawler.links import judge
from crawler.lists import ListWalk, SparePages
from crawler.parts import files_of, known_parts, parts_of
from crawler.portals import Page, PageRequest
from crawler.reading import Named, Understood, understand
from crawler.shortcuts import Fit, Shortcuts

UNREACHABLE_LIMIT = 5  # failures in a row: the host is in trouble, or we are
CHALLENGE_LIMIT = 3  # challenges in a row: asking on would only annoy
FRUITLESS_LIMIT = 40  # pages in a row that led to no list of reports
ENOUGH_ORGANS = (
    3  # a list with so many organs is the county's common one; organs that keep their own must all be visited
)
MOST_BESIDE = 6  # columns beside the reports' own that are looked through for reports filed there
MOST_SHELLS = 2  # refreshes and scripts that lead on, one after the other


@dataclass(slots=True)
class Journey:
    plan: Plan
    requests: int = 0  # that went over the network; counted by whoever sends them
    found: dict[str, FoundReport] = field(default_factory=dict)
    family: str | None = None
    walks: dict[str, ListWalk] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    foreign: dict[str, str] = field(
        default_factory=dict
    )  # hosts that are not the site's and show its reports, each with an example
    organs: set[str] = field(
        default_factory=set
    )  # that the reports' column has a part for, with or without a report in it
    stopped: Outcome | None = None
    _errands: Errands = field(default_factory=Errands)
    _menu: set[str] = field(default_factory=set)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _spares: SparePages = field(default_factory=SparePages)
    _shortcuts: Shortcuts = field(default_factory=Shortcuts)
    _answered: list[Answer] = field(default_factory=list)  # what came before it was asked for
    _owned: dict[str, bool] = field(default_factory=dict)
    _known_queued: bool = False
    _keys: dict[str, Page | None] = field(default_factory=dict)  # what lists need beside themselves: a script, a tree
    _waiting: list[Errand] = field(default_factory=list)  # lists that need the same

    def __post_init__(self) -> None:
        if self.plan.only is None:
            self._queue(Errand(PageRequest(self.plan.home_url, "home"), focus.HOME))
            return
        files = {known.url_key for known in self.plan.known if known.parent_url_key}
        for url in self.plan.only:
            self._queue(Errand(PageRequest(url, "attachment" if url_key(url) in files else "article"), focus.ARTICLE))

    def next(self) -> Errand | None:
        """What to ask next, or None when the journey is at its end."""
        while self.stopped is None:
            if not self._errands:
                if self._known_queued or self.plan.only is not None or self.plan.look:
                    return None
                self._queue_known()
                continue
            if self.requests >= self.plan.budget:
                words = f"the budget of {self.plan.budget} requests is used up, with {len(self._errands)} addresses not asked"
                why = {"code": "used_up_requests", "count": self.plan.budget, "left": len(self._errands)}
                self.stopped = Outcome("stopped", words, {}, why)
                return None
            errand = self._errands.best()
            if errand.grade == focus.DOUBTED:
                if self._shortcuts.still_asks(errand):
                    return replace(errand, grade=focus.DIRECTORY)
                continue
            if not errand.is_way:
                return errand
            if not self._knows_enough() or self._looks_beside(errand):
                self.tally["ways"] += 1
                self._in_a_row["fruitless"] += 1
                return self._shortened(errand)
            self.tally["ways not needed"] += 1
        return None

    def stop(self, why: Outcome, errand: Errand) -> None:
        """End before this errand, for a reason that lies outside; its list and all that waits stay unread, and the reason says how many."""
        self._end_list(errand, why.reason)
        left = len(self._errands) + 1
        words = f"{why.reason}, with {left} addresses not asked"
        self.stopped = replace(why, reason=words, why={**why.why, "left": left})

    def take(self, answer: Answer) -> list[FoundReport]:
        """Take in an answer. Gives the reports that it names, to be noted as seen now."""
        self._in_a_row["unreachable"] = 0
        named = self._take(answer) if self._may_be_taken(answer) else []
        while self._answered:
            named += self._take(self._answered.pop())
        return named

    def _may_be_taken(self, answer: Answer) -> bool:
        """False for what came in place of an organ's own page and is none of its lists. A report that came says that its list was one."""
        errand, came = answer.errand, answer.status == 200 and not answer.blocked
        if errand.instead_of is None:
            return True
        if errand.found is None and not came:
            self._go_the_long_way(errand.instead_of, answer)
        elif came and errand.found is not None:
            self._shortcuts.proved(errand.instead_of)
        return came or errand.found is not None

    def _take(self, answer: Answer) -> list[FoundReport]:
        errand = answer.errand
        if answer.blocked:
            self._take_block(answer)
            return []
        self._in_a_row[blocks.CHALLENGE] = 0
        if answer.status >= 300 and not answer.unchanged:
            names = {404: "gone", 410: "gone"} | dict.fromkeys(range(300, 400), "redirected away")
            self.tally[names.get(answer.status, f"status {answer.status}")] += 1
            self._end_list(errand, f"its next page gave status {answer.status}", answer.status in (404, 410))
            return []
        if self.plan.only is not None:
            return []
        if errand.found is not None:
            files = self._take_article(errand.found, answer)
            return files if errand.sure else [self.found.setdefault(errand.key, errand.found), *files]
        if answer.page is None:
            return []
        named = self._take_page(answer.page, errand)
        if errand.request.purpose == "other":
            self._keys[errand.key] = answer.page
            others = [one for one in self._waiting if one.key == errand.key]
            self._waiting = [one for one in self._waiting if one.key != errand.key]
            named += [found for one in others for found in self._take_again(answer.page, one)]
        return named

    def _take_again(self, page: Page, errand: Errand) -> list[FoundReport]:
        """The same answer, for another list that asked the same."""
        return self._take_page(Page(page.url, page.body, asked=errand.request, anchor=errand.name), errand)

    def failed(self, errand: Errand, kind: str, why: str) -> None:
        """Take in that an errand got no answer. `kind`: unreachable, robots, hold, refused, challenge."""
        if errand.instead_of is not None:
            self._go_the_long_way(errand.instead_of)
            if kind != "unreachable":
                self._errands.noted.discard(
                    errand.key
                )  # where its page leads there, too, it is to be said what stood in the way
                return
        self._note_trouble(kind, why, errand)
        self._end_list(errand, f"its next page got no answer: {why}")
        if kind == "unreachable":
            self._in_a_row[kind] += 1
            if self._in_a_row[kind] >= UNREACHABLE_LIMIT:
                words = f"no answer {UNREACHABLE_LIMIT} times in a row, the last: {why}"
                self.stopped = Outcome("failed", words, {}, {"code": "no_answer", "count": UNREACHABLE_LIMIT})

    def needs_scripts(self, answer: Answer) -> bool:
        """Whether the answer is a page of a column that shows nothing until its scripts ran."""
        page, errand = answer.page, answer.errand
        lists = errand.request.purpose == "list" and errand.found is None and self.plan.only is None
        if page is None or not lists or answer.blocked not in (None, blocks.SHELL):
            return False
        return self._understood(page, errand).empty and b"<script" in page.body.lower()

    def outcome(self) -> Outcome:
        """How it ended, in words; to be asked when `next` gave None."""
        return outcome_of(self)

    def owns(self, url: str) -> bool:
        """Whether the address lies on one of the site's own hosts, or below one of its names."""
        host = host_of(url)
        known = self._owned.get(host)
        if known is None:
            own = {bare_host(name) for name in (*self.plan.hosts, host_of(self.plan.home_url))}
            below = tuple(f".{name}" for name in own if not name[-1:].isdigit())
            known = self._owned[host] = bare_host(host) in own or host.endswith(below)
        return known

    # What an answer means

    def _take_block(self, answer: Answer) -> None:
        name, errand = answer.blocked or "", answer.errand
        if name == blocks.SHELL and answer.page is not None and errand.shells < MOST_SHELLS:
            target = resolve(answer.page.url, blocks.shell_target(answer.page.text) or "")
            if target and self.owns(target):
                request = PageRequest(target, errand.request.purpose)
                self._queue(replace(errand, request=request, shells=errand.shells + 1))
                return
        self._note_trouble(name, f"status {answer.status}", errand)
        self._end_list(errand, f"its next page was a {name}")
        self._in_a_row[name] += 1
        if name == blocks.CHALLENGE and self._in_a_row[name] >= CHALLENGE_LIMIT:
            words = f"blocked by a challenge {CHALLENGE_LIMIT} times in a row ({errand.request.url})"
            self.stopped = Outcome("failed", words, {}, {"code": "challenged", "count": CHALLENGE_LIMIT})

    def _take_article(self, article: FoundReport, answer: Answer) -> list[FoundReport]:
        """What belongs to an article: as its page says, or as it is known when the page did not change."""
        if article.parent_url_key is None:
            known = answer.page is None
            parts = known_parts(article, self.plan.known) if known else parts_of(article, answer.page, self.owns)
            return self._take_parts(parts)
        first = self.found.get(article.parent_url_key)
        return [] if first is None else self._take_parts(parts_of(first, answer.page, self.owns))

    def _take_parts(self, parts: Iterable[Errand]) -> list[FoundReport]:
        taken = []
        for errand in parts:
            assert errand.found is not None
            self.found.setdefault(errand.found.url_key, errand.found)
            self._queue(errand)
            taken.append(errand.found)
        return taken

    def _take_page(self, page: Page, errand: Errand) -> list[FoundReport]:
        if errand.instead_of is not None:
            return self._take_instead(page, errand, errand.instead_of)
        understood = self._understood(page, errand)
        if errand.request.purpose == "home":
            self._menu = {url_key(link.url) for link in page.links}
        return self._take_understood(page, errand, understood)

    def _take_instead(self, page: Page, errand: Errand, front: Errand) -> list[FoundReport]:
        """A page that came in place of an organ's own. What follows from a step on the way is held against the organ, too."""
        understood = seen = self._understood(page, errand)
        guessed = self._shortcuts.is_guess(errand)
        if guessed:  # no link said what it is
            seen = self._understood(Page(page.url, page.body, asked=page.asked), Errand(errand.request, errand.grade))
        fit = self._shortcuts.fit(front, seen, self._is_only_step(errand, seen), self.found)
        if guessed and fit is Fit.UNFIT:
            self._go_the_long_way(front, Answer(errand, 200, page))
            return []
        if fit is Fit.LEADS_ON:
            self._errands.add(replace(front, grade=focus.DOUBTED))
            return self._take_understood(page, errand, understood)
        named = self._take_understood(page, replace(errand, instead_of=None), understood)
        if fit is Fit.FITS:
            self._shortcuts.proved(front)
        else:
            self._shortcuts.short(front)
            self._errands.add(replace(front, grade=focus.DOUBTED))
        return named

    def _understood(self, page: Page, errand: Errand) -> Understood:
        return understand(page, errand.in_column, errand.name, self._menu, self._errands.noted, self.owns)

    def _take_understood(self, page: Page, errand: Errand, understood: Understood) -> list[FoundReport]:
        self._shortcuts.learn(errand, understood)
        own = self._take_shown_report(page, errand) if understood.is_report else []
        if understood.scripted:
            self._note_trouble(
                "scripts",
                "its list exists only after scripts ran, and no browser runs them (a site added with --browser has one)",
                errand,
            )
        self.tally.update({f"look-alike: {kind}": number for kind, number in understood.look_alikes.items()})
        seen = [
            found
            for named in understood.named
            if (found := self._report(named, page.url, errand.instead_of)) is not None
        ]
        files = [
            file
            for report in seen
            if report.url_key in self.plan.lately
            for file in self._take_parts(known_parts(report, self.plan.known))
        ]
        self._lead_on(page, errand, understood, [*own[:1], *seen])
        if seen and understood.in_column and understood.portal != "generic":
            self.family = self.family or understood.portal
        return [*own, *(found for found in seen if found.url_key in self.found), *files]

    def _lead_on(self, page: Page, errand: Errand, understood: Understood, seen: Sequence[FoundReport]) -> None:
        """Queue what the page leads to: its list's next pages, columns, and ways to more."""
        only = self._is_only_step(errand, understood)
        led_by = errand if only and (errand.grade == focus.DIRECTORY or errand.led_by) else None
        step = replace(errand, led_by=led_by, instead_of=errand.instead_of if only else None, shells=0)
        self._walk_on(page, step, understood, seen)
        for column in understood.columns:
            request = replace(column, list_url=column.list_url or column.url)
            if column.aside:
                self._queue(Errand(request, focus.MISFILED, column.column))
            elif column.opens and focus.is_organ(column.column or ""):
                self._queue(Errand(request, focus.DIRECTORY, column.column))
            else:
                self._queue(replace(step, request=request, grade=focus.COLUMN, name=column.column, in_column=True))
        for way in understood.ways:
            if way.grade == focus.PART and (organ := focus.body_named(way.name)):
                self.organs.add(organ)
            request, name = PageRequest(way.url, "list"), way.name or errand.name
            if way.grade < focus.SLUG:
                self._queue(Errand(request, way.grade, name))
            else:
                self._queue(replace(step, request=request, grade=way.grade, name=name, in_column=True))

    def _is_only_step(self, errand: Errand, understood: Understood) -> bool:
        """Whether an organ's page, or a step on from it, shows no report yet and leads on in one way only."""
        if not (errand.grade == focus.DIRECTORY or errand.led_by or errand.instead_of):
            return False
        if understood.named or understood.is_report:
            return False
        ways = [
            way for way in understood.ways if way.grade >= focus.SLUG and url_key(way.url) not in self._errands.noted
        ]
        return len(ways) + len(understood.columns) + len(understood.following) == 1

    def _report(self, named: Named, list_url: str, instead_of: Errand | None) -> FoundReport | None:
        row, verdict = named.row, named.verdict
        if not self.owns(row.url):
            self.foreign.setdefault(host_of(row.url), row.url)
            return None
        found = FoundReport(row.url, url_key(row.url), row.title, row.listed_on, verdict.organ, verdict.year, list_url)
        sure = row.sure or any(known.url_key == found.url_key and not known.gone for known in self.plan.known)
        if sure:
            self.found.setdefault(found.url_key, found)
        article = Errand(PageRequest(row.url, "article"), focus.ARTICLE, row.title, found=found, sure=sure)
        self._queue(article if sure else replace(article, instead_of=instead_of))
        if (sure or self.plan.look) and instead_of is not None:  # a look asks for no report
            self._shortcuts.proved(instead_of)
        return found

    def _take_shown_report(self, page: Page, errand: Errand) -> list[FoundReport]:
        """Some columns show their only report in place of a list, or their newest one above the list of the others."""
        title = article_title(page) or errand.name or ""
        verdict = judge(page.url, title, errand.name)
        found = FoundReport(page.url, errand.key, title or None, None, verdict.organ, verdict.year, page.url)
        self.found.setdefault(found.url_key, found)
        return [found, *self._take_parts(files_of(found, page, self.owns))]

    def _walk_on(self, page: Page, errand: Errand, understood: Understood, seen: Sequence[FoundReport]) -> None:
        """Ask for the list's next page, as long as there is a reason to."""
        list_url = errand.request.list_url or page.url
        walk = self.walks.get(url_key(list_url))
        if walk is None:
            shows = understood.in_column and understood.listing.rows
            if not (seen or shows or understood.following):
                return
            walk = self.walks[url_key(list_url)] = ListWalk(list_url, errand.name or page.title, understood.in_column)
        if seen:
            self._in_a_row["fruitless"] = 0
            walk.organs.update(found.organ_name for found in seen if found.organ_name)
        says_where = (
            walk.rows and understood.following and not understood.listing.rows and errand.request.list_url is None
        )
        if not says_where and not walk.take(page, understood.listing, len(seen)):
            return
        if not understood.following or self._spares.are_missing(walk):
            walk.ended = "the last page"
            return
        for request in understood.following:
            asked = replace(request, list_url=list_url)
            following = replace(errand, request=asked, grade=focus.NEXT_PAGE, in_column=understood.in_column)
            if self._queue(following):
                continue
            if request.purpose != "other" and not says_where:
                walk.ended = "the next page was asked already"
            elif (held := self._keys.get(following.key)) is not None:
                self._take_again(held, following)
            else:
                self._waiting.append(following)

    # What to ask

    def _queue(self, errand: Errand) -> bool:
        if not self._errands.note(errand):
            answer = self._shortcuts.led_to(errand)
            self._answered += [answer] if answer else []
            return False
        if errand.found is not None and self.plan.look:
            return True
        if errand.found is not None and errand.key in self.plan.lately:
            self.tally["looked at lately"] += 1
            return True
        self._errands.add(errand)
        return True

    def _queue_known(self) -> None:
        """What earlier runs saw and this run did not come across is asked for again: that is how a removal is noticed."""
        self._known_queued = True
        for known in self.plan.known:
            purpose = "attachment" if known.parent_url_key else "article"
            found = FoundReport(known.url, known.url_key, known.title, None, None, None, None, known.parent_url_key)
            self._queue(Errand(PageRequest(known.url, purpose), focus.KNOWN, known.title, found=found))

    def _knows_enough(self) -> bool:
        common = any(len(walk.organs) >= ENOUGH_ORGANS for walk in self.walks.values())
        return common or self._in_a_row["fruitless"] >= FRUITLESS_LIMIT

    def _looks_beside(self, errand: Errand) -> bool:
        """Reports are filed in wrong columns, too: a few of those are looked through even when the right one is known."""
        if errand.grade not in (focus.CONTENTS, focus.MISFILED) or self.tally["columns beside"] >= MOST_BESIDE:
            return False
        self.tally["columns beside"] += 1
        return True

    def _shortened(self, errand: Errand) -> Errand:
        """What the pages of other organs say where this one's reports stand, in place of its own page."""
        ways = self._shortcuts.of(errand) if errand.grade == focus.DIRECTORY else ()
        for way, kind in ways:
            if self._errands.note(way):
                self._shortcuts.begin(way, kind)
                return way
        return errand

    def _go_the_long_way(self, front: Errand, answer: Answer | None = None) -> None:
        self._shortcuts.missed(front, answer)
        self._errands.add(replace(front, grade=focus.DOUBTED))

    def _end_list(self, errand: Errand, why: str, past_the_end: bool = False) -> None:
        walk = self.walks.get(url_key(errand.request.list_url)) if errand.request.list_url else None
        if walk is not None:
            walk.break_off(why, errand.request.page_number, past_the_end)
            self._spares.note(walk)

    def _note_trouble(self, kind: str, why: str, errand: Errand) -> None:
        self.tally[kind] += 1
        self.troubles.setdefault(kind, Trouble(why, errand.request.url))
