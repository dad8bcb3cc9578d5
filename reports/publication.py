"""An article's page and its attachments in, the one report they publish out, with the file its figures stand in.

Many portals put the report into the page, many only into a PDF or Word file that the page links, some into both: it is one report. Where
an article goes on over several pages, these come as attachments, too, and are read as one document.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.comparison import same_words
from reports.errors import MissingReader, NotAReport, UnreadableFile
from reports.extraction.limits import MOST_BYTES, refuse_beyond
from reports.model import NOWHERE, Document, Paragraph, Report, State, Table
from reports.parsing.dates import in_order

PART = re.compile(r"(?P<stem>.+)_(?P<number>\d{1,2})(?P<ending>\.[a-z]{3,5})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    payload: bytes  # content-encoding undone
    media_type: str | None
    url: str
    beyond: int = 0  # its size when it is larger than any that is read; the payload is then empty


@dataclass(frozen=True, slots=True)
class Publication:
    """What was read of a page and its attachments. `part` is 0 for the page, n for the n-th attachment; `state` as the archive keeps it."""

    state: str  # read, image only, not a report, unreadable, no reader
    kind: str  # annual_report, or what it is instead
    part: int
    reason: str | None = None
    report: Report | None = None


def read_publication(page: File, attachments: Sequence[File]) -> Publication:
    """Read the page with those that it goes on with; where they hold no tables, the first attachment that does."""
    numbers = {attachment.url: part_number(page.url, attachment.url) for attachment in attachments}
    further = sorted((file for file in attachments if numbers[file.url]), key=lambda file: numbers[file.url] or 0)
    own = _read((page, *further), 0)
    if own.state == "read" and own.report is not None and has_substance(own.report):
        return own
    others = [_read((file,), part) for part, file in enumerate(attachments, 1) if not numbers[file.url]]
    for other in others:
        if other.report is not None and has_substance(other.report):
            return replace(other, report=_with_the_page(other.report, own.report))
    # Nobody has tables: the page if it is a report all the same, then the attachment that says most about why not.
    ranked = sorted((_unless_bare(own), *others), key=lambda publication: _ORDER[publication.state])
    return ranked[0]


def _unless_bare(page: Publication) -> Publication:
    """A page that only announces its report is none that was read: the report lies in a file that is not held, or that says nothing."""
    if page.state != "read" or page.report is None or not is_bare(page.report):
        return page
    return replace(page, state="unreadable", reason="the page only announces its report, and no file with it is held")


def part_number(page_url: str, url: str) -> int | None:
    """The number in the address of a page that an article goes on with: `content_123.html` goes on in `content_123_2.html`."""
    found = PART.fullmatch(url)
    goes_on = found is not None and f"{found['stem']}{found['ending']}".partition(":")[2] == page_url.partition(":")[2]
    return int(found["number"]) or None if found is not None and goes_on else None


_FEW_WORDS = 100
_FIRST_OF_THE_FORM = 2019
_SECTIONS_OF_TABLES = {"disclosure", "requests", "disputes"}
_ORDER = {"read": 0, "image only": 1, "no reader": 2, "unreadable": 3, "not a report": 4}


def has_substance(report: Report) -> bool:
    """Four of the six sections, or any printed figure: less is a page that only announces its attachment."""
    return len(report.sections) >= 4 or any(figure.state is not State.ABSENT for figure in report.figures.values())


def is_bare(report: Report) -> bool:
    """No section, no printed figure, and next to no words: a page that only announces its attachment."""
    return not report.sections and not has_substance(report) and len(same_words(report.preamble)) < _FEW_WORDS


def text_digest(report: Report) -> str:
    """The same for two versions that a reader of the prose cannot tell apart, by what comparison.py counts as the same words."""
    parts = [
        report.title,
        report.preamble,
        *(part for section in report.sections for part in (section.title, section.text)),
    ]
    return hashlib.sha256("\n".join(map(same_words, parts)).encode("utf-8")).hexdigest()


def figures_digest(report: Report) -> str:
    """The same for two versions whose tables say the same, cell by cell, rows that a province adds included."""
    cells = sorted(
        f"{figure.key}={figure.state.value}:{figure.value if figure.value is not None else figure.raw}"
        for figure in report.figures.values()
    )
    cells += sorted(
        f"{row.table} {same_words(row.label)}={'|'.join(map(same_words, row.cells))}" for row in report.extras
    )
    return hashlib.sha256("\n".join(cells).encode("utf-8")).hexdigest()


def _read(files: Sequence[File], part: int) -> Publication:
    """Read files that make up one document."""
    from reports import extract, parse

    try:
        for file in files:
            refuse_beyond(file.beyond, MOST_BYTES, "bytes")
        document = _joined([extract(file.payload, file.media_type, file.url) for file in files])
    except MissingReader as error:
        return Publication("no reader", "unknown", part, str(error))
    except UnreadableFile as error:
        return Publication("unreadable", "unknown", part, str(error))
    try:
        report = parse(document)
    except NotAReport as error:
        if document.image_only:
            return Publication("image only", "unknown", part, str(error))
        return Publication("not a report", error.kind, part, str(error))
    state, why = _state(document, report)
    return Publication(state, "annual_report", part, why, report)


def _joined(documents: Sequence[Document]) -> Document:
    """What stands in further files has no place in the first."""
    first, *others = documents
    blocks = [_without_place(block) for other in others for block in other.blocks]
    if not blocks:
        return first
    image_only = all(document.image_only for document in documents)
    by_ocr = any(document.by_ocr for document in documents)
    return replace(first, blocks=(*first.blocks, *blocks), image_only=image_only, by_ocr=by_ocr)


def _without_place(block: Paragraph | Table) -> Paragraph | Table:
    if isinstance(block, Paragraph):
        return block._replace(place=NOWHERE)
    rows = tuple(tuple(cell._replace(place=NOWHERE) for cell in row) for row in block.rows)
    return Table(rows, NOWHERE)


def _state(document: Document, report: Report) -> tuple[str, str | None]:
    if (document.image_only or report.image_only) and not has_substance(report):
        return "image only", None
    if _without_its_tables(report):
        return "image only", "its sections hold no figure of the official tables: these are pictures, or missing"
    return "read", None


def _without_its_tables(report: Report) -> bool:
    """A report of the official form whose tables are no text. One in free words has other sections, or is of an earlier year."""
    printed = any(figure.state is not State.ABSENT for figure in report.figures.values())
    of_the_form = (report.year or 0) >= _FIRST_OF_THE_FORM and {s.key for s in report.sections} >= _SECTIONS_OF_TABLES
    return of_the_form and not printed


def _with_the_page(report: Report, page: Report | None) -> Report:
    """The attachment's report with what only the page knows: its dates, and the organ and year where the file does not say them."""
    if page is None:
        return report
    year = report.year or page.year
    return replace(
        report,
        organ=report.organ or page.organ,
        region=report.region or page.region,
        year=year,
        publisher=page.publisher or report.publisher,
        dates=in_order((*page.dates, *report.dates), year),
    )
