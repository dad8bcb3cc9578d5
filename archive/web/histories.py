"""An organ goes in, its history comes out: a mark for each year, why applications were refused, and how it stands among its siblings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings import MOVED, report_state
from archive.measures import MEASURES, summed
from archive.models import ChangeRow, FindingRow, Organ, Reading, Sighting, figure_column, figures
from archive.statements import once
from archive.successions import Step
from archive.web.numerals import number
from archive.web.rendering import anchor
from reports.form import FIGURE_KEYS, FORM_2021

Value = Decimal | int | None
REASONS = tuple(row for row in FORM_2021.request_rows if row.group == "refused")
COMPARED = tuple(
    measure
    for measure in MEASURES
    if measure.name in ("received", "granted", "refused", "unavailable", "carried_out", "disputes", "corrected")
)
_ANCHORS = tuple((measure.name, anchor(measure.keys[0])) for measure in COMPARED)
_COMPARED_NAMES = tuple(measure.name for measure in COMPARED)
_MOST_SIBLINGS = 60
_PRINTED = tuple(key for measure in MEASURES for key in measure.keys)
_NOT_IN_FORM = "-"  # the letter of a cell that the form of the reading does not have, in `figures.states`


@dataclass(frozen=True, slots=True)
class OrganYear:
    """A current report of the organ. `values` are those of the measures, `refused` those of the reasons of the form: empty where no figure was read.
    `state` is that of the report, `reading_state` how it was read."""

    year: int
    organ_id: int
    reading_id: int
    sighting_id: int
    state: str
    reading_state: str
    form: str | None
    published_on: date | None
    failures: int
    changed: bool
    values: Mapping[str, Value]
    refused: Mapping[str, Value]
    not_in_form: frozenset[str]  # measures whose cells this year's form does not have: not unknown, but not asked


@dataclass(frozen=True, slots=True)
class YearMark:
    """A year of the timeline, with a report when the archive has one; several addresses may have one."""

    year: int
    line: OrganYear | None = None
    organ: str = ""  # its name then, when it was another


@dataclass(frozen=True, slots=True)
class Sibling:
    organ_id: int
    name: str
    level: str
    sighting_id: int
    values: Mapping[str, Value]

    @property
    def cells(self) -> Markup:
        """Its figures as cells of a table, each linked to where its report has it. A county's table has hundreds: a template takes five times as long."""
        return Markup("".join([_CELL % (self.sighting_id, at, number(self.values[name])) for name, at in _ANCHORS]))  # noqa: S704 - numbers alone

    def row(self, year: int, mine: Sibling | None, compare: str) -> Markup:
        """The row of the table, with a link to `compare` its report with that of the organ whose page it is."""
        current, beside = ' aria-current="true"' if self is mine else "", ""
        if mine is not None and self is not mine:
            beside = _BESIDE % (mine.sighting_id, self.sighting_id, escape(compare))
        head = _HEAD % (self.organ_id, year, escape(self.name))
        return Markup(f"<tr{current}>{head}{self.cells}<td>{beside}</td></tr>\n")  # noqa: S704 - each part is escaped


_HEAD = '<th scope="row" lang="zh-Hans"><a href="/organs/%d?year=%d">%s</a></th>'
_BESIDE = '<a href="/compare?first=%d&amp;second=%d">%s</a>'
_CELL = '<td class="num"><a href="/reports/%d#%s">%s</a></td>'


@dataclass(frozen=True, slots=True)
class Among:
    """One year of an organ's region: the organs of its own level, itself as `mine` first, then those with most applications; `others` are too many for a
    page. `own` is what the government printed, `below` the sum of all the others."""

    year: int
    siblings: Sequence[Sibling]
    mine: Sibling | None
    own: Sibling | None
    below: Mapping[str, Value] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)  # of how many organs each sum is made
    reports: int = 0
    others: int = 0


def one_history(organ_id: int, steps: Sequence[Step]) -> list[int]:
    """The organ with all that it only was, or is, called otherwise: a merger begins another history."""
    ids = [organ_id]
    for step in (*steps, *reversed(steps)):
        if step.how == "renamed" and (step.earlier_id in ids or step.later_id in ids):
            ids += [one for one in (step.earlier_id, step.later_id) if one not in ids]
    return ids


def history(session: Session, organ_ids: Sequence[int]) -> list[OrganYear]:
    """A year for each current report, oldest first. Of two reports of one year both are given."""
    return [_organ_year(row) for row in selected(session, _years(), {"organs": list(organ_ids)})]


def _organ_year(row: Any) -> OrganYear:
    values = dict(zip(_PRINTED, row[-len(_PRINTED) :], strict=True))
    return OrganYear(
        row.year,
        row.organ_id,
        row.id,
        row.sighting_id,
        report_state(row.state, row.gone_at, row.moved_to_id),
        row.state,
        row.form,
        row.published_on,
        row.failures,
        row.changed,
        {measure.name: summed(measure, values) for measure in MEASURES},
        {} if row.states is None else {reason.key: values[f"requests.{reason.key}.total"] for reason in REASONS},
        _not_in_form(row.states),
    )


@once
def _years() -> Select[Any]:
    failures = (
        select(func.count())
        .where(FindingRow.reading_id == Reading.id, FindingRow.outcome == "fail", FindingRow.severity != "info")
        .correlate(Reading)
        .scalar_subquery()
        .label("failures")
    )
    changed = (
        select(ChangeRow.id)
        .where(ChangeRow.sighting_id == Sighting.id, ChangeRow.kind != "new", ChangeRow.state == "raised")
        .exists()
        .label("changed")
    )
    return (
        select(
            Reading.year,
            Reading.organ_id,
            Reading.id,
            Reading.sighting_id,
            Reading.state,
            Reading.form,
            Reading.published_on,
            Sighting.gone_at,
            Sighting.moved_to_id,
            failures,
            changed,
            figures.c.states,
            *(figures.c[figure_column(key)] for key in _PRINTED),
        )
        .join_from(Reading, Sighting, Sighting.id == Reading.sighting_id)
        .outerjoin(figures, figures.c.reading_id == Reading.id)
        # Nearly always one: of several PostgreSQL expects ten, and plans the query anew for each page.
        .where(Reading.organ_id.in_(bindparam("organs", expanding=True)), Reading.current, Reading.year.is_not(None))
        .where(Reading.state != "not a report")
        .order_by(Reading.year, Reading.id)
    )


def _not_in_form(states: str | None) -> frozenset[str]:
    if states is None:
        return frozenset()
    absent = {key for key, letter in zip(FIGURE_KEYS, states, strict=True) if letter == _NOT_IN_FORM}
    return frozenset(measure.name for measure in MEASURES if absent.intersection(measure.keys))


def timeline(years: Sequence[OrganYear], names: Mapping[int, str]) -> list[YearMark]:
    """From the first year to the last, with the gaps between. `names` are those of the organ's other ids."""
    marks = []
    for year in range(years[0].year, years[-1].year + 1) if years else ():
        of_year = [line for line in years if line.year == year]
        marks += [YearMark(year, line, names.get(line.organ_id, "")) for line in of_year] or [YearMark(year)]
    return marks


def told_once(marks: Sequence[YearMark]) -> list[OrganYear]:
    """The reports behind the marks. One that moved is told at its new address alone, where that one is read."""
    lines = [mark.line for mark in marks if mark.line is not None]
    stay = {line.year for line in lines if line.state != MOVED}
    return [line for line in lines if not (line.state == MOVED and line.year in stay)]


def siblings_of(session: Session, organ: Organ, ids: Sequence[int], year: int) -> Among:
    """`ids` are those of the organ under all its names. Of two reports of a year the newer stands here."""
    found = {sibling.organ_id: sibling for sibling in _of_region(session, organ.region_code, year)}
    siblings = [one for one in found.values() if one.level == organ.level]
    siblings.sort(key=lambda one: (one.organ_id not in ids, -(one.values["received"] or 0), one.name))
    governments = [one for one in found.values() if one.level == "government"]
    others = [one for one in found.values() if one.level != "government"]
    known = {m.name: [v for one in others if (v := one.values[m.name]) is not None] for m in COMPARED}
    return Among(
        year,
        siblings[:_MOST_SIBLINGS],
        next((one for one in siblings if one.organ_id in ids), None),
        governments[0] if len(governments) == 1 else None,
        {name: sum(values) if values else None for name, values in known.items()},
        {name: len(values) for name, values in known.items()},
        len(others),
        max(0, len(siblings) - _MOST_SIBLINGS),
    )


def _of_region(session: Session, region_code: str | None, year: int) -> Iterator[Sibling]:
    if region_code is None:
        return
    for organ_id, name, level, sighting_id, *sums in selected(
        session, _siblings(), {"region": region_code, "year": year}
    ):
        yield Sibling(organ_id, name, level, sighting_id, dict(zip(_COMPARED_NAMES, sums, strict=True)))


@once
def _siblings() -> Select[Any]:
    """Their figures are added up by the database, where one unknown part makes the sum unknown as well."""
    return (
        select(Organ.id, Organ.name, Organ.level, Reading.sighting_id, *(measure.column() for measure in COMPARED))
        .join_from(Organ, Reading, Reading.organ_id == Organ.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .join(figures, figures.c.reading_id == Reading.id)
        .where(Reading.current, Reading.state == "read", Sighting.moved_to_id.is_(None))
        .where(Organ.region_code == bindparam("region"), Reading.year == bindparam("year"))
        .order_by(Reading.id)
    )
