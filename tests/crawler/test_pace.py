"""A hundred hosts at once in one process, each at its own pace: shown from the server's log. `benchmarks/pace.py` does it for two thousand."""

from __future__ import annotations

from benchmarks.pace import REQUESTS, kept_pace

HOSTS, DELAY = 100, 0.3


def test_many_hosts_at_once_never_break_the_pace_of_one() -> None:
    kept = kept_pace(HOSTS, DELAY)
    assert (kept.hosts, kept.requests) == (HOSTS, HOSTS * REQUESTS)
    assert kept.hosts_at_once > 1, "they were visited side by side; how many is a matter of the machine"
    assert kept.shortest_pause >= DELAY
    assert kept.most_at_once == 1
