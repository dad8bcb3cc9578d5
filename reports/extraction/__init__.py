"""A file's bytes in, Document out: what the bytes really are decides which reader takes them."""

from __future__ import annotations

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_BYTES, refuse_beyond
from reports.extraction.sniffing import kind_of
from reports.model import Document

__all__ = ["extract"]


def extract(payload: bytes, media_type: str | None, url: str | None) -> Document:
    """Raises UnreadableFile when the bytes are damaged, not of a kind that can be read, or would cost too much to read."""
    refuse_beyond(len(payload), MOST_BYTES, "bytes")
    kind = kind_of(payload)
    if kind == "html":
        from reports.extraction.html import read_html

        return read_html(payload, media_type, url)
    if kind == "text":
        from reports.extraction.plain import read_text

        return read_text(payload, media_type, url)
    if kind == "docx":
        from reports.extraction.word import read_docx

        return read_docx(payload, url)
    if kind == "pdf":
        from reports.extraction.pdf import read_pdf

        return read_pdf(payload, url)
    raise UnreadableFile(f"expected a report as HTML, text, PDF or an office file, found {kind}")
