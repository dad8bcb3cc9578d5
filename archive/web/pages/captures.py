"""One capture: what was asked and answered, shown safely, with its hashes and its place, and its bytes to take away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response, StreamingResponse

from archive import captures as kept
from archive.bodies import Body, blocks_of, held
from archive.database import reading
from archive.exchange import Exchange, WarcLocation
from archive.models import Capture, Sighting, Site, WarcFile
from archive.seals import read_head, read_seal
from archive.takedown import is_public
from archive.web.addresses import NoSuchPage, WrongAddress, query_text, row_id
from archive.web.drawing import Marked, drawn_page
from archive.web.rendering import page, web_of
from archive.web.replay import readable_head, safe_view, view_kind
from archive.web.safety import CAPTURE_POLICY, DRAWN_POLICY
from reports.extraction.limits import MOST_BYTES

_EDGE = re.compile(r"-?\d{1,6}(\.\d{1,4})?")  # of a box, in points or pixels


@dataclass(frozen=True, slots=True)
class Record:
    """Where a capture's record lies, with the file it lies in."""

    capture: Capture
    file: WarcFile

    @property
    def location(self) -> WarcLocation:
        row = self.capture
        return WarcLocation(self.file.name, row.warc_offset, row.warc_length, row.record_id)


def capture(request: Request, capture_id: str) -> Response:
    web = web_of(request)
    with reading(web.engine) as session:
        record = _record(session, capture_id)
        row = record.capture
        original = _record(session, str(row.same_as_id)) if row.same_as_id else None
        exchange: Exchange = web.store.read(record.location)
        body = kept.body(session, web.store, row)
        sighting = session.query(Sighting).filter_by(site_id=row.site_id, url_key=row.url_key).first()
        values = {
            "capture": row,
            "record": record,
            "original": original,
            "site": session.get_one(Site, row.site_id),
            "sighting": sighting,
            "exchange": exchange,
            "request_head": readable_head(exchange.request_head),
            "response_head": readable_head(exchange.response_head),
            "kind": view_kind(readable(body), row.content_type),
            "body_size": len(body),
            "seal": read_seal(web.store.folder, record.file.name),
            "head": read_head(web.store.folder),
            "warc_path": _for_a_shell(web.store.address(record.file.name)),
        }
    return page(request, "capture.html", values)


def view(request: Request, capture_id: str) -> Response:
    """The body as a document without script, form or any outside address, under a policy that would refuse them too."""
    row, body = shown_body(request, capture_id)
    document = readable(body)
    drawn = view_kind(document, row.content_type) == "pdf"
    shown = safe_view(document, row.content_type, row.url, f"/captures/{row.id}/pages/")
    headers = {"Content-Security-Policy": DRAWN_POLICY if drawn else CAPTURE_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(shown, headers=headers)


def page_picture(request: Request, capture_id: str, number: str) -> Response:
    """A page of a PDF, or a picture, as it looks; with `box` a place on it is marked. The same address always gives the same picture."""
    marked = _marked(request)
    _, body = shown_body(request, capture_id)
    picture = drawn_page(readable(body), row_id(number), marked)
    if picture is None:
        raise NoSuchPage("missing.page")
    # The view is sandboxed and therefore of another origin than these pages.
    headers = {"Cache-Control": "private, max-age=86400, immutable", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(picture.body, media_type=picture.media_type, headers=headers)


def _marked(request: Request) -> Marked | None:
    said = query_text(request, "box")
    if said is None:
        return None
    edges = said.split(",")
    if len(edges) != 4 or not all(_EDGE.fullmatch(edge) for edge in edges):
        raise WrongAddress("box", said[:40], "72,300.5,120,315")
    left, bottom, right, top = (float(edge) for edge in edges)
    return Marked((left, bottom, right, top), "ocr" in request.query_params, "near" in request.query_params)


def body_file(request: Request, capture_id: str) -> Response:
    """The document itself: the body with its content-encoding undone."""
    row, body = shown_body(request, capture_id)
    return _download(blocks_of(body), len(body), _file_name(row))


def payload_file(request: Request, capture_id: str) -> Response:
    """The body exactly as received, with its content-encoding."""
    web = web_of(request)
    with reading(web.engine) as session:
        record = _record(session, capture_id)
        if record.capture.same_as_id is not None:
            record = _record(session, str(record.capture.same_as_id))
        payload = web.store.read(record.location).body
    return _download(blocks_of(payload), len(payload), _file_name(record.capture) + ".payload")


def record_file(request: Request, capture_id: str) -> Response:
    """The WARC record, as the gzip member that it is in its file: a WARC file of one record."""
    web = web_of(request)
    with reading(web.engine) as session:
        record = _record(session, capture_id)
        web.store.record(record.location)  # raises DamagedRecord: nobody is handed a damaged record as the true one
    row = record.capture
    member = web.store.blocks(record.file.name, row.warc_offset, row.warc_length)
    return _download(member, row.warc_length, f"capture-{record.capture.id}.warc.gz")


def _for_a_shell(address: str) -> str:
    return f"<(aws s3 cp {address} -)" if address.startswith("s3://") else address


def _record(session: Session, capture_id: str) -> Record:
    row = session.get(Capture, row_id(capture_id))
    if row is None:
        raise NoSuchPage("missing.capture", id=capture_id)
    if not is_public(row):
        raise NoSuchPage("missing.taken_down", id=capture_id)
    return Record(row, session.get_one(WarcFile, row.warc_file_id))


def shown_body(request: Request, capture_id: str) -> tuple[Capture, Body]:
    web = web_of(request)
    with reading(web.engine) as session:
        row = _record(session, capture_id).capture
        return row, kept.body(session, web.store, row)


def readable(body: Body) -> bytes:
    """The body as far as it can be looked at: of what is larger than any document that is read, nothing."""
    return held(body, MOST_BYTES) or b""


def _download(content: Iterable[bytes], size: int, name: str) -> Response:
    """Always as a file, never shown: a stranger's bytes have no say in what the browser does with them."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {
        "Content-Disposition": disposition,
        "Content-Security-Policy": CAPTURE_POLICY,
        "Content-Length": str(size),
    }
    return StreamingResponse(content, media_type="application/octet-stream", headers=headers)


def _file_name(row: Capture) -> str:
    """The last part of the address, behind the capture's number, so that two downloads never overwrite each other."""
    last = PurePosixPath(unquote(urlsplit(row.url).path)).name
    return f"{row.id}-{last or 'index.html'}"
