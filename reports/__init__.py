"""The shared parser of yearly government information disclosure reports: bytes → Document → Report → Findings and Changes.

Pure and deterministic: no network, database or clock. Importing it loads none of the readers; each is loaded when first needed.
"""

from __future__ import annotations

from reports.errors import MissingReader, NotAReport, ReportError, UnreadableFile
from reports.model import ByteRange, Change, Document, Finding, Place, Report

__all__ = [
    "READER_VERSION",
    "MissingReader",
    "NotAReport",
    "ReportError",
    "UnreadableFile",
    "check",
    "compare",
    "extract",
    "locate",
    "parse",
]

# Raised whenever a reading of the same bytes may come out differently, so that what was read before is read again.
READER_VERSION = 6


def extract(payload: bytes, media_type: str | None, url: str | None) -> Document:
    """The text and tables of one file. Raises UnreadableFile."""
    from reports.extraction import extract as read

    return read(payload, media_type, url)


def parse(document: Document) -> Report:
    """The annual report that a document holds. Raises NotAReport, which names the kind of document it is instead."""
    from reports.parsing import parse as read

    return read(document)


def locate(payload: bytes, media_type: str | None = None) -> dict[Place, ByteRange]:
    """The bytes of a page or text in which each block and cell stands, for the places that its Document, Report and Figures name.

    A place whose bytes cannot be told for certain is left out, and so is every place of a file that is packed or drawn (PDF, office files).
    """
    from reports.extraction.locating import byte_ranges

    return byte_ranges(payload, media_type)


def check(report: Report, earlier: Report | None) -> list[Finding]:
    """What every rule of the catalogue says about a report; rules across years need the same organ's report of the year before."""
    from reports.checks import check as judge

    return judge(report, earlier)


def compare(before: Report, after: Report) -> list[Change]:
    """What differs between two versions of a report, in sections and figures; empty when nothing that matters does."""
    from reports.comparison import compare as judge

    return judge(before, after)
