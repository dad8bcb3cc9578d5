"""An RTF file's bytes in, Document out: paragraphs and tables, in Unicode or the file's own code page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, MOST_MARKUP, refuse_beyond
from reports.extraction.seen import level, raised, turned
from reports.model import Cell, Document, Paragraph, Place, Table

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_HIDDEN = {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"headerf", b"footerf",
           b"footnote", b"annotation", b"fldinst", b"themedata", b"listtable", b"listoverridetable", b"generator", b"datastore", b"latentstyles", b"rsidtbl", b"xmlnstbl"}  # fmt: skip
_UNSEEN = {b"v", b"strike", b"striked", b"deleted"}
_RAISED = {b"super", b"sub", b"up", b"dn"}
_GROUNDS = {b"highlight", b"cb", b"chcbpat", b"cbpat", b"clcbpat"}
_COLOURS = re.compile(rb"\{\\colortbl([^{}]*)\}")
_PARTS = re.compile(rb"\\(?:red|green|blue)(\d{1,3})(?!\d)")
_WHITE = 250  # and above, of 255
_HALF = re.compile("[\ud800-\udfff]")
_DEEPEST = 500


@dataclass
class _State:
    hidden: bool = False
    skip: int = 1  # characters after \\u that stand in for it
    codec: str = "gb18030"
    unseen: frozenset[bytes] = frozenset()  # why its words are not seen: hidden, struck out, deleted
    raised: bool = False
    white: bool = False
    grounded: bool = False  # the type has a ground of a colour of its own

    @property
    def silent(self) -> bool:
        return self.hidden or bool(self.unseen)

    def shown(self, words: str) -> str:
        words = raised(words) if self.raised else words
        return turned(words) if self.white and not self.grounded else words


@dataclass
class _Row:
    cells: list[str] = field(default_factory=list)
    joins: list[tuple[bool, bool]] = field(default_factory=list)  # of each cell: goes on from the left, from above


class _Reading:
    """The blocks so far and the text that is still open."""

    def __init__(self, whites: frozenset[int]) -> None:
        self.whites = whites  # the numbers of the file's colours that are white
        self.blocks: list[Paragraph | Table] = []
        self.rows: list[_Row] = []
        self.row = _Row()
        self.text: list[str] = []
        self.raw = bytearray()
        self.in_table = False
        self.joined = [False, False]
        self.cells = 0

    def add_bytes(self, raw: bytes) -> None:
        self.raw += raw

    def flush_bytes(self, state: _State) -> None:
        if self.raw:
            self.text.append(state.shown(self.raw.decode(state.codec, "replace")))
            self.raw.clear()

    def _words(self) -> str:
        """What was gathered. Characters beyond the first 65,536 come as two halves."""
        words = "".join(self.text)
        if _HALF.search(words):
            words = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return words.strip()

    def end_paragraph(self) -> None:
        words = self._words()
        if self.in_table:
            self.text.append("\n")
            return
        self.text = []
        self.end_table()
        if words:
            self.blocks.append(Paragraph(words, place=Place(block=len(self.blocks) + 1)))
            refuse_beyond(len(self.blocks), MOST_BLOCKS, "paragraphs")

    def end_cell(self) -> None:
        self.row.cells.append(level(self._words()))
        self.text = []
        self.cells += 1
        refuse_beyond(self.cells, MOST_CELLS, "table cells")

    def end_row(self) -> None:
        if self.row.cells:
            self.rows.append(_Row(self.row.cells, list(self.row.joins)))
        self.row = _Row(joins=self.row.joins)
        self.in_table = False

    def end_table(self) -> None:
        if not self.rows:
            return
        number = len(self.blocks) + 1
        grid: list[tuple[Cell, ...]] = []
        for index, row in enumerate(self.rows, 1):
            cells: list[Cell] = []
            for column, text in enumerate(row.cells):
                left, above = row.joins[column] if column < len(row.joins) else (False, False)
                source = (
                    cells[-1].text
                    if left and cells
                    else grid[-1][column].text
                    if above and grid and column < len(grid[-1])
                    else text
                )
                cells.append(
                    Cell(source, left or above, Place(block=number, table=number, row=index, column=column + 1))
                )
            grid.append(tuple(cells))
        self.rows = []
        self.blocks.append(Table(tuple(grid), Place(block=number, table=number)))


def read_rtf(payload: bytes, url: str | None) -> Document:
    refuse_beyond(len(payload), MOST_MARKUP, "bytes of RTF")
    reading = _Reading(_whites(payload))
    stack: list[_State] = []
    state = _State()
    skip = 0
    for found in _TOKEN.finditer(payload):
        word, number, code, symbol, brace, text = found.groups()
        if skip and (code or text):
            passed = min(skip, len(text) if text else 1)
            skip -= passed
            text = text[passed:] if text else None
            code = None
        if code or text:
            if not state.silent:
                reading.add_bytes(bytes.fromhex(code.decode()) if code else text or b"")
            continue
        reading.flush_bytes(state)
        if brace == b"{":
            stack.append(replace(state))
            refuse_beyond(len(stack), _DEEPEST, "nested groups")
        elif brace == b"}" and stack:
            state = stack.pop()
        elif symbol is not None:
            state.hidden = state.hidden or symbol == b"*"
            if symbol in b"{}\\" and not state.silent:
                reading.text.append(symbol.decode())
        elif word == b"u" and number is not None:
            skip = state.skip
            if not state.silent:
                reading.text.append(state.shown(chr(int(number) % 0x10000)))
        elif word is not None:
            _control(reading, state, word, int(number) if number else None)
    reading.flush_bytes(state)
    reading.in_table = False
    reading.end_paragraph()
    reading.end_table()
    return Document("rtf", tuple(reading.blocks), url=url)


def _whites(payload: bytes) -> frozenset[int]:
    table = _COLOURS.search(payload)
    colours = [_PARTS.findall(colour) for colour in table.group(1).split(b";")] if table else []
    return frozenset(index for index, parts in enumerate(colours) if len(parts) == 3 and min(map(int, parts)) >= _WHITE)


def _control(reading: _Reading, state: _State, word: bytes, number: int | None) -> None:
    if word in _HIDDEN:
        state.hidden = True
    elif word == b"uc" and number is not None:
        state.skip = number
    elif word == b"ansicpg" and number is not None:
        state.codec = "gb18030" if number in {936, 54936, 0} else "cp1252" if number == 1252 else "gb18030"
    elif word in _UNSEEN:
        state.unseen = state.unseen - {word} if number == 0 else state.unseen | {word}
    elif word in _RAISED or word == b"nosupersub":
        state.raised = word in _RAISED and number != 0
    elif word == b"plain":
        state.unseen, state.raised, state.white = frozenset(), False, False
    elif word == b"cf":
        state.white = number in reading.whites
    elif word in _GROUNDS:
        state.grounded = bool(number) and number not in reading.whites
    elif not state.hidden:
        state.grounded = state.grounded and word != b"trowd"
        _layout(reading, word)


def _layout(reading: _Reading, word: bytes) -> None:
    if word in {b"par", b"sect", b"page"}:
        reading.end_paragraph()
    elif word == b"line":
        reading.text.append("\n")
    elif word == b"tab":
        reading.text.append("\t")
    elif word == b"trowd":
        reading.row.joins, reading.joined = [], [False, False]
    elif word in {b"clmrg", b"clvmrg"}:
        reading.joined[word == b"clvmrg"] = True
    elif word == b"cellx":
        reading.row.joins.append((reading.joined[0], reading.joined[1]))
        reading.joined = [False, False]
    elif word == b"intbl":
        reading.in_table = True
    elif word == b"cell":
        reading.end_cell()
    elif word == b"row":
        reading.end_row()
    elif word in {b"lquote", b"rquote", b"ldblquote", b"rdblquote", b"emdash", b"endash"}:
        reading.text.append(
            {b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emdash": "—"}.get(word, "–")
        )
