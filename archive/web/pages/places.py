"""A figure of a report goes in, the place it was read from comes out: the page with a box around it, or the table with its cell marked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from archive import captures as kept
from archive.database import reading
from archive.models import Capture
from archive.takedown import is_public
from archive.web.addresses import NoSuchPage, whole_number
from archive.web.drawing import DRAWN_KINDS
from archive.web.forms import figure_label
from archive.web.pages.captures import readable
from archive.web.pages.reports import shown_report
from archive.web.printed import PrintedCell, printed
from archive.web.rendering import page, web_of
from reports import extract
from reports.errors import MissingReader, UnreadableFile
from reports.extraction.sniffing import kind_of
from reports.form import FIGURE_KEYS
from reports.model import Figure, Paragraph, Place, Table

_MIDDLE = 298  # points from the left of an A4 page
_MOST_ROWS = 80  # of a table shown: the longest official one has fifty


@dataclass(frozen=True, slots=True)
class Source:
    """What can be shown of the place: `picture` is the address of the page's picture, or `table` has the cell, or `words` the line."""

    picture: str = ""
    on_the_right: bool = False  # of the page: a narrow screen shows that side first
    table: Sequence[Sequence[PrintedCell]] | None = None
    words: str = ""


def figure_place(request: Request, sighting_id: str, key: str) -> Response:
    wanted = whole_number(request, "version", 1, 2**63 - 1)
    web = web_of(request)
    with reading(web.engine) as session:
        shown = shown_report(session, sighting_id, wanted)
        figure = shown.report.figures.get(key) if shown.report is not None else None
        if figure is None or shown.version is None:
            raise NoSuchPage("missing.figure", figure=key[:80], id=sighting_id)
        source = shown.version.source
        used_by = [row for row in shown.findings if key in row.keys]
        located = figure.place is not None and is_public(source)
        body = readable(kept.body(session, web.store, source)) if located else b""
    before, after = _neighbours(key, shown.report.figures if shown.report else ())
    values = {
        **shown.held,
        "version": shown.version,
        "source": source,
        "key": key,
        "figure": figure,
        "found": _source(source, body, figure) if body else Source(),
        "findings": used_by,
        "before": before,
        "after": after,
        "figure_label": figure_label,
    }
    return page(request, "place.html", values)


def _neighbours(key: str, figures: Collection[str]) -> tuple[str | None, str | None]:
    """The figures before and after it in the order of the form."""
    printed = [one for one in FIGURE_KEYS if one in figures]
    at = printed.index(key)
    return printed[at - 1] if at else None, printed[at + 1] if at + 1 < len(printed) else None


def _source(capture: Capture, body: bytes, figure: Figure) -> Source:
    place = figure.place
    assert place is not None
    if place.box is not None and kind_of(body) in DRAWN_KINDS:
        asked = {"box": ",".join(f"{edge:.2f}".rstrip("0").rstrip(".") for edge in place.box)}
        if figure.by_ocr:
            asked["ocr"] = ""
        picture = f"/captures/{capture.id}/pages/{place.page or 1}.png?{urlencode(asked, safe=',')}"
        return Source(picture, not figure.by_ocr and place.box[0] > _MIDDLE)
    try:
        blocks = _blocks(body, capture.content_type, capture.url)
    except (MissingReader, UnreadableFile):  # read elsewhere, with more installed: the words on the place must do
        return Source()
    return _in_blocks(blocks, place)


@lru_cache(maxsize=16)
def _blocks(body: bytes, media_type: str | None, url: str) -> tuple[Paragraph | Table, ...]:
    """A reader goes from figure to figure of one file, and some kinds are read in a process of their own."""
    return extract(body, media_type, url).blocks


def _in_blocks(blocks: Sequence[Paragraph | Table], place: Place) -> Source:
    for block in blocks:
        if isinstance(block, Paragraph):
            if block.place == place:
                return Source(words=block.text)
        elif len(block.rows) <= _MOST_ROWS and any(cell.place == place for row in block.rows for cell in row):
            return Source(table=printed(block, place))
    return Source()
