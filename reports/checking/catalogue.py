"""The rule catalogue: every rule's id, severity, name and explanation in both languages, and the function that applies it.

Rules judge what was read as if it was printed so; whoever applies them doubts what they say of text that OCR read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reports.model import Finding, Outcome, Report, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    name: str  # Chinese
    name_en: str
    explanation: str  # Chinese, one sentence
    explanation_en: str
    apply: Callable[[Report, Report | None], Iterable[Finding]]
    compares_words: bool = False  # with those of the year before; figures say of themselves how they were read


def alone(apply: Callable[[Report], Iterable[Finding]]) -> Callable[[Report, Report | None], Iterable[Finding]]:
    """A rule that looks at one report and needs no earlier one."""

    def ignoring_the_earlier(report: Report, earlier: Report | None) -> Iterable[Finding]:
        return apply(report)

    return ignoring_the_earlier


def doubted(finding: Finding) -> Finding:
    """The finding, if what it rests on was read by OCR: neither right nor wrong is certain then."""
    if finding.outcome not in (Outcome.PASS, Outcome.FAIL):
        return finding
    return finding._replace(outcome=Outcome.UNCERTAIN, message=f"{finding.message}（文字由识别读出，存疑。）")
