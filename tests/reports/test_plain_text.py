"""However a text or Markdown file draws its tables, they are read whole; prose that only looks like a row stays prose."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

import reports
from reports.extraction.plain import text_blocks
from reports.extraction.sniffing import kind_of
from reports.form import DISPUTE_COLUMNS
from reports.model import Paragraph, Table
from tests.reports.mutating import HEAD, Page

Rows = list[list[str]]


def tables_of(page: Page) -> tuple[Rows, Rows, Rows]:
    disclosure: Rows = []
    for article, columns, rows in page.disclosure:
        disclosure += [[article, "", "", ""], ["信息内容", *columns], *([*row.labels, *row.cells] for row in rows)]
    requests: Rows = [
        [HEAD[0][0], "", "", HEAD[0][1], "", "", "", "", "", "总计"],
        ["", "", "", "自然人", "法人或其他组织", "", "", "", "", ""],
        ["", "", "", "", *HEAD[2], ""],
    ]
    requests += [[*[""] * (3 - len(row.labels)), *row.labels, *row.cells] for row in page.requests]
    results = [column.text for column in DISPUTE_COLUMNS]
    heads = (
        ["行政复议", *[""] * 4, "行政诉讼", *[""] * 9],
        [*[""] * 5, "未经复议直接起诉", *[""] * 4, "复议后起诉", *[""] * 4],
    )
    return disclosure, requests, [*heads, results * 3, page.disputes.cells]


def written(page: Page, draw: Callable[[Rows], list[str]]) -> bytes:
    disclosure, requests, disputes = tables_of(page)
    lines = [
        "# 青石镇2023年政府信息公开工作年度报告",
        "",
        "一、总体情况",
        "",
        "依法公开。",
        "",
        "二、主动公开政府信息情况",
        "",
    ]
    lines += [*draw(disclosure), "", "三、收到和处理政府信息公开申请情况", "", *draw(requests), ""]
    lines += ["四、政府信息公开行政复议、行政诉讼情况", "", *draw(disputes), "", "五、存在的主要问题及改进情况", ""]
    return "\n".join([*lines, "继续改进。", "", "六、其他需要报告的事项", "", "无。"]).encode()


def even(rows: Rows) -> Rows:
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


def pipes(rows: Rows) -> list[str]:
    drawn = ["| " + " | ".join(row) + " |" for row in even(rows)]
    return [drawn[0], "|:--" + "|--:" * (len(even(rows)[0]) - 1) + "|", *drawn[1:]]


def pipes_between_cells_alone(rows: Rows) -> list[str]:
    drawn = [" | ".join(row) for row in rows]
    return [drawn[0], "--- | ---", *drawn[1:]]


def emphasised_pipes(rows: Rows) -> list[str]:
    return pipes([[f"**{cell}**" if cell else cell for cell in row] for row in rows])


def uneven_pipes(rows: Rows) -> list[str]:
    return ["|" + "|".join(row) + "|" for row in rows]


def ruled_by_characters(rows: Rows) -> list[str]:
    rule = "+" + "-----+" * len(even(rows)[0])
    return [rule] + [line for row in even(rows) for line in ("| " + " | ".join(row) + " |", rule)]


def drawn_boxes(rows: Rows) -> list[str]:
    def rule(left: str, middle: str, right: str) -> str:
        return left + middle.join(["──"] * len(even(rows)[0])) + right

    lines = [line for row in even(rows) for line in ("│" + "│".join(row) + "│", rule("├", "┼", "┤"))]
    return [rule("┌", "┬", "┐"), *lines[:-1], rule("└", "┴", "┘")]


def tabs(rows: Rows) -> list[str]:
    return ["\t".join(row) for row in rows]


def tabs_without_empty_ends(rows: Rows) -> list[str]:
    return ["\t".join(row).strip() for row in rows]


def tabs_with_white_lines(rows: Rows) -> list[str]:
    return [line for row in rows for line in ("\t".join(row), "")]


def markup(rows: Rows) -> list[str]:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return ["<table>", *(f"<tr>{line}</tr>" for line in cells), "</table>"]


def markup_in_one_line(rows: Rows) -> list[str]:
    return ["".join(markup(rows))]


def a_cell_a_line(rows: Rows) -> list[str]:
    return [cell for row in rows for cell in row if cell]


def a_cell_a_paragraph(rows: Rows) -> list[str]:
    return [line for cell in a_cell_a_line(rows) for line in (cell, "")]


def spaces(rows: Rows) -> list[str]:
    return ["   ".join(filter(None, row)) for row in rows]


def wide_spaces(rows: Rows) -> list[str]:
    return ["\u3000".join(filter(None, row)) for row in rows]


def pipes_with_broken_lines(rows: Rows) -> list[str]:
    return [line.replace("本年", "本<br>年").replace("商业企业", "商业<br/>企业") for line in pipes(rows)]


SHAPES = (
    pipes, pipes_with_broken_lines, pipes_between_cells_alone, emphasised_pipes, uneven_pipes, ruled_by_characters, drawn_boxes, tabs, tabs_without_empty_ends,
    tabs_with_white_lines, markup, markup_in_one_line, a_cell_a_line, a_cell_a_paragraph, spaces, wide_spaces,
)  # fmt: skip


@pytest.mark.parametrize("draw", SHAPES, ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_table_in_any_shape_is_read_whole(draw, line_break):
    for seed in range(20_000, 20_006):
        page = Page(random.Random(seed))
        payload = written(page, draw).replace(b"\n", line_break.encode())
        assert kind_of(payload) == "text"
        report = reports.parse(reports.extract(payload, None, None))
        assert {key: report.value(key) for key in page.true} == page.true
        assert len(report.sections) == 6


def texts(text: str) -> list[str]:
    return [block.text for block in text_blocks(text) if isinstance(block, Paragraph)]


def test_an_indented_sentence_is_prose_and_no_row():
    assert texts("一、总体情况\n\t2023年，我镇依法公开。\n规章\t1\n\t我镇没有其他事项。\n") == [
        "一、总体情况",
        "2023年，我镇依法公开。",
        "我镇没有其他事项。",
    ]


def test_one_pipe_between_words_makes_no_table():
    assert texts("首页 | 政务公开\n青石镇") == ["首页 | 政务公开", "青石镇"]


def test_a_line_drawn_under_a_heading_is_no_table():
    assert not any(isinstance(block, Table) for block in text_blocks("总体情况\n------\n依法公开。"))


def test_a_piece_of_a_page_whose_lines_are_broken_by_tags_is_a_page():
    piece = (
        "一、总体情况<br/>依法公开。<br/>二、主动公开政府信息情况<br/><table><tr><td>规章</td><td>1</td></tr></table>"
    )
    assert kind_of(piece.encode()) == "html"
    assert kind_of(piece.replace("<br/>", "\n").encode()) == "text"


def test_words_around_a_table_in_markup_are_kept():
    blocks = text_blocks("见下表：<table><tr><td>规章</td><td>1</td></tr></table>单位：件\n无。")
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Table", "Paragraph", "Paragraph"]
    assert texts("见下表：<table><tr><td>规章</td><td>1</td></tr></table>单位：件\n无。") == [
        "见下表：",
        "单位：件",
        "无。",
    ]


def test_a_table_in_markup_that_never_ends_is_text():
    assert texts("<table><tr><td>规章\n无。") == ["<table><tr><td>规章", "无。"]
    assert texts("</table><table>\n无。")[-1] == "无。"
