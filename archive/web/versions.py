"""A sighting goes in, its versions come out: each distinct content that the address served, with how it was read, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Capture, Reading, Sighting


@dataclass(frozen=True, slots=True)
class Version:
    """One reading of one content, by the newest reader that read it. `page` is the article, `source` the file that was read."""

    reading: Reading
    page: Capture
    source: Capture
    reading_ids: tuple[int, ...]  # of every reader version that read it: an old number still leads here


def versions(session: Session, sighting_id: int) -> list[Version]:
    query = select(Reading).where(Reading.sighting_id == sighting_id)
    contents: dict[tuple[int, int], list[Reading]] = {}
    for reading in session.scalars(query.order_by(Reading.reader_version, Reading.id)):
        contents.setdefault((reading.page_capture_id, reading.capture_id), []).append(reading)
    found = [
        Version(
            readings[-1],
            session.get_one(Capture, page_id),
            session.get_one(Capture, source_id),
            tuple(reading.id for reading in readings),
        )
        for (page_id, source_id), readings in contents.items()
    ]
    return sorted(found, key=lambda version: (version.page.fetched_at, version.reading.id), reverse=True)


def fetches(session: Session, sighting: Sighting, limit: int) -> Sequence[Capture]:
    """Every time the address was asked for, newest first."""
    query = select(Capture).where(Capture.site_id == sighting.site_id, Capture.url_key == sighting.url_key)
    return session.scalars(query.order_by(Capture.fetched_at.desc(), Capture.id.desc()).limit(limit)).all()
