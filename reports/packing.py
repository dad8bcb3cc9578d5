"""A Report in, compact bytes out, and the same Report back: how a reading is kept beside its figures."""

from __future__ import annotations

import json
import zlib
from datetime import date
from decimal import Decimal
from typing import Any

from reports.model import (
    DateEvidence,
    Edition,
    ExtraRow,
    Figure,
    NarrativeFigure,
    Place,
    Report,
    Section,
    State,
)

_NOWHERE = Place()
_STATES = {state.value: state for state in State}


def pack(report: Report) -> bytes:
    content = {
        "organ": report.organ,
        "region": report.region,
        "year": report.year,
        "title": report.title,
        "form": report.form.value,
        "sections": [[s.key, s.title, s.text, _place(s.place)] for s in report.sections],
        "figures": {key: _figure(figure) for key, figure in report.figures.items()},
        "narrative": [
            [n.meaning, _number(n.value), n.unit, n.quotation, n.section, n.approximate, n.scope]
            for n in report.narrative
        ],
        "extras": [[e.table, e.label, list(e.cells), _place(e.place)] for e in report.extras],
        "dates": [[d.value.isoformat(), d.source, d.raw, d.rank] for d in report.dates],
        "image_only": report.image_only,
        "notes": list(report.notes),
        "preamble": report.preamble,
        "publisher": report.publisher,
        "by_ocr": report.by_ocr,
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 6)


def unpack(packed: bytes) -> Report:
    content = json.loads(zlib.decompress(packed))
    figures = {key: _figured(key, fields) for key, fields in content["figures"].items()}
    return Report(
        organ=content["organ"],
        region=content["region"],
        year=content["year"],
        title=content["title"],
        form=Edition(content["form"]),
        sections=tuple(
            Section(k, title, text, _placed(place) or _NOWHERE) for k, title, text, place in content["sections"]
        ),
        figures=figures,
        narrative=tuple(
            NarrativeFigure(meaning, _numbered(value), unit, quotation, section, approximate, *scope)
            for meaning, value, unit, quotation, section, approximate, *scope in content["narrative"]
        ),
        extras=tuple(
            ExtraRow(table, label, tuple(cells), _placed(place)) for table, label, cells, place in content["extras"]
        ),
        dates=tuple(
            DateEvidence(date.fromisoformat(value), source, raw, rank) for value, source, raw, rank in content["dates"]
        ),
        image_only=content["image_only"],
        notes=tuple(content["notes"]),
        preamble=content["preamble"],
        publisher=content["publisher"],
        # readers before the fifth marked the figures alone
        by_ocr=content["by_ocr"] if "by_ocr" in content else any(figure.by_ocr for figure in figures.values()),
    )


def _figure(figure: Figure) -> list[Any]:
    value = None if figure.value is None else _number(figure.value)
    # No raw text beside a number stands for the number's own digits, as nearly every cell has it.
    raw = None if value is not None and str(value) == figure.raw else figure.raw
    rest = [figure.repaired, figure.unit, figure.reason, figure.by_ocr]
    return [value, raw, figure.state.value, _place(figure.place), *([] if rest == [None, None, None, False] else rest)]


def _figured(key: str, fields: list[Any]) -> Figure:
    value, raw, state, place, *rest = fields
    number = value if value is None or type(value) is int else Decimal(value)
    raw = str(value) if raw is None else raw
    if not rest:  # as nearly all: a page unpacks some hundred
        return Figure(key, number, raw, _STATES[state], place=_placed(place))
    repaired, unit, reason, by_ocr = rest
    return Figure(key, number, raw, _STATES[state], repaired, _placed(place), unit, reason, by_ocr)


def _number(value: int | Decimal) -> int | str:
    return value if isinstance(value, int) else str(value)


def _numbered(value: int | str) -> int | Decimal:
    return value if isinstance(value, int) else Decimal(value)


def _place(place: Place | None) -> list[Any] | None:
    if place is None:
        return None
    fields: list[Any] = [place.page, place.block, place.table, place.row, place.column]
    return [*fields, list(place.box)] if place.box else fields


def _placed(fields: list[Any] | None) -> Place | None:
    if fields is None:
        return None
    page, block, table, row, column, *box = fields
    return Place(page, block, table, row, column, (box[0][0], box[0][1], box[0][2], box[0][3]) if box else None)
