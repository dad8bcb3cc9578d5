"""What one crawling process carries: a visit to each site, with its journey and its counts, and what all visits share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from sqlalchemy import Engine

from archive.exchange import Exchange
from archive.recorder import Recorder
from archive.sites import KnownSite
from configuration import Configuration
from crawler.endings import Outcome
from crawler.journey import Journey
from crawler.politeness import Window


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one site is. `rate` is requests a second since its visit began; `state` and `reason` are the archive's words."""

    site: str
    name: str
    state: str
    requests: int
    reports: int
    received_bytes: int
    rate: float
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one site may cost in one run, beside its requests, and in which hours (of `zone`) it may be asked."""

    received_bytes: int
    minutes: float
    zone: tzinfo
    window: Window | None = None


@dataclass(slots=True)
class Visit:
    """One site's run in this process. `continued`: an earlier process captured part of it; `held`: the archive has pages of this site."""

    run_id: int
    site: KnownSite
    journey: Journey
    continued: bool
    held: bool
    limits: Limits
    began_at: datetime | None = None
    received_bytes: int = 0
    robots: dict[str, str] = field(default_factory=dict)
    crawl_delay: float | None = None  # the longest that a robots.txt asks for
    outcome: Outcome | None = None
    _told: Progress | None = None

    def count(self, exchange: Exchange) -> None:
        self.journey.requests += 1
        self.received_bytes += len(exchange.body)

    def over_limit(self, now: datetime) -> Outcome | None:
        """Why nothing more may be asked now. A window that closed only interrupts: the next crawl in it goes on from here."""
        limits = self.limits
        if limits.window is not None and not limits.window.is_open(now.astimezone(limits.zone).time()):
            words = f"its window {limits.window} is closed; a crawl in it goes on from here"
            return Outcome("interrupted", words, {}, {"code": "window_closed", "window": str(limits.window)})
        if self.received_bytes >= limits.received_bytes:
            words = f"the budget of {limits.received_bytes} bytes is used up"
            return Outcome("stopped", words, {}, {"code": "used_up_bytes", "count": limits.received_bytes})
        if self.began_at is not None and now - self.began_at >= timedelta(minutes=limits.minutes):
            words = f"the budget of {limits.minutes:g} minutes is used up"
            return Outcome("stopped", words, {}, {"code": "used_up_minutes", "count": limits.minutes})
        return None

    def progress(self, now: datetime) -> Progress:
        seconds = (now - self.began_at).total_seconds() if self.began_at else 0.0
        return Progress(
            site=self.site.code,
            name=self.site.name,
            state=self.outcome.state if self.outcome else "running",
            requests=self.journey.requests,
            reports=sum(1 for found in self.journey.found.values() if found.parent_url_key is None),
            received_bytes=self.received_bytes,
            rate=round(self.journey.requests / seconds, 2) if seconds > 0 else 0.0,
            reason=self.outcome.reason if self.outcome else None,
        )

    def news(self, now: datetime) -> Progress | None:
        """The progress, if it says more than when it was told last."""
        latest = self.progress(now)
        known = self._told
        if known is not None and (known.requests, known.state) == (latest.requests, latest.state):
            return None
        self._told = latest
        return latest


@dataclass(slots=True)
class Rounds:
    """All visits of one process, the one recorder, and who is told of progress."""

    configuration: Configuration
    engine: Engine
    recorder: Recorder
    waiting: list[Visit]
    now: Callable[[], datetime]
    tell: Callable[[Progress], None] = lambda progress: None
    running: dict[int, Visit] = field(default_factory=dict)
    fatal: Exception | None = None  # what ended the whole crawl: the archive cannot be written

    def begin_next(self) -> Visit | None:
        """Begin the next visit that waits."""
        if not self.waiting or self.fatal is not None:
            return None
        visit = self.waiting.pop(0)
        self.recorder.begin(visit.run_id)
        visit.began_at = self.now()
        self.running[visit.run_id] = visit
        return visit

    def end(self, visit: Visit, outcome: Outcome) -> None:
        """Seal what the visit captured and say how it ended."""
        visit.outcome = outcome
        del self.running[visit.run_id]
        facts = {**outcome.facts, "robots": visit.robots} if visit.robots else dict(outcome.facts)
        if outcome.why:
            facts["why"] = outcome.why
        if visit.crawl_delay:
            facts["crawl_delay"] = visit.crawl_delay
        if visit.journey.plan.look:
            facts["reports"] = sum(1 for found in visit.journey.found.values() if found.parent_url_key is None)
        self.recorder.finish(visit.run_id, outcome.state, outcome.reason, facts)
        self.tell(visit.progress(self.now()))

    def interrupt(self) -> None:
        """Leave every running visit so that it can be continued."""
        for visit in list(self.running.values()):
            words, facts = "the crawl was stopped; the next one continues it", visit.journey.outcome().facts
            self.end(visit, Outcome("interrupted", words, facts, {"code": "interrupted"}))

    def tell_news(self, visits: Iterable[Visit]) -> None:
        for visit in visits:
            news = visit.news(self.now())
            if news is not None:
                self.tell(news)
