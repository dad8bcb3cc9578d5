"""A page's or a text's bytes in, the range of bytes of each block and cell out: how a person is shown where a figure stood.

Reading stays as fast as it is, because nothing is counted while reading. Only when somebody asks for places is the page read once more: each run
of text and each cell of its source then bears a mark, one private character, and the marks come out in the blocks through the very reader that
made them. A range is given only when the marked reading is the plain one, the words between two marks are those of the source there, and the
source can be encoded back to the very bytes; in any other case there is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from itertools import accumulate, pairwise
from typing import NamedTuple

from lxml.etree import _Element as Element

from reports.errors import UnreadableFile
from reports.extraction.article import SCRIPTED, find_article, parse_markup
from reports.extraction.charsets import pieces, settled
from reports.extraction.encoding import decode, mark_length
from reports.extraction.html import blocks_of
from reports.extraction.limits import ORDINARY_BYTES
from reports.extraction.plain import cell_spans, cell_words, lines_of, text_blocks
from reports.extraction.sniffing import kind_of
from reports.model import ByteRange, EncodingChoice, Paragraph, Place, Table

_MARKS = "".join(map(chr, (*range(0xF0000, 0xFFFFE), *range(0x100000, 0x10FFFE))))  # two planes that no page uses
_MARK = re.compile("([\U000f0000-\U000ffffd\U00100000-\U0010fffd])")
_TAG = re.compile(
    r"<(?P<name>/?[a-z][a-z0-9]*)(?:[\s/](?>[^<>\"']++|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,200}+)?>|<[^<>]*>",
    re.IGNORECASE,
)
_RAW_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style")}
_KINDS = {"td": "open", "th": "open", "/td": "close", "/th": "close"}
_LEADING_SPACE = re.compile(r"(?:\s|&(?:nbsp|ensp|emsp|thinsp|#160|#xa0|#12288|#x3000);?)+", re.IGNORECASE)
_STATELESS = {"utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5hkscs"}  # their bytes can be counted piece by piece
Ranges = dict[Place, tuple[int, int]]  # of characters


class _Marked(NamedTuple):
    kind: str  # open, close, text
    start: int
    stop: int


def byte_ranges(payload: bytes, media_type: str | None) -> dict[Place, ByteRange]:
    """Of an HTML page or a plain text of ordinary size; empty for every other file, whose bytes are packed or drawn."""
    find = _FINDERS.get(kind_of(payload))
    if find is None or len(payload) > ORDINARY_BYTES:
        return {}
    source, encoding = decode(payload, media_type)
    try:
        ranges = find(source)
    except UnreadableFile:  # whoever reads the file is told so; nothing in it has a place
        return {}
    offsets = _offsets(payload, source, encoding, sorted({edge for span in ranges.values() for edge in span}))
    if offsets is None:
        return {}
    return {place: ByteRange(offsets[start], offsets[stop]) for place, (start, stop) in ranges.items()}


# ---- a page


def _ranges_of_page(source: str) -> Ranges:
    marked, marks = _mark(source)
    plain_root, root = parse_markup(source), parse_markup(marked)
    container, name = find_article(plain_root)
    twin = _same_element(plain_root, container, root)
    if name == SCRIPTED or twin is None:
        return {}
    ranges: Ranges = {}
    found = [block for block in blocks_of(root, twin) if isinstance(block, Table) or _bare(block.text)]
    plain = blocks_of(plain_root, container)
    if len(found) != len(plain):
        return {}
    for one, other in zip(plain, found, strict=True):
        if isinstance(one, Paragraph) and isinstance(other, Paragraph):
            pairs: Iterable[tuple[Place, str, str]] = [(one.place, one.text, other.text)]
        elif isinstance(one, Table) and isinstance(other, Table) and _shape(one) == _shape(other):
            pairs = _cells(one, other)
        else:
            return {}
        for place, text, words in pairs:
            if _bare(words) != _bare(text):
                return {}  # the marks led the reader astray
            if (span := _span(words, source, marks)) is not None:
                ranges[place] = span
    return ranges


def _cells(one: Table, other: Table) -> Iterator[tuple[Place, str, str]]:
    for row, marked in zip(one.rows, other.rows, strict=True):
        for cell, twin in zip(row, marked, strict=True):
            yield cell.place, cell.text, twin.text


def _shape(table: Table) -> list[int]:
    return [len(row) for row in table.rows]


def _mark(source: str) -> tuple[str, list[_Marked]]:
    """The source with a mark before each run of text, after each cell's tag and before each end of a cell; and what the marks stand for.

    A source with private characters of its own, or with more places than there are marks, gets none.
    """
    marks: list[_Marked] = []
    parts: list[str] = []
    if _MARK.search(source):
        return source, marks
    done = 0
    for kind, begin, stop in _tokens(source):
        space = _LEADING_SPACE.match(source, begin, stop) if kind == "text" else None
        start = space.end() if space else begin
        if start == stop:
            continue
        if len(marks) == len(_MARKS):
            return source, []
        at = stop if kind == "open" else start
        parts += source[done:at], _MARKS[len(marks)]
        done = at
        marks.append(_Marked(kind, start, start + len(source[start:stop].rstrip())))
    return "".join([*parts, source[done:]]), marks


def _tokens(source: str) -> Iterator[tuple[str, int, int]]:
    """Runs of text and the tags of cells in order, up to a comment or script that is never closed: behind it nothing is sure."""
    at = 0
    while at < len(source):
        kind = ""
        if source[at] != "<":
            tag_at = source.find("<", at)
            kind, stop = "text", len(source) if tag_at < 0 else tag_at
        elif source.startswith("<!--", at):
            stop = source.find("-->", at + 4) + 3
            if stop == 2:
                return
        elif (tag := _TAG.match(source, at)) is None:
            stop = at + 1
        else:
            name, stop = (tag.group("name") or "").lower(), tag.end()
            kind = _KINDS.get(name, "")
            if name in _RAW_ENDS:
                end = _RAW_ENDS[name].search(source, stop)
                if end is None:
                    return
                stop = end.end()
        if kind:
            yield kind, at, stop
        at = stop


def _same_element(root: Element, element: Element, twin_root: Element) -> Element | None:
    for one, twin in zip(root.iter(), twin_root.iter(), strict=False):
        if one is element:
            return twin if twin.tag == one.tag else None
    return None


def _span(words: str, source: str, marks: list[_Marked]) -> tuple[int, int] | None:
    """From the first to the last mark, when each piece of the words is what stands in the source behind its mark."""
    before, *pairs = _MARK.split(words)
    if before.strip() or not pairs:
        return None
    held = [marks[_number(mark)] for mark in pairs[::2]]
    for mark, piece in zip(held, pairs[1::2], strict=True):
        printed = unescape(source[mark.start : mark.stop].replace("\0", "")) if mark.kind == "text" else ""
        if _bare(printed) != _bare(piece):
            return None
    if held[0].kind != "open":
        held = [mark for mark in held if mark.kind == "text"]
    ordered = all(one.stop <= other.start for one, other in pairwise(held))
    return (held[0].start, held[-1].stop) if held and ordered else None


def _number(mark: str) -> int:
    code = ord(mark)
    return code - 0xF0000 if code < 0x100000 else code - 0x100000 + 0xFFFE


def _bare(text: str) -> str:
    return "".join(_MARK.sub("", text).split())


# ---- a text


def _ranges_of_text(source: str) -> Ranges:
    lines = list(lines_of(source))
    ranges: Ranges = {}
    for block in text_blocks(source):
        if isinstance(block, Paragraph):
            start, line = lines[(block.place.block or 1) - 1]
            if _bare(block.text) in _bare(line):
                ranges[block.place] = (start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
            continue
        for row in filter(None, block.rows):
            start, line = lines[(row[0].place.block or 1) - 1]
            spans = cell_spans(line) or []
            for cell, (left, right) in zip(row, spans, strict=False):
                if len(spans) == len(row) and cell_words(line[left:right]) == cell.text:
                    ranges[cell.place] = (start + left, start + right)
    return ranges


# ---- characters to bytes


def _offsets(payload: bytes, source: str, encoding: EncodingChoice, edges: list[int]) -> dict[int, int] | None:
    """The byte at which each of the given characters begins; None when the text cannot be led back to its bytes."""
    codec = encoding.name
    skipped = mark_length(payload)
    body = payload[skipped:]
    parts = pieces(body, codec)
    read = "".join(text for _, text in parts)
    if codec not in _STATELESS or (settled(read) if codec == "gb18030" else read) != source:
        return None
    ends = [*(start for start, _ in parts[1:]), len(body)]
    starts = [0, *accumulate(len(text) for _, text in parts)]
    offsets: dict[int, int] = {}
    at = 0
    for index, ((first, text), end) in enumerate(zip(parts, ends, strict=True)):
        inside: list[int] = []
        while at < len(edges) and edges[at] < starts[index + 1]:
            inside.append(edges[at] - starts[index])
            at += 1
        whole = end - first if len(text) == 1 else len(text.encode(codec, "replace"))
        if whole != end - first or (len(text) > 1 and text.encode(codec, "replace") != body[first:end]):
            return None
        byte, before = skipped + first, 0
        for edge in inside:
            byte += len(text[before:edge].encode(codec))
            before = edge
            offsets[starts[index] + edge] = byte
    offsets.update({edge: len(payload) for edge in edges[at:]})
    return offsets


_FINDERS: dict[str, Callable[[str], Ranges]] = {"html": _ranges_of_page, "text": _ranges_of_text}
