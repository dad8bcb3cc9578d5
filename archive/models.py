"""The tables. Rows only: what asks or changes them stands in the module named after the noun (sites.py, captures.py, readings.py, …).

Keys are numbers, times are UTC and aware, enumerations are short strings checked by the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from reports.form import FIGURE_KEYS, MONEY_KEYS

SITE_RUN_STATES = ("waiting", "running", "done", "failed", "interrupted", "stopped")
PURPOSES = ("home", "robots", "list", "article", "attachment", "other")
_SUCCEEDED = text("successor_id IS NOT NULL")
_NOT_READ = text("state <> 'read'")
# Few captures: what may hide a site. A query that says the same words finds them by their index.
HIDING = text("(blocked IS NOT NULL OR status >= 500)")
_TAKEN_DOWN = text("takedown_number IS NOT NULL")
_NO_READING = text("after_reading_id IS NULL")
_MOVED = text("moved_to_id IS NOT NULL")
_UNDER_A_PAGE = text("parent_id IS NOT NULL")
# What few among many findings say. Only a query that says these words finds them by it: without weights SQLite would take it for the findings of a reading.
SAID = ("outcome", "severity", "rule", "reading_id", "id")
SAYING = text("id > 0")
# Few rows of a large table, found without looking at the others: SQLite asks for a yes as 1.
FEW_SIGHTINGS = (
    ("unread", "unread = 1", "unread"),
    ("gone", "gone_at IS NOT NULL", "gone_at IS NOT NULL"),
    ("moved", "moved_to_id IS NOT NULL", "moved_to_id IS NOT NULL"),
)
OF_FEW = (
    "id",
    "parent_id",
    "moved_to_id",
    "gone_at",
    "year",
    "site_id",
)  # what a list asks of them, so that it reads none for it
READING_STATES = ("read", "image only", "not a report", "unreadable", "no reader")
CHANGE_STATES = ("suspected", "raised", "withdrawn")


class Utc(TypeDecorator[datetime]):
    """A moment, aware and in UTC on every database. A naive datetime is refused: it would be stored as a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a moment with its time zone, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. What no database, or not every one, can hold (a NUL, half of a surrogate pair) becomes U+FFFD: the WARC file has it as it
    came, and one odd header must not stop a crawl."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:
        return _storable_or_none  # with nothing around it: every row has many


def _storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def storable(text: str) -> str:
    """The text as it stands in a row."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    return _NOT_STORABLE.sub("\ufffd", text)


_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
Number = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself in SQLite
LARGEST = 2**63 - 1  # that a number may be


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        int: Number,
        datetime: Utc(),
        str: Words(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        bytes: LargeBinary(),
    }


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)


class Region(Base):
    """A division from province to township. Codes are those of the statistics bureau; a demo's are its own."""

    __tablename__ = "regions"
    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    level: Mapped[str] = mapped_column(String(12))  # province, city, county, township
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), index=True)
    aliases: Mapped[list[Any]] = mapped_column(default=list)
    deadlines: Mapped[dict[str, Any]] = mapped_column(default=dict)  # level of organ → MM-DD, where it is not the law's
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str | None]
    source_date: Mapped[date | None] = mapped_column(Date)


class Organ(Base):
    """A body that must report. The same words are another organ in another region."""

    __tablename__ = "organs"
    __table_args__ = (
        UniqueConstraint("region_code", "name"),
        Index("ix_organs_level_region_code", "level", "region_code"),
        Index("ix_organs_successor_id", "successor_id", sqlite_where=_SUCCEEDED, postgresql_where=_SUCCEEDED),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str] = mapped_column(String(12))  # government, department, township
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)  # when its successor took over: a merger, or another name
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("organs.id"))
    ended_by: Mapped[str | None]  # who said so, and why
    ended_why: Mapped[str | None]


class OrganAlias(Base):
    __tablename__ = "organ_aliases"
    __table_args__ = (UniqueConstraint("organ_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organ_id: Mapped[int] = mapped_column(ForeignKey("organs.id"))
    name: Mapped[str] = mapped_column(index=True)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class Site(Base):
    """A portal to harvest. `hosts` lists every host that counts as the site's own."""

    __tablename__ = "sites"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    url: Mapped[str]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), index=True)
    hosts: Mapped[list[Any]] = mapped_column(default=list)
    family: Mapped[str | None] = mapped_column(String(32))
    delay_seconds: Mapped[float | None]
    allow_private: Mapped[bool] = mapped_column(default=False)
    window: Mapped[str | None] = mapped_column(String(16))  # when it may be asked, as 22:00-06:00; None: at any time
    unverified_tls: Mapped[bool] = mapped_column(
        default=False
    )  # a certificate that nobody vouches for is taken, and said so
    browser: Mapped[bool] = mapped_column(
        default=False
    )  # its lists exist only after scripts ran, and a browser runs them
    paused: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class Harvest(Base):
    """One run of the crawler over some sites: the yearly harvest, a re-crawl, a confirmation of suspected changes, an import."""

    __tablename__ = "harvests"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # harvest, recrawl, confirm, import
    state: Mapped[str] = mapped_column(String(12), default="running")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ordered_by: Mapped[str | None]
    __table_args__ = (_one_of("state", SITE_RUN_STATES),)


class SiteRun(Base):
    """One site's part of a harvest, with its counts and the reason why it ended."""

    __tablename__ = "site_runs"
    __table_args__ = (UniqueConstraint("harvest_id", "site_id"), _one_of("state", SITE_RUN_STATES))
    id: Mapped[int] = mapped_column(primary_key=True)
    harvest_id: Mapped[int] = mapped_column(ForeignKey("harvests.id"))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]  # why it ended as it did, in plain words
    requests: Mapped[int] = mapped_column(default=0)
    received_bytes: Mapped[int] = mapped_column(default=0)
    reports_seen: Mapped[int] = mapped_column(default=0)
    read_at: Mapped[datetime | None]  # when its captures were read and compared with what was held before
    facts: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # lists: declared and collected, family, robots decision, …


class WarcFile(Base):
    """One WARC file of one site run. `sha256`, `size` and `records` are set when it is sealed; a sealed file is never written again."""

    __tablename__ = "warc_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    site_run_id: Mapped[int] = mapped_column(ForeignKey("site_runs.id"), index=True)
    opened_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    size: Mapped[int | None]
    records: Mapped[int | None]
    last_record_id: Mapped[str | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    seal_number: Mapped[int | None]  # its place in the chain of seals
    seal_sha256: Mapped[str | None] = mapped_column(String(64))
    checked_at: Mapped[datetime | None]  # when the audit last read it back whole


class Capture(Base):
    """One answer that was archived. `warc_*` is where its response or revisit record lies; a revisit's body is that of `same_as_id`."""

    __tablename__ = "captures"
    __table_args__ = (
        Index("ix_captures_site_url_time", "site_id", "url_key", "fetched_at"),
        Index("ix_captures_run_url", "site_run_id", "url_key"),
        Index("ix_captures_hiding", "site_run_id", sqlite_where=HIDING, postgresql_where=HIDING),
        Index("ix_captures_taken_down", "id", sqlite_where=_TAKEN_DOWN, postgresql_where=_TAKEN_DOWN),
        UniqueConstraint("warc_file_id", "warc_offset"),  # one row a record: nothing is counted twice
        _one_of("purpose", PURPOSES),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    site_run_id: Mapped[int] = mapped_column(ForeignKey("site_runs.id"))
    url: Mapped[str]  # as fetched
    url_key: Mapped[str]  # canonical: what makes two addresses the same page
    method: Mapped[str] = mapped_column(String(8), default="GET")
    purpose: Mapped[str] = mapped_column(String(12))
    fetched_at: Mapped[datetime]
    status: Mapped[int] = mapped_column(Integer)
    content_type: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    size: Mapped[int]  # of the body as received, after transfer decoding
    payload_sha256: Mapped[str] = mapped_column(String(64), index=True)  # of that body
    body_sha256: Mapped[str] = mapped_column(String(64), index=True)  # of the body with content-encoding undone
    truncated: Mapped[str | None] = mapped_column(String(12))  # length, time, disconnect: the body is not whole
    blocked: Mapped[str | None] = mapped_column(String(32))  # challenge, soft 404, shell, …: why this is not content
    warc_file_id: Mapped[int] = mapped_column(ForeignKey("warc_files.id"))
    warc_offset: Mapped[int]
    warc_length: Mapped[int]
    record_id: Mapped[str]
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    takedown_number: Mapped[int | None] = mapped_column(ForeignKey("takedowns.number"))  # not to be shown any more


class Takedown(Base):
    """An order to hide captures or to delete their bytes; the tombstone in the store says the same, signed."""

    __tablename__ = "takedowns"
    __table_args__ = (_one_of("mode", ("hidden", "deleted")),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(String(8))
    ordered_by: Mapped[str]
    reason: Mapped[str]
    scope: Mapped[str]
    ordered_at: Mapped[datetime]


class Sighting(Base):
    """A report seen at an address: what the list said of it. An attachment of an article hangs under the article's sighting."""

    __tablename__ = "sightings"
    __table_args__ = (
        UniqueConstraint("site_id", "url_key"),
        Index("ix_sightings_site", "site_id", "id"),  # a site's newest first
        Index("ix_sightings_parent_id", "parent_id", sqlite_where=_UNDER_A_PAGE, postgresql_where=_UNDER_A_PAGE),
        *(
            Index(f"ix_sightings_{name}", *OF_FEW, sqlite_where=text(here), postgresql_where=text(there))
            for name, here, there in FEW_SIGHTINGS
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("sightings.id"))
    url: Mapped[str]
    url_key: Mapped[str]
    title: Mapped[str | None]
    listed_on: Mapped[date | None] = mapped_column(Date)  # the date the list shows
    organ_name: Mapped[str | None]  # by the title alone
    year: Mapped[int | None] = mapped_column(Integer)
    list_url: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_run_id: Mapped[int] = mapped_column(ForeignKey("site_runs.id"), index=True)
    gone_at: Mapped[datetime | None]  # set when its removal was proved
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("sightings.id"))
    unread: Mapped[bool] = mapped_column(default=True)  # until a reading became current: finds the few that have none


class Reading(Base):
    """What one version of the reader understood of one capture: a row of the panel. Its figures are in `figures`, its rest in `report`."""

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("sighting_id", "capture_id", "reader_version"),
        # What lists ask of an address's reading, so that no reading itself is read for it.
        Index("ix_readings_sighting", "sighting_id", "current", "year", "state", "organ_id", "page_capture_id"),
        # All that counting by region and year asks for, and a search in a region, so that no reading itself is read for it.
        Index(
            "ix_readings_organ_year", "organ_id", "year", "sighting_id", "state", "current", postgresql_include=["id"]
        ),
        Index("ix_readings_year", "year", "id"),  # lists and searches of a year, each in its order
        Index("ix_readings_year_sighting", "year", "sighting_id"),
        Index("ix_readings_not_read", "sighting_id", sqlite_where=_NOT_READ, postgresql_where=_NOT_READ),
        _one_of("state", READING_STATES),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sightings.id"))
    page_capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"))  # the article
    capture_id: Mapped[int] = mapped_column(
        ForeignKey("captures.id"), index=True
    )  # the article, or the attachment with the tables
    reader_version: Mapped[int] = mapped_column(Integer)
    read_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(32))  # annual_report, or what it is instead
    reason: Mapped[str | None]  # why it is not read, in plain words
    # The sighting's newest version, by the newest reader. Without an index: nearly all rows are, and an index on it misleads SQLite.
    current: Mapped[bool] = mapped_column(default=True)
    organ_id: Mapped[int | None] = mapped_column(ForeignKey("organs.id"))
    organ_name: Mapped[str | None]
    year: Mapped[int | None] = mapped_column(Integer)
    form: Mapped[str | None] = mapped_column(String(4))
    title: Mapped[str | None]
    published_on: Mapped[date | None] = mapped_column(Date)
    published_rank: Mapped[int | None] = mapped_column(
        Integer
    )  # how far that date is trusted: 1 best (reports.parsing.dates)
    text_sha256: Mapped[str | None] = mapped_column(String(64))
    figures_sha256: Mapped[str | None] = mapped_column(String(64))
    passed: Mapped[int] = mapped_column(
        Integer, default=0
    )  # how many rules passed; the other outcomes are rows of `findings`
    report: Mapped[bytes | None]  # sections, narrative, dates, notes and the figures' places: JSON, deflated


class CurrentReading(Base):
    """The current readings by their sites, regions and years, for lists of a region and searches in one. Triggers write it, in the transaction that makes a
    reading current. `region` is the organ's, or the site's where the organ has none."""

    __tablename__ = "current_readings"
    __table_args__ = (
        Index("ix_current_readings_site", "site_id", "reading_id"),
        Index("ix_current_readings_year", "site_id", "year", "reading_id"),
        Index("ix_current_readings_region", "region", "reading_id"),
        Index("ix_current_readings_region_year", "region", "year", "reading_id"),
        Index("ix_current_readings_seen", "site_id", "year", "sighting_id"),
        Index(
            "ix_current_readings_not_read",
            "site_id",
            "sighting_id",
            sqlite_where=text("is_read = 0"),
            postgresql_where=text("NOT is_read"),
        ),
    )
    reading_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    site_id: Mapped[int]
    year: Mapped[int | None] = mapped_column(Integer)
    sighting_id: Mapped[int]
    is_read: Mapped[bool]
    region: Mapped[str | None] = mapped_column(String(12))


def figure_column(key: str) -> str:
    """The column that holds a figure: `requests.refused.law.natural` is `requests_refused_law_natural`."""
    return key.replace(".", "_")


# One typed column a figure, made from the form's data: plain SQL asks for any figure by its name. `states` has one letter a key in the
# order of FIGURE_KEYS (see reading_rows.STATE_LETTERS), so that 0, blank and absent stay apart. benchmarks/figures_layout.py has the measure.
figures = Table(
    "figures",
    Base.metadata,
    Column("reading_id", Number, ForeignKey("readings.id"), primary_key=True),
    *(Column(figure_column(key), Numeric(18, 6) if key in MONEY_KEYS else BigInteger()) for key in FIGURE_KEYS),
    Column("states", String(len(FIGURE_KEYS)), nullable=False),
)


class SearchText(Base):
    """The folded words of a current reading (archive.words). Their tokens stand in `search_tokens`, which each database makes in its own way."""

    __tablename__ = "search_texts"
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"), primary_key=True, autoincrement=False)
    text: Mapped[str]


class FindingRow(Base):
    """A rule's word on a reading, other than `pass`."""

    __tablename__ = "findings"
    __table_args__ = (
        Index("ix_findings_reading", "reading_id", "id"),  # as they are listed
        Index("ix_findings_rule", "rule", "reading_id", "id"),
        Index("ix_findings_said", *SAID, sqlite_where=SAYING, postgresql_where=SAYING),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id"))
    rule: Mapped[str] = mapped_column(String(24))
    place: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str] = mapped_column(String(8))
    left_value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    right_value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    message: Mapped[str]
    keys: Mapped[list[Any]] = mapped_column(default=list)


class ChangeRow(Base):
    """A difference between two captures of one sighting: suspected at first, raised when a second fetch shows it again."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_not_read", "id", sqlite_where=_NO_READING, postgresql_where=_NO_READING),
        Index("ix_changes_moved_to_id", "moved_to_id", sqlite_where=_MOVED, postgresql_where=_MOVED),
        Index("ix_changes_site_id_id", "site_id", "id"),
        Index("ix_changes_site_id_year_shown_id", "site_id", "year_shown", "id"),
        Index("ix_changes_year_shown_id", "year_shown", "id"),
        _one_of("state", CHANGE_STATES),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sightings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(24), index=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    silent: Mapped[bool] = mapped_column(default=False)
    before_reading_id: Mapped[int | None] = mapped_column(ForeignKey("readings.id"))
    after_reading_id: Mapped[int | None] = mapped_column(ForeignKey("readings.id"))
    before_capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    after_capture_id: Mapped[int | None] = mapped_column(ForeignKey("captures.id"))
    moved_to_id: Mapped[int | None] = mapped_column(ForeignKey("sightings.id"))
    suspected_at: Mapped[datetime]
    raised_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    details: Mapped[list[Any]] = mapped_column(default=list)  # [{kind, where, before, after}]
    # What lists find it by, written by triggers: its sighting's site; the year of the reading after it, or of the one before it, or what the list says.
    site_id: Mapped[int | None]
    year_shown: Mapped[int | None] = mapped_column(Integer)


class Mask(Base):
    """A line of a report's page that moves by itself, as its skeleton (archive.masks), and the two captures that are the evidence."""

    __tablename__ = "masks"
    __table_args__ = (UniqueConstraint("sighting_id", "line"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sighting_id: Mapped[int] = mapped_column(ForeignKey("sightings.id"))
    line: Mapped[str]
    before_capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"))
    after_capture_id: Mapped[int] = mapped_column(ForeignKey("captures.id"))
    learnt_at: Mapped[datetime]


class FlagRow(Base):
    """What a person should look at, and the verdict a person gave. `mark` stays the same when a report is read again."""

    __tablename__ = "flags"
    __table_args__ = (
        Index("ix_flags_severity_id", "severity", "id"),
        Index("ix_flags_region_shown", "region_shown", "year_shown", "severity", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[str] = mapped_column(String(32), index=True)
    severity: Mapped[str] = mapped_column(String(8))
    sighting_id: Mapped[int | None] = mapped_column(ForeignKey("sightings.id"), index=True)
    change_id: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))
    organ_id: Mapped[int | None] = mapped_column(ForeignKey("organs.id"), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("regions.code"), index=True)
    year: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[str]
    message: Mapped[str]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # when what it was raised for was gone
    closed_why: Mapped[str | None]
    verdict: Mapped[str | None] = mapped_column(String(12))  # confirmed, dismissed
    verdict_by: Mapped[str | None]
    verdict_at: Mapped[datetime | None]
    verdict_note: Mapped[str | None]
    # What lists find it by, written by triggers: its own, or what is current of its report, or its site's.
    region_shown: Mapped[str | None] = mapped_column(String(12))
    year_shown: Mapped[int | None] = mapped_column(Integer)


class BookRow(Base):
    """The ledger of the sites of one region with what belongs to it (archive.books), as it was kept. `sites` are their numbers; `from_day` and
    `until_day` are the days on which it says the same; `made_by` names the code that made it."""

    __tablename__ = "books"
    sites: Mapped[str] = mapped_column(primary_key=True)
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    timezone: Mapped[str]
    made_by: Mapped[str] = mapped_column(String(64))
    from_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date] = mapped_column(Date)
    overdue: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes]
    years: Mapped[dict[str, Any] | None]  # how many rows each year has


class SumRow(Base):
    """What was summed up over the whole archive (archive.overall), as it was last: what a server shows until it has counted itself."""

    __tablename__ = "sums"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime]
    content: Mapped[bytes]


class TouchedSite(Base):
    """A site of which something was written since its book was kept; 0 stands for all. Triggers write it, in the same transaction. Each has rows of
    its own, so that none waits for another's (SQLite, which has one writer, writes 0)."""

    __tablename__ = "touched_sites"
    site_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    by_transaction: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Event(Base):
    """What happened and a person may want to know: starts, ends, misses, failures, repairs."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    harvest_id: Mapped[int | None] = mapped_column(ForeignKey("harvests.id"))
    message: Mapped[str]


class Order(Base):
    """What a person asked for in the browser (a re-crawl of one site): the next sweep of the scheduler takes it up."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"))
    ordered_by: Mapped[str | None]
    ordered_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    harvest_id: Mapped[int | None] = mapped_column(ForeignKey("harvests.id"))


class Lease(Base):
    """Who may do a thing that only one process at a time may do, and until when. `token` rises with each holder, so that a late one notices."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    token: Mapped[int]
    until: Mapped[datetime]


class Notice(Base):
    """One thing of a digest for one channel, known by its `mark`, so that nothing is told twice over the same channel; `made_at` is its digest's."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("channel", "mark"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    mark: Mapped[str]  # flag:7, event:9
    made_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]  # by the one process that sends it
    sent_at: Mapped[datetime | None]
    doubted_at: Mapped[datetime | None]  # it may have gone out: nobody sends it again unless a person says so
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    tried_at: Mapped[datetime | None]
    error: Mapped[str | None]


ROLES = ("reader", "reviewer", "operator")  # each may do what those before it may


class User(Base):
    """Who may change something. Nobody is deleted: what somebody did stays under their name; who may do it no more is disabled."""

    __tablename__ = "users"
    __table_args__ = (_one_of("role", ROLES),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # folded: Li and li are one
    role: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str]  # Argon2id with its own salt and measure
    made_at: Mapped[datetime]
    password_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class UserSession(Base):
    """A browser that is logged in. Its token is known to that browser alone: here stands the token's hash."""

    __tablename__ = "user_sessions"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    begun_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str]


class LoginAttempt(Base):
    """A try to log in that did not succeed, by what it is counted under: the account's name or the address, the name hashed."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_key_at", "key", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    at: Mapped[datetime]


class AuditEntry(Base):
    """Who changed what, when and from where. A trigger refuses to change or delete a row."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(index=True)  # a user's name; for the command that of the machine's user
    address: Mapped[str]  # where the request came from, or "command line"
    act: Mapped[str] = mapped_column(String(32), index=True)
    subject: Mapped[str]  # what it was done to
    details: Mapped[str]


class Remark(Base):
    """What a person said of a flag, a change or a finding, by its mark: a verdict, the withdrawal of one, or a note. Nothing is overwritten."""

    __tablename__ = "remarks"
    __table_args__ = (Index("ix_remarks_mark_standing", "mark", "standing"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str]
    at: Mapped[datetime]
    who: Mapped[str]
    verdict: Mapped[str | None] = mapped_column(String(12))  # confirmed, dismissed, withdrawn; none for a note
    text: Mapped[str]
    standing: Mapped[bool] = mapped_column(default=False)  # whether it is the verdict that holds now
