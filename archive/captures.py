"""Captures: one exchange becomes a row, a row becomes the exchange and its body again, and questions about captures are answered by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from archive.bodies import Body, digest_of
from archive.coding import decoded
from archive.errors import NoSuchCapture
from archive.exchange import Exchange, WarcLocation
from archive.groups import Original
from archive.models import Capture, WarcFile
from archive.warc import WarcStore


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends along: If-None-Match and If-Modified-Since."""

    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class KeptBody:
    """The capture whose record holds a body; `id` is None until its row is written."""

    id: int | None
    original: Original
    location: WarcLocation
    body_sha256: str
    size: int
    content_type: str | None


def index_of(exchange: Exchange, purpose: str, url_key: str, blocked: str | None) -> dict[str, Any]:
    """What the index needs beside the HTTP bytes. It is written to the exchange's metadata record, so that the index can be made again."""
    body = decoded(exchange.body, exchange.header("content-encoding"))
    payload = digest_of(exchange.body)
    return {
        "purpose": purpose,
        "url_key": url_key,
        "blocked": blocked,
        "size": len(exchange.body),
        "payload_sha256": payload,
        "body_sha256": payload if body is exchange.body else digest_of(body),
    }


def row_values(
    exchange: Exchange, index: Mapping[str, Any], location: WarcLocation, same_as: KeptBody | None
) -> dict[str, Any]:
    """The columns of a capture, except the keys of other tables. A 304 takes the hashes of the body that it says is still there."""
    named = _headers(exchange.response_head)
    values = {
        "url": exchange.url,
        "url_key": index["url_key"],
        "method": exchange.method[:8],
        "purpose": index["purpose"],
        "fetched_at": exchange.fetched_at,
        "status": exchange.status,
        "content_type": named.get(b"content-type"),
        "etag": named.get(b"etag"),
        "last_modified": named.get(b"last-modified"),
        "size": index["size"],
        "payload_sha256": index["payload_sha256"],
        "body_sha256": index["body_sha256"],
        "truncated": exchange.truncated,
        "blocked": index["blocked"],
        "warc_offset": location.offset,
        "warc_length": location.length,
        "record_id": location.record_id,
    }
    if same_as is not None:
        values |= {
            "size": same_as.size,
            "payload_sha256": same_as.original.payload_sha256,
            "body_sha256": same_as.body_sha256,
            "content_type": values["content_type"] or same_as.content_type,
        }
    return values


_NAMED = re.compile(rb"(?i)\n[ \t\r\v\f]*(content-type|etag|last-modified)[ \t\r\v\f]*:(.*)")


def _headers(head: bytes) -> dict[bytes, str]:
    """The first header line of each name that has a column, as Exchange.header gives it, in one pass."""
    found: dict[bytes, str] = {}
    for line in _NAMED.finditer(head):
        found.setdefault(line[1].lower(), line[2].strip().decode("latin-1"))
    return found


def kept_here(exchange: Exchange, values: Mapping[str, Any], location: WarcLocation) -> KeptBody:
    """The body of an exchange that was just written and has no row yet."""
    original = Original(location.record_id, exchange.url, exchange.fetched_at, values["payload_sha256"])
    return KeptBody(None, original, location, values["body_sha256"], values["size"], values["content_type"])


def location_of(session: Session, capture: Capture) -> WarcLocation:
    name = session.get_one(WarcFile, capture.warc_file_id).name
    return WarcLocation(name, capture.warc_offset, capture.warc_length, capture.record_id)


def capture_by_id(session: Session, capture_id: int) -> Capture:
    capture = session.get(Capture, capture_id)
    if capture is None:
        raise NoSuchCapture(f"there is no capture {capture_id}.")
    return capture


def exchange(session: Session, store: WarcStore, capture: Capture) -> Exchange:
    """The exchange of a capture, with its body, wherever that was kept."""
    found = store.read(location_of(session, capture))
    if capture.same_as_id is None:
        return found
    original = capture_by_id(session, capture.same_as_id)
    return replace(found, body=store.answer(location_of(session, original)).body)


def body(session: Session, store: WarcStore, capture: Capture) -> Body:
    """The body as its author wrote it: content-encoding undone, a revisit's taken from its original."""
    holder = capture if capture.same_as_id is None else capture_by_id(session, capture.same_as_id)
    kept = store.answer(location_of(session, holder))
    return decoded(kept.body, kept.header("content-encoding"))


def kept_body(session: Session, site_id: int, payload_sha256: str) -> KeptBody | None:
    """The first whole body with this hash that the site gave, to point at instead of keeping it twice."""
    query = _bodies().where(
        Capture.site_id == site_id,
        Capture.payload_sha256 == payload_sha256,
        Capture.same_as_id.is_(None),
        Capture.truncated.is_(None),
        Capture.takedown_number.is_(None),
    )
    return _kept(session, query.order_by(Capture.id).limit(1))


def newest_whole(session: Session, site_id: int, url_key: str) -> Capture | None:
    """The newest answer 200 of an address that is whole and is content; a revisit counts, a 304 does not."""
    return session.scalar(
        select(Capture)
        .where(
            Capture.site_id == site_id,
            Capture.url_key == url_key,
            Capture.status == 200,
            Capture.truncated.is_(None),
            Capture.blocked.is_(None),
            Capture.takedown_number.is_(None),
        )
        .order_by(Capture.fetched_at.desc(), Capture.id.desc())
        .limit(1)
    )


def looked_at_between(session: Session, site_id: int, since: datetime, until: datetime) -> frozenset[str]:
    """The addresses of reports and files whose content came whole then, from hosts that cannot be asked whether it changed."""
    query = select(Capture.url_key).where(
        Capture.site_id == site_id,
        Capture.fetched_at >= since,
        Capture.fetched_at < until,
        Capture.purpose.in_(("article", "attachment")),
        Capture.status == 200,
        Capture.truncated.is_(None),
        Capture.blocked.is_(None),
        Capture.etag.is_(None),
        Capture.last_modified.is_(None),
    )
    return frozenset(session.scalars(query))


def body_of(session: Session, capture: Capture) -> KeptBody:
    """Where the body of a capture is kept."""
    kept = _kept(session, _bodies().where(Capture.id == (capture.same_as_id or capture.id)))
    assert kept is not None
    return kept


def answers_of_run(session: Session, site_run_id: int) -> dict[str, tuple[WarcLocation, WarcLocation | None]]:
    """For each address that a run has captured: where the newest answer lies and, for a revisit, where its body lies."""
    query = (
        select(Capture, WarcFile.name)
        .join(WarcFile, WarcFile.id == Capture.warc_file_id)
        .where(Capture.site_run_id == site_run_id)
        .order_by(Capture.fetched_at, Capture.id)
    )
    answers: dict[str, tuple[WarcLocation, WarcLocation | None]] = {}
    for capture, name in session.execute(query):
        own = WarcLocation(name, capture.warc_offset, capture.warc_length, capture.record_id)
        kept = None
        if capture.same_as_id is not None and capture.status != 304:
            kept = body_of(session, capture).location
        answers[capture.url_key] = (own, kept)
    return answers


def _bodies() -> Select[Capture, str]:
    return select(Capture, WarcFile.name).join(WarcFile, WarcFile.id == Capture.warc_file_id)


def _kept(session: Session, query: Select[Capture, str]) -> KeptBody | None:
    found = session.execute(query).first()
    if found is None:
        return None
    capture, name = found
    return KeptBody(
        capture.id,
        Original(capture.record_id, capture.url, capture.fetched_at, capture.payload_sha256),
        WarcLocation(name, capture.warc_offset, capture.warc_length, capture.record_id),
        capture.body_sha256,
        capture.size,
        capture.content_type,
    )
