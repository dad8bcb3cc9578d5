"""The shares of words at which repeated and borrowed text is told: just under, exactly at and just over; what is shown never contradicts what is said."""

from __future__ import annotations

import random
from datetime import date

import pytest

import reports
from reports.checking.neighbours import Neighbour, find_copied
from reports.model import Edition, Finding, Outcome, Report, Section, Severity

HANZI = [chr(code) for code in range(0x4E00, 0x9FA5)]
ALL = 200  # characters of a text


def words(count: int, seed: int) -> str:
    """Characters drawn by chance: no eight of them stand in two texts."""
    return "".join(random.Random(seed).sample(HANZI, count))


def report(text: str, year: int = 2023) -> Report:
    section = Section("overview", "一、总体情况", text)
    return Report("青石镇人民政府", None, year, "", Edition.FREE, (section,), {})


def repeated(shared: int, total: int = ALL) -> Finding:
    common = words(shared, 1)
    now, then = report(common + words(total - shared, 2)), report(common + words(total - shared, 3), 2022)
    (found,) = [one for one in reports.check(now, then) if one.rule == "REPEAT"]
    return found


@pytest.mark.parametrize(
    ("shared", "outcome", "severity", "shown"),
    [
        (99, Outcome.PASS, Severity.WARN, 50),
        (100, Outcome.PASS, Severity.WARN, 50),
        (101, Outcome.FAIL, Severity.WARN, 51),
        (179, Outcome.FAIL, Severity.WARN, 90),
        (180, Outcome.FAIL, Severity.WARN, 90),
        (181, Outcome.FAIL, Severity.ERROR, 91),
    ],
)
def test_more_than_half_of_last_years_words_is_told_and_more_than_nine_tenths_gravely(shared, outcome, severity, shown):
    found = repeated(shared)
    assert (found.outcome, found.severity, found.left) == (outcome, severity, shown)


@pytest.mark.parametrize(("total", "outcome"), [(149, Outcome.NOT_ASSESSABLE), (150, Outcome.FAIL)])
def test_a_share_of_too_few_words_says_nothing(total, outcome):
    assert repeated(total - 10, total).outcome is outcome


@pytest.mark.parametrize(("shared", "shown"), [(15, 0), (16, 8)])
def test_sixteen_characters_in_one_piece_count_as_taken(shared, shown):
    assert repeated(shared).left == shown


@pytest.mark.parametrize(("shared", "shown"), [(119, None), (120, 60), (121, 60), (122, 61)])
def test_six_tenths_of_a_section_taken_from_a_neighbour_is_told(shared, shown):
    common = words(shared, 1)
    pair = {
        "1": Neighbour("柳林镇", report(common + words(ALL - shared, 2)), date(2024, 1, 1)),
        "2": Neighbour("双河镇", report(common + words(ALL - shared, 3)), date(2024, 1, 2)),
    }
    found = find_copied(pair)
    assert {name: [(one.left, one.right) for one in each] for name, each in found.items()} == (
        {} if shown is None else {"2": [(shown, 60)]}
    )
