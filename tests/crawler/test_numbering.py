"""Numbers that run evenly are reckoned, with the proofs that they need; others are left alone."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from crawler.numbering import Led, Numbering

Shown = tuple[
    int, tuple[int, ...], tuple[str, ...]
]  # an organ's place, the numbers of its page, those of what it led to


def _numbering(shown: Iterable[Shown]) -> Numbering:
    numbering = Numbering()
    for one in shown:
        numbering.note(Led(*one))
    return numbering


def test_two_organs_prove_how_far_it_is_from_a_page_to_its_list() -> None:
    numbering = _numbering([(0, (7014,), ("7016",)), (1, (7017,), ("7019",))])
    assert numbering.reckoned(9, (7100,)) == ("7102",)


def test_one_organ_proves_nothing() -> None:
    assert _numbering([(0, (7014,), ("7016",))]).reckoned(1, (7017,)) is None


def test_three_organs_prove_how_far_it_is_from_list_to_list() -> None:
    shown = [(0, (), ("352",)), (1, (), ("355",)), (2, (), ("358",))]
    assert _numbering(shown[:2]).reckoned(2, ()) is None
    assert _numbering(shown).reckoned(3, ()) == ("361",)
    assert _numbering(shown).reckoned(7, ()) == ("373",)


def test_after_a_gap_the_numbers_go_on_from_the_organ_that_was_read_last() -> None:
    shown = [(0, (), ("352",)), (1, (), ("355",)), (2, (), ("358",)), (6, (), ("401",))]
    assert _numbering(shown).reckoned(7, ()) == ("404",)


def test_numbers_that_are_the_same_for_all_stay_and_leading_zeros_are_kept() -> None:
    shown = [(0, (8,), ("1", "008", "20")), (1, (9,), ("1", "009", "20"))]
    assert _numbering(shown).reckoned(2, (10,)) == ("1", "010", "20")


def test_an_organ_that_is_read_again_is_no_second_proof() -> None:
    assert _numbering([(0, (7014,), ("7016",)), (0, (7014,), ("7016",))]).reckoned(1, (7017,)) is None


@pytest.mark.parametrize(
    "to",
    [
        pytest.param(["7", "90", "8", "1"], id="at random"),
        pytest.param(["10", "13", "20", "27", "30"], id="as many steps of one length as of others"),
        pytest.param(["10", "11"], id="two organs"),
    ],
)
def test_numbers_that_do_not_run_evenly_are_not_reckoned(to: list[str]) -> None:
    assert _numbering((place, (), (number,)) for place, number in enumerate(to)).reckoned(len(to), ()) is None


def test_no_number_falls_below_zero() -> None:
    shown = [(0, (), ("4",)), (1, (), ("2",)), (2, (), ("0",))]
    assert _numbering(shown).reckoned(3, ()) is None
