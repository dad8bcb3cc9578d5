"""One site's way through one run: answers go in, what to ask next and which reports were found come out. Pure: no network, no clock.

A journey starts at the home page, or at the addresses it is given, and asks one thing at a time, best first. It ends by itself with a state
and a reason in words; finding nothing is a failed run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archive.sightings import FoundReport
from crawler import blocks, focus
from crawler.addresses import resolve, url_key
from crawler.agenda import Agenda
from crawler.endings import Outcome, Trouble, outcome_of
from crawler.errands import Answer, Errand, Plan
from crawler.finds import Finds
from crawler.lists import ListWalk
from crawler.portals import Page, PageRequest
from crawler.reading import Understood, columns_of, shows_beside, steps_on, understand, years_of
from crawler.shortcuts import Fit
from crawler.walks import Walks

UNREACHABLE_LIMIT = 5  # failures in a row: the host is in trouble, or we are
CHALLENGE_LIMIT = 3  # challenges in a row: asking on would only annoy
SCRIPTED = "its list exists only after scripts ran, and no browser runs them (a site added with --browser has one)"
MOST_SHELLS = 2  # refreshes and scripts that lead on, one after the other


@dataclass(slots=True)
class Journey:
    """`requests` went over the network, and are counted by whoever sends them. `organs` are those that the reports' column has a part for,
    with or without a report in it."""

    plan: Plan
    requests: int = 0
    family: str | None = None
    tally: Counter[str] = field(default_factory=Counter)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    organs: set[str] = field(default_factory=set)
    stopped: Outcome | None = None
    agenda: Agenda = field(init=False)
    finds: Finds = field(init=False)
    walks: Walks = field(init=False)
    _menu: set[str] = field(default_factory=set)
    _in_a_row: Counter[str] = field(default_factory=Counter)
    _keys: dict[str, Page | None] = field(default_factory=dict)  # what lists need beside themselves: a script, a tree
    _waiting: list[Errand] = field(default_factory=list)  # lists that need the same

    def __post_init__(self) -> None:
        self.agenda = Agenda(self.plan, self.tally)
        self.finds = Finds(self.plan, self.agenda)
        self.walks = Walks(self.agenda)

    @property
    def lists(self) -> list[ListWalk]:
        return self.walks.lists

    @property
    def found(self) -> dict[str, FoundReport]:
        return self.finds.found

    def next(self) -> Errand | None:
        """What to ask next, or None when the journey is at its end."""
        while self.stopped is None and not self.agenda.is_at_its_end():
            if self.requests >= self.plan.budget:
                words = (
                    f"the budget of {self.plan.budget} requests is used up, with {len(self.agenda)} addresses not asked"
                )
                why = {"code": "used_up_requests", "count": self.plan.budget, "left": len(self.agenda)}
                self.stopped = Outcome("stopped", words, {}, why)
            elif errand := self.agenda.best():
                return errand
        return None

    def stop(self, why: Outcome, errand: Errand) -> None:
        """End before this errand, for a reason that lies outside; its list and all that waits stay unread, and the reason says how many."""
        self.walks.break_off(errand, why.reason)
        left = len(self.agenda) + 1
        words = f"{why.reason}, with {left} addresses not asked"
        self.stopped = replace(why, reason=words, why={**why.why, "left": left})

    def take(self, answer: Answer) -> list[FoundReport]:
        """Take in an answer. Gives the reports that it names, to be noted as seen now."""
        self._in_a_row["unreachable"] = 0
        named = self._take(answer) if self._may_be_taken(answer) else []
        while self.agenda.answered:
            named += self._take(self.agenda.answered.pop())
        return named

    def _may_be_taken(self, answer: Answer) -> bool:
        """False for what came in place of an organ's own page and is none of its lists. A report that came says that its list was one."""
        errand, came = answer.errand, answer.status == 200 and not answer.blocked
        if errand.instead_of is None:
            return True
        if errand.found is None and not came:
            self.agenda.go_the_long_way(errand.instead_of, answer)
        elif came and errand.found is not None:
            self.agenda.shortcuts.proved(errand.instead_of)
            self.agenda.own_pages.note(errand.instead_of, filter(None, (errand.found.year,)))
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
            self.walks.break_off(errand, f"its next page gave status {answer.status}", answer.status in (404, 410))
            return []
        if self.plan.only is not None:
            return []
        if errand.found is not None:
            files = self.finds.take_article(errand.found, answer)
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
            self.agenda.go_the_long_way(errand.instead_of)
            if kind != "unreachable":
                self.agenda.forget(errand)  # where its page leads there, too, it is to be said what stood in the way
                return
        self._note_trouble(kind, why, errand)
        self.walks.break_off(errand, f"its next page got no answer: {why}")
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

    # What an answer means

    def _take_block(self, answer: Answer) -> None:
        name, errand = answer.blocked or "", answer.errand
        if name == blocks.SHELL and answer.page is not None and errand.shells < MOST_SHELLS:
            target = resolve(answer.page.url, blocks.shell_target(answer.page.text) or "")
            if target and self.finds.owns(target):
                request = PageRequest(target, errand.request.purpose)
                self.agenda.queue(replace(errand, request=request, shells=errand.shells + 1))
                return
        self._note_trouble(name, f"status {answer.status}", errand)
        self.walks.break_off(errand, f"its next page was a {name}")
        self._in_a_row[name] += 1
        if name == blocks.CHALLENGE and self._in_a_row[name] >= CHALLENGE_LIMIT:
            words = f"blocked by a challenge {CHALLENGE_LIMIT} times in a row ({errand.request.url})"
            self.stopped = Outcome("failed", words, {}, {"code": "challenged", "count": CHALLENGE_LIMIT})

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
        guessed = self.agenda.shortcuts.is_guess(errand)
        if guessed:  # no link said what it is
            seen = self._understood(Page(page.url, page.body, asked=page.asked), Errand(errand.request, errand.grade))
        fit = self.agenda.shortcuts.fit(front, seen, self._only_step(errand, seen) is not None, self.found)
        if guessed and fit is Fit.UNFIT:
            self.agenda.go_the_long_way(front, Answer(errand, 200, page))
            return []
        if shows_beside(page, seen, self._menu | self.agenda.noted):
            see = self.agenda.own_pages.see_as_held if errand.is_held else self.agenda.own_pages.see
            see(front)
        if fit is Fit.LEADS_ON:
            self.agenda.doubt(front)
            return self._take_understood(page, errand, understood)
        named = self._take_understood(page, replace(errand, instead_of=None), understood)
        self.agenda.shortcuts.came(front, errand)
        self.agenda.shortcuts.proved(front)
        return named

    def _understood(self, page: Page, errand: Errand) -> Understood:
        return understand(page, errand.in_column, errand.name, self._menu, self.agenda.noted, self.finds.owns)

    def _take_understood(self, page: Page, errand: Errand, understood: Understood) -> list[FoundReport]:
        self.agenda.shortcuts.learn(errand, understood)
        self.agenda.own_pages.hear(years_of(understood.named))
        own = self.finds.take_shown(page, errand) if understood.is_report else []
        if understood.scripted:
            self._note_trouble("scripts", SCRIPTED, errand)
        self.tally.update({f"look-alike: {kind}": number for kind, number in understood.look_alikes.items()})
        seen = [
            found
            for named in understood.named
            if (found := self.finds.take_named(named, page.url, errand.instead_of)) is not None
        ]
        lately = [report for report in seen if report.url_key in self.plan.lately]
        files = [file for report in lately for file in self.finds.take_known_parts(report)]
        self._lead_on(page, errand, understood, [*own[:1], *seen])
        if seen and understood.in_column and understood.portal != "generic":
            self.family = self.family or understood.portal
        return [*own, *(found for found in seen if found.url_key in self.found), *files]

    def _lead_on(self, page: Page, errand: Errand, understood: Understood, seen: Sequence[FoundReport]) -> None:
        """Queue what the page leads to: its list's next pages, columns, and ways to more."""
        if focus.is_organ(errand.name or "") and len(columns_of(understood, self.agenda.noted)) > 1:
            self.agenda.own_pages.split()
        step_on = self._only_step(errand, understood)
        only = step_on is not None
        if step_on is not None and self.agenda.shortcuts.has_read(errand, step_on):
            return
        led_by = errand if only and (errand.grade == focus.DIRECTORY or errand.led_by) else None
        instead_of = errand.instead_of if only else None
        step = replace(errand, led_by=led_by, instead_of=instead_of, shells=0, is_held=False)
        self._walk_on(page, step, understood, seen)
        for column in understood.columns:
            request = replace(column, list_url=column.list_url or column.url)
            if column.aside:
                self.agenda.queue(Errand(request, focus.MISFILED, column.column))
            elif column.opens and focus.is_organ(column.column or ""):
                self.agenda.queue(Errand(request, focus.DIRECTORY, column.column))
            else:
                self.agenda.queue(
                    replace(step, request=request, grade=focus.COLUMN, name=column.column, in_column=True)
                )
        for request in understood.gathering:
            organs = (way.name for way in understood.ways if way.grade == focus.DIRECTORY)
            self.agenda.gather(request, errand.name, organs)
        for way in understood.ways:
            if way.grade == focus.PART and (organ := focus.body_named(way.name)):
                self.organs.add(organ)
            request, name = PageRequest(way.url, "list"), way.name or errand.name
            if way.grade < focus.SLUG:
                self.agenda.queue(Errand(request, way.grade, name))
            else:
                self.agenda.queue(replace(step, request=request, grade=way.grade, name=name, in_column=True))

    def _only_step(self, errand: Errand, understood: Understood) -> PageRequest | None:
        """The one way in which an organ's page, or a step on from it, leads on that shows no report yet; None where it is another page, or leads on otherwise."""
        if not (errand.grade == focus.DIRECTORY or errand.led_by or errand.instead_of):
            return None
        if understood.named or understood.is_report:
            return None
        steps = steps_on(understood, self.agenda.noted)
        return steps[0] if len(steps) == 1 else None

    def _walk_on(self, page: Page, errand: Errand, understood: Understood, seen: Sequence[FoundReport]) -> None:
        """Ask for the list's next page, as long as there is a reason to."""
        walk = self.walks.going_on(page, errand, understood, seen)
        for request in understood.following if walk is not None else ():
            asked = replace(request, list_url=errand.request.list_url or page.url)
            following = replace(errand, request=asked, grade=focus.NEXT_PAGE, in_column=understood.in_column)
            if self.agenda.queue(following):
                continue
            if walk is not None and request.purpose != "other":
                walk.ended = walk.ended or "the next page was asked already"
            elif (held := self._keys.get(following.key)) is not None:
                self._take_again(held, following)
            else:
                self._waiting.append(following)

    def _note_trouble(self, kind: str, why: str, errand: Errand) -> None:
        self.tally[kind] += 1
        self.troubles.setdefault(kind, Trouble(why, errand.request.url))
