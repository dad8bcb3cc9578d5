"""A file's first bytes in, what the file really is out. Names and media types lie: `.doc` is often HTML, DOCX or RTF."""

from __future__ import annotations

import io
import re
import zipfile

from reports.extraction.compound import MAGIC, streams_of

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF87a", "image"),
    (b"GIF89a", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
)
_ZIPPED = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("OFD.xml", "ofd"), ("content.xml", "odt"))
_SPREADSHEET = (
    b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"  # stored first and unpacked, so that it can be seen
)
_PAGE_TAG = re.compile(
    rb"<\s*(?:!doctype\s+html|html|head|body|div|p|meta|script|title|span|article|section)\b", re.IGNORECASE
)
_TABLE_FIRST = re.compile(rb"\s*(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<\s*table\b", re.IGNORECASE)
_STREAMS = (
    ("EncryptedPackage", (b"",), "office file with a password"),
    ("WordDocument", (b"\xec\xa5", b"\xdc\xa5"), "doc"),
    ("Workbook", (b"\x09\x08",), "xls"),
    ("Book", (b"\x09\x08",), "xls"),
)


def kind_of(payload: bytes) -> str:
    """html, text, pdf, docx, xlsx, ofd, odt, ods, doc, xls, rtf, image, zip, rar, gzip, 7z, empty; or, in words, what nothing here reads."""
    if not payload.strip(b"\0 \t\r\n"):
        return "empty"
    for magic, kind in _MAGIC:
        if payload.startswith(magic) and not (magic == b"BM" and payload[6:10] != b"\0\0\0\0"):
            return kind
    if payload[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return "ods" if _SPREADSHEET in payload[:200] else _zipped_kind(payload)
    if payload.startswith(MAGIC):
        return _compound_kind(payload)
    return _kind_of_words(payload)


def _kind_of_words(payload: bytes) -> str:
    start = payload[:4096]
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image"
    if b"%PDF-" in start[:1024]:
        return "pdf"  # portals prepend a line of their own
    letters = start.replace(b"\0", b"") if b"\0" in start else start
    # words first and no tag but a table's is Markdown as converters write it, unless its lines are broken by tags
    if _PAGE_TAG.search(letters) or _TABLE_FIRST.match(letters) or letters.lower().count(b"<br") > letters.count(b"\n"):
        return "html"
    return "text" if _reads_as_text(start) else "binary"


def _zipped_kind(payload: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            names = set(archive.namelist()[:5000])
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return "zip"
    return next((kind for member, kind in _ZIPPED if member in names), "zip")


def _compound_kind(payload: bytes) -> str:
    """By the streams inside and how they begin. Kingsoft's WPS and ET are laid out as Word's and Excel's are."""
    streams = streams_of(payload)
    for name, starts, kind in _STREAMS:
        if name in streams:
            return kind if streams[name].startswith(starts) or not streams[name] else "damaged compound file"
    return "compound file" if streams else "damaged compound file"


def _reads_as_text(start: bytes) -> bool:
    control = sum(byte < 9 or 13 < byte < 32 for byte in start)
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"} or start.count(0) > len(start) // 4:
        return True
    return control * 50 <= len(start)
