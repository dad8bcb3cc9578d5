"""A sighting goes in, its versions come out: each distinct content that the address served, with how it was read, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from archive.models import Capture, Reading, Sighting
from archive.statements import once


@dataclass(frozen=True, slots=True)
class Version:
    """One reading of one content, by the newest reader that read it. `page` is the article, `source` the file that was read."""

    reading: Reading
    page: Capture
    source: Capture
    reading_ids: tuple[int, ...]  # of every reader version that read it: an old number still leads here


def versions(session: Session, sighting_id: int) -> list[Version]:
    contents: dict[tuple[Capture, Capture], list[Reading]] = {}
    for reading, read_on, read_from in session.execute(_read(), {"sighting_id": sighting_id}):
        contents.setdefault((read_on, read_from), []).append(reading)
    found = [
        Version(readings[-1], read_on, read_from, tuple(reading.id for reading in readings))
        for (read_on, read_from), readings in contents.items()
    ]
    return sorted(found, key=lambda version: (version.page.fetched_at, version.reading.id), reverse=True)


@once
def _read() -> Select[Reading, Capture, Capture]:
    page, source = aliased(Capture), aliased(Capture)
    return (
        select(Reading, page, source)
        .join(page, page.id == Reading.page_capture_id)
        .join(source, source.id == Reading.capture_id)
        .where(Reading.sighting_id == bindparam("sighting_id", type_=BigInteger))
        .order_by(Reading.reader_version, Reading.id)
    )


def fetches(session: Session, sighting: Sighting, limit: int) -> Sequence[Capture]:
    """Every time the address was asked for, newest first."""
    return session.scalars(_asked(limit), {"site_id": sighting.site_id, "url_key": sighting.url_key}).all()


@once
def _asked(limit: int) -> Select[Capture]:
    query = select(Capture).where(Capture.site_id == bindparam("site_id"), Capture.url_key == bindparam("url_key"))
    return query.order_by(Capture.fetched_at.desc(), Capture.id.desc()).limit(limit)
