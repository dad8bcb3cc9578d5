"""An organ goes in, its history comes out: a mark for each year, why applications were refused, and how it stands among its siblings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from archive.database import selected
from archive.listings import MOVED, report_state
from archive.measures import MEASURES, OrganYear, organ_years
from archive.models import ChangeRow, FindingRow, Organ, Reading, Sighting, figure_column, figures
from archive.statements import once
from archive.successions import Step
from archive.web.numerals import number
from archive.web.rendering import anchor
from reports.form import FORM_2021

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


@dataclass(frozen=True, slots=True)
class YearMark:
    """A year of the timeline. `state` is empty when no report of it is in the archive; several addresses may have one."""

    year: int
    state: str = ""
    line: OrganYear | None = None
    organ: str = ""  # its name then, when it was another
    failures: int = 0
    changed: bool = False


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
    lines = [line for organ_id in organ_ids for line in organ_years(session, organ_id)]
    return sorted(lines, key=lambda line: (line.year, line.reading.id))


def timeline(session: Session, years: Sequence[OrganYear], names: Mapping[int, str]) -> list[YearMark]:
    """From the first year to the last, with the gaps between. `names` are those of the organ's other ids."""
    if not years:
        return []
    failures = _failures(session, [line.reading.id for line in years])
    sightings = [line.reading.sighting_id for line in years]
    rows = {row.id: row for row in session.scalars(select(Sighting).where(Sighting.id.in_(sightings)))}
    changed = _changed(session, sightings)
    marks = []
    for year in range(years[0].year, years[-1].year + 1):
        of_year = [line for line in years if line.year == year]
        marks += [_mark(line, rows[line.reading.sighting_id], failures, changed, names) for line in of_year]
        if not of_year:
            marks.append(YearMark(year))
    return marks


def told_once(marks: Sequence[YearMark]) -> list[OrganYear]:
    """The reports behind the marks. One that moved is told at its new address alone, where that one is read."""
    stay = {mark.year for mark in marks if mark.line is not None and mark.state != MOVED}
    return [mark.line for mark in marks if mark.line is not None and not (mark.state == MOVED and mark.year in stay)]


def _mark(
    line: OrganYear, sighting: Sighting, failures: Mapping[int, int], changed: set[int], names: Mapping[int, str]
) -> YearMark:
    state = report_state(line.reading.state, sighting.gone_at, sighting.moved_to_id)
    name = names.get(line.reading.organ_id or 0, "")
    return YearMark(line.year, state, line, name, failures.get(line.reading.id, 0), sighting.id in changed)


def _failures(session: Session, reading_ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(FindingRow.reading_id, func.count())
        .where(FindingRow.reading_id.in_(reading_ids), FindingRow.outcome == "fail", FindingRow.severity != "info")
        .group_by(FindingRow.reading_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _changed(session: Session, sighting_ids: Sequence[int]) -> set[int]:
    query = select(ChangeRow.sighting_id).where(ChangeRow.sighting_id.in_(sighting_ids), ChangeRow.kind != "new")
    return set(session.scalars(query.where(ChangeRow.state == "raised")))


def refusals(session: Session, years: Sequence[OrganYear]) -> dict[int, dict[str, Value]]:
    """By reading: how many applications were refused for each reason of the form."""
    columns = [figures.c[figure_column(f"requests.{reason.key}.total")] for reason in REASONS]
    query = select(figures.c.reading_id, *columns).where(figures.c.reading_id.in_([line.reading.id for line in years]))
    return {
        reading_id: {reason.key: value for reason, value in zip(REASONS, values, strict=True)}
        for reading_id, *values in session.execute(query)
    }


def among(session: Session, organ: Organ, ids: Sequence[int], year: int) -> Among:
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
    query = _siblings().where(Organ.region_code == region_code, Reading.year == year)
    for organ_id, name, level, sighting_id, *sums in selected(session, query):
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
        .order_by(Reading.id)
    )
