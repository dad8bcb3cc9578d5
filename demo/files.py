"""A kind and a report go in; the bytes of a file come out: the report as editors attach it, in every format that portals hand out."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from demo import layouts, ofd, packing, pdf, pictures, rtf, word
from demo.report import AnnualReport
from demo.tables import tables

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "wps": "application/vnd.ms-works",
    "rtf": "application/rtf",
    "ofd": "application/ofd",
    "zip": "application/zip",
    "rar": "application/x-rar-compressed",
}


def scanned_pdf(report: AnnualReport) -> bytes:
    return pictures.scanned(tuple(tables(report).values()))


def html_doc(report: AnnualReport) -> bytes:
    """A .doc that is HTML, as Word's "save as web page" and many an export button give it."""
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">'
        '<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="ProgId" content="Word.Document">'
        f"<title>{escape(report.title)}</title></head><body>{layouts.word(report)}</body></html>"
    ).encode()


def zipped_docx(report: AnnualReport) -> bytes:
    return packing.zipped({f"{report.title}.docx": word.made(report)})


def stored_rar(report: AnnualReport) -> bytes:
    """What is inside is no ZIP: stored and not compressed, a DOCX would be taken for the archive itself by some unpackers."""
    return packing.rarred(f"{report.title}.doc", html_doc(report))


MAKERS: dict[str, Callable[[AnnualReport], bytes]] = {
    "pdf": pdf.made,
    "docx": word.made,
    "scanned_pdf": scanned_pdf,
    "html_doc": html_doc,
    "docx_doc": word.made,  # a .doc that is a .docx
    "rtf": rtf.made,
    "ofd": ofd.made,
    "zip": zipped_docx,
    "rar": stored_rar,
}
