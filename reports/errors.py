"""The errors of the parser.

ReportError
├── UnreadableFile        the bytes are not a file this parser reads, or are damaged, or would cost too much
│   └── MissingReader     a reader for this kind exists but is not installed; the message names the remedy
└── NotAReport            the file was read and is something else; `kind` says what
"""

from __future__ import annotations


class ReportError(Exception):
    """Something about one file; the message is written for the person who chose the file."""


class UnreadableFile(ReportError):
    pass


class MissingReader(UnreadableFile):
    pass


class NotAReport(ReportError):
    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
