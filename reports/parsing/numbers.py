"""A cell's text in, its meaning out: number, zero, blank, dash or text. A number is what was printed, never what was meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from reports.form import MONEY_KEYS, SIGNED_KEYS
from reports.model import State
from reports.remembering import remembered

# Full-width forms only. NFKC would also turn a raised footnote mark into a digit of the number before it.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，＋－（）％／〇﹣−", "0123456789.,+-()%/0--")
_SPACE = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\u00ad\u3000]+")
_WIDTHLESS = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]+")  # white space that nobody sees parts no digits
_DASH = re.compile(r"^[-/\\—–―─━‐‑_~～|*]+$")
_UNIT = r"(件|个|项|宗|条|份|次|起|人|元|万元|亿元|人民币元|万|件次|批次)?"
_NUMBER = re.compile(rf"^([+-]?)(\d+|\d{{1,3}}(?:,\d{{3}})+)(\.\d+)?{_UNIT}$")
_DELTA = re.compile(r"^(增加?|减少?|\+|-|↑|↓)(\d+)(?:项|件|个)?$")
LEADING_ZERO = "leading zero: digits of several cells may be stuck together"
_MOST_DIGITS = 12  # more than a count of a country's decisions: digits of several cells stuck together


@dataclass(frozen=True, slots=True)
class Amount:
    """What one cell says. `reason` tells why there is no value although something was printed."""

    state: State
    value: int | Decimal | None = None
    unit: str | None = None
    reason: str | None = None


_KINDS = {
    "": "",
    **dict.fromkeys(SIGNED_KEYS, "delta"),
    **{key: key for key in MONEY_KEYS},
}  # every other figure is a count
BLANK = Amount(State.BLANK)
_ZERO = Amount(State.ZERO, 0)


@remembered
def is_blank(text: str) -> bool:
    return not text or not _SPACE.sub("", text)


@remembered
def compact(text: str) -> str:
    return _SPACE.sub("", text).translate(_HALF_WIDTH)


@remembered
def looks_like_value(text: str) -> bool:
    """Whether a cell can be a figure's: blank, dash, a number with or without its unit."""
    short = compact(text)
    return not short or bool(_DASH.match(short) or _NUMBER.match(short) or _DELTA.match(short)) or short in {"无", "零"}


def read_amount(raw: str, key: str = "") -> Amount:
    """What the cell of figure `key` holds. A space inside digits, leading zeros and too many digits mean: not known."""
    return _READERS[_KINDS.get(key, "count")](raw)


def _amount(kind: str, raw: str) -> Amount:
    """`kind` is "count", "delta", the key of a figure in money, or nothing when the figure is not known."""
    short = compact(raw)
    if not short:
        return BLANK
    if _DASH.match(short):
        return Amount(State.DASH)
    if short in {"0", "零"}:
        return _ZERO
    return _written_number(raw, short, kind)


def _written_number(raw: str, short: str, kind: str) -> Amount:
    if kind == "delta" and (moved := _DELTA.match(short)):
        count = int(moved.group(2))
        return _counted(-count if moved.group(1)[0] in "减-↓" else count, None)
    found = _NUMBER.match(short)
    if found is None:
        return Amount(State.TEXT, reason="not a number")
    if _SPACE.search(re.sub(r"\s*[^\d\s.,]+$", "", _WIDTHLESS.sub("", raw).strip().translate(_HALF_WIDTH))):
        return Amount(State.TEXT, reason="white space inside the digits: one number or two cannot be told")
    return _printed_number(found, kind)


def _printed_number(found: re.Match[str], kind: str) -> Amount:
    sign, whole, fraction, unit = found.groups()
    digits = whole.replace(",", "")
    if len(digits) > 1 and digits[0] == "0":
        return Amount(State.TEXT, reason=LEADING_ZERO)
    if len(digits) > _MOST_DIGITS:
        return Amount(State.TEXT, reason=f"{len(digits)} digits: several cells may be stuck together")
    if unit and (problem := _wrong_unit(unit, kind)):
        return Amount(State.TEXT, unit=unit, reason=problem)
    value: int | Decimal = int(digits) if not fraction else Decimal(digits + fraction)
    if isinstance(value, Decimal) and not fraction.strip(".0"):
        value = int(value)
    return _counted(-value if sign == "-" else value, unit)


def _wrong_unit(unit: str, kind: str) -> str | None:
    if kind == "disclosure.fees.amount_wan" and unit not in {"万元", "万"}:
        return f"the column counts 万元, the cell says {unit}"
    if kind in {"count", "delta"} and unit in {"元", "万元", "亿元", "人民币元", "万"}:
        return f"a count cannot be in {unit}"
    return None


def _counted(value: int | Decimal, unit: str | None) -> Amount:
    return Amount(State.ZERO if value == 0 else State.NUMBER, value, unit)


_READERS = {kind: remembered(partial(_amount, kind)) for kind in {"count", *_KINDS.values()}}
