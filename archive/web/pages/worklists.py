"""The lists of changes and of findings, with filters and paging."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from archive.database import reading
from archive.listings import changes, findings
from archive.web.addresses import PAGE_LENGTH, asked
from archive.web.differences import Piece, excerpt, prose_pieces
from archive.web.forms import figure_label
from archive.web.rendering import page, web_of
from reports.checks import RULES
from reports.model import ChangeKind, Outcome, Severity

CHANGE_KINDS = tuple(kind.value for kind in ChangeKind if kind not in (ChangeKind.UNCHANGED, ChangeKind.COSMETIC))
OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.PASS)
SEVERITIES = tuple(severity.value for severity in Severity)
_PASSAGE = 20  # characters: below, both sides are read at a glance


def change_list(request: Request) -> Response:
    wish = asked(request, CHANGE_KINDS)
    with reading(web_of(request).engine) as session:
        lines = list(changes(session, wish.query))
    shown = lines[:PAGE_LENGTH]
    following = shown[-1].change_id if len(lines) > PAGE_LENGTH else None
    values = {"lines": shown, "wish": wish, "filters": wish.filters, "kinds": CHANGE_KINDS, "following": following}
    return page(request, "changes.html", {**values, "figure_label": figure_label, "prose": _prose})


def _prose(before: object, after: object) -> tuple[Piece, ...]:
    """The words that changed between two passages; empty for figures and for what only one side has."""
    if not isinstance(before, str) or not isinstance(after, str) or max(len(before), len(after)) < _PASSAGE:
        return ()
    return excerpt(prose_pieces(before, after))


def change_feed(request: Request) -> Response:
    """The newest changes as an Atom feed, narrowed as the page is. Its addresses are those under which it was asked for."""
    wish = asked(request, CHANGE_KINDS)
    with reading(web_of(request).engine) as session:
        lines = list(changes(session, wish.query))
    values = {
        "lines": lines,
        "base": str(request.base_url).rstrip("/"),
        "figure_label": figure_label,
        "asked": str(request.url),
    }
    return page(request, "changes.atom", {**values, "now": web_of(request).now()}, media_type="application/atom+xml")


def finding_list(request: Request) -> Response:
    wish = asked(request, outcomes=OUTCOMES, severities=SEVERITIES)
    with reading(web_of(request).engine) as session:
        lines = list(findings(session, wish.query))
    shown = lines[:PAGE_LENGTH]
    following = shown[-1].finding_id if len(lines) > PAGE_LENGTH else None
    values = {"lines": shown, "wish": wish, "filters": wish.filters, "kinds": tuple(RULES), "following": following}
    return page(
        request,
        "findings.html",
        {**values, "outcomes": OUTCOMES, "severities": SEVERITIES, "figure_label": figure_label},
    )
