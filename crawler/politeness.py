"""What a host said and when goes in; whether and when it may be asked again comes out. Pure: moments and answers are arguments.

Robots       what a robots.txt means by RFC 9309: rules, everything allowed, or hold
Window       the hours of a day in which a site may be asked
HostPace     when the next request may go to a host: its delay, its Retry-After, its troubles
user_agent   who we say we are
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from crawler.rules import Rules, read_rules

PRODUCT = "nianbao"
ROBOTS_FRESH = timedelta(days=1)  # RFC 9309, 2.4: a copy should not be used for longer
LONGEST_BACK_OFF = 600.0
LONGEST_RETRY_AFTER = 3600.0
TROUBLE_LIMIT = 6  # failures in a row after which a host is left alone for the rest of the run
TROUBLES = frozenset((408, 425, 429, 500, 502, 503, 504, 520, 522, 523, 524))


def user_agent(version: str, contact: str) -> str:
    return f"{PRODUCT}/{version} (+{contact})" if contact else f"{PRODUCT}/{version}"


def robots_url(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


@dataclass(frozen=True, slots=True)
class Robots:
    """One host's robots.txt as it is understood, and why. `rules` is None when everything is allowed or everything waits."""

    hold: bool
    reason: str
    read_at: datetime
    rules: Rules | None = None
    blocked: str | None = None  # the name of the block that came instead of the file

    def is_stale(self, now: datetime) -> bool:
        return now - self.read_at >= ROBOTS_FRESH

    def allows(self, url: str) -> bool:
        return not self.hold and (self.rules is None or self.rules.allows(url))

    def crawl_delay(self) -> float | None:
        """The seconds that the file asks for between two requests; not in the RFC, but widely written and meant."""
        return self.rules.delay_seconds if self.rules is not None else None


def read_robots(status: int, body: bytes, read_at: datetime, blocked: str | None = None) -> Robots:
    """What the final answer to a request for robots.txt means (RFC 9309, 2.3.1).

    4xx: there is none, everything is allowed. 5xx: nothing is known, everything waits. 429 and challenges are a host's word about us, not
    about its files, so they wait too.
    """
    if 200 <= status < 300 and blocked in (None, "shell", "soft 404"):
        return Robots(False, "by the rules of its robots.txt", read_at, read_rules(body, PRODUCT))
    if blocked is not None and blocked != "refused":
        return Robots(
            True, f"its robots.txt was answered by a {blocked} with status {status}", read_at, blocked=blocked
        )
    if status == 429 or status >= 500:
        return Robots(True, f"its robots.txt gave status {status}: nothing is asked until it can be read", read_at)
    return Robots(False, f"its robots.txt gave status {status}: there are no rules", read_at)


def unreachable_robots(what_happened: str, read_at: datetime) -> Robots:
    return Robots(
        True, f"its robots.txt could not be fetched ({what_happened}): nothing is asked until it can be read", read_at
    )


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, from a number or a date; None when it says neither."""
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


@dataclass(frozen=True, slots=True)
class Window:
    """From one moment of the day up to another; over midnight when it ends before it begins."""

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> Window:
        """Read `22:00-06:00`. Raises ValueError."""
        begins, _, ends = text.partition("-")
        return cls(time.fromisoformat(begins.zfill(5)), time.fromisoformat(ends.zfill(5)))

    def is_open(self, moment: time) -> bool:
        if self.begins < self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


@dataclass(slots=True)
class HostPace:
    """When a host may be asked next. Moments are seconds of one steady clock; `delay_seconds` is what its site wants.

    The delay begins when an answer has ended, so that a slow host gets its rest too.
    """

    delay_seconds: float
    ended_at: float | None = None
    not_before: float = 0.0
    troubles: int = 0
    has_answered: bool = False

    def wait(self, now: float) -> float:
        """Seconds until the next request may go out."""
        after_last = 0.0 if self.ended_at is None else self.ended_at + self.back_off_seconds() - now
        return max(0.0, after_last, self.not_before - now)

    def answered(self, status: int, now: float, retry_after_seconds: float | None = None) -> None:
        """Take in an answer, or 0 for none at all."""
        self.ended_at = now
        self.has_answered |= status != 0
        if status == 0 or status in TROUBLES:
            self.troubles += 1
        else:
            self.troubles = 0
        if retry_after_seconds is not None and (status in TROUBLES or 300 <= status < 400):
            self.not_before = max(self.not_before, now + min(retry_after_seconds, LONGEST_RETRY_AFTER))

    def back_off_seconds(self) -> float:
        """The delay, doubled for each failure in a row."""
        return min(self.delay_seconds * 2.0**self.troubles, max(LONGEST_BACK_OFF, self.delay_seconds))

    @property
    def in_trouble(self) -> bool:
        return self.troubles >= TROUBLE_LIMIT
