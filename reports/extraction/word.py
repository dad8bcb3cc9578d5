"""A DOCX file's bytes in, Document out, as its last author sees it: with insertions and content controls, without what was deleted or hidden.

Read from the XML itself: python-docx leaves out the words of insertions, content controls and fields, and half of a number may be one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lxml.etree import _Element as Element

from reports.errors import UnreadableFile
from reports.extraction.limits import MOST_BLOCKS, MOST_CELLS, refuse_beyond
from reports.extraction.numbering import Counter, attribute, child, local, read_lists, value
from reports.extraction.packed import Packed
from reports.extraction.seen import level, raised, turned
from reports.model import Cell, Document, Paragraph, Place, Table

_MAIN = "word/document.xml"
_THROUGH = frozenset(
    ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag", "hyperlink", "fldSimple", "dir", "bdo", "AlternateContent", "Choice")
)  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "sym": "\ufffd"}
_OFF = frozenset(("0", "false", "off"))
_HEADING = re.compile(r"(?:heading|标题)\s*(\d)", re.IGNORECASE)
_PROSE_CELL = 300  # characters in one cell that no official table has: its table only lays out the page
_FEW_WORDS = 100
_WHITE = "FFFFFF"
_WIDEST = 200
_DEEPEST = 60


def read_docx(payload: bytes, url: str | None) -> Document:
    packed = Packed(payload)
    name = _main_part(packed)
    root = packed.markup(name)
    body = child(root, "body")
    if body is None:
        raise UnreadableFile("expected a DOCX file, found one without a body")
    walk = _Walk(_styles(packed, name), _numbering(packed, name))
    walk.blocks_of(body)
    blocks = tuple(walk.blocks)
    words = sum(len(block.text) for block in blocks if isinstance(block, Paragraph))
    tables = any(isinstance(block, Table) for block in blocks)
    image_only = walk.pictures and words < _FEW_WORDS and not tables
    return Document("docx", blocks, metadata=_metadata(packed), url=url, image_only=image_only)


def _main_part(packed: Packed) -> str:
    """Nearly always word/document.xml; the file's own relations say otherwise now and then."""
    if "_rels/.rels" in packed.names:
        for relation in packed.markup("_rels/.rels"):
            target = (relation.get("Target") or "").lstrip("/")
            if (relation.get("Type") or "").endswith("/officeDocument") and target in packed.names:
                return target
    if _MAIN in packed.names:
        return _MAIN
    raise UnreadableFile("expected a DOCX file, found one without a document inside")


def _beside(packed: Packed, main: str, name: str) -> Element | None:
    path = posixpath.join(posixpath.dirname(main), name)
    return packed.markup(path) if path in packed.names else None


class _Style:
    """What a paragraph style gives: the depth of a heading, and the list it counts in."""

    __slots__ = ("depth", "level", "list_id")

    def __init__(self, level: int, list_id: str | None, depth: int) -> None:
        self.level, self.list_id, self.depth = level, list_id, depth


def _styles(packed: Packed, main: str) -> dict[str, _Style]:
    root = _beside(packed, main, "styles.xml")
    styles = {}
    for style in root if root is not None else ():
        identifier = attribute(style, "styleId")
        if local(style) != "style" or identifier is None:
            continue
        heading = _HEADING.match(value(child(style, "name")) or "")
        list_id, depth = _list_of(child(style, "pPr"))
        styles[identifier] = _Style(int(heading.group(1)) if heading else 0, list_id, depth)
    return styles


def _numbering(packed: Packed, main: str) -> Counter:
    root = _beside(packed, main, "numbering.xml")
    return Counter(read_lists(root) if root is not None else {})


def _list_of(properties: Element | None) -> tuple[str | None, int]:
    numbered = child(properties, "numPr")
    if numbered is None:
        return None, 0
    depth = value(child(numbered, "ilvl")) or "0"
    return value(child(numbered, "numId")), int(depth) if depth.isdecimal() else 0


def _metadata(packed: Packed) -> dict[str, str]:
    if "docProps/core.xml" not in packed.names:
        return {}
    said = {local(part): (part.text or "").strip() for part in packed.markup("docProps/core.xml")}
    return {name: said[part] for name, part in (("author", "creator"), ("doctitle", "title")) if said.get(part)}


class _Walk:
    """Gathers a document's blocks in reading order."""

    def __init__(self, styles: dict[str, _Style], counter: Counter) -> None:
        self.blocks: list[Paragraph | Table] = []
        self.pictures = False
        self._styles, self._counter = styles, counter
        self._tables = self._cells = 0

    def blocks_of(self, element: Element, depth: int = 0) -> None:
        if depth > _DEEPEST:
            return
        for item in _inside(element):
            if local(item) == "p":
                self._paragraph(item, depth)
            elif _holds_data(item):
                self._tables += 1
                number = len(self.blocks) + 1
                self.blocks.append(self._grid(item, number, self._tables))
            else:
                for cell in (cell for row in _rows(item) for cell in _of_kind(row, "tc")):
                    self.blocks_of(cell, depth + 1)
            refuse_beyond(len(self.blocks), MOST_BLOCKS, "paragraphs")

    def _paragraph(self, element: Element, depth: int) -> None:
        style = self._styles.get(value(child(child(element, "pPr"), "pStyle")) or "")
        for line in self._words(element, style).split("\n"):
            if words := line.strip():
                place = Place(block=len(self.blocks) + 1)
                self.blocks.append(Paragraph(words, style.level if style is not None else 0, place))
        for part in element.iter():
            name = local(part)
            self.pictures = self.pictures or name in {"pic", "imagedata"}
            if name == "txbxContent" and _is_box_of(part, element):
                self.blocks_of(part, depth + 1)

    def _words(self, paragraph: Element, style: _Style | None = None) -> str:
        text = "".join(_run_words(paragraph))
        list_id, depth = _list_of(child(paragraph, "pPr"))
        if list_id is None and style is not None:
            list_id, depth = style.list_id, style.depth
        return self._counter.number(list_id, depth) + text if list_id is not None and text.strip() else text

    def _grid(self, table: Element, block: int, number: int) -> Table:
        """A merged cell repeats in each position that it covers; all but the first are marked."""
        rows: list[tuple[Cell, ...]] = []
        for index, row in enumerate(_rows(table), 1):
            line: list[Cell] = [Cell("", True)] * _count(child(row, "trPr"), "gridBefore", 0)
            for cell in _of_kind(row, "tc"):
                properties = child(cell, "tcPr")
                place = Place(block=block, table=number, row=index, column=len(line) + 1)
                own = self._merged(properties, rows, len(line)) or Cell(self._cell_words(cell), False, place)
                line.append(own)
                line += [own._replace(spans=True)] * (_count(properties, "gridSpan", 1) - 1)
            self._cells += len(line)
            refuse_beyond(self._cells, MOST_CELLS, "table cells")
            rows.append(tuple(line))
        return Table(tuple(rows), Place(block=block, table=number))

    @staticmethod
    def _merged(properties: Element | None, rows: list[tuple[Cell, ...]], column: int) -> Cell | None:
        """The cell above, where this one goes on with it."""
        merge = child(properties, "vMerge")
        if merge is None or value(merge) == "restart" or not rows or column >= len(rows[-1]):
            return None
        return rows[-1][column]._replace(spans=True)

    def _cell_words(self, cell: Element) -> str:
        lines = [self._words(item) if local(item) == "p" else _table_words(item) for item in _inside(cell)]
        return level("\n".join(line for line in lines if line).strip())


def _table_words(table: Element) -> str:
    """A table of one cell inside a cell: its frame."""
    return "\n".join("".join(_run_words(item)) for item in table.iter() if local(item) == "p")


def _inside(element: Element) -> Iterator[Element]:
    """The paragraphs and tables directly inside, also those that content controls or insertions wrap."""
    for item in element:
        name = local(item)
        if name in {"p", "tbl"}:
            yield item
        elif name in _THROUGH:
            yield from _inside(item)


def _of_kind(element: Element, wanted: str) -> Iterator[Element]:
    for item in element:
        name = local(item)
        if name == wanted:
            yield item
        elif name in _THROUGH:
            yield from _of_kind(item, wanted)


def _rows(table: Element) -> list[Element]:
    return [row for row in _of_kind(table, "tr") if child(child(row, "trPr"), "del") is None]


def _holds_data(table: Element) -> bool:
    """Whether a table holds figures, or only lays out the page, as for HTML."""
    cells = [cell for row in _rows(table) for cell in _of_kind(row, "tc")]
    if len(cells) < 2:
        return False
    if any(len([cell for row in _rows(inner) for cell in _of_kind(row, "tc")]) > 1 for inner in _tables_in(cells)):
        return False
    return all(sum(len(part.text or "") for part in cell.iter() if local(part) == "t") < _PROSE_CELL for cell in cells)


def _tables_in(cells: list[Element]) -> Iterator[Element]:
    for cell in cells:
        yield from (item for item in _inside(cell) if local(item) == "tbl")


def _count(properties: Element | None, name: str, least: int) -> int:
    said = value(child(properties, name)) or ""
    return max(least, min(int(said), _WIDEST)) if said.isdecimal() else least


def _run_words(element: Element, depth: int = 0) -> Iterator[str]:
    """The words of a paragraph's runs, without those that were deleted, moved away, struck out or hidden."""
    commands = 0  # fields that are open and whose command, not their result, is being passed
    for item in element:
        name = local(item)
        if name == "r":
            for mark in (part for part in item if local(part) == "fldChar"):
                kind = attribute(mark, "fldCharType")
                commands = commands + 1 if kind == "begin" else max(0, commands - 1) if kind == "separate" else commands
            if not commands:
                yield _shown(item)
        elif name in _THROUGH and depth < _DEEPEST:
            yield from _run_words(item, depth + 1)


def _shown(run: Element) -> str:
    properties = child(run, "rPr")
    if properties is not None and any(
        local(one) in {"vanish", "strike", "dstrike"} and value(one) not in _OFF for one in properties
    ):
        return ""
    text = "".join(_signs(run))
    if (value(child(properties, "color")) or "").upper() == _WHITE and not _has_ground(run):
        return turned(text)  # white, perhaps on white: whether anybody sees it cannot be known
    raising = value(child(properties, "vertAlign"))
    return raised(text) if raising in {"superscript", "subscript"} else text


def _has_ground(run: Element) -> bool:
    """Whether the run or anything around it has a ground of a colour of its own; the style of a table may give one."""
    for around in (run, *run.iterancestors()):
        properties = child(around, f"{local(around)}Pr")
        shade, style = child(properties, "shd"), child(properties, "tblStyle")
        fill = (attribute(shade, "fill") or "auto").upper() if shade is not None else "AUTO"
        if fill not in {"AUTO", _WHITE} or style is not None or child(properties, "highlight") is not None:
            return True
    return False


def _signs(run: Element) -> Iterator[str]:
    for part in run:
        name = local(part)
        if name == "t":
            yield part.text or ""
        elif name in _SIGNS:
            yield _SIGNS[name]
        elif name in _THROUGH:  # AlternateContent: the choice, never its fallback too
            yield from _signs(part)


def _is_box_of(part: Element, paragraph: Element) -> bool:
    """Whether a text box hangs on this paragraph and not on one inside another box, and is no older program's copy of a newer box."""
    for around in part.iterancestors():
        name = local(around)
        if name == "Fallback":
            return False
        if name == "p":
            return around is paragraph
    return False
