"""A journey at its end goes in; its state, the reason in words, and the facts for the ledger come out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.journey import Journey

MOST_FOREIGN_HOSTS = 20
MOST_ORGANS = 500
GENERIC = "generic"
TOLERATED = 20  # one address in so many may stay without an answer


@dataclass(frozen=True, slots=True)
class Outcome:
    state: str  # done, failed, stopped, interrupted: as the archive names them
    reason: str
    facts: dict[str, object]
    why: dict[str, object] = field(default_factory=dict)  # the reason as a code with values (archive.harvests.WHYS)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something was not to be had, with one address as an example."""

    why: str
    url: str

    def __str__(self) -> str:
        return f"{self.why} ({self.url})"


def outcome_of(journey: Journey) -> Outcome:
    """The end of a journey, as the ledger keeps it. Zero reports are a failure, and so are too many addresses without an answer."""
    facts = facts_of(journey)
    if journey.stopped is not None:
        return replace(journey.stopped, facts=facts)
    unanswered = journey.tally["unreachable"] + journey.tally["hold"]
    if journey.plan.only is not None:
        if unanswered:
            return Outcome("failed", _troubles(journey), facts, _why(journey, "unanswered", count=unanswered))
        asked = len(journey.plan.only)
        return Outcome(
            "done", f"{asked} addresses asked a second time", facts, _why(journey, "asked_again", count=asked)
        )
    reports = sum(1 for found in journey.found.values() if found.parent_url_key is None)
    if not reports:
        words = f"no annual report found: {_troubles(journey) or _nothing_found(journey)}"
        code = "none_found" if journey.troubles or any(walk.in_column for walk in journey.lists) else "no_column"
        return Outcome("failed", words, facts, _why(journey, code))
    if unanswered > max(2, reports // TOLERATED):
        words = f"{unanswered} addresses gave no answer: {_troubles(journey)}"
        return Outcome("failed", words, facts, _why(journey, "unanswered", count=unanswered))
    short = [walk for walk in journey.lists if walk.reports and not walk.complete]
    early = f"; {len(short)} lists ended early: {short[0].name}: {short[0].ended}" if short else ""
    why: dict[str, object] = {"code": "found", "count": reports}
    if short:
        why = {"code": "found_short", "count": reports, "lists": len(short), "name": short[0].name}
    moved = ""
    if "family_was" in facts:
        was, now = facts["family_was"], facts.get("family", GENERIC)
        moved = f"; its lists are no longer those of {was}, but of {now}"
        why |= {"family_was": was, "family": now}
    return Outcome("done", f"{reports} reports found{early}{moved}", facts, why)


def facts_of(journey: Journey) -> dict[str, object]:
    """What was declared and collected, what was passed over, and what stood in the way."""
    facts: dict[str, object] = {
        "lists": [walk.as_fact() for walk in journey.lists],
        "tally": {name: number for name, number in sorted(journey.tally.items()) if number},
    }
    if journey.family:
        facts["family"] = journey.family
    listed = any(walk.reports for walk in journey.lists)
    if listed and journey.plan.family and journey.plan.family != (journey.family or GENERIC):
        facts["family_was"] = journey.plan.family  # what was remembered fits no more
    if journey.troubles:
        facts["troubles"] = {kind: str(trouble) for kind, trouble in journey.troubles.items()}
    if journey.organs:
        facts["organs"] = sorted(journey.organs)[:MOST_ORGANS]
    if unlooked := journey.agenda.own_pages.unlooked:
        facts["unlooked"] = unlooked[:MOST_ORGANS]
    if journey.finds.foreign:
        facts["foreign_hosts"] = dict(islice(journey.finds.foreign.items(), MOST_FOREIGN_HOSTS))
    return facts


def _why(journey: Journey, code: str, **values: object) -> dict[str, object]:
    return {"code": code, **values, "troubles": list(journey.troubles)}


def _troubles(journey: Journey) -> str:
    return "; ".join(f"{kind}: {trouble}" for kind, trouble in journey.troubles.items())


def _nothing_found(journey: Journey) -> str:
    columns = [walk.name for walk in journey.lists if walk.in_column]
    return (
        f"the column {columns[0]} lists none"
        if columns
        else f"no column for them among {journey.tally['ways'] + 1} pages"
    )
