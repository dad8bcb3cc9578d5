"""A request goes in; it goes on, with the decision of its host's robots.txt, or it is refused.

What a robots.txt means is crawler.politeness; here it is asked, once a day for each host and visit, and by one request however many wait.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from archive.bodies import front
from archive.errors import ArchiveError
from crawler.middlewares import Refused, WithRounds, meta_of
from crawler.politeness import Robots, read_robots, robots_url, unreachable_robots
from crawler.visits import Visit
from crawler.wire import WireResponse

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class ObeyRobots(WithRounds):
    """Asks each host's robots.txt once a day, obeys it, and holds back while it cannot be read. The decision travels with the capture."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._known: dict[tuple[int, str], Robots] = {}
        self._asking: dict[tuple[int, str], asyncio.Future[Robots]] = {}

    async def process_request(self, request: Request) -> None:
        visit: Visit = request.meta["visit"]
        if request.meta["purpose"] == "robots":
            return
        robots = await self._robots(visit, robots_url(request.url))
        visit.robots[urlsplit(request.url).netloc] = robots.reason
        if robots.hold:
            raise Refused("challenge" if robots.blocked == "challenge" else "hold", robots.reason)
        if not robots.allows(request.url):
            raise Refused("robots", "its robots.txt forbids it")
        request.meta["robots"] = robots.reason
        delay = request.meta["crawl_delay"] = robots.crawl_delay()
        visit.crawl_delay = max(visit.crawl_delay or 0.0, delay or 0.0) or None

    async def _robots(self, visit: Visit, url: str) -> Robots:
        key = (visit.run_id, url)
        known = self._known.get(key)
        if known is not None and not known.is_stale(self.rounds.now()):
            return known
        if key in self._asking:
            return await asyncio.shield(self._asking[key])
        asking = self._asking[key] = asyncio.get_running_loop().create_future()
        try:
            robots = self._known[key] = await self._ask(visit, url)
            asking.set_result(robots)
            return robots
        finally:
            del self._asking[key]
            if not asking.done():
                asking.cancel()

    async def _ask(self, visit: Visit, url: str) -> Robots:
        request = Request(url, meta=meta_of(visit, "robots"), callback=NO_CALLBACK, dont_filter=True)
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except (Refused, ArchiveError):
            raise
        except Exception as error:  # whatever kept the file from us, the host is held; the reason names it
            return unreachable_robots(str(error) or type(error).__name__, self.rounds.now())
        assert isinstance(response, WireResponse)
        robots = read_robots(
            response.status, front(response.plain_body), self.rounds.now(), response.meta.get("blocked")
        )
        if response.url.partition(":")[2] == url.partition(":")[2]:  # the same file, if by another scheme
            self._known[visit.run_id, response.url] = robots
        return robots
