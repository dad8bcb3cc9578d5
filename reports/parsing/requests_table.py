"""The rows of a document's tables in, the figures of table three (requests received and settled) out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from reports.form import FORM_2019, FORM_2021, REQUEST_COLUMNS, REQUEST_ROWS_2019, REQUEST_ROWS_2021
from reports.model import ExtraRow
from reports.parsing.alignment import Window, find_window, unknown
from reports.parsing.blanks import row_numbers, settle_blanks
from reports.parsing.figures import Reading, figures_of
from reports.parsing.glued import Row, cuts_that_add_up, settle
from reports.parsing.grid import Grid, LabelledRow, Line, labelled_row
from reports.parsing.labels import APPLICANTS, applicant, group_label, request_row
from reports.parsing.line_numbers import without_line_numbers
from reports.parsing.numbers import compact
from reports.remembering import remembered
from reports.wording import letters

COLUMNS = tuple(column.key for column in REQUEST_COLUMNS)
WIDTH = len(COLUMNS)
_TOTAL = WIDTH - 1
_ROW_KEYS = frozenset(row.key for row in (*REQUEST_ROWS_2021, *REQUEST_ROWS_2019))
_HEADS = ("申请人情况", "勾稽关系", "法人或其他组织")
OTHER_PARTS = ("other.no_correction", "other.fee_unpaid", "other.misc")
BY_SUMS = "digits cut apart by the form's sums"


def is_requests_table(grid: Grid) -> bool:
    """Whether two rows or more are labelled as the official table's; a table cut over pages may keep only few."""
    found = {request_row(text) for text in {cell.text for line in grid for cell in line}} - {None}
    return len(found) >= 2 or bool(found & _UNMISTAKABLE)


_UNMISTAKABLE = {"new_received", "carried_in", "carried_out", "not_processed.confirm", "unavailable.not_held"}


def read_requests(grids: Sequence[Grid]) -> Reading:
    rows: list[LabelledRow] = []
    order, headed = COLUMNS, False
    for grid in grids:
        if (printed := _column_order(grid)) is not None:
            order, headed = printed, True
        lines = [line for line in grid if not _is_header(line)]
        rows += [row for line in lines if (row := labelled_row(line, request_row)) is not None]
    rows = _in_their_place(rows)
    return read_rows(without_line_numbers(_join_broken_labels(rows)), order, headed)


def read_rows(rows: Sequence[LabelledRow], order: Sequence[str] = COLUMNS, headed: bool = False) -> Reading:
    """The figures of rows already split into label and cells. `headed`: the table names its seven columns."""
    reading = Reading()
    found = [(row, find_window(row.values, WIDTH)) for row in rows if row.key is not None]
    windows = _settle_glued(settle_blanks(_doubt_lost_labels(found), headed), reading)
    if tuple(order) != COLUMNS and not _order_is_proved(windows, order):
        windows = [
            (row, unknown("the columns are headed in another order, and no row's total proves it"))
            for row, _ in windows
        ]
    for row, window in windows:
        reading.add(figures_of(_keys(row.key, tuple(order)), window, row))
    reading.extras += [
        ExtraRow("requests", row.label, tuple(value.text for value in row.values), row.place)
        for row in rows
        if row.key is None and _is_extra(row)
    ]
    return reading


@lru_cache(maxsize=256)
def _keys(row: str | None, order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([f"requests.{row}.{column}" for column in order])


def _is_header(line: Line) -> bool:
    """A row of column headings: its 其他 and 总计 are no rows of the form."""
    return sum([_heading_weight(cell.text) for cell in line]) >= 2


@remembered
def _heading_weight(text: str) -> int:
    if text.isdecimal():
        return 0
    words = letters(text)
    return 2 if any(head in words for head in _HEADS) else int(applicant(text) is not None)


def _column_order(grid: Grid) -> tuple[str, ...] | None:
    """The columns in the order that the header prints, when it prints all seven once, each in a grid column of its own."""
    columns: dict[str, int] = {}
    for line in grid[:6]:
        for cell in line:
            key = applicant(cell.text)
            if key is not None and key in columns:
                return None
            if key is not None:
                columns[key] = cell.column
    if len(columns) != len(APPLICANTS) or len(set(columns.values())) != len(columns):
        return None
    return tuple(sorted(columns, key=columns.__getitem__))


def _order_is_proved(windows: Sequence[tuple[LabelledRow, Window]], order: Sequence[str]) -> bool:
    place = order.index("total")
    proofs = 0
    for _, window in windows:
        numbers = row_numbers(window)
        if numbers is None or not any(numbers):
            continue
        if sum(numbers) != 2 * numbers[place]:
            return False
        proofs += 1
    return proofs >= 2


def _in_their_place(rows: list[LabelledRow]) -> list[LabelledRow]:
    """其他 is a row of the form only behind those of 不予处理 and 其他处理: above them it is half of 其他法律行政法规禁止公开."""
    placed: list[LabelledRow] = []
    late = False
    for row in rows:
        late = late or ((row.key or "").startswith(("not_processed.", "other.")) and row.key != OTHER_PARTS[-1])
        placed.append(row._replace(key=None) if row.key == OTHER_PARTS[-1] and not late else row)
    return placed


def _join_broken_labels(rows: list[LabelledRow]) -> list[LabelledRow]:
    """Joins a label that a page break cut in two: the half without figures goes to the half that has them."""
    joined: list[LabelledRow] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before is not None and before.key is None and row.key is None:
            key = request_row(before.label + row.label)
            filled = [half for half in (before, row) if any(not value.blank for value in half.values)]
            if key is not None and len(filled) == 1:
                joined[-1] = LabelledRow((before.label + row.label,), key, filled[0].values, filled[0].place)
                continue
        joined.append(row)
    return joined


def _doubt_lost_labels(found: list[tuple[LabelledRow, Window]]) -> list[tuple[LabelledRow, Window]]:
    """其他处理 printed as a row beside only some of its three parts is more likely the group's label beside a part whose own is lost."""
    parts = {row.key for row, _ in found} & set(OTHER_PARTS)
    if not parts or parts == set(OTHER_PARTS):
        return found
    doubt = unknown("the row is labelled 其他处理 beside some of its parts: which row it is cannot be known")
    return [(row, doubt if row.key == "other.all" else window) for row, window in found]


def _settle_glued(found: list[tuple[LabelledRow, Window]], reading: Reading) -> list[tuple[LabelledRow, Window]]:
    """Cuts rows whose digits stuck together, where the sums of the whole table leave one way."""
    unread = [row for row, window in found if window.cells is None]
    glued = {row.key: choices for row in unread if row.key and (choices := _cuts_of(row)) is not None}
    if not glued:
        return found
    known = {row.key: numbers for row, window in found if row.key and (numbers := row_numbers(window)) is not None}
    form = FORM_2019 if "other.all" in known.keys() | glued.keys() else FORM_2021
    chosen = settle(known, glued, [leaf.key for leaf in form.leaf_rows]) or {}
    zeros = {key: choices[0] for key, choices in glued.items() if len(choices) == 1 and not any(choices[0])}
    chosen = zeros | chosen
    lost = sorted(glued.keys() - chosen.keys())
    if lost:
        reading.notes.append(
            f"digits of several cells are stuck together in {', '.join(lost)}; the sums leave no single reading"
        )
    return [
        (row, _cut_window(row, chosen[row.key]) if row.key in chosen and window.cells is None else window)
        for row, window in found
    ]


def _cuts_of(row: LabelledRow) -> list[Row] | None:
    """The ways to cut a row with too few cells, when all that it holds is digits. None when it is not such a row."""
    pieces = [piece for value in row.values for piece in value.text.split()]
    pieces = [compact(piece) for piece in pieces]
    if not pieces or len(pieces) >= WIDTH or not all(piece.isdecimal() for piece in pieces):
        return None
    if any(value.blank for value in row.values) or not WIDTH <= sum(map(len, pieces)) <= 6 * WIDTH:
        return None
    return cuts_that_add_up(pieces, WIDTH, ((0, _TOTAL),)) or None


def _cut_window(row: LabelledRow, numbers: Row) -> Window:
    place = row.values[0]
    return Window(tuple(type(place)(str(number), place.column, place.place) for number in numbers), rule=BY_SUMS)


def _is_extra(row: LabelledRow) -> bool:
    words = letters(row.label)
    if not words or applicant(row.label) or group_label(row.label) or "勾稽关系" in words or "申请人情况" in words:
        return False
    return any(not value.blank for value in row.values)
