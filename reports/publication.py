"""An article's page and its attachments in, the one report they publish out, with the file its figures stand in.

Many portals put the report into the page, many only into a PDF or Word file that the page links, some into both: it is one report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reports.comparison import same_words
from reports.errors import MissingReader, NotAReport, UnreadableFile
from reports.model import Document, Report, State


@dataclass(frozen=True, slots=True)
class File:
    payload: bytes  # content-encoding undone
    media_type: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What was read of a page and its attachments. `part` is 0 for the page, n for the n-th attachment; `state` as the archive keeps it."""

    state: str  # read, image only, not a report, unreadable, no reader
    kind: str  # annual_report, or what it is instead
    part: int
    reason: str | None = None
    report: Report | None = None


def read_publication(page: File, attachments: Sequence[File]) -> Publication:
    """Read the page; where it holds no tables of its own, the first attachment that does."""
    own = _read(page, 0)
    if own.report is not None and has_substance(own.report):
        return own
    others = [_read(attachment, part) for part, attachment in enumerate(attachments, 1)]
    for other in others:
        if other.report is not None and has_substance(other.report):
            return replace(other, report=_with_the_page(other.report, own.report))
    # Nobody has tables: the page if it is a report all the same, then the attachment that says most about why not.
    ranked = sorted((own, *others), key=lambda publication: _ORDER[publication.state])
    return ranked[0]


_ORDER = {"read": 0, "image only": 1, "no reader": 2, "unreadable": 3, "not a report": 4}


def has_substance(report: Report) -> bool:
    """Four of the six sections, or any printed figure: less is a page that only announces its attachment."""
    return len(report.sections) >= 4 or any(figure.state is not State.ABSENT for figure in report.figures.values())


def text_digest(report: Report) -> str:
    """The same for two versions that a reader of the prose cannot tell apart, by what comparison.py counts as the same words."""
    parts = [
        report.title,
        report.preamble,
        *(part for section in report.sections for part in (section.title, section.text)),
    ]
    return hashlib.sha256("\n".join(map(same_words, parts)).encode("utf-8")).hexdigest()


def figures_digest(report: Report) -> str:
    """The same for two versions whose tables say the same, cell by cell."""
    cells = sorted(
        f"{figure.key}={figure.state.value}:{figure.value if figure.value is not None else figure.raw}"
        for figure in report.figures.values()
    )
    return hashlib.sha256("\n".join(cells).encode("utf-8")).hexdigest()


def _read(file: File, part: int) -> Publication:
    from reports import extract, parse

    try:
        document = extract(file.payload, file.media_type, file.url)
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
    return Publication(_state(document, report), "annual_report", part, report=report)


def _state(document: Document, report: Report) -> str:
    images_only = (document.image_only or report.image_only) and not has_substance(report)
    return "image only" if images_only else "read"


def _with_the_page(report: Report, page: Report | None) -> Report:
    """The attachment's report with what only the page knows: its dates, and the organ and year where the file does not say them."""
    if page is None:
        return report
    return replace(
        report,
        organ=report.organ or page.organ,
        region=report.region or page.region,
        year=report.year or page.year,
        publisher=page.publisher or report.publisher,
        dates=tuple(sorted((*page.dates, *report.dates), key=lambda date: date.rank)),
    )
