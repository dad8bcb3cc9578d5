"""A legacy office file's bytes (DOC, WPS, XLS, ODT, ODS) in, Document out, by way of LibreOffice where it is installed.

Without it the file is archived and not read, and the error says what to install.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reports.errors import MissingReader, UnreadableFile
from reports.extraction.compound import streams_of
from reports.extraction.limits import MOST_UNPACKED, SECONDS, refuse_beyond
from reports.extraction.programs import TookTooLong, run
from reports.model import Document

_TARGETS = {"doc": "docx", "odt": "docx", "xls": "xlsx", "ods": "xlsx"}
# What LibreOffice must take the file for: left to itself it opens a damaged one as plain text, and reads its bytes as words.
_FILTERS = {"odt": "writer8", "ods": "calc8"}
_FILTERS_BY_STREAM = (("WordDocument", b"\xec\xa5", "MS Word 97"), ("Workbook", b"\x09\x08", "MS Excel 97"))
_PROGRAMS = ("soffice", "libreoffice")


def read_converted(kind: str, payload: bytes, url: str | None, search_path: str | None = None) -> Document:
    """`search_path` says where to look for LibreOffice, as PATH does; without it PATH itself."""
    target = _TARGETS[kind]
    program = next((path for name in _PROGRAMS if (path := shutil.which(name, path=search_path)) is not None), None)
    if program is None:
        raise MissingReader(
            f"a {kind} file is archived, not read: install LibreOffice (the command `soffice`) and read it again"
        )
    converted = _convert(program, kind, payload, target)
    if target == "docx":
        from reports.extraction.word import read_docx

        document = read_docx(converted, url)
    else:
        from reports.extraction.sheets import read_xlsx

        document = read_xlsx(converted, url)
    return replace(document, kind=kind)


def _convert(program: str, kind: str, payload: bytes, target: str) -> bytes:
    """Runs LibreOffice with a profile of its own, so that no other run and no user's settings meet it."""
    with tempfile.TemporaryDirectory(prefix="nianbao-office-") as folder:
        source = Path(folder) / f"file.{kind}"
        source.write_bytes(payload)
        filters = [f"--infilter={name}" for name in _filters(kind, payload)]
        command = [
            program, *filters, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to", target, "--outdir", f"{folder}/out", str(source),
        ]  # fmt: skip
        try:
            ended = run(command, SECONDS * 0.8, folder)
        except TookTooLong as error:
            raise UnreadableFile(
                f"expected a {kind} file that LibreOffice converts in {SECONDS * 0.8:.0f} seconds"
            ) from error
        result = Path(folder) / "out" / f"file.{target}"
        if not result.is_file():
            raise UnreadableFile(
                f"expected a {kind} file that LibreOffice can open, found a damaged one: {ended.complaint.strip()}"
            )
        refuse_beyond(result.stat().st_size, MOST_UNPACKED, "bytes converted")
        return result.read_bytes()


def _filters(kind: str, payload: bytes) -> Iterator[str]:
    """None for files of Word 6, Word 95 and Excel 95, which LibreOffice tells apart by itself."""
    if kind in _FILTERS:
        yield _FILTERS[kind]
    streams = streams_of(payload)
    yield from (name for stream, start, name in _FILTERS_BY_STREAM if streams.get(stream, b"").startswith(start))
