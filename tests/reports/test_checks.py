"""Each rule says pass, fail, uncertain or not assessable from the figures it names, and never fails on a guess."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

import reports
from reports.checks import CHECKS, RULES
from reports.form import FORM_2019, FORM_2021, FORMS, SECTIONS
from reports.model import Edition, Figure, NarrativeFigure, Outcome, Report, Section, State
from reports.parsing.narrative import read_narrative


def figure(key: str, value: object, **more: object) -> Figure:
    if value is None:
        return Figure(key, None, "", State.BLANK)
    assert isinstance(value, (int, Decimal))
    return Figure(key, value, str(value), State.NUMBER if value else State.ZERO, **more)  # type: ignore[arg-type]


def report(
    values: dict[str, object] | None = None,
    *,
    form: Edition = Edition.FORM_2021,
    year: int = 2023,
    text: str = "",
    **more: object,
) -> Report:
    """A report of zeros with these values printed over them."""
    figures = {key: figure(key, (values or {}).get(key, 0)) for key in FORMS[form].keys}
    sections = tuple(Section(s.key, f"{s.ordinal}、{s.text}", text or f"{year}年，无。") for s in SECTIONS)
    known = {
        "organ": "青石镇人民政府",
        "region": None,
        "title": "",
        "form": form,
        "sections": sections,
        "figures": figures,
    }
    return Report(**{**known, "year": year, **more})  # type: ignore[arg-type]


def outcome(rule: str, where: str, now: Report, earlier: Report | None = None) -> Outcome:
    (found,) = [finding for finding in reports.check(now, earlier) if (finding.rule, finding.where) == (rule, where)]
    return found.outcome


BROKEN = {
    ("T3-BAL", "total"): {"requests.new_received.total": 3},
    ("T3-SUM", "natural"): {"requests.granted.natural": 2},
    ("T3-ROW", "granted"): {"requests.granted.total": 4},
    ("T4-SUM", "suit_direct"): {"disputes.suit_direct.total": 1},
    ("F-NONNEG", "requests.granted.total"): {"requests.granted.total": -1},
    ("T2-SOFT", "normative"): {"disclosure.normative.issued": 5, "disclosure.normative.in_force": 2},
}


@pytest.mark.parametrize(("place", "values"), BROKEN.items())
def test_a_broken_sum_fails_and_an_unbroken_one_passes(place, values):
    rule, where = place
    assert outcome(rule, where, report(values)) is Outcome.FAIL
    assert outcome(rule, "all" if rule == "F-NONNEG" else where, report()) is Outcome.PASS


@pytest.mark.parametrize("place", [place for place in BROKEN if place[0].startswith(("T3", "T4"))])
def test_a_blank_a_repaired_or_an_ocr_operand_makes_a_broken_sum_uncertain(place):
    (key, value), *_ = BROKEN[place].items()
    whole = report(BROKEN[place])
    doubted = [
        whole.figures | {key: figure(key, value, repaired="realigned")},
        whole.figures | {key: figure(key, value, by_ocr=True)},
    ]
    sample = next(f for f in reports.check(whole, None) if (f.rule, f.where) == place)
    other = next(name for name in sample.keys if name != key)
    doubted.append(whole.figures | {other: figure(other, None)})
    for figures in doubted:
        assert outcome(*place, report(figures=figures)) in {Outcome.UNCERTAIN, Outcome.NOT_ASSESSABLE}
    assert outcome(*place, report(figures=doubted[0])) is Outcome.UNCERTAIN


def test_a_figure_that_was_not_read_makes_its_rules_not_assessable():
    key = "requests.granted.natural"
    missing = report(figures=report().figures | {key: Figure(key, None, "?", State.TEXT, reason="x")})
    assert outcome("T3-SUM", "natural", missing) is Outcome.NOT_ASSESSABLE
    assert outcome("T3-ROW", "granted", missing) is Outcome.NOT_ASSESSABLE
    assert outcome("T3-SUM", "total", missing) is Outcome.PASS


def test_a_finding_names_both_sides_and_the_figures_it_used():
    found = next(
        f
        for f in reports.check(report({"requests.new_received.total": 3}), None)
        if (f.rule, f.where) == ("T3-BAL", "total")
    )
    assert (found.left, found.right) == (3, 0)
    assert set(found.keys) == {
        f"requests.{row}.total" for row in ("new_received", "carried_in", "result_total", "carried_out")
    }


def test_carry_over_compares_last_years_end_with_this_years_start():
    before = report({"requests.carried_out.total": 4}, year=2022)
    assert outcome("X-CARRY", "total", report({"requests.carried_in.total": 4}), before) is Outcome.PASS
    assert outcome("X-CARRY", "total", report({"requests.carried_in.total": 3}), before) is Outcome.FAIL
    assert outcome("X-CARRY", "all", report(), None) is Outcome.NOT_ASSESSABLE
    assert outcome("X-CARRY", "all", report(), report(year=2020)) is Outcome.NOT_ASSESSABLE


def test_documents_in_force_follow_from_last_year():
    before = report({"disclosure.normative.in_force": 10}, year=2022)
    now = {"disclosure.normative.issued": 3, "disclosure.normative.repealed": 2, "disclosure.normative.in_force": 11}
    assert outcome("X-INFORCE", "normative", report(now), before) is Outcome.PASS
    assert (
        outcome("X-INFORCE", "normative", report(now | {"disclosure.normative.in_force": 12}), before) is Outcome.FAIL
    )


def test_items_of_2019_follow_from_the_year_before_and_its_change():
    before = report(
        {"disclosure.licence.prev_items": 8, "disclosure.licence.delta": -3}, form=Edition.FORM_2019, year=2019
    )
    now = report({"disclosure.licence.prev_items": 5}, form=Edition.FORM_2019, year=2020)
    assert outcome("T2-F19-DELTA", "licence", now, before) is Outcome.PASS
    assert outcome("T2-F19-DELTA", "penalty", now, before) is Outcome.PASS


def test_a_leap_is_shown_and_a_small_number_is_not():
    key = "requests.new_received.total"
    assert outcome("YOY", key, report({key: 60}), report({key: 10}, year=2022)) is Outcome.FAIL
    assert outcome("YOY", key, report({key: 40}), report({key: 10}, year=2022)) is Outcome.PASS
    found = [f.where for f in reports.check(report({key: 6}), report({key: 1}, year=2022)) if f.rule == "YOY"]
    assert key not in found


@pytest.mark.parametrize("doubt", [{"repaired": "realigned"}, {"by_ocr": True}])
def test_what_is_unlikely_of_a_doubtful_figure_is_uncertain(doubt):
    key = "requests.new_received.total"
    leap = report({key: 60})
    doubted = leap.figures | {key: figure(key, 60, **doubt)}
    before = report({key: 10}, year=2022)
    assert outcome("YOY", key, replace(leap, figures=doubted), before) is Outcome.UNCERTAIN
    issued = "disclosure.normative.issued"
    too_many = report({issued: 5, "disclosure.normative.in_force": 2})
    doubted = too_many.figures | {issued: figure(issued, 5, **doubt)}
    assert outcome("T2-SOFT", "normative", replace(too_many, figures=doubted)) is Outcome.UNCERTAIN
    repealed = "disclosure.normative.repealed"
    gone = report({repealed: 9})
    doubted = gone.figures | {repealed: figure(repealed, 9, **doubt)}
    found = outcome("T2-SOFT", "normative.repealed", replace(gone, figures=doubted), report(year=2022))
    assert found is Outcome.UNCERTAIN


def test_prose_that_differs_from_the_table_is_a_difference_not_an_error():
    said = (NarrativeFigure("new_received", 5, "件", "收到申请5件"),)
    found = next(
        f
        for f in reports.check(report({"requests.new_received.total": 4}, narrative=said), None)
        if f.rule == "TXT-NUM"
    )
    assert (found.outcome, found.severity, found.left, found.right) == (Outcome.FAIL, "warn", 5, 4)
    about = (NarrativeFigure("new_received", 5, "件", "约5件", approximate=True),)
    assert outcome("TXT-NUM", "new_received", report(narrative=about)) is Outcome.UNCERTAIN


def test_fees_taken_and_not_taken_contradict_each_other():
    both = (NarrativeFigure("fee", 30, "元", "收取30元"), NarrativeFigure("fee", 0, "元", "未收取信息处理费"))
    assert outcome("FEE", "other", report(narrative=both)) is Outcome.FAIL
    assert outcome("FEE", "other", report(narrative=both[:1])) is Outcome.PASS
    assert outcome("FEE", "other", report()) is Outcome.NOT_ASSESSABLE


def test_an_outdated_edition_fails():
    assert outcome("FORM", "edition", report(form=Edition.FORM_2019, year=2022)) is Outcome.FAIL
    assert outcome("FORM", "edition", report(form=Edition.FORM_2019, year=2020)) is Outcome.PASS


def test_a_missing_section_is_named():
    short = report(sections=report().sections[:4])
    assert outcome("SECTIONS", "problems", short) is Outcome.FAIL
    assert outcome("SECTIONS", "all", report()) is Outcome.PASS


def test_another_year_inside_is_found():
    assert outcome("ID-YEAR", "all", report(text="2022年，我镇公开信息。2022年，无申请。")) is Outcome.FAIL
    assert outcome("ID-YEAR", "all", report(text="2023年，我镇公开信息。")) is Outcome.PASS


def test_another_organ_inside_is_found():
    assert outcome("ID-ORGAN", "all", report(text="2023年，我局高度重视。")) is Outcome.FAIL
    assert outcome("ID-ORGAN", "all", report(text="2023年，我镇高度重视，青石镇上下努力。")) is Outcome.PASS


def test_an_outdated_paper_cited_is_found():
    cited = report(text="2023年，按照国办公开办函〔2019〕60号文件。")
    assert outcome("CITED", "60", cited) is Outcome.FAIL


def test_a_paper_of_another_office_with_the_same_number_is_none_of_the_form():
    other = report(text="2023年，按照豫政办〔2019〕60号、国发〔2019〕51号文件公开信息。")
    assert [finding for finding in reports.check(other, None) if finding.rule == "CITED"] == []
    assert outcome("CITED", "51", report(text="2023年，依据国办公开办函［2019］51号。")) is Outcome.FAIL


def test_a_year_counted_that_is_not_the_title_s_fails_though_its_year_is_named():
    copied = report(text="本报告数据统计期限自2022年1月1日至12月31日。2023年，我镇公开信息。")
    assert outcome("ID-YEAR", "all", copied) is Outcome.FAIL
    both = report(text="统计期限自2023年1月1日起至2023年12月31日止，上年为2022年1月1日至12月31日。")
    assert outcome("ID-YEAR", "all", both) is Outcome.PASS


SELVES = [
    ("青石镇人民政府", "我乡高度重视。", Outcome.FAIL),
    ("青石镇人民政府", "我乡撤乡设镇以来，我镇高度重视。", Outcome.UNCERTAIN),
    ("青石镇人民政府", "我镇高度重视，我乡村建设有进展。", Outcome.PASS),
    ("青石街道办事处", "我镇高度重视。", Outcome.FAIL),
    ("青石县人民政府", "我局高度重视。", Outcome.FAIL),
    ("青石县人民政府", "我县指导我乡镇公开。", Outcome.PASS),
    ("青石县水利局", "我镇高度重视。", Outcome.FAIL),
    ("青石镇人民政府", "指导各乡镇人民政府公开，全县乡镇人民政府培训。", Outcome.PASS),
    ("青石镇人民政府", "柳林镇人民政府重视，柳林镇人民政府公开。", Outcome.FAIL),
]


@pytest.mark.parametrize(("organ", "text", "expected"), SELVES)
def test_an_organ_calls_itself_what_it_is(organ, text, expected):
    assert outcome("ID-ORGAN", "all", report(text="2023年，" + text, organ=organ)) is expected


STATED = [
    ("2022年收到政府信息公开申请5件，2023年收到政府信息公开申请7件。", [("new_received", 7, None)]),
    ("较上年收到申请10件增长20%。", []),
    ("上年结转申请2件。", [("carried_in", 2, None)]),
    ("全县收到申请120件，我镇收到申请3件。", [("new_received", 120, "全县"), ("new_received", 3, "我镇")]),
    ("信息处理费收取120元。", [("fee", 120, None)]),
    ("收取信息处理费0元。", [("fee", 0, None)]),
    ("其中收到申请5件。", []),
]


@pytest.mark.parametrize(("text", "expected"), STATED)
def test_prose_states_the_figures_of_its_own_year_and_scope(text, expected):
    found = read_narrative((Section("requests", "", text),), 2023)
    assert [(figure.meaning, figure.value, figure.scope) for figure in found] == expected


EDGES = [
    (50, 10, Outcome.PASS),  # five times is not more than five times
    (51, 10, Outcome.FAIL),
    (10, 50, Outcome.PASS),
    (9, 50, Outcome.FAIL),
    (10, 0, Outcome.FAIL),
]


@pytest.mark.parametrize(("now", "then", "expected"), EDGES)
def test_a_leap_is_more_than_fivefold_either_way(now, then, expected):
    key = "requests.new_received.total"
    assert outcome("YOY", key, report({key: now}), report({key: then}, year=2022)) is expected


OWN = "本年度重点围绕集镇改造与灌区维修逐项公示进展，先后在村口宣传栏张贴七批清单，邀请种粮大户列席三次议事会，并把意见逐条答复上墙，"


def test_text_taken_from_last_year_is_measured_with_its_passages():
    text = "2023年，" + OWN * 4
    same = next(f for f in reports.check(report(text=text), report(text=text, year=2022)) if f.rule == "REPEAT")
    assert same.outcome is Outcome.FAIL
    assert same.left == 100
    assert "集镇改造" in same.message
    other = (
        "2022年，"
        + "今年我们新建两处便民站点并调整了窗口布局，安排专人每日核对台账，季度末向代表通报办理时长与群众评价结果，" * 4
    )
    assert outcome("REPEAT", "all", report(text=text), report(text=other, year=2022)) is Outcome.PASS


def test_a_blank_cell_is_told_and_is_not_zero():
    key = "requests.granted.natural"
    assert outcome("BLANK", "requests", report(figures=report().figures | {key: figure(key, None)})) is Outcome.FAIL
    assert outcome("BLANK", "requests", report()) is Outcome.PASS


def test_a_blank_that_may_stand_elsewhere_or_among_unread_cells_is_not_certain():
    key = "requests.granted.natural"
    moved = report().figures | {key: figure(key, None)._replace(repaired="realigned")}
    assert outcome("BLANK", "requests", report(figures=moved)) is Outcome.UNCERTAIN
    unread = report().figures | {key: Figure(key, None, "1 | | 2", State.TEXT, reason="x")}
    assert outcome("BLANK", "requests", report(figures=unread)) is Outcome.NOT_ASSESSABLE
    assert outcome("BLANK", "disputes", report(figures=unread)) is Outcome.PASS


def test_every_rule_has_a_name_and_an_explanation_in_both_languages():
    assert len({rule.id for rule in CHECKS}) == len(CHECKS)
    assert RULES.keys() >= {rule.id for rule in CHECKS}
    for rule in CHECKS:
        assert rule.name and rule.name_en and rule.explanation and rule.explanation_en
    assert set(FORM_2019.keys) - set(FORM_2021.keys)
