"""What the pages show, to take away: lists as CSV and JSON lines, a report as JSON, CSV, text and BibTeX, changes as a feed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading
from archive.listings import REPORT_STATES, Filters, changes, findings, reports_held
from archive.models import FindingRow, Reading
from archive.web.addresses import NoSuchPage, asked, whole_number
from archive.web.citations import bibtex
from archive.web.forms import figure_label
from archive.web.pages.reports import Shown, cited, shown_report
from archive.web.pages.worklists import CHANGE_KINDS, JUDGED, OUTCOMES, SEVERITIES
from archive.web.rendering import web_of
from archive.web.streams import attached, streamed
from reports.form import FIGURE_KEYS
from reports.model import Finding, Outcome, Report, Severity
from reports.serialising import report_json

_AT_FIRST = 60


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, newest first: what finds its lines, the filters it knows, and the number that it goes on below."""

    lines: Callable[[Session, Filters], Iterator[Any]]
    known: Mapping[str, Any]
    key: str


LISTS: Mapping[str, Listed] = {
    "reports": Listed(reports_held, {"kinds": REPORT_STATES}, "sighting_id"),
    "changes": Listed(changes, {"kinds": CHANGE_KINDS, "verdicts": JUDGED}, "change_id"),
    "findings": Listed(findings, {"outcomes": OUTCOMES, "severities": SEVERITIES, "verdicts": JUDGED}, "finding_id"),
}
_FIGURE_COLUMNS = (
    "key",
    "label",
    "value",
    "raw",
    "state",
    "unit",
    "repaired",
    "reason",
    "page",
    "table",
    "row",
    "column",
)


def list_csv(request: Request, name: str) -> Response:
    """The whole list, narrowed as the page is, with a byte order mark: without one a spreadsheet garbles the Chinese."""
    rows = _rows(request, name)

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for number, row in enumerate(rows):
            if number == 0:
                yield csv_line(row.keys())
            yield csv_line(row.values())

    return streamed(lines(), "text/csv; charset=utf-8", f"{name}.csv")


def list_jsonl(request: Request, name: str) -> Response:
    """A line an object."""
    lines = (json.dumps(row, ensure_ascii=False, default=plain) + "\n" for row in _rows(request, name))
    return streamed(lines, "application/jsonl; charset=utf-8", f"{name}.jsonl")


def _rows(request: Request, name: str) -> Iterator[dict[str, Any]]:
    listed = LISTS[name]
    # Read now: a wrong address must be refused before the answer begins.
    filters, engine = asked(request, **listed.known).filters, web_of(request).engine

    def rows() -> Iterator[dict[str, Any]]:
        """The first as a page of the list has them, at once; then all that is left."""
        with reading(engine) as session:
            first = list(listed.lines(session, replace(filters, limit=_AT_FIRST)))
            yield from map(as_object, first)
            if len(first) == _AT_FIRST:
                left = replace(filters, below_id=getattr(first[-1], listed.key))
                yield from map(as_object, listed.lines(session, left))

    return rows()


def as_object(line: Any) -> dict[str, Any]:
    """A line's fields by their names. Their values are not copied, as dataclasses.asdict does at ten times the cost."""
    return {name: getattr(line, name) for name in _names(line.__class__)}


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def report_object(request: Request, sighting_id: str) -> Response:
    """The report as `reports/schema.json` describes it."""
    shown, row, report = _read(request, sighting_id)
    made = report_json(report, [_finding(finding) for finding in shown.findings]) | {
        "reader_version": row.reader_version
    }
    return file(json.dumps(made, ensure_ascii=False, indent=1), "application/json", f"report-{sighting_id}.json")


def report_figures(request: Request, sighting_id: str) -> Response:
    """A line a figure, in the order of the form; what is not known stays empty, with its state beside it."""
    _, _, report = _read(request, sighting_id)
    lines = ["\ufeff", csv_line(_FIGURE_COLUMNS)]
    for key in FIGURE_KEYS:
        figure = report.figures.get(key)
        if figure is None:
            continue
        place = figure.place
        where = (place.page, place.table, place.row, place.column) if place else (None,) * 4
        said = (figure.value, figure.raw, figure.state.value, figure.unit, figure.repaired, figure.reason)
        lines.append(csv_line((key, figure_label(key), *said, *where)))
    return file("".join(lines), "text/csv; charset=utf-8", f"report-{sighting_id}.csv")


def report_text(request: Request, sighting_id: str) -> Response:
    _, _, report = _read(request, sighting_id)
    parts = [report.title, *(f"{section.title}\n\n{section.text}" for section in report.sections)]
    return file("\n\n".join(parts) + "\n", "text/plain; charset=utf-8", f"report-{sighting_id}.txt")


def report_bibtex(request: Request, sighting_id: str) -> Response:
    shown, _, _ = _read(request, sighting_id)
    citation = cited(web_of(request), shown)
    assert citation is not None
    return file(bibtex(citation), "application/x-bibtex; charset=utf-8", f"report-{sighting_id}.bib")


def _read(request: Request, sighting_id: str) -> tuple[Shown, Reading, Report]:
    wanted = whole_number(request, "version", 1, 2**63 - 1)
    with reading(web_of(request).engine) as session:
        shown = shown_report(session, sighting_id, wanted)
    if shown.version is None or shown.report is None:
        raise NoSuchPage("missing.unread", id=sighting_id)
    return shown, shown.version.reading, shown.report


def _finding(row: FindingRow) -> Finding:
    return Finding(
        row.rule,
        row.place,
        Outcome(row.outcome),
        Severity(row.severity),
        row.message,
        _whole(row.left_value),
        _whole(row.right_value),
        tuple(row.keys),
    )


def _whole(value: Decimal | None) -> int | Decimal | None:
    """A count comes back from the database as 3.000000."""
    return int(value) if value is not None and value == value.to_integral_value() else value


def csv_line(values: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([_cell(value) for value in values])
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is given an apostrophe: what a page prints must not compute on a reader's desk."""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    if (
        isinstance(value, str)
        and value[:1] in ("=", "+", "-", "@", "\t", "\r")
        and not value[1:].replace(".", "", 1).isdigit()
    ):
        return "'" + value if value != "-" else value
    return plain(value) if isinstance(value, date | Decimal) else value


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value.normalize())
    raise TypeError(f"expected a value of a list's line, got {type(value).__name__}")


def file(content: str, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers=attached(name))
