"""The name of a kind and a file's bytes in, Document out: which reader takes which kind. Each is loaded when first needed."""

from __future__ import annotations

from collections.abc import Callable

from reports.errors import UnreadableFile
from reports.model import Document

Reader = Callable[[bytes, str | None, str | None], Document]


def read_kind(kind: str, payload: bytes, media_type: str | None, url: str | None) -> Document:
    """Reads in this process. Raises UnreadableFile for a kind that nothing here reads."""
    reader = _READERS.get(kind)
    if reader is None:
        raise UnreadableFile(
            f"expected a report as HTML, text, PDF, an office file, an image or an archive of these, found {kind}"
        )
    return reader(payload, media_type, url)


def _html(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.html import read_html

    return read_html(payload, media_type, url)


def _text(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.plain import read_text

    return read_text(payload, media_type, url)


def _pdf(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.pdf import read_pdf

    return read_pdf(payload, url)


def _docx(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.word import read_docx

    return read_docx(payload, url)


def _xlsx(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.sheets import read_xlsx

    return read_xlsx(payload, url)


def _ofd(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.ofd import read_ofd

    return read_ofd(payload, url)


def _rtf(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.rtf import read_rtf

    return read_rtf(payload, url)


def _office(kind: str) -> Reader:
    def read(payload: bytes, media_type: str | None, url: str | None) -> Document:
        from reports.extraction.office import read_converted

        return read_converted(kind, payload, url)

    return read


def _image(payload: bytes, media_type: str | None, url: str | None) -> Document:
    from reports.extraction.images import read_image

    return read_image(payload, url)


def _archive(kind: str) -> Reader:
    def read(payload: bytes, media_type: str | None, url: str | None) -> Document:
        from reports.extraction.bundles import read_bundle

        return read_bundle(kind, payload, url)

    return read


_READERS: dict[str, Reader] = {
    "html": _html,
    "text": _text,
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "ofd": _ofd,
    "rtf": _rtf,
    "doc": _office("doc"),
    "xls": _office("xls"),
    "odt": _office("odt"),
    "ods": _office("ods"),
    "image": _image,
    "zip": _archive("zip"),
    "rar": _archive("rar"),
    "7z": _archive("7z"),
    "gzip": _archive("gzip"),
}
