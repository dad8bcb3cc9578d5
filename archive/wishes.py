"""What somebody typed goes in, what is to be searched for comes out: folded words, and figures by their keys: `requests.new_received.total > 100`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement

from archive.errors import WrongSearch
from archive.models import LARGEST, figure_column, figures
from archive.territories import Territory
from archive.words import folded
from reports.form import FIGURE_KEYS

LEVELS = ("government", "department", "township")
OPERATORS = (">=", "<=", "!=", ">", "<", "=")
_CONDITION = re.compile(r"([a-z][a-z0-9_.]*)(>=|<=|!=|==|>|<|=)(-?\d+(?:\.\d+)?)")
_BETWEEN = re.compile(r"\s*(?:[,;，；&]|\band\b|且)+\s*", re.IGNORECASE)
_WIDE_SIGNS = str.maketrans("＞＜＝≥≤≠０１２３４５６７８９", "><=≥≤≠0123456789")


@dataclass(frozen=True, slots=True)
class Condition:
    """What one figure must be. A figure that is not known fulfils none: it is neither above nor below anything."""

    key: str
    operator: str
    value: Decimal

    def holds(self) -> ColumnElement[bool]:
        figure, value = figures.c[figure_column(self.key)], self.value
        made: dict[str, ColumnElement[bool]] = {
            ">": figure > value,
            "<": figure < value,
            ">=": figure >= value,
            "<=": figure <= value,
            "=": figure == value,
            "!=": figure != value,
        }
        return made[self.operator]


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked for. `region` takes all below it; results go on below the reading `below_id`."""

    words: tuple[str, ...] = ()
    region: str | None = None
    year: int | None = None
    level: str | None = None
    state: str | None = None
    conditions: tuple[Condition, ...] = ()
    below_id: int | None = None
    limit: int | None = None
    territory: Territory | None = None  # that of the region: a search finds it itself

    @property
    def below(self) -> int:
        """Every reading that is looked at has a smaller number."""
        return LARGEST if self.below_id is None else self.below_id


def asked_words(said: str) -> tuple[str, ...]:
    """The words of a query, folded; the longest first, since fewest reports hold it."""
    return tuple(sorted({fold for word in said.split() if (fold := folded(word))}, key=lambda fold: (-len(fold), fold)))


def conditions(said: str) -> tuple[Condition, ...]:
    """`requests.new_received.total > 100, disputes.review.total = 0`; WrongSearch says what cannot be meant."""
    wide = said.translate(_WIDE_SIGNS).replace("≥", ">=").replace("≤", "<=").replace("≠", "!=")
    found = []
    for part in filter(None, _BETWEEN.split(wide.strip())):
        matched = _CONDITION.fullmatch(re.sub(r"\s+", "", part))
        if matched is None:
            raise WrongSearch(f"expected a figure's key, one of {' '.join(OPERATORS)} and a number, found {part!r}.")
        key, operator, value = matched.groups()
        if key not in FIGURE_KEYS:
            raise WrongSearch(f"{key!r} is no figure of the form.{_close(key)}")
        found.append(Condition(key, "=" if operator == "==" else operator, Decimal(value)))
    return tuple(found)


def _close(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, FIGURE_KEYS, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else " A key is as requests.new_received.total."
