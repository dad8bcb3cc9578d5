"""A file's bytes in, Document out: what the bytes really are decides which reader takes them.

Pages and plain text of ordinary size are read here; everything else in a process of its own with limits.
"""

from __future__ import annotations

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_BYTES, ORDINARY_BYTES, refuse_beyond
from reports.extraction.sniffing import kind_of
from reports.model import Document

__all__ = ["extract"]

_READ_HERE = {"html", "text"}


def extract(payload: bytes, media_type: str | None, url: str | None) -> Document:
    """Raises UnreadableFile when the bytes are damaged, not of a kind that can be read, or would cost too much to read."""
    refuse_beyond(len(payload), MOST_BYTES, "bytes")
    kind = kind_of(payload)
    if kind == "empty":
        raise UnreadableFile("expected a report, found an empty file")
    if kind in _READ_HERE and len(payload) <= ORDINARY_BYTES:
        from reports.extraction.readers import read_kind

        return read_kind(kind, payload, media_type, url)
    from reports.extraction.workers import read_apart

    return read_apart(kind, payload, media_type, url)
