"""Requests and responses pass here on their way between spider and wire: each behaviour is one class at one numbered place (settings.py).

A request's meta names the visit it belongs to, its purpose, and the errand it runs (None for robots.txt).
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from archive.bodies import front
from archive.guard import is_foreign, refused_url
from crawler.addresses import host_of, resolve, url_key
from crawler.blocks import HOME_REDIRECT, is_home_redirect, name_block
from crawler.errands import Errand
from crawler.politeness import TROUBLES, HostPace, retry_after
from crawler.visits import Rounds, Visit
from crawler.wire import WireResponse, response_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

REDIRECTS = frozenset((301, 302, 303, 307, 308))
MOST_REDIRECTS = 10  # RFC 9309 wants at least five for robots.txt
LONGEST_NAP = 1.0  # seconds: a crawl that waits for a slow host can still be stopped
LOOK_RETRIES = 1
REPLAYED = "replayed"
INTERRUPTED = "interrupted"  # what was to be asked may be asked another time


class Refused(IgnoreRequest):
    """The request was not sent. `kind` is what the journey counts it as."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class WithRounds:
    """What each middleware of ours is built from."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        spider: Any = crawler.spider
        self.rounds: Rounds = spider.rounds

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)


class Guard(WithRounds):
    """Nothing leaves for an address that must not be asked, nor for somebody else's host without a name to complain to."""

    def process_request(self, request: Request) -> None:
        visit: Visit = request.meta["visit"]
        why = refused_url(request.url, visit.site.allow_private)
        if why:
            raise Refused("refused", why)
        if not self.rounds.configuration.contact and is_foreign(host_of(request.url)):
            raise Refused("refused", "no contact is configured: set `contact`, so that the host can write to somebody")


class Replay(WithRounds):
    """Answers from the archive what a run that is continued captured before it died, and what an earlier harvest got where that will do."""

    def process_request(self, request: Request) -> Response | None:
        visit: Visit = request.meta["visit"]
        if request.meta.get("sent") or request.meta.get("redirects"):
            return None
        errand: Errand | None = request.meta["errand"]
        exchange = self.rounds.recorder.replay(visit.run_id, key_of(request)) if visit.continued else None
        if exchange is None and errand is not None and errand.is_held:
            exchange = self.rounds.recorder.stored(visit.site.id, errand.key)
        if exchange is None or exchange.status in TROUBLES or exchange.truncated in ("time", "disconnect"):
            return None
        request.meta["blocked"] = blocked_as(exchange.status, request, response_of(exchange))
        return response_of(exchange, request, [REPLAYED])


class Retry(RetryMiddleware):
    """Asks again after an error that passes, and after an answer that broke off on the way."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        truncated = response.exchange.truncated if isinstance(response, WireResponse) else None
        if truncated in ("time", "disconnect"):
            return self._retry(request, f"cut: {truncated}") or response
        if REPLAYED in response.flags:
            return response
        return super().process_response(request, response)


class Redirects(WithRounds):
    """Follows redirects inside the site. One to the front door says that the page is gone; one to somebody else's host is not followed."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in REDIRECTS or request.meta.get("blocked") == HOME_REDIRECT:
            return response
        visit: Visit = request.meta["visit"]
        times = request.meta.get("redirects", 0) + 1
        target = resolve(request.url, _text_header(response, "Location") or "")
        if target is None or times > MOST_REDIRECTS:
            return response
        if not visit.journey.finds.owns(target) and request.meta["purpose"] != "robots":
            return response
        keeps_method = response.status in (307, 308)
        return request.replace(
            url=target,
            method=request.method if keeps_method else "GET",
            body=request.body if keeps_method else b"",
            meta={**request.meta, "redirects": times},
            dont_filter=True,
        )


class Conditional(WithRounds):
    """Asks only for what changed; what the archive holds of an unchanged list stands in for it."""

    def process_request(self, request: Request) -> None:
        visit: Visit = request.meta["visit"]
        if not visit.held or request.method != "GET":
            return
        validators = self.rounds.recorder.validators(visit.site.id, key_of(request))
        if validators is None:
            return
        if validators.etag:
            request.headers["If-None-Match"] = validators.etag.encode("latin-1", "replace")
        if validators.last_modified:
            request.headers["If-Modified-Since"] = validators.last_modified.encode("latin-1", "replace")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        visit: Visit = request.meta["visit"]
        if response.status != 304 or request.meta["purpose"] in ("article", "attachment"):
            return response
        stored = self.rounds.recorder.stored(visit.site.id, key_of(request))
        if stored is None:
            bare = request.replace(dont_filter=True)
            for name in ("If-None-Match", "If-Modified-Since"):
                bare.headers.pop(name, None)
            return bare
        return response_of(stored, request, [*response.flags, "unchanged"])


class Capture(WithRounds):
    """Hands every exchange to the archive: robots.txt, redirects, errors and retries too, with bodies still compressed."""

    def process_response(self, request: Request, response: Response) -> Response:
        if REPLAYED in response.flags:
            return response
        assert isinstance(response, WireResponse)
        visit: Visit = request.meta["visit"]
        request.meta["sent"] = True
        blocked = request.meta["blocked"] = blocked_as(response.status, request, response)
        facts = {**response.exchange.facts}
        if request.meta.get("robots"):
            facts["robots"] = request.meta["robots"]
        if request.meta.get("scheme"):
            facts["scheme"] = request.meta["scheme"]
        exchange = dataclasses.replace(response.exchange, facts=facts)
        try:
            self.rounds.recorder.record(
                visit.run_id, exchange, purpose=request.meta["purpose"], url_key=key_of(request), blocked=blocked
            )
        except Exception as error:  # what cannot be kept must not be fetched: the spider sees this and ends the crawl
            self.rounds.fatal = error
            raise
        visit.count(exchange)
        return response


class Pace(WithRounds):
    """One request at a time to a host, with the site's delay between two, longer when the host asks for it or is in trouble."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._hosts: dict[str, tuple[HostPace, asyncio.Lock]] = {}

    async def process_request(self, request: Request) -> None:
        visit: Visit = request.meta["visit"]
        host = host_of(request.url)
        pace, lock = self._hosts.setdefault(host, (HostPace(0.0), asyncio.Lock()))
        wanted = (
            visit.site.delay_seconds
            if visit.site.delay_seconds is not None
            else self.rounds.configuration.delay_seconds
        )
        pace.delay_seconds = max(wanted, request.meta.get("crawl_delay") or 0.0)
        await lock.acquire()
        try:
            if pace.in_trouble:
                raise Refused("unreachable", f"{host} failed {pace.troubles} times in a row and is left alone")
            # Where nobody answered, the other scheme is asked at once: it is another port, and there is nobody yet to be spared.
            while (pace.has_answered or "scheme" not in request.meta) and (wait := pace.wait(time.monotonic())) > 0:
                await asyncio.sleep(min(wait, LONGEST_NAP))
                if self.crawler.engine is None or not self.crawler.engine.running:
                    raise Refused(INTERRUPTED, "the crawl was stopped while it waited")
                over = visit.over_limit(self.rounds.now())
                if over is not None:
                    raise Refused(INTERRUPTED, over.reason)
        except BaseException:
            lock.release()
            raise
        request.meta["turn"] = host

    def process_response(self, request: Request, response: Response) -> Response:
        wanted = retry_after(_text_header(response, "Retry-After"), self.rounds.now())
        self._end_turn(request, response.status, wanted)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self._end_turn(request, 0, None)

    def _end_turn(self, request: Request, status: int, retry_after_seconds: float | None) -> None:
        host = request.meta.pop("turn", None)
        if host is None:  # replayed, or refused before its turn came
            return
        pace, lock = self._hosts[host]
        pace.answered(status, time.monotonic(), retry_after_seconds)
        lock.release()


def meta_of(visit: Visit, purpose: str) -> dict[str, Any]:
    """The meta that every request of a visit carries. Each site has its own cookies. While a person waits for a look, little is asked again."""
    retries = {"max_retry_times": LOOK_RETRIES} if visit.journey.plan.look else {}
    return retries | {
        "visit": visit,
        "purpose": purpose,
        "allow_private": visit.site.allow_private,
        "unverified_tls": visit.site.unverified_tls,
        "cookiejar": visit.run_id,
        "errand": None,
    }


def key_of(request: Request) -> str:
    """What the archive files the answer under: a page that moved answers for the address that was asked."""
    errand = request.meta["errand"]
    return errand.key if errand is not None else url_key(request.url, request.method, request.body)


def blocked_as(status: int, request: Request, response: Response) -> str | None:
    """Name what stands in the way of content in this answer."""
    if status in REDIRECTS:
        if request.meta["purpose"] == "robots":
            return None  # RFC 9309, 2.3.1.2: followed wherever it leads; a page that came instead has no rules
        home = request.meta["visit"].site.url
        return HOME_REDIRECT if is_home_redirect(request.url, _text_header(response, "Location"), home) else None
    headers = {name: _text_header(response, name) or "" for name in ("content-type", "server")}
    headers["set-cookie"] = "; ".join(value.decode("latin-1") for value in response.headers.getlist("Set-Cookie"))
    assert isinstance(response, WireResponse)
    return name_block(status, headers, front(response.plain_body))


def _text_header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return None if value is None else value.decode("latin-1")
