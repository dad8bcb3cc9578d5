"""What proves a report, to take away: an evidence sheet as DOCX, and a WACZ with the captures that it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from archive.captures import location_of
from archive.database import reading
from archive.exports import write_captures
from archive.models import Capture
from archive.seals import read_head, read_seal
from archive.takedown import is_public
from archive.wacz import Page, write_wacz
from archive.warc import WarcStore
from archive.web.addresses import NoSuchPage, whole_number
from archive.web.citations import gb7714
from archive.web.evidence import Evidence, Proof, evidence_sheet
from archive.web.forms import official_tables
from archive.web.messages import Messages
from archive.web.pages.reports import Shown, cited, shown_report
from archive.web.rendering import Web, web_of, words_of
from archive.web.streams import attached

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_WACZ = "application/wacz"


def report_sheet(request: Request, sighting_id: str) -> Response:
    web, words = web_of(request), words_of(request)
    with reading(web.engine) as session:
        shown = _read(session, request, sighting_id)
        proofs = [_proof(session, web.store, role, row) for role, row in _captures(shown)]
    sheet = evidence_sheet(_evidence(web, shown, proofs, words), words, lambda at: _local(web, at))
    return _file(sheet, _DOCX, f"report-{sighting_id}-evidence.docx")


def report_wacz(request: Request, sighting_id: str) -> Response:
    """The page and the file that was read, with their requests and the bodies that they refer to: ReplayWeb.page opens it."""
    web = web_of(request)
    with reading(web.engine) as session, TemporaryDirectory(prefix="nianbao-wacz-") as folder:
        shown = _read(session, request, sighting_id)
        rows = list(_with_originals(session, [row for _, row in _captures(shown)]))
        name, now = f"report-{shown.sighting.id}.warc.gz", web.now()
        title = shown.report.title if shown.report else shown.sighting.url
        write_captures(session, web.store, rows, Path(folder) / name, {"isPartOf": title}, now)
        pages = [Page(row.url, row.fetched_at, title) for _, row in _captures(shown)]
        target = write_wacz(WarcStore(Path(folder)), [name], pages, Path(folder) / "report.wacz", title, now)
        content = target.read_bytes()
    return _file(content, _WACZ, f"report-{sighting_id}.wacz")


def _read(session: Session, request: Request, sighting_id: str) -> Shown:
    shown = shown_report(session, sighting_id, whole_number(request, "version", 1, 2**63 - 1))
    if shown.version is None or shown.report is None:
        raise NoSuchPage("missing.unread", id=sighting_id)
    for _, row in _captures(shown):
        if not is_public(row):
            raise NoSuchPage("missing.taken_down", id=row.id)
    return shown


def _captures(shown: Shown) -> Iterator[tuple[str, Capture]]:
    assert shown.version is not None
    yield "report.see_capture", shown.version.page
    if shown.version.source.id != shown.version.page.id:
        yield "report.see_attachment", shown.version.source


def _with_originals(session: Session, rows: list[Capture]) -> Iterator[Capture]:
    """A revisit says that the body is that of an earlier capture: it goes along, and first."""
    seen: set[int] = set()
    for row in rows:
        first = session.get_one(Capture, row.same_as_id) if row.same_as_id is not None else None
        for one in (first, row):
            if one is not None and one.id not in seen and is_public(one):
                seen.add(one.id)
                yield one


def _proof(session: Session, store: WarcStore, role: str, row: Capture) -> Proof:
    location = location_of(session, row)
    return Proof(role, row, location, read_seal(store.folder, location.file))


def _evidence(web: Web, shown: Shown, proofs: list[Proof], words: Messages) -> Evidence:
    version, report = shown.version, shown.report
    assert version is not None
    assert report is not None
    citation = cited(web, shown)
    assert citation is not None
    dated = min(report.dates, key=lambda date: date.rank, default=None)
    published = words("report.unknown")
    if dated is not None:
        published = f"{dated.value.isoformat()}（{words.word('date_source', dated.source)}：{dated.raw}）"
    facts = (
        (words("organ.one"), citation.author),
        (words("report.year"), str(shown.held["year"] or words("report.unknown"))),
        (words("evidence.as_titled"), report.title),
        (words("report.form"), words.word("edition", report.form.value)),
        (words("report.published"), published),
        (words("report.address"), shown.sighting.url),
        (words("report.captured"), _local(web, version.page.fetched_at)),
        (words("capture.body_hash"), version.source.body_sha256),
    )
    return Evidence(
        f"{citation.author} {shown.held['year'] or ''}".strip(),
        report,
        facts,
        official_tables(report.form, report.figures),
        shown.findings,
        version.reading.passed,
        proofs,
        read_head(web.store.folder),
        gb7714(citation),
        web.now(),
    )


def _local(web: Web, at: datetime) -> str:
    return at.astimezone(ZoneInfo(web.configuration.timezone)).isoformat(sep=" ", timespec="seconds")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers=attached(name))
