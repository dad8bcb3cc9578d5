"""A session and filters go in, lines come out: what the command prints (`reports`, `changes`, `findings`) and the pages list.

A line is flat and stable: other programs rely on its names. Lists are newest first and are paged by the last id seen, so that
page 10,000 costs what page 1 costs.
"""

from __future__ import annotations

from archive.listings.changes import ChangeLine, changes
from archive.listings.filters import Filters, is_current, of_year, unindexed, with_organ_and_region
from archive.listings.findings import FindingLine, findings
from archive.listings.reports import (
    HELD,
    MOVED,
    NOT_READABLE,
    NOT_YET_READ,
    REMOVED,
    REPORT_STATES,
    ReportLine,
    in_state,
    report_state,
    reports_held,
    state_column,
)

__all__ = [
    "HELD", "MOVED", "NOT_READABLE", "NOT_YET_READ", "REMOVED", "REPORT_STATES", "ChangeLine", "Filters", "FindingLine", "ReportLine", "changes",
    "findings", "in_state", "is_current", "of_year", "report_state", "reports_held", "state_column", "unindexed", "with_organ_and_region",
]  # fmt: skip
