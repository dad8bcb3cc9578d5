"""A cell of an official table or of a county's matrix and a language's words go in, its HTML comes out. A page has hundreds: as macros of a
template they take most of its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from archive.web.forms import FigureCell
from archive.web.matrix import MARKS, MatrixCell, MatrixRow
from archive.web.messages import Messages, messages
from archive.web.numerals import number
from archive.web.rendering import anchor
from archive.web.telling import told
from reports.model import Figure, State


def drawn_cells(words: Messages, at: str, tail: str) -> Callable[[FigureCell], Markup]:
    """`at` and `tail` stand around the key in the address of the place where a figure was read."""
    tail = str(escape(tail))

    def drawn(cell: FigureCell) -> Markup:
        figure, span = cell.figure, f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        inside = _shown(figure, words)
        if figure is not None and figure.place is not None:
            inside = f'<a href="{at}{cell.key}{tail}">{inside}</a>'
        return Markup(f'<td id="{anchor(cell.key)}"{span} title="{_about(cell, words)}">{inside}</td>')  # noqa: S704 - each part is escaped

    return drawn


def _shown(figure: Figure | None, words: Messages) -> str:
    if figure is None:
        return f'<span class="not-in-form" title="{escape(words("figure.not_in_form"))}">–</span>'
    if figure.value is not None:
        return _value(figure)
    if figure.state is State.BLANK:
        return f'<span class="blank">{escape(words("figure.blank_short"))}</span>'
    if figure.state is State.ABSENT:
        return f'<span class="absent">{escape(words("figure.absent_short"))}</span>'
    if figure.state is State.DASH and not figure.reason:
        return f'<span class="dash">{escape(figure.raw)}</span>'
    return f'<span class="unclear">{escape(figure.raw or "?")}</span><span class="sign" aria-hidden="true">?</span>'


def _value(figure: Figure) -> str:
    """By itself where nothing is to be said of it: most cells are so, and a page has two hundred."""
    printed = str(escape(figure.raw or number(figure.value)))
    if not (figure.repaired or figure.by_ocr):
        return printed
    kinds = " ".join(kind for kind, so in (("repaired", figure.repaired), ("ocr", figure.by_ocr)) if so)
    sign = "※" if figure.repaired else "◎"
    return f'<span class="{kinds}">{printed}</span><span class="sign" aria-hidden="true">{sign}</span>'


def _about(cell: FigureCell, words: Messages) -> str:
    """What a cell says of its figure, escaped."""
    figure, place = cell.figure, cell.figure.place if cell.figure else None
    if figure is None:
        return str(escape(cell.label))
    where = (place.page, place.table, place.row, place.column) if place else ()
    plain = _told(words.language, cell.label, figure.state, figure.unit, where)
    if not (figure.reason or figure.repaired or figure.by_ocr):
        return plain
    said = [told(figure.reason, words)] if figure.reason else []
    if figure.repaired:
        said.append(f"{words('figure.repaired')} {told(figure.repaired, words)}")
    if figure.by_ocr:
        said.append(words("figure.ocr"))
    return f"{plain}; {escape('; '.join(said))}"


@lru_cache(maxsize=4096)
def _told(language: str, label: str, state: State, unit: str | None, where: tuple[int | None, ...]) -> str:
    """The same for most reports: the form's tables stand in one place."""
    words = messages(language)
    said = f"{label} — {words.word('figure_state', state.value)}{f' ({unit})' if unit else ''}"
    parts = zip(("page", "table", "row", "column"), where, strict=False)
    at = " ".join([words(f"place.{name}", n=count) for name, count in parts if count])
    return str(escape(f"{said}; {at}" if where else said))


def drawn_years(row: MatrixRow, years: Sequence[int], words: Messages) -> Markup:
    """An organ's years of the matrix, a cell each, with the ledger's evidence in the reader's language."""
    cells = [(year, row.cells.get(year)) for year in years]
    drawn = [_year(escape(row.organ), year, cell, words) if cell else "<td></td>" for year, cell in cells]
    return Markup("".join(drawn))  # noqa: S704 - each part is escaped


def _year(organ: str, year: int, cell: MatrixCell, words: Messages) -> str:
    name = words.word("state", cell.state)
    if cell.changed:
        name += f", {words('matrix.changed')}"
    if cell.failures:
        name += f", {words('matrix.failed', count=cell.failures)}"
    if cell.addresses > 1:
        name += f", {words('matrix.addresses', count=cell.addresses)}"
    name, kind = escape(name), MARKS[cell.state]
    title = f"{organ} {year}: {name}. {escape(told(cell.evidence, words))}"
    if not cell.sighting_id:
        return f'<td><span class="{kind}" role="img" title="{title}" aria-label="{name}"></span></td>'
    failures = f'<span class="failures">{cell.failures}</span>' if cell.failures else ""
    changed = '<span class="changed">▲</span>' if cell.changed else ""
    return f'<td><a class="{kind}" href="/reports/{cell.sighting_id}" title="{title}" aria-label="{year}: {name}">{failures}{changed}</a></td>'
