"""Visits in, captures and sightings out: one spider for any number of sites, each visited one request at a time.

What to ask and when to stop is decided by the journeys; here are only their requests and answers. `scrapy crawl harvest -a site=CODE`
re-crawls one site; `crawler.run` gives the spider the rounds of a whole harvest.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter

from archive import sites
from archive.database import writing
from crawler.blocks import SHELL
from crawler.connections import AddressRefused
from crawler.endings import Outcome
from crawler.journey import Answer, Errand
from crawler.middlewares import Refused, meta_of
from crawler.portals import Page
from crawler.portals.page import undo_content_encoding
from crawler.visits import Rounds, Visit

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

HEARTBEAT_SECONDS = 1.0


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
        self._heart: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, site: str | None = None, rounds: Rounds | None = None, **kwargs: Any
    ) -> Self:
        if rounds is None:
            from crawler.run import rounds_of_one_site  # only `scrapy crawl` comes here without rounds

            rounds, close = rounds_of_one_site(site, crawler.settings)
            spider = cls(rounds, close)
        else:
            spider = cls(rounds)
        spider._set_crawler(crawler)
        crawler.signals.connect(spider.wake, signals.spider_opened)
        crawler.signals.connect(spider.wind_up, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        for _ in range(self.rounds.configuration.hosts_at_once):
            for request in self._begin_next():
                yield request

    def wake(self) -> None:
        self._heart = asyncio.get_running_loop().create_task(self._beat())

    def wind_up(self) -> None:
        if self._heart is not None:
            self._heart.cancel()
        try:
            if self.rounds.fatal is None:
                self.rounds.interrupt()
        finally:
            self._close()

    async def _beat(self) -> None:
        """What was captured does not wait for the next answer to be safe, and progress is told while hosts are slow."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                self.rounds.flush()
            except Exception as error:
                self.rounds.fatal = error
                self.logger.exception("the archive cannot be written")
                with contextlib.suppress(Exception):
                    await self.crawler.engine.close_spider_async(reason="the archive cannot be written")
                return
            self.rounds.tell_news(self.rounds.running.values())

    # Answers

    def arrived(self, response: Any) -> Iterator[Request]:
        visit: Visit = response.meta["visit"]
        try:
            for found in visit.journey.take(_answer(response)):
                self.rounds.recorder.sight(visit.run_id, found)
                self.rounds.unflushed = True
        except Exception as error:
            yield from self._broken(visit, error, response.url)
            return
        yield from self._go_on(visit)

    def failed(self, failure: Failure) -> Iterator[Request]:
        if self.rounds.fatal is not None:
            raise CloseSpider("the archive cannot be written")
        request: Request = failure.request  # type: ignore[attr-defined]
        visit: Visit = request.meta["visit"]
        error = failure.value
        if isinstance(error, Refused):
            kind = error.kind
        else:
            kind = "refused" if isinstance(error, AddressRefused) else "unreachable"
        visit.journey.failed(request.meta["errand"], kind, str(error) or type(error).__name__)
        yield from self._go_on(visit)

    def _go_on(self, visit: Visit) -> Iterator[Request]:
        errand = visit.journey.next()
        if errand is not None:
            yield self._request(visit, errand)
            return
        self._end(visit, visit.journey.outcome())
        yield from self._begin_next()

    def _begin_next(self) -> Iterator[Request]:
        visit = self.rounds.begin_next()
        if visit is not None:
            yield from self._go_on(visit)

    def _end(self, visit: Visit, outcome: Outcome) -> None:
        self.rounds.end(visit, outcome)
        family = outcome.facts.get("family")
        if isinstance(family, str) and family != visit.site.family:
            with writing(self.rounds.engine) as session:
                sites.note_family(session, visit.site.id, family)

    def _broken(self, visit: Visit, error: Exception, url: str) -> Iterator[Request]:
        """A page that our own code cannot take must not end the other visits, nor pass for an empty one."""
        self.logger.exception("%s: %s", visit.site.code, url)
        if self.rounds.fatal is not None:
            raise CloseSpider("the archive cannot be written")
        facts = visit.journey.outcome().facts
        self._end(visit, Outcome("failed", f"this program failed on {url}: {type(error).__name__}: {error}", facts))
        yield from self._begin_next()

    def _request(self, visit: Visit, errand: Errand) -> Request:
        asked = errand.request
        return Request(
            asked.url,
            method=asked.method,
            body=asked.body,
            headers=dict(asked.headers),
            meta={**meta_of(visit, asked.purpose), "errand": errand},
            callback=self.arrived,
            errback=self.failed,
            dont_filter=True,
        )


def _answer(response: Any) -> Answer:
    """What the journey needs of a response. A page is made only where something will be read in it."""
    errand: Errand = response.meta["errand"]
    blocked = response.meta.get("blocked")
    page = None
    readable = response.status == 200 and errand.request.purpose != "attachment" and blocked in (None, SHELL)
    if readable:
        encoding = response.headers.get("Content-Encoding")
        body = undo_content_encoding(response.body, encoding.decode("latin-1") if encoding else None)
        page = Page(response.url, body, asked=errand.request, anchor=errand.name)
    return Answer(errand, response.status, page, blocked, unchanged=response.status == 304)
