"""A Document in, JSON out, and back: how a worker process hands over what it read. Not a format to keep."""

from __future__ import annotations

import json
from typing import Any

from reports.model import Cell, Document, EncodingChoice, Paragraph, Place, Table


def dump_document(document: Document) -> bytes:
    encoding = document.encoding
    whole = {
        "kind": document.kind,
        "blocks": [_dump_block(block) for block in document.blocks],
        "title": document.title,
        "metadata": dict(document.metadata),
        "encoding": None if encoding is None else [encoding.name, encoding.reason, encoding.evidence],
        "attachments": document.attachments,
        "url": document.url,
        "image_only": document.image_only,
        "by_ocr": document.by_ocr,
        "text_of_container": document.text_of_container,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def load_document(raw: bytes) -> Document:
    whole = json.loads(raw.decode("utf-8", "surrogatepass"))
    encoding = whole["encoding"]
    return Document(
        kind=whole["kind"],
        blocks=tuple(_load_block(block) for block in whole["blocks"]),
        title=whole["title"],
        metadata=whole["metadata"],
        encoding=None if encoding is None else EncodingChoice(encoding[0], encoding[1], tuple(map(tuple, encoding[2]))),
        attachments=tuple(whole["attachments"]),
        url=whole["url"],
        image_only=whole["image_only"],
        by_ocr=whole["by_ocr"],
        text_of_container=whole["text_of_container"],
    )


def _dump_block(block: Paragraph | Table) -> list[Any]:
    if isinstance(block, Paragraph):
        return [block.text, block.level, block.place]
    return [
        [[[cell.text, cell.spans, cell.place] for cell in row] for row in block.rows],
        block.place,
    ]


def _load_block(raw: list[Any]) -> Paragraph | Table:
    if len(raw) == 3:
        return Paragraph(raw[0], raw[1], _place(raw[2]))
    return Table(
        tuple(tuple(Cell(text, spans, _place(at)) for text, spans, at in row) for row in raw[0]), _place(raw[1])
    )


def _place(raw: list[Any]) -> Place:
    page, block, table, row, column, box = raw
    return Place(page, block, table, row, column, None if box is None else tuple(box))
