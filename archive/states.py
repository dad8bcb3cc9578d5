"""The states of an organ's report for a year, as words: always exactly one of them, each with its evidence (archive.coverage)."""

from __future__ import annotations

from archive.obstacles import BLOCKED, NOT_FOUND, REFUSED, UNREACHABLE

HELD, NOT_READABLE, NOT_YET_DUE, OVERDUE, MOVED, REMOVED = (
    "held",
    "held, not readable",
    "not yet due",
    "overdue",
    "moved",
    "removed",
)
STATES = (HELD, NOT_READABLE, NOT_YET_DUE, OVERDUE, NOT_FOUND, BLOCKED, REFUSED, UNREACHABLE, MOVED, REMOVED)
MISSING = (OVERDUE, NOT_FOUND)
__all__ = [
    "BLOCKED", "HELD", "MISSING", "MOVED", "NOT_FOUND", "NOT_READABLE", "NOT_YET_DUE", "OVERDUE", "REFUSED", "REMOVED",
    "STATES", "UNREACHABLE",
]  # fmt: skip
