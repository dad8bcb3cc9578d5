"""What was read of a report in, its rows out: the reading, and its figures with a letter for the state of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from archive.models import Capture, Reading, Sighting, Site, figure_column, figures
from archive.organs import organ_of
from reports import READER_VERSION
from reports.form import FIGURE_KEYS
from reports.model import DateEvidence, Report, State
from reports.packing import pack
from reports.parsing.dates import CHINA, IMPOSSIBLE, LIST_ROW, TOUCHED, in_order
from reports.publication import Publication, figures_digest, text_digest

STATE_LETTERS = {
    State.NUMBER: "n",
    State.ZERO: "z",
    State.BLANK: "b",
    State.DASH: "d",
    State.TEXT: "t",
    State.ABSENT: "a",
}
_NOT_IN_FORM = "-"


def add_reading(
    session: Session, sighting_id: int, capture_ids: Sequence[int], publication: Publication, at: datetime
) -> Reading:
    sighting = session.get_one(Sighting, sighting_id)
    report = publication.report
    if report is not None:
        report = replace(report, dates=_dates(report, sighting, session.get_one(Capture, capture_ids[0])))
    row = Reading(
        sighting_id=sighting.id,
        page_capture_id=capture_ids[0],
        capture_id=capture_ids[publication.part],
        reader_version=READER_VERSION,
        read_at=at,
        state=publication.state,
        kind=publication.kind,
        reason=publication.reason,
        current=False,
        organ_name=(report.organ if report else None) or sighting.organ_name,
        year=(report.year if report else None) or sighting.year,
        title=report.title if report else sighting.title,
    )
    publisher = report.publisher if report else None
    organ = organ_of(session, session.get_one(Site, sighting.site_id), _names(sighting, report), publisher)
    row.organ_id = organ.id if organ else None
    if report is not None:
        row.form = report.form.value
        best = next((evidence for evidence in report.dates if evidence.rank < IMPOSSIBLE), None)
        row.published_on, row.published_rank = (best.value, best.rank) if best is not None else (None, None)
        row.text_sha256, row.figures_sha256 = text_digest(report), figures_digest(report)
        row.report = pack(report)
    session.add(row)
    session.flush()
    if report is not None and report.figures:
        session.execute(insert(figures).values(**_figure_row(row.id, report)))
    return row


def _dates(report: Report, sighting: Sighting, page: Capture) -> tuple[DateEvidence, ...]:
    """The report's own evidence with its row in the list and the answer's Last-Modified. What is later than the capture cannot be."""
    found = list(report.dates)
    if sighting.listed_on is not None:
        found.append(DateEvidence(sighting.listed_on, "list", sighting.listed_on.isoformat(), LIST_ROW))
    if page.last_modified is not None and (touched := _sent_day(page.last_modified)) is not None:
        found.append(DateEvidence(touched, "last_modified", page.last_modified, TOUCHED))
    return in_order(
        found, report.year, (page.fetched_at + timedelta(days=1)).date()
    )  # a day of leave for clocks and zones


def _sent_day(header: str) -> date | None:
    """The day in China of a date as HTTP writes it; None where a server writes anything else."""
    try:
        return parsedate_to_datetime(header).astimezone(CHINA).date()
    except ValueError:
        return None


def _names(sighting: Sighting, report: Report | None) -> list[str]:
    return [name for name in (sighting.organ_name, report.organ if report else None) if name]


def _figure_row(reading_id: int, report: Report) -> dict[str, object]:
    row: dict[str, object] = {"reading_id": reading_id}
    letters = []
    for key in FIGURE_KEYS:
        figure = report.figures.get(key)
        letters.append(_NOT_IN_FORM if figure is None else STATE_LETTERS[figure.state])
        row[figure_column(key)] = None if figure is None else figure.value
    row["states"] = "".join(letters)
    return row
