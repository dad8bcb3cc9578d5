"""The work lists: flags, changes and findings, with filters, paging, what was said of each, and the form to say something of several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading
from archive.flag_lists import LOUDNESS, STANDINGS, FlagFilters, listed_flags, newest_flags
from archive.flags import RULES as FLAG_RULES
from archive.flags import Cause
from archive.listings import changes, findings
from archive.models import LARGEST, Reading
from archive.reviews import OPEN, VERDICTS, change_mark, finding_mark, standings
from archive.web.addresses import PAGE_LENGTH, Asked, asked, one_of, query_text, whole_number
from archive.web.differences import Piece, excerpt, prose_pieces
from archive.web.forms import figure_label
from archive.web.rendering import page, web_of
from reports.checks import RULES
from reports.model import ChangeKind, Outcome, Severity

CHANGE_KINDS = tuple(kind.value for kind in ChangeKind if kind not in (ChangeKind.UNCHANGED, ChangeKind.COSMETIC))
OUTCOMES = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.PASS)
SEVERITIES = tuple(severity.value for severity in Severity)
JUDGED = (OPEN, *VERDICTS)
EVERY = "any"  # flag of any standing: without a wish, the list shows the open ones
FLAG_KINDS = (*(rule.name for rule in FLAG_RULES if rule.kind is not Cause.FINDING), *RULES)
_SHOWN = ("lang", "theme")  # how, not what
_PASSAGE = 20  # characters: below, both sides are read at a glance


def flag_list(request: Request) -> Response:
    filters = asked_flags(request)
    with reading(web_of(request).engine) as session:
        lines = list(listed_flags(session, filters))
        shown = lines[:PAGE_LENGTH]
        said = standings(session, [line.mark for line in shown])
    following = shown[-1].id if len(lines) > PAGE_LENGTH else None
    values = {"lines": shown, "said": said, "filters": filters, "following": following, "kinds": FLAG_KINDS}
    return page(request, "flags.html", {**values, "severities": LOUDNESS, "standings": STANDINGS, "every": EVERY})


def asked_flags(request: Request) -> FlagFilters:
    wish = one_of(request, "verdict", (*STANDINGS, EVERY)) or OPEN
    return FlagFilters(
        standing=None if wish == EVERY else wish,
        region=query_text(request, "region"),
        organ=query_text(request, "organ"),
        year=whole_number(request, "year", 1900, 2200),
        site=query_text(request, "site"),
        rule=one_of(request, "kind", FLAG_KINDS),
        severity=one_of(request, "severity", LOUDNESS),
        below_id=whole_number(request, "below", 1, LARGEST),
        limit=PAGE_LENGTH + 1,
    )


def change_list(request: Request) -> Response:
    wish = asked(request, CHANGE_KINDS, verdicts=JUDGED)
    with reading(web_of(request).engine) as session:
        lines = list(changes(session, wish.query))
        values = _shown(session, lines, [change_mark(line.change_id) for line in lines])
    following = lines[PAGE_LENGTH - 1].change_id if len(lines) > PAGE_LENGTH else None
    values |= {"wish": wish, "filters": wish.filters, "kinds": CHANGE_KINDS, "following": following}
    return page(request, "changes.html", {**values, "figure_label": figure_label, "prose": prose, "judged": JUDGED})


def prose(before: object, after: object) -> tuple[Piece, ...]:
    """The words that changed between two passages; empty for figures and for what only one side has."""
    if not isinstance(before, str) or not isinstance(after, str) or max(len(before), len(after)) < _PASSAGE:
        return ()
    return excerpt(prose_pieces(before, after))


def finding_list(request: Request) -> Response:
    wish = asked(request, outcomes=OUTCOMES, severities=SEVERITIES, verdicts=JUDGED)
    with reading(web_of(request).engine) as session:
        lines = list(findings(session, wish.query))
        values = _shown(session, lines, [finding_mark(line.sighting_id, line.rule, line.place) for line in lines])
    following = lines[PAGE_LENGTH - 1].finding_id if len(lines) > PAGE_LENGTH else None
    narrowed = Asked(replace(wish.filters, outcome=None)).narrowed  # what failed is what the list opens with
    values |= {"narrowed": narrowed, "filters": wish.filters, "kinds": tuple(RULES), "following": following}
    return page(request, "findings.html", {**values, "outcomes": OUTCOMES, "severities": SEVERITIES, "judged": JUDGED})


def _shown(session: Session, lines: Sequence[object], marks: Sequence[str]) -> dict[str, Any]:
    """The lines of this page, the mark of each, and what was said of it by now."""
    shown: Mapping[str, Any] = standings(session, marks[:PAGE_LENGTH])
    return {"lines": list(zip(lines[:PAGE_LENGTH], marks, strict=False)), "said": shown}


def change_feed(request: Request) -> Response:
    """The newest changes as an Atom feed, narrowed as the page is. Its addresses are those under which it was asked for."""
    wish = asked(request, CHANGE_KINDS, verdicts=JUDGED)
    with reading(web_of(request).engine) as session:
        lines = list(changes(session, wish.query))
    times = [line.raised_at for line in lines if line.raised_at is not None]
    return _feed(request, "changes.atom", {"lines": lines, "figure_label": figure_label}, times)


def flag_feed(request: Request) -> Response:
    with reading(web_of(request).engine) as session:
        lines = newest_flags(session, asked_flags(request))
    return _feed(request, "flags.atom", {"lines": lines}, [line.raised_at for line in lines])


def finding_feed(request: Request) -> Response:
    wish = asked(request, outcomes=OUTCOMES, severities=SEVERITIES, verdicts=JUDGED)
    with reading(web_of(request).engine) as session:
        lines = list(findings(session, wish.query))
        ids = {line.reading_id for line in lines}
        read_at = dict(session.execute(select(Reading.id, Reading.read_at).where(Reading.id.in_(ids))).all())
    return _feed(request, "findings.atom", {"lines": lines, "read_at": read_at}, list(read_at.values()))


def _feed(request: Request, template: str, values: Mapping[str, Any], times: Sequence[datetime]) -> Response:
    """By RFC 4287: what is narrowed otherwise is another feed, and the same in another language is not."""
    web = web_of(request)
    base = (web.configuration.public_url or str(request.base_url)).rstrip("/")
    narrowed = sorted((name, text) for name, text in request.query_params.multi_items() if text and name not in _SHOWN)
    known = {
        "base": base,
        "asked": f"{base}{request.url.path}{f'?{request.url.query}' if request.url.query else ''}",
        "feed_id": f"{base}{request.url.path}{f'?{urlencode(narrowed)}' if narrowed else ''}",
        "updated": max(times, default=web.now()),
    }
    return page(request, template, {**values, **known}, media_type="application/atom+xml")
