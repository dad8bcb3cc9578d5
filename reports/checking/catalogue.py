"""The rule catalogue: every rule's id, severity, name and explanation in both languages, and the function that applies it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reports.model import Finding, Report, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    severity: Severity
    name: str  # Chinese
    name_en: str
    explanation: str  # Chinese, one sentence
    explanation_en: str
    apply: Callable[[Report, Report | None], Iterable[Finding]]


def alone(apply: Callable[[Report], Iterable[Finding]]) -> Callable[[Report, Report | None], Iterable[Finding]]:
    """A rule that looks at one report and needs no earlier one."""

    def ignoring_the_earlier(report: Report, earlier: Report | None) -> Iterable[Finding]:
        return apply(report)

    return ignoring_the_earlier
