"""A large body needs no more memory than a small one, on its way in, in its record, in the check and on its way out."""

from __future__ import annotations

from tests.drills.large_bodies import peaks

MEGABYTES = 120
MOST_MORE = (
    40  # megabytes beside what the imports take: a body up to four lies in memory, in several copies for a moment
)


def test_no_step_needs_memory_for_a_large_body() -> None:
    taken = {step: peak for step, peak, _ in peaks(MEGABYTES)}
    bare = taken.pop("imports alone")
    assert len(taken) == 3 and bare > 0
    assert max(taken.values()) < bare + MOST_MORE, taken
