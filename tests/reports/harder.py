"""A seed number in, a report page out whose rows and labels were damaged as page breaks, converters and hasty typists do it. As `mutating.py`.

Kept apart from it, so that the cases of its seed numbers stay what they are.
"""

from __future__ import annotations

import random

from tests.reports.mutating import (
    COLUMNS,
    ROW_DAMAGES,
    Case,
    Page,
    Row,
    agree_with_the_page,
    as_html,
    as_lines,
    as_single_cells,
    as_tabs,
    as_wrapped_labels,
)


def numeral_in_own_cell(page: Page, row: Row) -> None:
    """蔡家堡乡 2023: 一、 in a cell of its own."""
    if row.labels:
        ordinal, mark, words = row.labels[-1].partition("、")
        if mark and len(ordinal) == 1:
            row.labels[-1:] = [ordinal + mark, words]


def label_over_a_page_break(page: Page, row: Row) -> None:
    """Half of the label in a row of its own, above or below the figures."""
    if row not in page.requests or len(row.labels[-1]) < 6:
        return
    at = page.requests.index(row)
    cut = page.chance.randrange(2, len(row.labels[-1]) - 2)
    first, second = row.labels[-1][:cut], row.labels[-1][cut:]
    blanks = [""] * (len(row.cells) if page.chance.random() < 0.7 else 0)
    if page.chance.random() < 0.5:
        page.requests.insert(at, Row("extra", [], [*row.labels[:-1], first], blanks, damaged=True))
        row.labels = ["", second]
    else:
        row.labels[-1] = first
        page.requests.insert(at + 1, Row("extra", [], ["", second], blanks, damaged=True))


def figures_over_a_page_break(page: Page, row: Row) -> None:
    """The last cells of a row in a row of their own, without a label."""
    if row not in page.requests:
        return
    cut = page.chance.randrange(1, len(row.cells))
    rest = Row("extra", [], [""], row.cells[cut:], damaged=True)
    row.cells = row.cells[:cut]
    page.requests.insert(page.requests.index(row) + 1, rest)


def two_rows_in_one(page: Page, row: Row) -> None:
    """The line between two rows was lost: each cell holds both figures."""
    if row not in page.requests[:-1]:
        return
    below = page.requests[page.requests.index(row) + 1]
    if below.damaged or len(below.cells) != len(row.cells):
        return
    joint = page.chance.choice(["\n", " ", ""])
    row.cells = [joint.join(pair) for pair in zip(row.cells, below.cells, strict=True)]
    row.labels[-1] += page.chance.choice(["\n", ""]) + below.labels[-1]
    page.requests.remove(below)


def swap_with_the_next(page: Page, row: Row) -> None:
    if row in page.requests[:-1]:
        at = page.requests.index(row)
        page.requests[at : at + 2] = page.requests[at + 1], row


def label_of_the_row_above(page: Page, row: Row) -> None:
    """Copied and not changed: whose figures these are is lost."""
    if row in page.requests[1:]:
        above = page.requests[page.requests.index(row) - 1]
        if above.keys and not above.damaged and not above.key.startswith("other."):
            row.labels[-1] = above.labels[-1]
            above.damaged = True  # its own label stays whole
            page.lose(row)


def wrong_numbering(page: Page, row: Row) -> None:
    if row.labels and row.labels[-1][1:2] == ".":
        row.labels[-1] = page.chance.choice("123456789") + row.labels[-1][1:]


def two_typos_in_label(page: Page, row: Row) -> None:
    if row.labels:
        text = list(row.labels[-1])
        for _ in range(2):
            text[page.chance.randrange(len(text))] = page.chance.choice("的巳了不得起诉")
        row.labels[-1] = "".join(text)


def thousands(page: Page, row: Row) -> None:
    comma = page.chance.choice([",", "，"])
    row.cells = [f"{int(cell):,}".replace(",", comma) if cell.isdecimal() else cell for cell in row.cells]


def empty_decimals(page: Page, row: Row) -> None:
    row.cells = [cell + page.chance.choice([".0", ".00", ""]) for cell in row.cells]


def footnote_mark(page: Page, row: Row) -> None:
    at = page.chance.randrange(len(row.cells))
    row.cells[at] += page.chance.choice(["①", "¹", "[1]", "*", "（注1）"])


def letters_for_digits(page: Page, row: Row) -> None:
    at = page.chance.randrange(len(row.cells))
    changed = row.cells[at].translate(str.maketrans("01", page.chance.choice(["Ol", "oI", "〇1"])))
    if changed != row.cells[at]:
        row.cells[at] = changed


HARDER_ROW_DAMAGES = (
    numeral_in_own_cell, label_over_a_page_break, figures_over_a_page_break, two_rows_in_one, swap_with_the_next, label_of_the_row_above,
    wrong_numbering, two_typos_in_label, thousands, empty_decimals, footnote_mark, letters_for_digits,
)  # fmt: skip


def single_other_row(page: Page) -> None:
    """A report of 2021 or later with 其他处理 in one row, as in 2019."""
    parts = [row for row in page.requests if row.key.startswith("other.") and row.key != "other.all"]
    if len(parts) != 3 or any(row.damaged or len(row.cells) != len(COLUMNS) for row in parts):
        return
    totals = [str(sum(int(row.cells[column]) for row in parts)) for column in range(len(COLUMNS))]
    at = page.requests.index(parts[0])
    keys = [f"requests.other.all.{column}" for column in COLUMNS]
    for row in parts:
        page.lose(row)
        page.requests.remove(row)
    page.true.update({key: int(total) for key, total in zip(keys, totals, strict=True)})
    page.requests.insert(at, Row("other.all", keys, ["", "（六）其他处理"], totals))


def serial_column(page: Page) -> None:
    """A column 行次 between labels and figures."""
    for number, row in enumerate(page.requests, 1):
        row.cells.insert(0, str(number))


def column_left_out(page: Page) -> None:
    position = page.chance.randrange(len(COLUMNS))
    if any(row.damaged for row in page.requests):
        return
    for row in page.requests:
        if len(row.cells) == len(COLUMNS):
            del row.cells[position]
            if row.keys:
                page.lose(row, [position])
    page.header = False


def trailing_column(page: Page) -> None:
    for row in page.requests:
        row.tail.append("")


def totals_blank(page: Page) -> None:
    """上海 2019: no row but the last has its total."""
    for row in page.requests:
        if row.keys and not row.damaged and len(row.cells) == len(COLUMNS):
            row.cells[-1] = ""
            page.lose(row, [len(COLUMNS) - 1])
            row.damaged = True


HARDER_TABLE_DAMAGES = (single_other_row, serial_column, column_left_out, trailing_column, totals_blank)


def make_harder_case(seed: int) -> Case:
    chance = random.Random(f"harder {seed}")
    page = Page(chance)
    for _ in range(chance.choice([0, 1, 2, 3, 6])):
        row = chance.choice(page.rows())
        damage = chance.choice(HARDER_ROW_DAMAGES if chance.random() < 0.75 else ROW_DAMAGES)
        if not row.damaged:
            damage(page, row)
            row.damaged = True
            page.damages.append(f"{damage.__name__}({row.key})")
    for table_damage in chance.sample(HARDER_TABLE_DAMAGES, chance.choice([0, 0, 1, 1, 2])):
        table_damage(page)
        page.damages.append(table_damage.__name__)
    agree_with_the_page(page)
    layout = chance.choice([as_html, as_html, as_tabs, as_lines, as_single_cells, as_wrapped_labels])
    page.damages.append(layout.__name__)
    return Case(seed, layout(page).encode("utf-8"), page.true, page.lost, page.damages)
