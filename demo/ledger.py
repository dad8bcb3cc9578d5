"""What the ledger should say of an organ's report for a year, as words: the states that the archive promises to tell apart."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    HELD = "held"
    UNREADABLE = "held, not readable"
    NOT_YET_DUE = "not yet due"
    OVERDUE = "overdue"
    NOT_FOUND = "not found"
    BLOCKED = "blocked by a challenge"
    REFUSED = "refused by robots.txt"
    UNREACHABLE = "unreachable from here"
    MOVED = "moved"
    REMOVED = "removed"
