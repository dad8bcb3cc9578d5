"""Plain text and Markdown in, Document out: lines become paragraphs; runs of lines with tabs, pipes or drawn lines, and HTML tables, tables.

Converters write Markdown with the tables of a report as HTML, because Markdown itself has no merged cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reports.extraction.encoding import decode
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, MOST_MARKUP, refuse_beyond
from reports.model import Cell, Document, Paragraph, Place, Table

_PIPE = re.compile(r"(?<!\\)\||[│┃║｜¦]")
_RULE = re.compile(r"[\s:|+=│┃║┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝┏┳┓┣╋┫┗┻┛]*[-─━═][\s:|+=\-─━═│┃║┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝┏┳┓┣╋┫┗┻┛]*")
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_PAGE_NUMBER = re.compile(r"^\s*[-—–－]\s*\d{1,3}\s*[-—–－]\s*$")
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)  # how a cell of Markdown has two lines
_SENTENCE = re.compile("[。；]")
_TABLE, _TABLE_END = re.compile(r"<table\b", re.IGNORECASE), re.compile(r"</table\s*>", re.IGNORECASE)
Spans = list[tuple[int, int]]


def read_text(payload: bytes, media_type: str | None, url: str | None) -> Document:
    refuse_beyond(len(payload), MOST_MARKUP, "bytes of text")
    text, encoding = decode(payload, media_type)
    return Document("text", tuple(text_blocks(text)), encoding=encoding, url=url)


def text_blocks(text: str) -> list[Paragraph | Table]:
    """The blocks of a text. A place's `block` is the line number, counted from 1."""
    lines = [line.replace("\0", "") for _, line in lines_of(text)]
    refuse_beyond(sum(len(_PIPE.findall(line)) + line.count("\t") for line in lines), MOST_CELLS, "table cells")
    gathered = _Gathered()
    index, last_end = 0, max((at for at, line in enumerate(lines) if _TABLE_END.search(line)), default=-1)
    while index < len(lines):
        if index <= last_end and _TABLE.search(lines[index]):
            stop = next(at for at in range(index, last_end + 1) if _TABLE_END.search(lines[at])) + 1
            gathered.add_markup("\n".join(lines[index:stop]), index + 1)
            index = stop
            continue
        gathered.add_line(lines, index)
        index += 1
    gathered.end_table()
    refuse_beyond(len(gathered.blocks), MOST_BLOCKS, "paragraphs")
    return gathered.blocks


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Each line and the character where it begins."""
    start = 0
    for found in re.finditer(r"\r\n|\r|\n", text):
        yield start, text[start : found.start()]
        start = found.end()
    yield start, text[start:]


def cell_spans(line: str, among_rows: bool = True) -> Spans | None:
    """From where to where each cell of a table's line stands; None for a line of prose. `among_rows`: whether a line beside it is a row."""
    if "\t" in line:
        indented = "\t" not in line.strip() and not line.endswith("\t")
        if line.strip() and not (indented and (not among_rows or _SENTENCE.search(line))):
            return _between([found.start() for found in re.finditer("\t", line)], len(line))
        return None
    pipes = [found.start() for found in _PIPE.finditer(line)]
    if not pipes or (len(pipes) == 1 and not among_rows):
        return None
    if not line[: pipes[0]].strip():
        first, pipes = pipes[0] + 1, pipes[1:]
    else:
        first = 0
    last = pipes.pop() if pipes and not line[pipes[-1] + 1 :].strip() else len(line)
    return [_stripped(line, span) for span in _between(pipes, last, first)]


def cell_words(text: str) -> str:
    plain = _EMPHASIS.sub(r"\2", text).replace("\\|", "|")
    lines = _BREAK.split(plain)
    return plain if len(lines) == 1 else "\n".join(map(str.strip, lines))


class _Gathered:
    """The blocks found so far, and the rows of a table that may go on."""

    def __init__(self) -> None:
        self.blocks: list[Paragraph | Table] = []
        self._rows: list[tuple[int, list[str]]] = []
        self._tables = self._cells = 0

    def add_line(self, lines: Sequence[str], index: int) -> None:
        line = lines[index]
        if _RULE.fullmatch(line) and (self._rows or line.strip("-─━═ ")):
            return
        beside = bool(self._rows) or _is_row_or_rule(lines[index + 1 : index + 2])
        spans = cell_spans(line, beside)
        if spans is not None:
            self._rows.append((index + 1, [line[start:stop] for start, stop in spans]))
        elif line.strip() and not _PAGE_NUMBER.match(line):  # white lines and page numbers do not end a table
            self.end_table()
            self.blocks += _paragraph(line, index + 1)

    def add_markup(self, markup: str, number: int) -> None:
        """One HTML table and the words before and behind it."""
        from reports.extraction.article import parse_markup
        from reports.extraction.grids import read_grid

        self.end_table()
        before, tag, rest = re.split(f"({_TABLE.pattern})", markup, maxsplit=1, flags=re.IGNORECASE)
        inner, *behind = _TABLE_END.split(rest)
        self.blocks += _paragraph(before, number)
        for element in parse_markup(tag + "</table>".join([inner, *behind[:-1]])).iter("table"):
            self._tables += 1
            table = read_grid(element, number, self._tables)
            self._cells += sum(map(len, table.rows))
            refuse_beyond(self._cells, MOST_CELLS, "table cells")
            self.blocks.append(table)
        self.blocks += _paragraph("".join(behind[-1:]), number + markup.count("\n"))

    def end_table(self) -> None:
        if self._rows:
            self._tables += 1
            self.blocks.append(_table(self._rows, self._tables))
            self._rows = []


def _is_row_or_rule(following: Sequence[str]) -> bool:
    return any(_PIPE.search(line) or "\t" in line or _RULE.fullmatch(line) for line in following)


def _between(separators: Sequence[int], stop: int, start: int = 0) -> Spans:
    return list(zip([start, *(at + 1 for at in separators)], [*separators, stop], strict=True))


def _stripped(line: str, span: tuple[int, int]) -> tuple[int, int]:
    start, stop = span
    words = line[start:stop]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())


def _paragraph(line: str, number: int) -> Iterator[Paragraph]:
    words = line.strip()
    if not words:
        return
    heading = _HEADING.match(words)
    level, words = (len(heading.group(1)), heading.group(2)) if heading else (0, words)
    yield Paragraph(_EMPHASIS.sub(r"\2", words).strip(), level, Place(block=number))


def _table(rows: list[tuple[int, list[str]]], number: int) -> Table:
    grid = tuple(
        tuple(
            Cell(cell_words(text), place=Place(block=line, table=number, row=index, column=column))
            for column, text in enumerate(cells, 1)
        )
        for index, (line, cells) in enumerate(rows, 1)
    )
    return Table(grid, Place(block=rows[0][0], table=number))
