"""The values that flow through the parser: a file's bytes become a Document, a Document a Report, a Report its Findings.

Everything here is frozen and compares by value. Nothing here reads, writes or knows how a value came about.
Place, ByteRange, Paragraph, Cell, Figure and Finding are named tuples: a report has hundreds of each, and they are made four times as fast as frozen dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Place(NamedTuple):
    """Where in the file something stood, so that a person can be shown it. Counts start at 1; `box` is in PDF points or pixels."""

    page: int | None = None
    block: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None
    box: tuple[float, float, float, float] | None = None


NOWHERE = Place()


class ByteRange(NamedTuple):
    """Where in the file's bytes, as they were archived, a place lies: from `start` up to but not including `stop`."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """The text encoding a body was read with, and why: `evidence` holds what header, meta and bytes said."""

    name: str
    reason: str
    evidence: tuple[tuple[str, str], ...] = ()


class Paragraph(NamedTuple):
    """A run of text. `level` is the heading's depth as marked up, 0 for ordinary text; real pages mark headings erratically."""

    text: str
    level: int = 0
    place: Place = NOWHERE


class Cell(NamedTuple):
    """One position of a table's grid. A merged cell repeats in every position it covers; `spans` is true in all but the first."""

    text: str
    spans: bool = False
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[Cell, ...], ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class DateEvidence:
    """One date that a file, page or list offers as the day of publication. `source` names where it stood; `rank` 1 is the best trusted."""

    value: date
    source: str
    raw: str
    rank: int


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file in reading order, whatever the file was. `image_only`: the file has pages or pictures but no text of its own."""

    kind: str  # html, pdf, docx, doc, text, …: what the bytes are, by their own magic
    blocks: tuple[Paragraph | Table, ...]
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    encoding: EncodingChoice | None = None
    attachments: tuple[str, ...] = ()  # addresses of files that the article's body links to
    url: str | None = None
    image_only: bool = False
    by_ocr: bool = False
    text_of_container: str | None = None  # the element the prose was taken from, e.g. "#zoom"

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))


class State(StrEnum):
    """What a figure's cell held. Blank is not zero; `absent` means that the form has the cell and the file does not."""

    NUMBER = "number"
    ZERO = "zero"
    BLANK = "blank"
    DASH = "dash"
    TEXT = "text"
    ABSENT = "absent"


class Figure(NamedTuple):
    """One cell of the official tables. `value` is what was printed, or None; `repaired` names the rule that found it in a damaged table.

    `reason` says why a value is unknown although something was printed. A published number is never corrected here.
    """

    key: str
    value: int | Decimal | None
    raw: str
    state: State
    repaired: str | None = None
    place: Place | None = None
    unit: str | None = None
    reason: str | None = None
    by_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    key: str  # overview, disclosure, requests, disputes, problems, other; in the free form also fees
    title: str
    text: str
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class NarrativeFigure:
    """A number that the prose states: what it counts, its unit, and the words it stood in."""

    meaning: str
    value: int | Decimal
    unit: str
    quotation: str
    section: str | None = None
    approximate: bool = False
    scope: str | None = None  # whose, as printed: 全市, 我乡, 本机关


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """A row of an official table that the official form does not have (a province's own, an unknown label), kept as printed.

    So is every row of the 政府信息公开情况统计表 that reports of 2014 to 2018 append: its labels differ from place to place.
    """

    table: str  # disclosure, requests, disputes, statistics
    label: str
    cells: tuple[str, ...]
    place: Place | None = None


class Edition(StrEnum):
    FORM_2021 = "2021"
    FORM_2019 = "2019"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Report:
    """One annual report as read. `figures` holds every key of the edition's tables, absent ones too; it is empty for the free form."""

    organ: str | None
    region: str | None
    year: int | None
    title: str
    form: Edition
    sections: tuple[Section, ...]
    figures: Mapping[str, Figure]
    narrative: tuple[NarrativeFigure, ...] = ()
    extras: tuple[ExtraRow, ...] = ()
    dates: tuple[DateEvidence, ...] = ()
    image_only: bool = False
    notes: tuple[str, ...] = ()  # what the reader met and could not settle, in plain words
    preamble: str = ""  # the sentences before the first section
    publisher: str | None = None  # who put it on the page, as the page says: often the organ's full name
    by_ocr: bool = False  # its words and figures were read off pictures: no check of them is certain

    def value(self, key: str) -> int | Decimal | None:
        figure = self.figures.get(key)
        return None if figure is None else figure.value


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNCERTAIN = "uncertain"
    NOT_ASSESSABLE = "not_assessable"


class Severity(StrEnum):
    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Finding(NamedTuple):
    """What one rule says of one place of one report: both sides of the sum, and the keys of the figures used."""

    rule: str  # an id of the rule catalogue, e.g. "T3-BAL"
    where: str  # a column, row or group key, e.g. "total"
    outcome: Outcome
    severity: Severity
    message: str  # one plain sentence in Chinese; the interface has the rule's name in both languages
    left: int | Decimal | None = None
    right: int | Decimal | None = None
    keys: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    NEW = "new"
    UNCHANGED = "unchanged"
    COSMETIC = "cosmetic"
    TEXT_EDITED = "text edited"
    FIGURES_CHANGED = "figures changed"
    ATTACHMENT_REPLACED = "attachment replaced"
    MOVED = "moved"
    REMOVED = "removed"
    RESTORED = "restored"
    SOFT_ERROR = "soft error"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a report. `where` is a figure's key or a section's key."""

    kind: ChangeKind
    where: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person should look at: which rule raised it, how loudly, about what, and why in one sentence."""

    rule: str
    severity: Severity
    where: str
    message: str
    raised_at: datetime | None = None
