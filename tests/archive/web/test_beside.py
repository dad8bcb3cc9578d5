"""Two reports beside each other: figures cell by cell, words, and what one has from the other."""

from __future__ import annotations

from typing import Any

from archive.web.borrowed import pieces

COPIED = "认真贯彻落实上级部署要求不断健全工作机制"


def test_what_both_have_is_marked_across_punctuation_and_nothing_else() -> None:
    found = pieces(f"甲。{COPIED[:10]}，{COPIED[10:]}。乙", f"丙{COPIED}丁")
    assert found == [(False, "甲。"), (True, f"{COPIED[:10]}，{COPIED[10:]}"), (False, "。乙")]
    assert "".join(piece for _, piece in found) == f"甲。{COPIED[:10]}，{COPIED[10:]}。乙"


def test_a_short_phrase_that_everybody_uses_is_not_marked() -> None:
    assert pieces("政府信息公开工作年度报告", "政府信息公开工作年度报告") == [(False, "政府信息公开工作年度报告")]


def test_two_passages_are_two_marks_and_an_empty_text_is_nothing() -> None:
    other = "今年以来坚持以公开为常态不公开为例外的原则"
    found = pieces(f"{COPIED}中间的话{other}", f"{other}别的{COPIED}")
    assert [piece for borrowed, piece in found if borrowed] == [COPIED, other]
    assert pieces("", COPIED) == []


def test_two_years_of_an_organ_stand_beside_each_other(archive: Any) -> None:
    first, second = archive.ids["2023.html"], archive.ids["2022.html"]
    body = archive.get("/compare", params={"first": first, "second": second}).text
    key = "requests.new_received.natural"
    one, two = (int(archive.reports[year].figures[key] or 0) for year in (2023, 2022))
    assert one != two
    anchor = "f-" + key.replace(".", "-")
    for number, value in ((first, one), (second, two)):
        assert f'<a href="/reports/{number}#{anchor}">{value}</a>' in body


def test_without_a_second_report_the_year_before_is_taken(archive: Any) -> None:
    body = archive.get("/compare", params={"first": archive.ids["2022.html"]}).text
    assert f'<option value="{archive.ids["2021.html"]}" selected' in body


def test_a_comparison_of_nothing_is_refused(archive: Any) -> None:
    assert archive.get("/compare").status_code == 400
    assert archive.get("/compare", params={"first": 999999}).status_code == 404
    assert archive.get("/compare", params={"first": archive.ids["2022.html"], "second": 999999}).status_code == 404
