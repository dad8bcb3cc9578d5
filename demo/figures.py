"""An organ's size and its years go in; for each year the figures of the official form come out, obeying all of the form's arithmetic.

The facts of a year hold the keys of every edition at once (其他处理 as one row and as three), so that a report can be printed on either
form from the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from demo.chance import Chance
from reports.form import DISPUTE_COLUMNS, DISPUTE_GROUPS, FORM_2021, FORMS, OTHER_ALL, REQUEST_COLUMNS
from reports.model import Edition

Value = int | Decimal
Figures = Mapping[str, Value | None]  # None is a cell left blank

TOTAL = "total"
_DECISION_ROWS = ("licence", "other_services", "penalty", "coercion")
COLUMNS = tuple(column.key for column in REQUEST_COLUMNS if column.key != TOTAL)
LEAVES = tuple(row.key for row in FORM_2021.leaf_rows)
OTHER_PARTS = tuple(key for key in LEAVES if key.startswith("other."))
PROCUREMENT_AMOUNT = "disclosure.procurement.amount"

_COLUMN_WEIGHTS = (
    ("natural", 76),
    ("org_business", 12),
    ("org_research", 1),
    ("org_social", 2),
    ("org_legal", 6),
    ("org_other", 3),
)
_LEAF_WEIGHTS = tuple(
    (key, {"granted": 46, "granted_part": 9, "unavailable.not_held": 18}.get(key, 2)) for key in LEAVES
)


@dataclass(frozen=True, slots=True)
class Size:
    """How busy an organ is: the most it sees in a year."""

    requests: int
    disputes: int
    documents: int
    decisions: int


SIZES = {
    "county": Size(requests=120, disputes=14, documents=9, decisions=2600),
    "department": Size(requests=18, disputes=3, documents=4, decisions=900),
    "town": Size(requests=5, disputes=1, documents=2, decisions=160),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """What is usual for one organ; its years differ from it by less than half."""

    requests: int
    decisions: Mapping[str, int]
    fees_cents: int  # hundredths of 10,000 yuan
    bought: int
    yuan_each: int


@dataclass(slots=True)
class Books:
    """What one year leaves to the next."""

    waiting: dict[str, int]
    standing: dict[str, int]
    items: dict[str, int]


def facts_of_years(chance: Chance, size: Size, years: Sequence[int]) -> dict[int, dict[str, Value]]:
    """Each year's facts, with every key of every edition; each year takes over what the year before carried out."""
    habit = Habit(
        # The drawn ceiling makes small organs' tables mostly zero, as real ones are.
        requests=chance.number(0, chance.number(0, size.requests)),
        decisions={row: chance.number(1, size.decisions) if chance.happens(0.7) else 0 for row in _DECISION_ROWS},
        fees_cents=chance.number(1, size.decisions * 100) if chance.happens(0.4) else 0,
        bought=chance.number(1, 1 + size.decisions // 60) if chance.happens(0.5) else 0,
        yuan_each=chance.number(800, 90000),
    )
    books = Books(
        waiting={column: chance.number(0, 1) if chance.happens(0.2) else 0 for column in COLUMNS},
        standing={"rules": 0, "normative": chance.number(0, size.documents * 3)},
        items={row: chance.number(0, size.decisions // 10) for row in (*_DECISION_ROWS, "fees")},
    )
    facts: dict[int, dict[str, Value]] = {}
    for year in years:
        facts[year] = {
            **_requests(chance, habit, books),
            **_disputes(chance, size),
            **_documents(chance, size, books),
            **_actions(chance, habit, books),
        }
    return facts


def _about(chance: Chance, usual: int) -> int:
    """A year's number near the usual one."""
    return usual * chance.number(65, 145) // 100


def printed(facts: Mapping[str, Value], edition: Edition, other_as_one_row: bool = False) -> dict[str, Value | None]:
    """What a report on that edition of the form prints. `other_as_one_row`: 其他处理 without its parts, as some still print it."""
    keys = list(FORMS[edition].keys)
    if other_as_one_row and edition is Edition.FORM_2021:
        keys = [key for key in keys if not key.startswith("requests.other.")]
        keys += [f"requests.{OTHER_ALL.key}.{column.key}" for column in REQUEST_COLUMNS]
    return {key: facts[key] for key in keys}


def frozen(figures: Mapping[str, Value | None]) -> Figures:
    return MappingProxyType(dict(figures))


def _requests(chance: Chance, habit: Habit, books: Books) -> dict[str, Value]:
    """Table three; what is left open goes into the books."""
    rows = ("new_received", "carried_in", *LEAVES, OTHER_ALL.key, "result_total", "carried_out")
    cells = {row: dict.fromkeys(COLUMNS, 0) for row in rows}
    for _ in range(_about(chance, habit.requests)):
        cells["new_received"][chance.weighted(_COLUMN_WEIGHTS)] += 1
    for column in COLUMNS:
        cells["carried_in"][column] = books.waiting[column]
        open_cases = cells["new_received"][column] + books.waiting[column]
        left = min(open_cases, chance.number(0, 1 + open_cases // 12)) if open_cases else 0
        cells["carried_out"][column] = left
        cells["result_total"][column] = open_cases - left
        for _ in range(open_cases - left):
            cells[chance.weighted(_LEAF_WEIGHTS)][column] += 1
        cells[OTHER_ALL.key][column] = sum(cells[part][column] for part in OTHER_PARTS)
    books.waiting = dict(cells["carried_out"])
    figures: dict[str, Value] = {f"requests.{row}.{column}": cells[row][column] for row in rows for column in COLUMNS}
    return figures | {f"requests.{row}.{TOTAL}": sum(cells[row].values()) for row in rows}


def _disputes(chance: Chance, size: Size) -> dict[str, Value]:
    figures: dict[str, Value] = {}
    for group in DISPUTE_GROUPS:
        parts = {column.key: 0 for column in DISPUTE_COLUMNS if column.key != TOTAL}
        for _ in range(chance.number(0, size.disputes) if chance.happens(0.5) else 0):
            parts[chance.weighted((("upheld", 6), ("corrected", 2), ("other", 2), ("pending", 1)))] += 1
        figures |= {f"disputes.{group.key}.{column}": count for column, count in parts.items()}
        figures[f"disputes.{group.key}.{TOTAL}"] = sum(parts.values())
    return figures


def _documents(chance: Chance, size: Size, books: Books) -> dict[str, Value]:
    """Table two, first block, on both forms; what stays in force goes into the books."""
    figures: dict[str, Value] = {}
    for row, most in (("rules", 0), ("normative", size.documents)):
        issued = chance.number(0, most)
        repealed = min(books.standing[row], chance.number(0, max(most - 1, 0)))
        books.standing[row] += issued - repealed
        standing = books.standing[row]
        figures |= {f"disclosure.{row}.{key}": issued for key in ("issued", "new_made", "new_public")}
        figures[f"disclosure.{row}.repealed"] = repealed
        figures |= {f"disclosure.{row}.{key}": standing for key in ("in_force", "total_public")}
    return figures


def _actions(chance: Chance, habit: Habit, books: Books) -> dict[str, Value]:
    """Table two, the other blocks, on both forms; the number of items goes into the books."""
    figures: dict[str, Value] = {}
    for row, before in books.items.items():
        delta = chance.number(-min(before, 4), 6)
        figures |= {f"disclosure.{row}.prev_items": before, f"disclosure.{row}.delta": delta}
        books.items[row] = before + delta
    for row, usual in habit.decisions.items():
        figures[f"disclosure.{row}.decisions"] = _about(chance, usual)
    bought = _about(chance, habit.bought)
    return figures | {
        "disclosure.fees.amount_wan": Decimal(_about(chance, habit.fees_cents)).scaleb(-2) if habit.fees_cents else 0,
        "disclosure.procurement.items": bought,
        PROCUREMENT_AMOUNT: Decimal(bought * _about(chance, habit.yuan_each)) if bought else 0,
    }
