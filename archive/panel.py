"""A session goes in, the panel comes out: a row for each report that was read, a typed column for each figure; and the data dictionary of it.

A figure that is not known is empty, never 0; `states` has a letter a figure, in the order of the columns: n number, z zero, b blank, d dash,
t words, a absent, - not asked by this form.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from archive.bodies import PART
from archive.candidates import BOUNDS
from archive.database import selected
from archive.errors import MissingLibrary
from archive.listings import is_current, of_year, unindexed, with_organ_and_region
from archive.listings.filters import Query, in_order
from archive.listings.newest import regions_between
from archive.models import (
    Capture,
    CurrentReading,
    Organ,
    Reading,
    Region,
    Sighting,
    Site,
    figure_column,
    figures,
)
from archive.search import taken_down
from archive.several import among
from archive.statements import once
from archive.territories import Territory, last_of, territory_of
from reports.form import FIGURE_KEYS, MONEY_KEYS
from reports.labels import figure_label

_BATCH = 500
_FIRST, _MOST = 10, 200  # rows that are asked for together


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its name, its type in a Frictionless table schema, and what it means."""

    name: str
    type: str
    description: str


_ABOUT = (
    Field("reading_id", "integer", "the number of the reading in this archive"),
    Field("sighting_id", "integer", "the number of the report in this archive: /reports/NUMBER"),
    Field("region_code", "string", "the code of the organ's region, or of the site's"),
    Field("region", "string", "the name of that region"),
    Field("organ_id", "integer", "the number of the organ in this archive"),
    Field("organ", "string", "the organ that reports"),
    Field("level", "string", "government, department or township"),
    Field("year", "integer", "the year that is reported on"),
    Field("form", "string", "the edition of the official form: 2021, 2019 or free"),
    Field("title", "string", "the title as printed"),
    Field("published_on", "date", "the day of publication, by the best evidence"),
    Field("url", "string", "where the report stands at the source"),
    Field("captured_at", "datetime", "when the page was archived, in UTC"),
    Field("sha256", "string", "of the body of the file that was read"),
    Field("reader_version", "integer", "the version of the reader that read it"),
    Field("states", "string", "a letter a figure, in the order of the figures' columns: n number, z zero, b blank, d dash, t words, a absent, - not asked"),
)  # fmt: skip
_FIGURES = tuple(
    Field(figure_column(key), "number" if key in MONEY_KEYS else "integer", f"{figure_label(key)} ({key})")
    for key in FIGURE_KEYS
)
FIELDS = (*_ABOUT, *_FIGURES)
NAMES = tuple(field.name for field in FIELDS)


def panel(session: Session, year: int | None = None, region: str | None = None) -> Iterator[dict[str, Any]]:
    """The current readings that could be read, oldest first. What moved stands at its new address; what was taken down is left out."""
    for numbers in _numbers(session, year, region):
        for row in selected(session, _rows(True), {"numbers": numbers}):
            yield {field.name: _typed(field, value) for field, value in zip(FIELDS, row, strict=True)}


def exceeds(session: Session, most: int, year: int | None = None, region: str | None = None) -> bool:
    """Whether the panel has more rows than that."""
    found = 0
    for numbers in _numbers(session, year, region):
        found += sum(1 for _ in selected(session, _rows(False), {"numbers": numbers}))
        if found > most:
            return True
    return False


def _numbers(session: Session, year: int | None, region: str | None) -> Iterator[list[int]]:
    """Of the readings that may be rows, in their order: a few first, then more at a time. For a county's rows only the county's are looked at."""
    inside = None if region is None else territory_of(session, region)
    numbers = (row[0] for row in selected(session, _walked(session, year, inside), whole=False))
    length = _FIRST
    while some := list(islice(numbers, length)):
        yield some
        length = min(4 * length, _MOST)


def _walked(session: Session, year: int | None, inside: Territory | None) -> Select[int]:
    """Few regions' are found by these, and then sorted; of as many as a nation has all there are are walked in their order."""
    if inside is not None and regions_between(session, inside.code, last_of(inside.code), BOUNDS.regions) is not None:
        return _of_regions(year, inside)
    query = select(Reading.id).where(is_current(), Reading.state == "read")
    if inside is not None:
        query = query.join(CurrentReading, CurrentReading.reading_id == Reading.id)
        query = query.where(inside.has(unindexed(CurrentReading.region)))
    if year is not None:
        query = query.where(of_year(year)).order_by(Reading.year)
    return query.order_by(Reading.id)


def _of_regions(year: int | None, inside: Territory) -> Select[int]:
    code, number = CurrentReading.region, in_order(CurrentReading.reading_id, True)
    query = select(CurrentReading.reading_id).where(CurrentReading.is_read).order_by(number)
    if year is not None:
        query = query.where(CurrentReading.year == year)
    if inside.county is None:
        return query.where(inside.has(code))
    query = query.join(Reading, Reading.id == CurrentReading.reading_id).outerjoin(Organ, Organ.id == Reading.organ_id)
    return query.where(inside.may_have(code), inside.has(code) | inside.has_town())


@once
def _rows(whole: bool) -> Query:
    """Of the readings of these numbers: whole, or their numbers alone."""
    page, source = aliased(Capture), aliased(Capture)
    query: Query = (
        select(Reading.id)
        .join(Sighting, Sighting.id == Reading.sighting_id)
        .where(among(Reading.id), Sighting.moved_to_id.is_(None), ~taken_down())
        .order_by(Reading.id)
    )
    if not whole:
        return query
    query = with_organ_and_region(query.join(Site, Site.id == Sighting.site_id))
    code = func.coalesce(Organ.region_code, Site.region_code)
    name = func.coalesce(Organ.name, Reading.organ_name, Sighting.organ_name)
    return (
        query.with_only_columns(
            Reading.id, Sighting.id, code, Region.name, Reading.organ_id, name, Organ.level, Reading.year, Reading.form, Reading.title,
            Reading.published_on, Sighting.url, page.fetched_at, source.body_sha256, Reading.reader_version, figures.c.states,
            *(figures.c[field.name] for field in _FIGURES),
        )
        .join(page, page.id == Reading.page_capture_id)
        .join(source, source.id == Reading.capture_id)
        .outerjoin(figures, figures.c.reading_id == Reading.id)
    )  # fmt: skip


def _typed(field: Field, value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) and field.type == "integer" else value


# ── as files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def csv_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """With a byte order mark, for spreadsheets; what is not known is empty."""
    yield "\ufeff" + _csv_line(NAMES)
    for row in rows:
        yield _csv_line([_cell(row[name]) for name in NAMES])


def _csv_line(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A line an object. A figure that is not known is null."""
    for row in rows:
        yield json.dumps(dict(row), ensure_ascii=False, default=_plain) + "\n"


def write_csv(rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    return _write_lines(csv_lines(rows), target) - 1  # the first names the columns


def write_jsonl(rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    return _write_lines(json_lines(rows), target)


def _write_lines(lines: Iterable[str], target: Path) -> int:
    count = 0
    with _whole(target) as path, path.open("w", encoding="utf-8", newline="") as stream:
        for count, line in enumerate(lines, 1):  # noqa: B007 - counted for the caller
            stream.write(line)
    return count


def write_xlsx(rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    """The panel on one sheet, the data dictionary on the other."""
    try:
        from openpyxl import Workbook  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise MissingLibrary("an Excel file needs openpyxl: pip install 'nianbao[tables]'.") from None
    book = Workbook(write_only=True)
    sheet, dictionary = book.create_sheet("reports"), book.create_sheet("fields")
    sheet.freeze_panes = "A2"
    sheet.append(NAMES)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - counted for the caller
        sheet.append([_of_excel(row[name]) for name in NAMES])
    dictionary.append(("name", "type", "description"))
    for field in FIELDS:
        dictionary.append((field.name, field.type, field.description))
    with _whole(target) as path:
        book.save(path)
    return count


def write_parquet(rows: Iterable[Mapping[str, Any]], target: Path) -> int:
    """Typed columns, each with its description in the schema."""
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise MissingLibrary("a Parquet file needs pyarrow: pip install 'nianbao[tables]'.") from None
    types = {
        "integer": pyarrow.int64(),
        "number": pyarrow.decimal128(18, 6),
        "string": pyarrow.string(),
        "date": pyarrow.date32(),
        "datetime": pyarrow.timestamp("s", "UTC"),
    }
    schema = pyarrow.schema(
        [pyarrow.field(field.name, types[field.type], metadata={"description": field.description}) for field in FIELDS]
    )
    count = 0
    with _whole(target) as path, parquet.ParquetWriter(path, schema) as writer:
        for batch in _batches(rows):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def write_package(rows: Iterable[Mapping[str, Any]], folder: Path, made_at: datetime) -> int:
    """A Frictionless data package: reports.csv, and datapackage.json with the data dictionary."""
    folder.mkdir(parents=True, exist_ok=True)
    count = write_csv(rows, folder / "reports.csv")
    schema = {
        "fields": [{"name": f.name, "type": f.type, "description": f.description} | _format(f) for f in FIELDS],
        "missingValues": [""],
        "primaryKey": ["reading_id"],
    }
    resource = {
        "name": "reports", "path": "reports.csv", "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "schema": schema,
    }  # fmt: skip
    package = {
        "profile": "tabular-data-package",
        "name": "nianbao-reports",
        "title": "政府信息公开工作年度报告",
        "created": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        "resources": [resource],
    }
    with _whole(folder / "datapackage.json") as path:
        path.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return count


WRITERS: Mapping[str, Callable[[Iterable[Mapping[str, Any]], Path], int]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "xlsx": write_xlsx,
    "parquet": write_parquet,
}


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to that becomes the target when all of it is there: a failure leaves nothing half-written."""
    part = target.with_name(target.name + PART)
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(dict(row))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"expected a value of the panel, got {type(value).__name__}")


def _cell(value: Any) -> Any:
    """As JSON has it, but that a text which a spreadsheet would run as a formula is given an apostrophe."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str):
        return "'" + value if value[:1] in ("=", "+", "@", "\t", "\r") else value
    return value if value is None or isinstance(value, int) else _plain(value)


def _of_excel(value: Any) -> Any:
    """Excel knows no time zones; a text is never a formula."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return "'" + value if isinstance(value, str) and value[:1] == "=" else value


def _format(field: Field) -> dict[str, str]:
    return {"format": "%Y-%m-%dT%H:%M:%SZ"} if field.type == "datetime" else {}
