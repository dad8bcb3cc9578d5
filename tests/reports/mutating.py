"""A seed number in, a report page with damaged tables and what its figures truly are out. The same number always gives the same case.

A page is laid out from figures that add up (most of the time: real reports break sums too), then damaged the way real ones are.
What a damage destroyed is listed in `lost`: there no number may appear. Everywhere else a number must be the true one or be missing.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reports.form import DISPUTE_COLUMNS, DISPUTE_GROUPS, FORM_2019, FORM_2021, REQUEST_COLUMNS, Form

COLUMNS = [column.key for column in REQUEST_COLUMNS]
GROUPS = {
    "refused": "（三）不予公开",
    "unavailable": "（四）无法提供",
    "not_processed": "（五）不予处理",
    "other": "（六）其他处理",
}
HEAD = [
    ["（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "申请人情况"],
    ["自然人", "法人或其他组织", "总计"],
    ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"],
]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass
class Row:
    """One printed row: the cells before its figures, the figures' cells, the cells after."""

    key: str  # of the form's row
    keys: list[str]  # of its figures
    labels: list[str]
    cells: list[str]
    tail: list[str] = field(default_factory=list)
    damaged: bool = False


@dataclass
class Case:
    seed: int
    payload: bytes
    true: dict[str, int]
    lost: set[str]
    damages: list[str]


class Page:
    """The tables of one report while they are being damaged."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.form: Form = FORM_2019 if chance.random() < 0.25 else FORM_2021
        self.true: dict[str, int] = {}
        self.lost: set[str] = set()
        self.damages: list[str] = []
        self.header = True
        self.requests = self._requests()
        self.disputes = self._disputes()
        self.disclosure = self._disclosure()

    def number(self) -> int:
        kind = self.chance.random()
        if kind < 0.55:
            return 0
        return (
            self.chance.randint(1, 9)
            if kind < 0.8
            else self.chance.randint(10, 99)
            if kind < 0.95
            else self.chance.randint(100, 4000)
        )

    def _requests(self) -> list[Row]:
        table: dict[str, list[int]] = {row.key: [self.number() for _ in COLUMNS[:-1]] for row in self.form.leaf_rows}
        if self.chance.random() < 0.2:
            table = {key: [0] * 6 for key in table}
        table["result_total"] = [sum(column) for column in zip(*table.values(), strict=True)]
        table["carried_out"] = [self.chance.choice([0, 0, 0, 2, 11]) for _ in range(6)]
        balance = [a + b for a, b in zip(table["result_total"], table["carried_out"], strict=True)]
        table["carried_in"] = [self.chance.randint(0, min(5, left)) for left in balance]
        table["new_received"] = [a - b for a, b in zip(balance, table["carried_in"], strict=True)]
        for row in table.values():
            row.append(sum(row))
        for _ in range(self.chance.choice([0, 0, 0, 1, 2])):  # the organ's own slips
            table[self.chance.choice(list(table))][self.chance.randrange(7)] = self.number()
        rows = []
        started: set[str] = set()
        for row in self.form.request_rows:
            keys = [f"requests.{row.key}.{column}" for column in COLUMNS]
            values = table[row.key]
            self.true.update(zip(keys, values, strict=True))
            labels = [f"{row.ordinal}{row.text}"]
            if row.group in GROUPS:
                labels.insert(0, "" if row.group in started else GROUPS[row.group])
                started.add(row.group)
            if row.group and row.group not in {"", None}:
                labels.insert(0, "三、本年度办理结果" if row.key == "granted" else "")
            rows.append(Row(row.key, keys, labels, [str(value) for value in values]))
        return rows

    def _disputes(self) -> Row:
        keys, cells = [], []
        for group in DISPUTE_GROUPS:
            values = [self.number() for _ in DISPUTE_COLUMNS[:-1]]
            values.append(sum(values) if self.chance.random() < 0.95 else self.number())
            keys += [f"disputes.{group.key}.{column.key}" for column in DISPUTE_COLUMNS]
            cells += [str(value) for value in values]
        self.true.update({key: int(cell) for key, cell in zip(keys, cells, strict=True)})
        return Row("disputes", keys, [], cells)

    def _disclosure(self) -> list[tuple[str, list[str], list[Row]]]:
        blocks = []
        for block in self.form.disclosure:
            rows = []
            for row in block.rows:
                keys = [f"disclosure.{row.key}.{column.key}" for column in block.columns]
                values = [self.number() for _ in keys]
                self.true.update(zip(keys, values, strict=True))
                rows.append(Row(row.key, keys, [row.text], [str(value) for value in values]))
            blocks.append((block.article, [column.text for column in block.columns], rows))
        return blocks

    def lose(self, row: Row, positions: list[int] | None = None) -> None:
        self.lost.update(row.keys if positions is None else [row.keys[position] for position in positions])

    def rows(self) -> list[Row]:
        return [*self.requests, *(row for _, _, rows in self.disclosure for row in rows), self.disputes]


# ---- damages: each takes the page and a fresh row, and says in `lost` what it destroyed


def drop_cell(page: Page, row: Row) -> None:
    position = page.chance.randrange(len(row.cells))
    del row.cells[position]
    page.lose(row, [position])


def drop_cell_and_pad(page: Page, row: Row) -> None:
    drop_cell(page, row)
    row.cells.insert(page.chance.choice([0, len(row.cells)]), "")


def shift_right(page: Page, row: Row) -> None:
    row.cells.insert(0, "")


def shift_right_off_the_edge(page: Page, row: Row) -> None:
    row.cells.insert(0, "")
    row.cells.pop()
    page.lose(row, [len(row.cells) - 1])


def shift_left(page: Page, row: Row) -> None:
    row.cells.append("")
    if len(row.labels) > 1:
        row.labels.pop(0)


def empty_cells_after(page: Page, row: Row) -> None:
    row.cells += [""] * page.chance.choice([1, 2])


def merge_cells(page: Page, row: Row) -> None:
    if len(row.cells) < 2:
        return
    at = page.chance.randrange(len(row.cells) - 1)
    joint = page.chance.choice(["", " ", "\u3000"])
    row.cells[at : at + 2] = [joint.join(row.cells[at : at + 2]), *([""] if page.chance.random() < 0.3 else [])]


def split_cell(page: Page, row: Row) -> None:
    long = [index for index, cell in enumerate(row.cells) if len(cell) > 1]
    if long:
        at = page.chance.choice(long)
        cut = page.chance.randrange(1, len(row.cells[at]))
        row.cells[at : at + 1] = [row.cells[at][:cut], row.cells[at][cut:]]


def glue_digits(page: Page, row: Row) -> None:
    row.cells = ["".join(row.cells)]


def glue_to_label(page: Page, row: Row) -> None:
    if row.labels:
        row.labels[-1] += row.cells.pop(0)
        if page.chance.random() < 0.3:
            row.cells.append("")


def blank_cell(page: Page, row: Row) -> None:
    position = page.chance.randrange(len(row.cells))
    row.cells[position] = page.chance.choice(["", "\u3000", "\xa0"])
    page.lose(row, [position])


def dash_cell(page: Page, row: Row) -> None:
    position = page.chance.randrange(len(row.cells))
    row.cells[position] = page.chance.choice(["-", "/", "—", "——", "无"])
    page.lose(row, [position])


def mix_widths(page: Page, row: Row) -> None:
    row.cells = [cell.translate(FULL_WIDTH) if page.chance.random() < 0.6 else f" {cell}\u3000" for cell in row.cells]


def typo_in_label(page: Page, row: Row) -> None:
    if not row.labels:
        return
    text = row.labels[-1]
    at = page.chance.randrange(len(text))
    row.labels[-1] = page.chance.choice(
        [text[:at] + text[at + 1 :], text[:at] + "己" + text[at + 1 :], text[:at] + "的" + text[at:]]
    )


def spaces_in_label(page: Page, row: Row) -> None:
    if row.labels:
        row.labels[-1] = " ".join(row.labels[-1])


def lose_label(page: Page, row: Row) -> None:
    if row.labels:
        row.labels[-1] = ""
        page.lose(row)


def surplus_zero(page: Page, row: Row) -> None:
    row.cells.insert(page.chance.choice([0, len(row.cells)]), "0")


def wrap_number(page: Page, row: Row) -> None:
    long = [index for index, cell in enumerate(row.cells) if len(cell) > 2]
    if long:
        at = page.chance.choice(long)
        row.cells[at] = row.cells[at][:2] + "\n" + row.cells[at][2:]


def group_label_astray(page: Page, row: Row) -> None:
    if len(row.labels) > 1:
        row.labels[0] = page.chance.choice(list(GROUPS.values()))


def unit_in_cell(page: Page, row: Row) -> None:
    at = page.chance.randrange(len(row.cells))
    row.cells[at] += page.chance.choice(["件", "项"])


ROW_DAMAGES = (
    drop_cell, drop_cell_and_pad, shift_right, shift_right_off_the_edge, shift_left, empty_cells_after, merge_cells, split_cell,
    glue_digits, glue_to_label, blank_cell, dash_cell, mix_widths, typo_in_label, spaces_in_label, lose_label, surplus_zero,
    wrap_number, group_label_astray, unit_in_cell,
)  # fmt: skip


Layout = Callable[["Page"], str]


def drop_row(page: Page) -> None:
    row = page.requests.pop(page.chance.randrange(len(page.requests)))
    page.lose(row)


def drop_header(page: Page) -> None:
    page.header = False


def double_row(page: Page) -> None:
    row = page.chance.choice(page.requests)
    page.requests.insert(page.requests.index(row), Row(row.key, row.keys, list(row.labels), list(row.cells)))


def extra_row(page: Page) -> None:
    page.requests.insert(
        page.chance.randrange(len(page.requests)), Row("extra", [], ["本年本行政区域政府信息公开发布总数量"], ["7"] * 7)
    )


def glue_every_row(page: Page) -> None:
    for row in page.requests:
        if not row.damaged:
            row.cells = ["".join(row.cells)]
            row.damaged = True


def empty_column(page: Page) -> None:
    position = page.chance.randrange(7)
    for row in page.requests:
        if not row.damaged and row.key not in {"new_received", "carried_in", "carried_out", "result_total", "extra"}:
            row.cells[position] = ""
            page.lose(row, [position])
            row.damaged = True


TABLE_DAMAGES = (drop_row, drop_header, double_row, extra_row, glue_every_row, empty_column)


def agree_with_the_page(page: Page) -> None:
    """A row printed as if one figure had been left blank has lost that figure and no other: the same page has the same truth.

    Seven zeros that lost the sixth and were padded are, cell for cell, seven zeros whose total was left blank.
    """
    for row in page.rows():
        values = [str(page.true[key]) for key in row.keys]
        printed = row.cells[-len(values) :]  # behind the row's number, if there is one
        if sum(key in page.lost for key in row.keys) == 1 and printed.count("") == 1:
            at = printed.index("")
            if printed == [*values[:at], "", *values[at + 1 :]]:
                page.lost.difference_update(row.keys)
                page.lose(row, [at])


def make_case(seed: int, layouts: Sequence[Layout] | None = None) -> Case:
    """In one of the given layouts, or in any of the usual ones."""
    chance = random.Random(seed)
    page = Page(chance)
    for _ in range(chance.choice([0, 1, 1, 2, 3, 5])):
        row = chance.choice(page.rows())
        damage = chance.choice(ROW_DAMAGES)
        if not row.damaged:
            damage(page, row)
            row.damaged = True
            page.damages.append(f"{damage.__name__}({row.key})")
    if chance.random() < 0.3:
        damage = chance.choice(TABLE_DAMAGES)
        damage(page)
        page.damages.append(damage.__name__)
    agree_with_the_page(page)
    layout = chance.choice(layouts or (as_html, as_html, as_tabs, as_lines, as_single_cells))
    page.damages.append(layout.__name__)
    return Case(seed, layout(page).encode("utf-8"), page.true, page.lost, page.damages)


# ---- layouts


def as_html(page: Page) -> str:
    """Merged cells as the form has them; now and then the table is cut in two, as at a page's end."""
    parts = [
        "<html><head><meta charset=utf-8></head><body><div id='zoom'><h1>青石镇2023年政府信息公开工作年度报告</h1>"
    ]
    parts += [
        "<p>一、总体情况</p><p>本年度工作情况如下，依法公开。</p><p>二、主动公开政府信息情况</p>",
        _disclosure_html(page),
    ]
    parts += ["<p>三、收到和处理政府信息公开申请情况</p>", _requests_html(page)]
    parts += ["<p>四、政府信息公开行政复议、行政诉讼情况</p>", _disputes_html(page)]
    parts += [
        "<p>五、存在的主要问题及改进情况</p><p>继续改进。</p><p>六、其他需要报告的事项</p><p>无。</p></div></body></html>"
    ]
    return "".join(parts)


def _cell(page: Page, text: str, attributes: str = "") -> str:
    words = html.escape(text).replace("\n", "<br>")
    if len(words) > 1 and page.chance.random() < 0.1 and "&" not in words and "<" not in words:
        words = f"<span>{words[:1]}</span><span>{words[1:]}</span>"
    return f"<td{attributes}><p>{words}</p></td>" if page.chance.random() < 0.5 else f"<td{attributes}>{words}</td>"


def _requests_html(page: Page) -> str:
    lines = []
    if page.header:
        lines.append(f"<tr><td colspan=3 rowspan=3>{HEAD[0][0]}</td><td colspan=7>{HEAD[0][1]}</td></tr>")
        lines.append(
            f"<tr><td rowspan=2>{HEAD[1][0]}</td><td colspan=5>{HEAD[1][1]}</td><td rowspan=2>{HEAD[1][2]}</td></tr>"
        )
        lines.append("<tr>" + "".join(f"<td>{text}</td>" for text in HEAD[2]) + "</tr>")
    cut = page.chance.randrange(3, len(page.requests)) if page.chance.random() < 0.2 else -1
    for index, row in enumerate(page.requests):
        if index == cut:
            lines.append("</table><p>- 3 -</p><table border=1>")
        labels = [text for text in row.labels if text] or [""]
        wide = f" colspan={4 - len(labels)}" if len(labels) < 3 else ""
        cells = [_cell(page, text, wide if text is labels[-1] else "") for text in labels]
        cells += [_cell(page, text) for text in (*row.cells, *row.tail)]
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "<table border=1>" + "".join(lines) + "</table>"


def _disclosure_html(page: Page) -> str:
    lines = []
    for article, columns, rows in page.disclosure:
        lines.append(f"<tr><td colspan=4>{article}</td></tr>")
        if page.header:
            lines.append("<tr><td>信息内容</td>" + "".join(f"<td>{text}</td>" for text in columns) + "</tr>")
        lines += ["<tr>" + "".join(_cell(page, text) for text in (*row.labels, *row.cells)) + "</tr>" for row in rows]
    return "<table border=1>" + "".join(lines) + "</table>"


def _disputes_html(page: Page) -> str:
    results = [column.text for column in DISPUTE_COLUMNS]
    five = "".join(f"<td>{text}</td>" for text in results)
    tall = "".join(f"<td rowspan=2>{text}</td>" for text in results)
    return (
        "<table border=1><tr><td colspan=5>行政复议</td><td colspan=10>行政诉讼</td></tr>"
        f"<tr>{tall}<td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr><tr>{five}{five}</tr>"
        "<tr>" + "".join(_cell(page, text) for text in page.disputes.cells) + "</tr></table>"
    )


def as_tabs(page: Page) -> str:
    """A table a line, cells apart by tabs, with the fillers that converters leave behind."""
    filler = page.chance.random() < 0.5
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
    for article, columns, rows in page.disclosure:
        lines.append(article + "\t\t\t")
        if page.header:
            lines.append("\t".join(["信息内容", *columns]))
        lines += ["\t".join(map(_one_line, (*row.labels, *row.cells))) for row in rows]
    lines += ["", "三、收到和处理政府信息公开申请情况", ""]
    if page.header:
        lines += [
            f"{HEAD[0][0]}\t\t{HEAD[0][1]}\t\t\t\t\t\t总计",
            "\t\t自然人\t法人或其他组织\t\t\t\t\t",
            "\t\t\t" + "\t".join(HEAD[2]) + "\t",
        ]
    cut = page.chance.randrange(3, len(page.requests)) if page.chance.random() < 0.3 else -1
    for index, row in enumerate(page.requests):
        if index == cut:
            lines.append("")
        before = [""] if filler and len(row.labels) == 1 else []
        lines.append("\t".join(map(_one_line, (*row.labels, *before, *row.cells, *row.tail))))
    lines += ["", "四、政府信息公开行政复议、行政诉讼情况", "", *_disputes_lines("\t", page), ""]
    return "\n".join(
        [*lines, "五、存在的主要问题及改进情况", "", "继续改进。", "", "六、其他需要报告的事项", "", "无。"]
    )


def as_lines(page: Page) -> str:
    """What a copy from a PDF gives: a row a line, cells apart by spaces."""
    return _flowing(page, " ", "\n")


def as_wrapped_labels(page: Page) -> str:
    """What a page without ruling lines gives: labels over several lines with the figures at half their height, in the midst of the words."""
    lines = [
        "青石镇2023年政府信息公开工作年度报告",
        "一、总体情况",
        "依法公开。",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
    ]
    lines += [" ".join(HEAD[0]), " ".join(HEAD[1]), " ".join(HEAD[2])]
    wide = page.chance.choice([6, 8, 11])
    for row in page.requests:
        label = "".join(map(_one_line, row.labels))
        pieces = [label[at : at + wide] for at in range(0, len(label), wide)] or [""]
        middle = (len(pieces) - 1) // 2
        figures = " ".join(_one_line(cell) for cell in (*row.cells, *row.tail) if cell.strip())
        lines += pieces[:middle]
        if page.chance.random() < 0.3 and middle + 1 < len(pieces):
            lines.append(f"{pieces[middle]} {figures}{pieces[middle + 1]}")  # the next line runs on
            lines += pieces[middle + 2 :]
        else:
            lines += [f"{pieces[middle]} {figures}", *pieces[middle + 1 :]]
    for row in (*(row for _, _, rows in page.disclosure for row in rows), page.disputes):
        page.lost.update(row.keys)  # not printed here
    return "\n".join([*lines, "五、存在的主要问题及改进情况", "继续改进。", "六、其他需要报告的事项", "无。"])


def as_single_cells(page: Page) -> str:
    """Every cell on a line of its own."""
    return _flowing(page, "\n", "\n")


def _flowing(page: Page, between: str, after: str) -> str:
    # an empty cell leaves no trace in such a text: what stands beside it can be read only by luck
    lines = ["青石镇2023年政府信息公开工作年度报告", "一、总体情况", "依法公开。", "二、主动公开政府信息情况"]
    for article, columns, rows in page.disclosure:
        lines += [article, between.join(["信息内容", *columns])]
        lines += [between.join(_filled(row)) for row in rows]
    lines += ["三、收到和处理政府信息公开申请情况", between.join(HEAD[0]), between.join(HEAD[1]), between.join(HEAD[2])]
    lines += [between.join(_filled(row)) for row in page.requests]
    lines += ["四、政府信息公开行政复议、行政诉讼情况", *_disputes_lines(between, page)]
    return after.join([*lines, "五、存在的主要问题及改进情况", "继续改进。", "六、其他需要报告的事项", "无。"])


def _filled(row: Row) -> list[str]:
    return [_one_line(text) for text in (*row.labels, *row.cells, *row.tail) if text.strip()]


def _disputes_lines(between: str, page: Page) -> list[str]:
    five = [column.text for column in DISPUTE_COLUMNS]
    return [
        between.join(["行政复议", "行政诉讼"]),
        between.join([*five, "未经复议直接起诉", "复议后起诉"]),
        between.join([*five, *five]),
        between.join(map(_one_line, page.disputes.cells)),
    ]


def _one_line(text: str) -> str:
    return text.replace("\n", " ")
