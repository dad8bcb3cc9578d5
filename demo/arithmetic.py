"""A report's printed figures (and the year's before) go in; every rule of the form that they break comes out, with its place.

This is the demo's own oracle, written apart from `reports/checks.py`, so that each judges the other. A rule with a blank operand is not
assessed. `where` is a column, a row or a group key, as in `reports.model.Finding`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demo.figures import COLUMNS, OTHER_PARTS, TOTAL, Figures, Value
from reports.form import DISPUTE_COLUMNS, DISPUTE_GROUPS, FORM_2019, FORM_2021, OTHER_ALL

_ITEM_ROWS = ("licence", "other_services", "penalty", "coercion", "fees")


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    rule: str
    where: str


def breaches(figures: Figures, earlier: Figures | None) -> tuple[Breach, ...]:
    """All that is broken inside the tables, and against the tables of the year before when that report exists."""
    found = [*_columns(figures), *_rows(figures), *_disputes(figures)]
    if earlier is not None:
        found += _chains(figures, earlier)
    return tuple(sorted(found))


def _differ(left: Sequence[Value | None], right: Sequence[Value | None]) -> bool:
    """Whether two sums differ; false when any part is blank or not on the form."""
    known_left = [value for value in left if value is not None]
    known_right = [value for value in right if value is not None]
    if len(known_left) < len(left) or len(known_right) < len(right):
        return False
    return sum(known_left) != sum(known_right)


def _columns(figures: Figures) -> list[Breach]:
    found = []
    one_row = f"requests.{OTHER_ALL.key}.{TOTAL}" in figures
    leaves = [row.key for row in (FORM_2019 if one_row else FORM_2021).leaf_rows]
    for column in (*COLUMNS, TOTAL):

        def cells(*rows: str, column: str = column) -> list[Value | None]:
            return [figures.get(f"requests.{row}.{column}") for row in rows]

        if _differ(cells("new_received", "carried_in"), cells("result_total", "carried_out")):
            found.append(Breach("T3-BAL", column))
        if _differ(cells("result_total"), cells(*leaves)):
            found.append(Breach("T3-SUM", column))
        if _differ(cells(OTHER_ALL.key), cells(*OTHER_PARTS)):
            found.append(Breach("T3-OTHER", column))
    return found


def _rows(figures: Figures) -> list[Breach]:
    prefix, suffix = "requests.", f".{TOTAL}"
    rows = [
        key.removeprefix(prefix).removesuffix(suffix)
        for key in figures
        if key.startswith(prefix) and key.endswith(suffix)
    ]
    return [
        Breach("T3-ROW", row)
        for row in rows
        if _differ([figures[f"{prefix}{row}{suffix}"]], [figures[f"{prefix}{row}.{column}"] for column in COLUMNS])
    ]


def _disputes(figures: Figures) -> list[Breach]:
    parts = [column.key for column in DISPUTE_COLUMNS if column.key != TOTAL]
    return [
        Breach("T4-SUM", group.key)
        for group in DISPUTE_GROUPS
        if _differ(
            [figures[f"disputes.{group.key}.{TOTAL}"]], [figures[f"disputes.{group.key}.{part}"] for part in parts]
        )
    ]


def _chains(figures: Figures, earlier: Figures) -> list[Breach]:
    found = [
        Breach("X-CARRY", column)
        for column in (*COLUMNS, TOTAL)
        if _differ([figures[f"requests.carried_in.{column}"]], [earlier[f"requests.carried_out.{column}"]])
    ]
    for row in ("rules", "normative"):
        name = f"disclosure.{row}"
        after = [figures.get(f"{name}.in_force"), figures.get(f"{name}.repealed")]
        if _differ(after, [earlier.get(f"{name}.in_force"), figures.get(f"{name}.issued")]):
            found.append(Breach("X-INFORCE", row))
    for row in _ITEM_ROWS:
        name = f"disclosure.{row}"
        before = [earlier.get(f"{name}.prev_items"), earlier.get(f"{name}.delta")]
        if _differ([figures.get(f"{name}.prev_items")], before):
            found.append(Breach("T2-F19-DELTA", row))
    return found
