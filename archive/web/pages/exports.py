"""A year and a region go in, the panel of all reports comes out as a file: CSV and JSON lines as they are made, the others when they are whole."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from archive.database import reading
from archive.errors import MissingLibrary
from archive.panel import FIELDS, csv_lines, exceeds, json_lines, panel, write_package, write_parquet, write_xlsx
from archive.regions import name_of
from archive.web.addresses import query_text, whole_number
from archive.web.rendering import page, web_of, words_of
from archive.web.streams import attached, streamed

Row = Mapping[str, Any]
STREAMED: Mapping[str, tuple[Callable[[Iterable[Row]], Iterator[str]], str]] = {
    "csv": (csv_lines, "text/csv; charset=utf-8"),
    "jsonl": (json_lines, "application/jsonl; charset=utf-8"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is made whole before it is sent. `most` bounds the rows: a browser waits a minute, not an hour."""

    write: Callable[[Iterable[Row], Path, Request], object]
    media_type: str
    most: int


def _package(rows: Iterable[Row], target: Path, request: Request) -> None:
    folder = target.with_suffix("")
    write_package(rows, folder, web_of(request).now())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted(folder.iterdir()):
            package.write(path, path.name)


MADE = {
    "xlsx": Made(
        lambda rows, target, _: write_xlsx(rows, target),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        20_000,
    ),
    "parquet": Made(lambda rows, target, _: write_parquet(rows, target), "application/vnd.apache.parquet", 200_000),
    "zip": Made(_package, "application/zip", 200_000),
}
FORMATS = (*STREAMED, *MADE)


def exports(request: Request) -> Response:
    year, region = _asked(request)
    with reading(web_of(request).engine) as session:
        name = name_of(session, region)
    values = {
        "year": year,
        "region": region,
        "region_name": name,
        "formats": FORMATS,
        "most": {name: made.most for name, made in MADE.items()},
        "fields": FIELDS,
        "base": str(request.base_url).rstrip("/"),
    }
    return page(request, "exports.html", values)


def panel_file(request: Request, kind: str) -> Response:
    """`kind` is one of FORMATS. What is wrong with the wish is said before the first byte is sent."""
    year, region = _asked(request)
    name = "-".join(["reports", *(str(part) for part in (region, year) if part)]) + f".{kind}"
    rows = _rows(request, year, region)
    if kind in STREAMED:
        lines, media_type = STREAMED[kind]
        return streamed(lines(rows), media_type, name)
    made, words = MADE[kind], words_of(request)
    with reading(web_of(request).engine) as session:
        if exceeds(session, made.most, year, region):
            return _refused(request, words("exports.too_much", most=f"{made.most:,}"))
    folder = TemporaryDirectory(prefix="nianbao-export-")
    target = Path(folder.name) / f"reports.{kind}"
    try:
        made.write(rows, target, request)
    except MissingLibrary as missing:
        folder.cleanup()
        return _refused(request, str(missing))
    except BaseException:
        folder.cleanup()
        raise
    finished = BackgroundTask(folder.cleanup)
    return FileResponse(target, media_type=made.media_type, headers=attached(name), background=finished)


def _refused(request: Request, why: str) -> Response:
    return page(request, "error.html", {"heading": words_of(request)("exports.refused"), "message": why}, 422)


def _asked(request: Request) -> tuple[int | None, str | None]:
    return whole_number(request, "year", 1900, 2200), query_text(request, "region")


def _rows(request: Request, year: int | None, region: str | None) -> Iterator[Row]:
    with reading(web_of(request).engine) as session:
        yield from panel(session, year, region)
