"""The list of reports, one report as the form prints it, and two of its versions beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVarTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy import BigInteger, Select, bindparam, case, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.database import reading
from archive.listings import REPORT_STATES, Filters, changes, report_state, reports_held
from archive.models import FindingRow, Organ, Reading, Region, Sighting, Site
from archive.reviews import change_mark, finding_mark, standings
from archive.statements import once
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, asked, row_id, whole_number
from archive.web.cells import drawn_cells
from archive.web.citations import Cited, bibtex, gb7714
from archive.web.differences import figure_differences, section_differences
from archive.web.forms import figure_label, official_tables
from archive.web.rendering import Web, page, web_of, words_of
from archive.web.versions import Version, fetches, versions
from reports.model import Report
from reports.packing import unpack

REGION_CODE = case((Organ.id.is_(None), Site.region_code), else_=Organ.region_code)
_FETCHES = 50
Columns = TypeVarTuple("Columns")
_LOUDEST_FIRST = ("fail", "uncertain", "not_assessable")


def reports(request: Request) -> Response:
    wish = asked(request, REPORT_STATES)
    with reading(web_of(request).engine) as session:
        lines = list(reports_held(session, wish.query))
    shown = lines[:PAGE_LENGTH]
    following = shown[-1].sighting_id if len(lines) > PAGE_LENGTH else None
    values = {"lines": shown, "wish": wish, "filters": wish.filters, "kinds": REPORT_STATES, "following": following}
    return page(request, "reports.html", values)


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a report with what belongs to it. `version` is None for an address that was captured and not read yet."""

    sighting: Sighting
    held: Mapping[str, Any]
    known: Sequence[Version]
    version: Version | None
    report: Report | None
    findings: Sequence[FindingRow]


def shown_report(session: Session, sighting_id: str, wanted: int | None) -> Shown:
    """The current version, or the one that the number of a reading names."""
    sighting, held = _sighting(session, sighting_id)
    known = versions(session, sighting.id)
    version = _version(known, wanted, sighting_id)
    row = version.reading if version else None
    content = unpack(row.report) if row and row.report else None
    return Shown(sighting, held, known, version, content, _findings(session, row.id) if row else ())


def report(request: Request, sighting_id: str) -> Response:
    wanted = whole_number(request, "version", 1, 2**63 - 1)
    web = web_of(request)
    with reading(web.engine) as session:
        shown = shown_report(session, sighting_id, wanted)
        sighting, content = shown.sighting, shown.report
        row = shown.version.reading if shown.version else None
        citation = cited(web, shown)
        tail = f"?version={row.id}" if row is not None and not row.current else ""
        changed = list(changes(session, Filters(sighting_id=sighting.id, limit=50)))
        marks = {finding.id: finding_mark(sighting.id, finding.rule, finding.place) for finding in shown.findings}
        change_marks = {line.change_id: change_mark(line.change_id) for line in changed}
        values = {
            **shown.held,
            "version": shown.version,
            "versions": shown.known,
            "report": content,
            "state": report_state(row.state if row else None, sighting.gone_at, sighting.moved_to_id),
            "tables": official_tables(content.form, content.figures) if content else (),
            "findings": shown.findings,
            "drawn": drawn_cells(words_of(request), f"{sighting.id}/figures/", f"{tail}#here"),
            "figure_label": figure_label,
            "changes": changed,
            "marks": marks,
            "change_marks": change_marks,
            "said": standings(session, [*marks.values(), *change_marks.values()]),
            "fetches": fetches(session, sighting, _FETCHES),
            "gb7714": gb7714(citation) if citation else "",
            "bibtex": bibtex(citation) if citation else "",
        }
    return page(request, "report.html", values)


def cited(web: Web, shown: Shown) -> Cited | None:
    """How this version is cited; only what was read has a title and an author to cite."""
    if shown.version is None or shown.report is None:
        return None
    row, capture = shown.version.reading, shown.version.page
    region, organ = shown.held["region"], shown.held["organ_name"]
    prefix = region.name if region and organ and not organ.startswith(region.name) else ""
    return Cited(
        key=f"nianbao-{shown.sighting.id}-{row.year or 'n'}-{capture.body_sha256[:8]}",
        author=prefix + (organ or shown.held["site"].name),
        title=shown.report.title,
        year=row.year,
        published_on=row.published_on,
        read_on=capture.fetched_at.astimezone(ZoneInfo(web.configuration.timezone)).date(),
        url=shown.sighting.url,
        sha256=capture.body_sha256,
    )


def compare(request: Request, sighting_id: str) -> Response:
    """Two versions of one report, by the numbers of their readings; without numbers the newest two."""
    numbers = [whole_number(request, name, 1, 2**63 - 1) for name in ("before", "after")]
    with reading(web_of(request).engine) as session:
        sighting, held = _sighting(session, sighting_id)
        known = versions(session, sighting.id)
        after = _version(known, numbers[1], sighting_id) if numbers[1] else next(iter(known), None)
        before = _version(known, numbers[0], sighting_id) if numbers[0] else _before(known, after)
        values: dict[str, Any] = {
            **held,
            "versions": known,
            "before": before,
            "after": after,
            "figure_label": figure_label,
        }
        old, new = (unpack(v.reading.report) if v and v.reading.report else None for v in (before, after))
    values["figures"] = figure_differences(old, new) if old and new else None
    values["sections"] = section_differences(old, new) if old and new else ()
    values["forms"] = (old.form, new.form) if old and new else None
    values["titles"] = (old.title, new.title) if old and new else None
    return page(request, "compare.html", values)


def _sighting(session: Session, text: str) -> tuple[Sighting, dict[str, Any]]:
    found = session.execute(_with_all_around(), {"sighting_id": row_id(text)}).first()
    if found is None:
        raise NoSuchPage("missing.report", id=text)
    sighting, site, organ_name, year, organ, region = found
    return sighting, {
        "region": region,
        "sighting": sighting,
        "site": site,
        "organ": organ,
        "organ_name": organ.name if organ else organ_name or sighting.organ_name,
        "year": year or sighting.year,
        "moved_to": session.get(Sighting, sighting.moved_to_id) if sighting.moved_to_id else None,
    }


@once
def _with_all_around() -> Select[Sighting, Site, str | None, int | None, Organ, Region]:
    return with_all_around(select(Sighting, Site, Reading.organ_name, Reading.year, Organ, Region))


def with_all_around(query: Select[*Columns]) -> Select[*Columns]:
    """Of a report's address (`sighting_id`) what a query wants of it, its site, its current reading, organ and region: five queries cost four times as much."""
    return (
        query.join_from(Sighting, Site, Site.id == Sighting.site_id)
        .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
        .outerjoin(Organ, Organ.id == Reading.organ_id)
        .outerjoin(Region, Region.code == REGION_CODE)
        .where(Sighting.id == bindparam("sighting_id", type_=BigInteger))
    )


def _version(known: Sequence[Version], wanted: int | None, sighting_id: str) -> Version | None:
    """The version asked for; the current one when none is asked for; None when nothing was read yet."""
    if wanted is None:
        return next((v for v in known if v.reading.current), known[0] if known else None)
    for version in known:
        if wanted in version.reading_ids:
            return version
    raise NoSuchPage("missing.version", version=wanted, id=sighting_id)


def _before(known: Sequence[Version], after: Version | None) -> Version | None:
    if after is None:
        return None
    return next(iter(known[known.index(after) + 1 :]), None)


def _findings(session: Session, reading_id: int) -> list[FindingRow]:
    rows = session.scalars(_of_reading(), {"reading_id": reading_id}).all()
    return sorted(rows, key=lambda row: _LOUDEST_FIRST.index(row.outcome) if row.outcome in _LOUDEST_FIRST else 9)


@once
def _of_reading() -> Select[FindingRow]:
    return select(FindingRow).where(FindingRow.reading_id == bindparam("reading_id")).order_by(FindingRow.id)
