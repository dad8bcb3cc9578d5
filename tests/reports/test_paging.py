"""Pages of characters and drawn lines: labels that stand upright, radicals for characters, numbers of pages, tables that go on overleaf."""

from __future__ import annotations

import pytest

from reports.extraction.paging import Pages
from reports.extraction.ruled import Character, Stroke
from reports.model import Paragraph, Table

SIZE = 10.0


def set_text(text: str, left: float, top: float) -> list[Character]:
    return [
        Character(c, left + n * SIZE, top - SIZE, left + (n + 1) * SIZE, top) for n, c in enumerate(text) if c != " "
    ]


def set_upright(text: str, left: float, top: float) -> list[Character]:
    return [
        Character(c, left, top - (n + 1) * SIZE * 1.2, left + SIZE, top - n * SIZE * 1.2 - 2)
        for n, c in enumerate(text)
    ]


def ruled(xs: list[float], ys: list[float]) -> list[Stroke]:
    across = [Stroke(xs[0], y, xs[-1], y) for y in ys]
    return across + [Stroke(x, ys[-1], x, ys[0]) for x in xs]


def blocks(*pages: tuple[list[Character], list[Stroke]]) -> list[Paragraph | Table]:
    made = Pages()
    for number, (characters, strokes) in enumerate(pages, 1):
        made.add(characters, strokes, number)
    return list(made.blocks())


def texts(found: list[Paragraph | Table]) -> list[str]:
    return [block.text for block in found if isinstance(block, Paragraph)]


def test_a_label_that_stands_upright_is_read_from_the_top():
    (table,) = blocks((set_upright("本年新收", 55, 690) + set_text("17", 105, 670), ruled([50, 100, 200], [700, 600])))
    assert isinstance(table, Table)
    assert ["".join(cell.text.split()) for cell in table.rows[0]] == ["本年新收", "17"]


def test_radicals_become_the_characters_they_stand_for_and_digits_stay_as_printed():
    assert texts(blocks((set_text("⼀、本年⽆正当理由重复申请⾏政⺠", 50, 700), []))) == [
        "一、本年无正当理由重复申请行政民"
    ]
    (table,) = blocks((set_text("⾃然⼈", 55, 690) + set_text("１7", 105, 690), ruled([50, 100, 200], [700, 600])))
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[0]] == ["自然人", "１7"]


@pytest.mark.parametrize("number", ["- 3 -", "— 12 —", "第3页", "第 3 页 共 5 页", "3/5"])
def test_a_page_number_is_no_line_wherever_it_stands(number):
    page = set_text("依法公开。", 50, 700) + set_text(number, 250, 400) + set_text("继续改进。", 50, 300)
    assert texts(blocks((page, []))) == ["依法公开。", "继续改进。"]


def test_a_number_alone_is_a_page_number_at_the_foot_and_nowhere_else():
    above = set_text("依法公开。", 50, 700)
    assert texts(blocks((above + set_text("3", 250, 60), []))) == ["依法公开。"]
    assert texts(blocks((above + set_text("3", 250, 688), []))) == ["依法公开。", "3"]
    table = set_text("规章", 55, 590) + set_text("1", 105, 590), ruled([50, 100, 200], [600, 550])
    assert "7" in texts(blocks((above + set_text("7", 250, 650) + table[0], table[1])))


def test_a_paragraph_runs_on_over_a_page_break_and_its_page_number():
    one = set_text("本年度主动公开政府信息一千二百三十四条，", 50, 80) + set_text("- 1 -", 250, 40)
    two = set_text("全部按时限办结。", 50, 760)
    (paragraph,) = texts(blocks((one, []), (two, [])))
    assert paragraph == "本年度主动公开政府信息一千二百三十四条，全部按时限办结。"


def test_each_part_of_a_table_over_two_pages_says_on_which_page_it_stands():
    lines = ruled([50, 100, 200], [700, 650])
    first = set_text("规章", 55, 690) + set_text("1", 105, 690)
    second = set_text("行政", 55, 690) + set_text("2", 105, 690)
    found = blocks((first + set_text("- 1 -", 250, 40), lines), (second, lines))
    assert [(block.place.page, block.rows[0][1].text) for block in found if isinstance(block, Table)] == [
        (1, "1"),
        (2, "2"),
    ]
    cell = found[1].rows[0][1]  # type: ignore[union-attr]
    assert cell.place.box == (100, 650, 200, 700)
