from __future__ import annotations

import pytest

from demo.arithmetic import Breach, breaches
from demo.chance import Chance
from demo.figures import SIZES, facts_of_years, printed
from demo.mistakes import FIGURE_MISTAKES, TEXT_MISTAKES
from demo.prose import CELLS_BEHIND, problem_pairs
from demo.report import findings
from demo.world import World
from reports.model import Edition

CAUSES = {rule for rule, _ in (*FIGURE_MISTAKES, *TEXT_MISTAKES)}


def test_a_world_without_mistakes_breaks_no_rule() -> None:
    for county in World.build(5, mistakes=False).counties:
        by_key = {report.key: report for report in county.reports}
        for report in county.reports:
            broken = findings(report, by_key.get((report.organ.name, report.year - 1)))
            # 其他处理 in one row is how some fill in the form, and no mistake of this world's.
            assert set(broken) <= {Breach("FORM", "requests.other.all")}


def test_figures_are_not_all_zero_and_not_all_alike(world: World) -> None:
    for county in world.counties:
        received = [report.figures["requests.new_received.total"] for report in county.reports]
        assert len(set(received)) > 10
        assert any(report.figures["requests.carried_out.total"] for report in county.reports)
        assert any(report.figures["disputes.review.total"] for report in county.reports)


def test_every_broken_rule_comes_from_a_planted_mistake(world: World) -> None:
    """A mistake may break a rule again in the year after; nothing else breaks any."""
    for county in world.counties:
        by_key = {report.key: report for report in county.reports}
        for report in county.reports:
            before = by_key.get((report.organ.name, report.year - 1))
            if not report.planted and not (before is not None and before.planted):
                one_row = "requests.other.all.total" in report.figures and report.edition == "2021"
                expected = (Breach("FORM", "requests.other.all"),) if one_row else ()
                assert findings(report, before) == expected


def test_every_planted_mistake_is_noticed_at_its_place(world: World) -> None:
    planted_rules = set()
    for county in world.counties:
        by_key = {report.key: report for report in county.reports}
        for report in county.reports:
            noticed = findings(report, by_key.get((report.organ.name, report.year - 1)))
            for planted in report.planted:
                planted_rules.add(planted.rule)
                assert Breach(planted.rule, planted.where) in noticed
    assert planted_rules == CAUSES


@pytest.mark.parametrize("rule", ["T3-BAL", "T3-SUM", "T3-ROW", "T4-SUM", "X-CARRY", "X-INFORCE"])
def test_a_mistake_in_figures_really_breaks_its_sum(world: World, rule: str) -> None:
    """Seen by the arithmetic alone, without being told."""
    for county in world.counties:
        by_key = {report.key: report for report in county.reports}
        for report in county.reports:
            if any(planted.rule == rule for planted in report.planted):
                before = by_key.get((report.organ.name, report.year - 1))
                broken = breaches(report.figures, before.figures if before is not None else None)
                assert rule in {breach.rule for breach in broken}


def test_the_balance_of_a_published_report_holds() -> None:
    """The oracle against real figures: 13612 + 535 = 13364 + 783, and one off is noticed in its column and in its row."""
    columns = ("natural", "org_business", "org_research", "org_social", "org_legal", "org_other", "total")
    rows = {
        "new_received": (13612, 252, 0, 45, 128, 32, 14069),
        "carried_in": (535, 6, 0, 1, 18, 0, 560),
        "result_total": (13364, 252, 0, 44, 121, 29, 13810),
        "carried_out": (783, 6, 0, 2, 25, 3, 819),
    }
    zero = dict.fromkeys(printed(facts_of_years(Chance("x"), SIZES["town"], (2025,))[2025], Edition.FORM_2021), 0)
    figures = zero | {
        f"requests.{row}.{c}": v for row, values in rows.items() for c, v in zip(columns, values, strict=True)
    }
    figures |= {f"requests.granted.{c}": v for c, v in zip(columns, rows["result_total"], strict=True)}
    assert breaches(figures, None) == ()
    figures["requests.carried_out.natural"] += 1
    assert breaches(figures, None) == (Breach("T3-BAL", "natural"), Breach("T3-ROW", "carried_out"))


def test_prose_says_what_the_tables_say(world: World) -> None:
    for county in world.counties:
        for report in county.reports:
            if report.planted:
                continue
            overview = "".join(report.section("overview").paragraphs)
            for meaning in ("new_received", "carried_in", "settled", "carried_out"):
                (key,) = CELLS_BEHIND[meaning]
                assert f"{report.figures[key]}件" in overview
            disputes = "".join(report.section("disputes").paragraphs)
            assert f"{report.figures['disputes.review.total']}件" in disputes
            fee = report.text.stated["fee"]
            other = "".join(report.section("other").paragraphs)
            assert (f"{fee}元" in other) if fee else ("信息处理费" in other)


def test_a_citation_of_the_form_of_2019_is_told_where_that_form_is_outdated() -> None:
    for seed in range(12):
        for county in World.build(seed, counties=1).counties:
            for report in county.reports:
                cites = any("〔2019〕60号" in text for text in report.text.introduction)
                assert (Breach("CITED", "60") in findings(report, None)) == (cites and report.year > 2020)


def test_two_organs_of_a_county_share_at_most_one_problem() -> None:
    dealt = [set(problem_pairs(turn)) for turn in range(169)]
    assert all(len(first & second) <= 1 for index, first in enumerate(dealt) for second in dealt[:index])
    assert {len(pairs) for pairs in dealt} == {4}


def test_no_slot_is_left_open_in_any_text(world: World) -> None:
    for county in world.counties:
        for report in county.reports:
            for section in report.text.sections:
                assert not {"{", "}"} & set("".join((section.heading, *section.paragraphs)))
