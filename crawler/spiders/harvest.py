"""Visits in, captures and sightings out: one spider for any number of sites, each visited one request at a time.

What to ask and when to stop is decided by the journeys; here are only their requests and answers. `scrapy crawl harvest -a site=CODE`
re-crawls one site; `crawler.run` gives the spider the rounds of a whole harvest.

Each visit is a loop of its own that awaits `engine.download_async`. Requests so pass all downloader middlewares, and neither Scrapy's
scheduler nor its scraper, which have nothing to decide here (measured: they cost half as much CPU again as all other work on a page).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.logformatter import LogFormatter

from archive import sites
from archive.database import writing
from archive.errors import ArchiveError, StoreUnusable
from configuration import WrongConfiguration
from crawler.blocks import SHELL
from crawler.browser import BrowserFailed, ScriptedPages
from crawler.connections import AddressRefused
from crawler.endings import Outcome
from crawler.errands import Answer, Errand
from crawler.errors import CrawlFailed
from crawler.middlewares import INTERRUPTED, Refused, meta_of
from crawler.portals import Page
from crawler.visits import Rounds, Visit
from crawler.wire import WireResponse

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

HEARTBEAT_SECONDS = 1.0
LONGEST_WIND_UP = 30.0


class QuietFormatter(LogFormatter):
    """No line for each answer: the index has a row for each."""

    def crawled(self, request: Request, response: Response, spider: Any) -> Any:
        return None


class HarvestSpider(scrapy.Spider):
    name = "harvest"
    rounds: Rounds

    def __init__(self, rounds: Rounds, close: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.rounds = rounds
        self._close = close
        self._tasks: list[asyncio.Task[None]] = []
        self._pages = ScriptedPages(self._fetched)

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, site: str | None = None, rounds: Rounds | None = None, **kwargs: Any
    ) -> Self:
        if rounds is None:
            from crawler.run import rounds_of_one_site  # only `scrapy crawl` comes here without rounds

            try:
                rounds, close = rounds_of_one_site(site, crawler.settings)
            except (CrawlFailed, ArchiveError, WrongConfiguration) as error:
                # Scrapy runs this in a task whose errors, its own UsageError too, end as a traceback.
                raise SystemExit(str(error)) from None
            spider = cls(rounds, close)
        else:
            spider = cls(rounds)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.wind_up, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Visit all sites. No request is handed to Scrapy's scheduler: the crawl ends when this ends."""
        loop = asyncio.get_running_loop()
        heart = loop.create_task(self._beat())
        at_once = min(self.rounds.configuration.hosts_at_once, len(self.rounds.waiting))
        self._tasks = [loop.create_task(self._visit_in_turn()) for _ in range(at_once)]
        try:
            # When the crawl is told to stop, only this waiting ends; each visit first finishes what it has under way.
            await asyncio.shield(asyncio.gather(*self._tasks))
        finally:
            heart.cancel()
        return
        yield  # type: ignore[unreachable]  # makes it the generator that Scrapy expects

    async def wind_up(self) -> None:
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=LONGEST_WIND_UP)
            if self.rounds.fatal is None:
                self.rounds.interrupt()
        finally:
            await self._pages.close()
            self._close()

    async def _beat(self) -> None:
        """What was captured does not wait for the next answer to be safe, and progress is told while hosts are slow."""
        while self.rounds.fatal is None:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                self.rounds.recorder.flush_when_due()
            except Exception as error:  # whatever it is, nothing more may be fetched: run.py tells it
                self.rounds.fatal = error
                self.logger.exception("the archive cannot be written")
            self.rounds.tell_news(self.rounds.running.values())

    async def _visit_in_turn(self) -> None:
        """Visit one site after the other, until none waits."""
        while self._goes_on:
            visit = self.rounds.begin_next()
            if visit is None:
                return
            try:
                await self._visit(visit)
            except Exception as error:
                if self.rounds.fatal is None:
                    self._broken(visit, error)

    async def _visit(self, visit: Visit) -> None:
        while (errand := visit.journey.next()) is not None:
            over = visit.over_limit(self.rounds.now())
            if over is None and not await self._run(visit, errand):
                over = visit.over_limit(self.rounds.now())
            if not self._goes_on:
                return
            if over is not None:
                visit.journey.stop(over, errand)
                break
        outcome = visit.journey.outcome()
        self.rounds.end(visit, outcome)
        family = outcome.facts.get("family")
        if isinstance(family, str) and family != visit.site.family:
            with writing(self.rounds.engine) as session:
                sites.note_family(session, visit.site.id, family)

    async def _run(self, visit: Visit, errand: Errand) -> bool:
        """Ask for one thing and let the journey take in what came. False when its time ran out while it waited for its turn."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(_request(visit, errand))
        except Exception as error:  # the wire and the middlewares tell why; the journey decides what follows
            if isinstance(error, StoreUnusable):  # no host's fault: a large body found no room
                self.rounds.fatal = self.rounds.fatal or error
            kind = _kind(error)
            if self._goes_on and kind != INTERRUPTED:
                visit.journey.failed(errand, kind, str(error) or type(error).__name__)
            return kind != INTERRUPTED
        assert isinstance(response, WireResponse)
        answer = _answer(response)
        if answer is None:
            words = f"its page has {len(response.plain_body):,} bytes, more than are read: it is kept, and no link of it is followed"
            visit.journey.failed(errand, "large", words)
            return True
        if visit.site.browser and visit.journey.needs_scripts(answer):
            try:
                answer = _scripted(answer, await self._pages.after_scripts(visit, response))
            except BrowserFailed as failure:
                visit.journey.failed(errand, "scripts", str(failure))
                return True
        named = visit.journey.take(answer)
        for found in () if visit.journey.plan.look else named:
            self.rounds.recorder.sight(visit.run_id, found)
        return True

    async def _fetched(self, request: Request) -> WireResponse:
        """What a browser asks for, asked like all else."""
        assert self.crawler.engine is not None
        response = await self.crawler.engine.download_async(request)
        assert isinstance(response, WireResponse)
        return response

    @property
    def _goes_on(self) -> bool:
        engine = self.crawler.engine
        return self.rounds.fatal is None and engine is not None and engine.running

    def _broken(self, visit: Visit, error: Exception) -> None:
        """A page that our own code cannot take must not end the other visits, nor pass for an empty one."""
        self.logger.exception("%s", visit.site.code)
        words = f"this program failed, see logs/crawl.log: {type(error).__name__}: {error}"
        self.rounds.end(visit, Outcome("failed", words, visit.journey.outcome().facts, {"code": "broken"}))


def _kind(error: Exception) -> str:
    """What the journey counts an errand without an answer as."""
    if isinstance(error, Refused):
        return error.kind
    return "refused" if isinstance(error, AddressRefused) else "unreachable"


def _request(visit: Visit, errand: Errand) -> Request:
    asked = errand.request
    meta = {**meta_of(visit, asked.purpose), "errand": errand}
    return Request(
        asked.url, method=asked.method, body=asked.body, headers=dict(asked.headers), meta=meta, callback=NO_CALLBACK
    )


def _scripted(answer: Answer, made: bytes) -> Answer:
    """The same answer, with the page that a browser made of it."""
    assert answer.page is not None
    page = replace(answer.page, body=made)
    return replace(answer, page=page, blocked=None)


def _answer(response: WireResponse) -> Answer | None:
    """What the journey needs of a response. A page is made only where something will be read in it; None when that is too large."""
    errand: Errand = response.meta["errand"]
    blocked = response.meta.get("blocked")
    page = None
    if response.status == 200 and errand.request.purpose != "attachment" and blocked in (None, SHELL):
        body = response.page_body
        if body is None:
            return None
        page = Page(response.url, body, asked=errand.request, anchor=errand.name)
    return Answer(errand, response.status, page, blocked, unchanged=response.status == 304)
