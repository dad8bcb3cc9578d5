"""What was asked of the server: one entry a request, so that a test can count and can prove that nobody hurried."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. Times are seconds of the server's own clock; `status` is 0 and `sent` 0 when no answer was given."""

    host: str  # address:port of the site that was asked
    connection: int
    method: str
    target: str  # path and query as received
    started: float
    ended: float
    status: int
    sent: int  # bytes of the body on the wire
    user_agent: str


class RequestLog:
    """Kept in memory, oldest first. Safe to read from any thread while the server runs. `lock` is held by who sends and writes down."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.lock = threading.RLock()

    def add(self, entry: Entry) -> None:
        with self.lock:
            self._entries.append(entry)

    def clear(self) -> None:
        with self.lock:
            self._entries.clear()

    def entries(self, host: str | None = None) -> tuple[Entry, ...]:
        """All entries, or those of one site, in the order in which the requests began."""
        with self.lock:
            found = [entry for entry in self._entries if host is None or entry.host == host]
        return tuple(sorted(found, key=lambda entry: entry.started))

    def count(self, host: str | None = None) -> int:
        return len(self.entries(host))

    def most_at_once(self, host: str) -> int:
        """The most requests that were open at one moment at one site: 1 is polite."""
        return most_at_once(self.entries(host))

    def shortest_pause(self, host: str) -> float | None:
        """The least time between the starts of two requests at one site; None with fewer than two."""
        starts = [entry.started for entry in self.entries(host)]
        return min((later - sooner for sooner, later in itertools.pairwise(starts)), default=None)

    def as_json(self) -> list[dict[str, object]]:
        return [asdict(entry) for entry in self.entries()]


def most_at_once(entries: Iterable[Entry]) -> int:
    # An answer that ends in the moment the next request starts does not overlap it: ends sort before starts.
    moments = sorted(moment for entry in entries for moment in ((entry.started, 1), (entry.ended, -1)))
    most = current = 0
    for _, step in moments:
        current += step
        most = max(most, current)
    return most
