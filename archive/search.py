"""Words and filters in, reports that hold them out, newest reading first, each with the passage where the words stand.

Every word (parted by spaces) must stand in the report; figures are asked for by their keys: `requests.new_received.total > 100`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, String, cast, column, func, select, table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session, aliased

from archive.errors import WrongSearch
from archive.listings import in_state, report_state
from archive.models import Capture, Organ, Reading, Region, SearchText, Sighting, Site, figure_column, figures
from archive.words import asked_tokens, folded
from reports.form import FIGURE_KEYS

LEVELS = ("government", "department", "township")
OPERATORS = (">=", "<=", "!=", ">", "<", "=")
_CONDITION = re.compile(r"([a-z][a-z0-9_.]*)(>=|<=|!=|==|>|<|=)(-?\d+(?:\.\d+)?)")
_BETWEEN = re.compile(r"\s*(?:[,;，；&]|\band\b|且)+\s*", re.IGNORECASE)
_WIDE_SIGNS = str.maketrans("＞＜＝≥≤≠０１２３４５６７８９", "><=≥≤≠0123456789")
_AROUND = 46  # characters of a passage on either side of the words
_Query: TypeAlias = Select[*tuple[Any, ...]]


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
    """What is asked for. `region` is the beginning of a region's code; results go on below the reading `below_id`."""

    words: tuple[str, ...] = ()
    region: str | None = None
    year: int | None = None
    level: str | None = None
    state: str | None = None
    conditions: tuple[Condition, ...] = ()
    below_id: int | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """`passage` is folded text around the first of the words (archive.words.folded): the report's page has it as printed."""

    organ: str | None
    year: int | None
    title: str | None
    url: str
    site: str
    region: str | None
    state: str
    passage: str
    organ_id: int | None
    sighting_id: int
    reading_id: int


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


def search(session: Session, wish: Search) -> Iterator[Hit]:
    """The current readings that fulfil all of it. A report that moved is found at its new address, once; what was taken down is not found."""
    organ_name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    year = func.coalesce(Reading.year, Sighting.year)
    region_code = func.coalesce(Organ.region_code, Site.region_code)
    query: _Query = (
        select(Reading.id, Reading.state, Reading.title, Reading.organ_id, Sighting, Site.code, Region.name)
        .add_columns(organ_name, year, SearchText.text if wish.words else sql("''"))
        .join(SearchText, SearchText.reading_id == Reading.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(Site, Site.id == Sighting.site_id)
        .outerjoin(Organ, Organ.id == Reading.organ_id)
        .outerjoin(Region, Region.code == region_code)
        .where(Sighting.moved_to_id.is_(None), ~taken_down())
    )
    query = _holding(query, wish, session.get_bind().dialect.name)
    if wish.region is not None:
        query = query.where(cast(region_code, String).startswith(wish.region, autoescape=True))
    if wish.year is not None:
        query = query.where(year == wish.year)
    if wish.level is not None:
        query = query.where(Organ.level == wish.level)
    if wish.state is not None:
        query = query.where(in_state(wish.state))
    if wish.conditions:
        query = query.join(figures, figures.c.reading_id == Reading.id)
        query = query.where(*(condition.holds() for condition in wish.conditions))
    if wish.limit is not None:
        query = query.limit(wish.limit)
    for reading_id, state, title, organ_id, sighting, site, region, organ, of_year, text in session.execute(query):
        yield Hit(
            organ,
            of_year,
            title or sighting.title,
            sighting.url,
            site,
            region,
            report_state(state, sighting.gone_at, sighting.moved_to_id),
            passage(text, wish.words),
            organ_id,
            sighting.id,
            reading_id,
        )


def _holding(query: _Query, wish: Search, dialect: str) -> _Query:
    """The index narrows down, the text decides."""
    key: ColumnElement[Any] = SearchText.reading_id  # type: ignore[assignment]
    if wish.words:
        wanted = sorted({token for word in wish.words for token in asked_tokens(word)})
        name = "rowid" if dialect == "sqlite" else "id"
        index = table("search_tokens", column(name, Integer), column("tokens"))
        query = query.join(index, index.c[name] == SearchText.reading_id)
        if dialect == "sqlite":
            said = " AND ".join(f'"{token.rstrip("*")}"{"*" if token.endswith("*") else ""}' for token in wanted)
            query = query.where(sql("search_tokens MATCH :match").bindparams(match=said))
            key = index.c[name]  # FTS5 gives its rows in this order: nothing is sorted, and reading ends with the page
        else:
            said = " & ".join(f"'{token.rstrip('*')}'{':*' if token.endswith('*') else ''}" for token in wanted)
            query = query.where(index.c.tokens.op("@@")(cast(said, TSQUERY)))
        query = query.where(*(SearchText.text.contains(word, autoescape=True) for word in wish.words))
    if wish.below_id is not None:
        query = query.where(key < wish.below_id)
    return query.order_by(key.desc())


def taken_down() -> ColumnElement[bool]:
    """The condition, for a query over `Reading`, that a capture it was read from is not to be shown."""
    hidden = aliased(Capture)
    return (
        select(hidden.id)
        .where(hidden.id.in_((Reading.capture_id, Reading.page_capture_id)), hidden.takedown_number.is_not(None))
        .correlate(Reading)
        .exists()
    )


def passage(text: str, words: tuple[str, ...]) -> str:
    """The text around the first place where the longest of the words stands, with an ellipsis where it goes on."""
    if not words:
        return ""
    at = text.find(words[0])
    begin, end = max(0, at - _AROUND), min(len(text), at + len(words[0]) + _AROUND)
    shown = text[begin:end].replace("\n", " ")
    return ("…" if begin else "") + shown + ("…" if end < len(text) else "")


def marked(text: str, words: tuple[str, ...]) -> list[tuple[bool, str]]:
    """The text in pieces, each with whether it is one of the words."""
    if not words:
        return [(False, text)]
    pieces = re.split(f"({'|'.join(re.escape(word) for word in words)})", text)
    return [(bool(position % 2), piece) for position, piece in enumerate(pieces) if piece]


def _close(key: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, FIGURE_KEYS, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else " A key is as requests.new_received.total."
