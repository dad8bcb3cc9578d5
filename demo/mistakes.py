"""A sound report goes in, a report with one named mistake comes out, or None when that mistake has no room in it.

To add one: write a function below and put it into MISTAKES with the rule that must notice it. A mistake in the figures is planted before
the text is written, so that the text repeats the wrong figure as a real organ would; a mistake in the text is planted after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from demo.figures import Value, printed
from demo.report import AnnualReport, Organ, Planted
from reports.form import DISPUTE_GROUPS
from reports.model import Edition

Cells = dict[str, Value | None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A report before its text: the facts, what will be printed, and what the year before printed."""

    organ: Organ
    year: int
    edition: Edition
    facts: Mapping[str, Value]
    figures: Mapping[str, Value | None]
    earlier: Mapping[str, Value | None] | None
    planted: tuple[Planted, ...] = ()


def _raised(figures: Mapping[str, Value | None], by: int, *keys: str) -> Cells:
    cells = dict(figures)
    for key in keys:
        value = cells[key]
        if value is None:
            raise ValueError(f"expected a number in {key}, found a blank cell; plant one mistake a report")
        cells[key] = value + by
    return cells


def unbalanced_column(draft: Draft) -> tuple[Draft, str]:
    keys = ("requests.new_received.natural", "requests.new_received.total")
    return replace(draft, figures=_raised(draft.figures, 2, *keys)), "natural"


def wrong_result_total(draft: Draft) -> tuple[Draft, str]:
    keys = ("requests.granted.natural", "requests.granted.total")
    return replace(draft, figures=_raised(draft.figures, 1, *keys)), "natural"


def broken_row_sum(draft: Draft) -> tuple[Draft, str]:
    return replace(
        draft, figures=_raised(draft.figures, 1, "requests.unavailable.not_held.total")
    ), "unavailable.not_held"


def dispute_total_zero(draft: Draft) -> tuple[Draft, str] | None:
    for group in DISPUTE_GROUPS:
        total = f"disputes.{group.key}.total"
        if draft.figures[total]:
            return replace(draft, figures={**draft.figures, total: 0}), group.key
    return None


def carry_over_mismatch(draft: Draft) -> tuple[Draft, str] | None:
    """One request too many taken over from last year, and granted: the report itself stays balanced."""
    if draft.earlier is None:
        return None
    rows = ("carried_in", "granted", "result_total")
    keys = [f"requests.{row}.{column}" for row in rows for column in ("natural", "total")]
    return replace(draft, figures=_raised(draft.figures, 1, *keys)), "natural"


def in_force_chain(draft: Draft) -> tuple[Draft, str] | None:
    key = "disclosure.normative.in_force"
    if draft.earlier is None or key not in draft.figures or key not in draft.earlier:
        return None
    return replace(draft, figures=_raised(draft.figures, 3, key)), "normative"


def blank_cells(draft: Draft) -> tuple[Draft, str] | None:
    """Zeros left empty in one row, as editors do who see nothing to report. The place is the table."""
    for row in ("refused.secret", "refused.law", "refused.third_party"):
        keys = [key for key in draft.figures if key.startswith(f"requests.{row}.")]
        if not any(draft.figures[key] for key in keys):
            return replace(draft, figures={**draft.figures, **dict.fromkeys(keys)}), "requests"
    return None


def outdated_form(draft: Draft) -> tuple[Draft, str] | None:
    """The form of 2019 used again for a year that has the form of 2021."""
    if draft.edition is not Edition.FORM_2021:
        return None
    edition = Edition.FORM_2019
    return replace(draft, edition=edition, figures=printed(draft.facts, edition)), "edition"


def prose_differs(report: AnnualReport, neighbour: AnnualReport) -> tuple[AnnualReport, str] | None:
    settled = report.text.stated["settled"]
    before, after = f"办结{settled}件", f"办结{settled + 3}件"
    sections = tuple(
        replace(section, paragraphs=tuple(text.replace(before, after) for text in section.paragraphs))
        for section in report.text.sections
    )
    if sections == report.text.sections:
        return None
    stated = {**report.text.stated, "settled": settled + 3}
    return replace(report, text=replace(report.text, sections=sections, stated=stated)), "settled"


def missing_section(report: AnnualReport, neighbour: AnnualReport) -> tuple[AnnualReport, str]:
    return _with_section(report, "problems", None), "problems"


def copied_section(report: AnnualReport, neighbour: AnnualReport) -> tuple[AnnualReport, str] | None:
    """A neighbour's words of the same year, from one that had published before."""
    if neighbour.organ.level != report.organ.level or neighbour.published >= report.published:
        return None
    return _with_section(report, "problems", neighbour.section("problems").paragraphs), "problems"


def wrong_organ_name(report: AnnualReport, neighbour: AnnualReport) -> tuple[AnnualReport, str] | None:
    """A sentence about somebody else: another organ's name, and 我局 in a town's report or 我镇 in a department's."""
    wrong = {"town": "我局", "department": "我镇"}.get(report.organ.level)
    if wrong is None:
        return None
    opening, *rest = report.section("overview").paragraphs
    sentence = f"{neighbour.organ.name}认真落实《条例》各项要求，{wrong}公开工作有序推进。"
    return _with_section(report, "overview", (opening + sentence, *rest)), "all"


def _with_section(report: AnnualReport, key: str, paragraphs: tuple[str, ...] | None) -> AnnualReport:
    """The report with other words in one section, or without the section."""
    sections = tuple(
        section if section.key != key or paragraphs is None else replace(section, paragraphs=paragraphs)
        for section in report.text.sections
        if section.key != key or paragraphs is not None
    )
    return replace(report, text=replace(report.text, sections=sections))


PlantInFigures = Callable[[Draft], tuple[Draft, str] | None]
PlantInText = Callable[[AnnualReport, AnnualReport], tuple[AnnualReport, str] | None]

FIGURE_MISTAKES: tuple[tuple[str, PlantInFigures], ...] = (
    ("T3-BAL", unbalanced_column),
    ("T3-SUM", wrong_result_total),
    ("T3-ROW", broken_row_sum),
    ("T4-SUM", dispute_total_zero),
    ("X-CARRY", carry_over_mismatch),
    ("X-INFORCE", in_force_chain),
    ("BLANK", blank_cells),
    ("FORM", outdated_form),
)
TEXT_MISTAKES: tuple[tuple[str, PlantInText], ...] = (
    ("TXT-NUM", prose_differs),
    ("SECTIONS", missing_section),
    ("COPIED", copied_section),
    ("ID-ORGAN", wrong_organ_name),
)

# Every rule that the truth's findings may name: what a checker says by other rules is neither confirmed nor denied.
RULES = tuple(sorted({rule for rule, _ in (*FIGURE_MISTAKES, *TEXT_MISTAKES)} | {"T3-OTHER", "T2-F19-DELTA", "CITED"}))
