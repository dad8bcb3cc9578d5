"""What differs between two texts or two reports."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.web.differences import Piece, figure_differences, prose_pieces, section_differences
from reports.model import Edition, Figure, Report, Section, State


def report(sections: dict[str, str] | None = None, **figures: Figure) -> Report:
    made = tuple(Section(key, key, text) for key, text in (sections or {}).items())
    return Report(None, None, 2024, "年报", Edition.FORM_2021, made, {f.key: f for f in figures.values()})


KEY = "requests.new_received.total"


def figure(value: int | Decimal | None, raw: str = "", state: State = State.NUMBER) -> Figure:
    return Figure(KEY, value, raw, state)


texts = st.text(alphabet="本年度共受理申请12件。，\n ab", max_size=60)


@given(texts, texts)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = prose_pieces(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "come") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "gone") == after


@given(texts)
def test_equal_texts_have_no_changed_piece(text: str) -> None:
    assert all(piece.kind == "same" for piece in prose_pieces(text, text))


def test_a_changed_number_is_marked_whole() -> None:
    assert prose_pieces("本年受理申请1538件。", "本年受理申请1638件。") == (
        Piece("same", "本年受理申请"),
        Piece("gone", "1538"),
        Piece("come", "1638"),
        Piece("same", "件。"),
    )


def test_an_added_sentence_leaves_its_neighbours_alone() -> None:
    pieces = prose_pieces("工作平稳。问题不少。", "工作平稳。已经整改。问题不少。")
    assert [piece for piece in pieces if piece.kind != "same"] == [Piece("come", "已经整改。")]


def test_sentences_with_nothing_in_common_are_not_mixed() -> None:
    assert [piece.kind for piece in prose_pieces("天地玄黄宇宙洪荒。", "日月盈昃辰宿列张。")] == ["gone", "come"]


def test_a_very_long_passage_is_shown_replaced_instead_of_compared_for_minutes() -> None:
    old = "".join(chr(0x4E00 + i % 3000) for i in range(9000))
    assert [piece.kind for piece in prose_pieces(old, old[::-1])] == ["gone", "come"]


def test_a_section_that_only_one_version_has_is_a_difference() -> None:
    found = section_differences(report({"overview": "甲"}), report({"other": "乙"}))
    assert [(section.key, section.changed) for section in found] == [("other", True), ("overview", True)]


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        (figure(3, "3"), figure(3, "３"), False),
        (figure(3, "3"), figure(4, "4"), True),
        (figure(None, "", State.BLANK), figure(0, "0", State.ZERO), True),
        (figure(None, "", State.BLANK), figure(None, "-", State.DASH), True),
        (figure(None, "约3", State.TEXT), figure(None, "约4", State.TEXT), True),
        (figure(Decimal("1.50"), "1.50"), figure(Decimal("1.5"), "1.5"), False),
    ],
)
def test_figures_differ_when_they_do_not_say_the_same(before: Figure, after: Figure, differs: bool) -> None:
    assert bool(figure_differences(report(a=before), report(a=after))) is differs
