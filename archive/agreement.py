"""The rows of one file's captures and its records, one after the other, in; where a row is not what its records say, a Fault, out.

A row must lie where its record begins, and hold what `rebuild` would make of the record, the request and the metadata record beside it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, select
from sqlalchemy.orm import aliased

from archive.captures import KeptBody, row_values
from archive.database import reading
from archive.errors import DamagedRecord
from archive.exchange import WarcLocation
from archive.faults import Fault
from archive.groups import LEADS, REMOVED, Original, exchange_of
from archive.models import Capture, WarcFile, storable
from archive.records import Member, Record, fields_of


class RowsOfFile:
    """Tell it every member in the order of the file; what is left in the end are rows without a record."""

    def __init__(self, engine: Engine, file: str) -> None:
        self.file = file
        original = aliased(Capture)
        query = select(Capture, original).join(WarcFile, WarcFile.id == Capture.warc_file_id)
        query = query.outerjoin(original, original.id == Capture.same_as_id).where(WarcFile.name == file)
        with reading(engine) as session:
            self._rows = {row.warc_offset: (row, same_as) for row, same_as in session.execute(query)}
        self._lead: tuple[Member, Record, Capture, Capture | None] | None = None
        self._request: Record | None = None

    def faults(self, member: Member, record: Record) -> Iterator[Fault]:
        if record.kind in LEADS or record.header(REMOVED):
            self._request = self._lead = None
            yield from self._at_lead(member, record)
        elif self._lead is not None and record.header("WARC-Concurrent-To") == self._lead[1].record_id:
            if record.kind == "request":
                self._request = record
            elif record.kind == "metadata":
                yield from self._at_end(*self._lead, record)
                self._lead = None

    def left(self) -> Iterator[Fault]:
        for offset, (row, _) in sorted(self._rows.items()):
            yield Fault("row without record", self.file, f"capture {row.id} ({row.url}) names no record.", offset)

    def _at_lead(self, member: Member, record: Record) -> Iterator[Fault]:
        row, same_as = self._rows.pop(member.offset, (None, None))
        if row is None:
            words = f"{record.record_id} ({record.header('WARC-Target-URI')}) is not in the index."
            yield Fault("record without row", self.file, words, member.offset)
        elif record.header(REMOVED):
            said = (row.record_id, row.warc_length, str(row.takedown_number))
            if said != (record.record_id, member.length, record.header(REMOVED)):
                words = f"capture {row.id} ({row.url}) was deleted by order."
                yield Fault("index disagrees", self.file, words, member.offset)
        else:
            self._lead = member, record, row, same_as

    def _at_end(
        self, member: Member, lead: Record, row: Capture, same_as: Capture | None, noted: Record
    ) -> Iterator[Fault]:
        notes = dict(fields_of(noted.block))
        if "index" not in notes:
            raise DamagedRecord(f"expected the line `index` in {noted.record_id}, found {sorted(notes)}.")
        location = WarcLocation(self.file, member.offset, member.length, lead.record_id)
        kept = None if same_as is None else _kept(same_as, location)
        exchange = exchange_of(lead, self._request, notes)
        expected = row_values(exchange, notes["index"], location, kept)
        wrong = [name for name, value in expected.items() if _stored(value) != getattr(row, name)]
        if (same_as and same_as.record_id) != lead.header("WARC-Refers-To"):
            wrong.append("same_as_id")
        if wrong:
            words = f"capture {row.id} ({row.url}) is not what {lead.record_id} says: {', '.join(wrong)}."
            yield Fault("index disagrees", self.file, words, member.offset)


def _kept(same_as: Capture, location: WarcLocation) -> KeptBody:
    original = Original(same_as.record_id, same_as.url, same_as.fetched_at, same_as.payload_sha256)
    return KeptBody(same_as.id, original, location, same_as.body_sha256, same_as.size, same_as.content_type)


def _stored(value: object) -> object:
    return storable(value) if isinstance(value, str) else value
