"""Every real sample reads as a person transcribed it: figures, sections, narrative, broken rules. The samples lie beside the project."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

import reports
from reports.model import Outcome, State

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
NAMES = sorted(path.stem for path in (SAMPLES / "truth").glob("*.json")) or ["none"]
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples do not lie beside the project")
pytestmark = [needs_samples, pytest.mark.parametrize("name", NAMES)]

# No sum guards these three figures of a text without cell borders: 693665 may be 69, 3, 665 or others (see the sample's own remark).
NOT_TO_BE_KNOWN = {"pingtan_2021": {f"disclosure.normative.{column}" for column in ("issued", "repealed", "in_force")}}
# The transcription's names of rows and rules, and ours.
ROWS = {
    "refuse_state_secret": "refused.secret",
    "refuse_other_law": "refused.law",
    "refuse_three_security": "refused.safety",
    "refuse_third_party": "refused.third_party",
}
RULES = {
    ("review_litigation_total", "review"): ("T4-SUM", "review"),
    ("review_litigation_total", "after_review"): ("T4-SUM", "suit_after"),
    ("column_sum", "total"): ("T3-SUM", "total"),
    ("narrative_vs_table", "granted+partial"): ("TXT-NUM", "granted_all"),
    ("narrative_vs_table", "unable"): ("TXT-NUM", "unavailable"),
    ("narrative_vs_table", "all upheld"): ("TXT-NUM", "review.not_upheld"),
}
MEANINGS = {
    "active_disclosed_total": "disclosed",
    "applications_new_received": "new_received",
    "applications_total_processed": "settled",
    "applications_carried_over": "carried_in",
    "applications_carried_forward": "carried_out",
    "processing_fee_yuan": "fee",
    "granted+partial": "granted_all",
    "refused": "refused",
    "unable": "unavailable",
    "rejected": "not_processed",
    "other": "other",
    "interpretations": "interpretations",
    "gazette_issues": "gazette_issues",
    "press_conferences": "press_conferences",
    "new_media_accounts": "new_media_accounts",
    "regulations_made": "rules",
    "policy_documents": "policy_documents",
    "accountability_cases": "accountability",
    "central_procurement_amount_wan": "procurement",
}


def unknowable(name: str, truth: dict) -> set[str]:
    rows = [ROWS[row] for row in truth["ambiguous_rows"] or () if row in ROWS]
    keys = {key for key in truth["figures"] for row in rows if key.startswith(f"requests.{row}.")}
    return keys | {key for key, value in truth["figures"].items() if value is None} | NOT_TO_BE_KNOWN.get(name, set())


def test_every_figure_equals_the_transcription(name, truth, read_sample):
    expected, report = truth(name), read_sample(name)
    silent = unknowable(name, expected)
    wrong = {
        key: (value, report.value(key))
        for key, value in expected["figures"].items()
        if key not in silent and report.value(key) != (Decimal(str(value)) if isinstance(value, float) else value)
    }
    assert not wrong


def test_no_number_appears_where_none_can_be_known(name, truth, read_sample):
    expected, report = truth(name), read_sample(name)
    invented = {key: report.value(key) for key in unknowable(name, expected) if report.value(key) is not None}
    beyond = {
        key: f.value for key, f in report.figures.items() if f.value is not None and key not in expected["figures"]
    }
    assert not invented
    assert not beyond


def test_an_unknown_figure_that_was_printed_says_why(name, read_sample):
    for figure in read_sample(name).figures.values():
        if figure.value is None and figure.state is State.TEXT:
            assert figure.reason, figure


def test_digits_that_no_sum_cuts_apart_say_in_how_many_ways_they_could_be(name, read_sample):
    for key in NOT_TO_BE_KNOWN.get(name, ()):
        figure = read_sample(name).figures[key]
        assert figure.value is None
        assert figure.raw == "693665"
        assert figure.reason is not None
        assert "10 ways to cut them" in figure.reason


def test_form_year_and_organ_equal_the_transcription(name, truth, read_sample):
    expected, report = truth(name), read_sample(name)
    assert report.form.value == expected["form"]
    assert report.year == expected["year"]
    assert report.organ == re.split(r"（", expected["organ"])[0]


def test_sections_equal_the_transcription(name, truth, read_sample):
    assert [section.title for section in read_sample(name).sections] == truth(name)["sections"]
    assert [section.key for section in read_sample(name).sections] == [
        "overview",
        "disclosure",
        "requests",
        "disputes",
        "problems",
        "other",
    ]


def test_broken_rules_are_found_and_no_others(name, truth, read_sample):
    report = read_sample(name)
    findings = {(finding.rule, finding.where): finding for finding in reports.check(report, None)}
    expected = {}
    for broken in truth(name)["broken_rules"]:
        expected[RULES[(broken["rule"], broken["where"])]] = broken
    for place, broken in expected.items():
        finding = findings[place]
        assert finding.outcome is not Outcome.PASS
        if isinstance(broken["lhs"], int):
            assert (finding.left, finding.right) == (broken["lhs"], broken["rhs"])
    arithmetic = ("T3-BAL", "T3-SUM", "T3-ROW", "T3-OTHER", "T4-SUM", "F-NONNEG", "TXT-NUM", "FEE")
    failed = {
        place for place, finding in findings.items() if finding.outcome is Outcome.FAIL and place[0] in arithmetic
    }
    assert failed <= set(expected)


def test_a_rule_over_blank_cells_never_fails(name, read_sample):
    report = read_sample(name)
    for finding in reports.check(report, None):
        if finding.outcome is Outcome.FAIL and finding.rule.startswith("T"):
            assert all(report.figures[key].state is not State.BLANK for key in finding.keys)


def test_narrative_figures_equal_the_transcription(name, truth, read_sample):
    stated = {(figure.meaning, figure.value) for figure in read_sample(name).narrative}
    for figure in truth(name)["narrative_figures"]:
        meaning = MEANINGS.get(re.split(r" \(", figure["meaning"])[0])
        if meaning is None or isinstance(figure["value"], (list, str)):
            continue
        value = Decimal(str(figure["value"])) if isinstance(figure["value"], float) else figure["value"]
        if "part of" not in figure["meaning"]:
            assert (meaning, value) in stated, figure["text"]


def test_a_total_that_the_prose_does_not_state_stays_unstated(name, truth, read_sample):
    expected = [f for f in truth(name)["narrative_figures"] if f["meaning"].startswith("active_disclosed_total")]
    stated = [figure for figure in read_sample(name).narrative if figure.meaning == "disclosed"]
    assert len(stated) == len(expected), json.dumps([figure.quotation for figure in stated], ensure_ascii=False)
