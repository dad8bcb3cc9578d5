"""Each rule on figures can say all four: it holds, it is broken, it is uncertain, it cannot be assessed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import reports
from reports.model import Edition, Figure, NarrativeFigure, Outcome, Report, State
from tests.reports.test_checks import figure, report

REPAIRED = {"repaired": "realigned"}


@dataclass(frozen=True)
class Trial:
    """A figure that breaks a rule at a place, and what it is broken against; all other figures are zeros. `right` keeps the rule."""

    where: str
    key: str
    broken: int
    earlier: Report | None = None
    right: int = 0
    narrative: tuple[NarrativeFigure, ...] = ()
    form: Edition = Edition.FORM_2021
    year: int = 2023


OLD = {"form": Edition.FORM_2019, "year": 2020}
TRIALS = {
    "T3-BAL": Trial("total", "requests.new_received.total", 3),
    "T3-SUM": Trial("natural", "requests.granted.natural", 2),
    "T3-OTHER": Trial("total", "requests.other.all.total", 3),
    "T3-ROW": Trial("granted", "requests.granted.total", 4),
    "T4-SUM": Trial("review", "disputes.review.total", 1),
    "T2-SOFT": Trial("rules", "disclosure.rules.issued", 5),
    "X-CARRY": Trial("total", "requests.carried_in.total", 4, report(year=2022)),
    "X-INFORCE": Trial("rules", "disclosure.rules.in_force", 4, report(year=2022)),
    "T2-F19-DELTA": Trial(
        "licence", "disclosure.licence.prev_items", 4, report(form=Edition.FORM_2019, year=2019), **OLD
    ),
    "YOY": Trial(
        "requests.result_total.total",
        "requests.result_total.total",
        90,
        report({"requests.result_total.total": 12}, year=2022),
        right=13,
    ),
    "TXT-NUM": Trial(
        "new_received",
        "requests.new_received.total",
        4,
        right=5,
        narrative=(NarrativeFigure("new_received", 5, "件", "收到申请5件"),),
    ),
}


def outcome(rule: str, where: str, now: Report, earlier: Report | None) -> Outcome:
    (found,) = [one for one in reports.check(now, earlier) if (one.rule, one.where) == (rule, where)]
    return found.outcome


@pytest.mark.parametrize("rule", TRIALS)
def test_what_compares_figures_holds_breaks_is_uncertain_or_not_assessable(rule):
    trial = TRIALS[rule]
    plain = report(form=trial.form, year=trial.year).figures
    figures = {
        Outcome.PASS: figure(trial.key, trial.right),
        Outcome.FAIL: figure(trial.key, trial.broken),
        Outcome.UNCERTAIN: figure(trial.key, trial.broken, **REPAIRED),
        Outcome.NOT_ASSESSABLE: Figure(trial.key, None, "?", State.TEXT, reason="x"),
    }
    for expected, one in figures.items():
        now = report(form=trial.form, year=trial.year, figures=plain | {trial.key: one}, narrative=trial.narrative)
        assert outcome(rule, trial.where, now, trial.earlier) is expected


@pytest.mark.parametrize("rule", ["X-CARRY", "X-INFORCE", "YOY", "REPEAT", "T2-F19-DELTA"])
def test_a_rule_across_years_says_that_it_has_no_year_before(rule):
    now = report(**OLD) if rule == "T2-F19-DELTA" else report()
    assert outcome(rule, "all", now, None) is Outcome.NOT_ASSESSABLE


def test_counts_are_natural_not_natural_uncertain_or_not_read():
    key = "requests.granted.natural"
    plain = report().figures
    for where, expected, one in (
        ("all", Outcome.PASS, figure(key, 0)),
        (key, Outcome.FAIL, figure(key, -1)),
        (key, Outcome.UNCERTAIN, figure(key, -1, **REPAIRED)),
        ("all", Outcome.NOT_ASSESSABLE, Figure(key, None, "1 0", State.TEXT, reason="x")),
    ):
        assert outcome("F-NONNEG", where, report(figures=plain | {key: one}), None) is expected


def test_cells_are_filled_blank_perhaps_blank_or_not_read():
    key = "requests.granted.natural"
    plain = report().figures
    for expected, one in {
        Outcome.PASS: figure(key, 0),
        Outcome.FAIL: figure(key, None),
        Outcome.UNCERTAIN: figure(key, None)._replace(**REPAIRED),
        Outcome.NOT_ASSESSABLE: Figure(key, None, "1 0", State.TEXT, reason="x"),
    }.items():
        assert outcome("BLANK", "requests", report(figures=plain | {key: one}), None) is expected


def test_fees_agree_contradict_are_uncertain_or_not_told():
    taken, none = NarrativeFigure("fee", 30, "元", "收取30元"), NarrativeFigure("fee", 0, "元", "未收取信息处理费")
    assert outcome("FEE", "other", report(narrative=(taken,)), None) is Outcome.PASS
    assert outcome("FEE", "other", report(narrative=(taken, none)), None) is Outcome.FAIL
    assert outcome("FEE", "other", report(narrative=(taken, none), by_ocr=True), None) is Outcome.UNCERTAIN
    assert outcome("FEE", "other", report(), None) is Outcome.NOT_ASSESSABLE


def test_more_repealed_than_there_were_breaks_and_no_more_holds():
    before = report({"disclosure.rules.in_force": 2}, year=2022)
    for repealed, expected in ((2, Outcome.PASS), (3, Outcome.FAIL)):
        assert outcome("T2-SOFT", "rules.repealed", report({"disclosure.rules.repealed": repealed}), before) is expected
