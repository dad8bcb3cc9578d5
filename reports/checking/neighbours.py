"""The reports of one county and year in, findings on sections that one organ took from another out.

Whoever published later is the one that copied; where the days do not tell, both are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from reports.checking.catalogue import doubted
from reports.copying import Copied, copied_among
from reports.model import Finding, Outcome, Report, Severity

COPIED = "COPIED"
_SECTIONS = ("overview", "problems")  # the ones with words of one's own; the others are tables and set phrases
_LEAST = 0.6  # of a section: it is short, and chance phrases weigh more in it than in a whole report
_SHOWN = 60  # characters of the longest passage that the message quotes


@dataclass(frozen=True, slots=True)
class Neighbour:
    organ: str
    report: Report
    published_on: date | None


def find_copied(neighbours: Mapping[str, Neighbour]) -> dict[str, list[Finding]]:
    """For each report by its name, what it shares with a neighbour: six tenths of a section or more, the form's own wording apart."""
    found: dict[str, list[Finding]] = {}
    for section in _SECTIONS:
        alone = {
            name: replace(neighbour.report, sections=tuple(s for s in neighbour.report.sections if s.key == section))
            for name, neighbour in neighbours.items()
        }
        for pair in copied_among(alone, _LEAST):
            for copier, source in _copiers(pair, neighbours):
                by_ocr = neighbours[copier].report.by_ocr or neighbours[source].report.by_ocr
                finding = _finding(section, neighbours[source].organ, pair)
                found.setdefault(copier, []).append(doubted(finding) if by_ocr else finding)
    return found


def _copiers(pair: Copied, neighbours: Mapping[str, Neighbour]) -> list[tuple[str, str]]:
    """Who copied from whom, as far as the days of publication tell."""
    first, second = (neighbours[name].published_on for name in (pair.first, pair.second))
    both = [(pair.first, pair.second), (pair.second, pair.first)]
    if first is None or second is None or first == second:
        return both
    return both[:1] if first > second else both[1:]


def _finding(section: str, source: str, pair: Copied) -> Finding:
    percent = int(pair.resemblance.share * 100)  # so that less than the least is never shown as it
    passage = pair.resemblance.passages[0][:_SHOWN] if pair.resemblance.passages else ""
    return Finding(
        rule=COPIED,
        where=section,
        outcome=Outcome.FAIL,
        severity=Severity.WARN,
        message=f"本部分约{percent}%的文字与{source}同年报告相同，如“{passage}”。",
        left=percent,
        right=round(_LEAST * 100),
    )
