"""A report with its captures and their seals goes in, an evidence sheet comes out as DOCX: what was published, its tables, and how to check it oneself.

Fonts are named, not embedded: a word processor takes its own Chinese font.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from archive.exchange import WarcLocation
from archive.models import Capture, FindingRow
from archive.seals import Head, Seal
from archive.web.forms import HeaderCell, OfficialTable
from archive.web.messages import Messages
from archive.web.telling import told
from reports.model import Figure, Report, State

_LATIN, _CHINESE = "Times New Roman", "宋体"
_GREY = RGBColor(0x55, 0x55, 0x55)
STEPS = ("body", "record", "seal", "chain", "all")  # of verifying it oneself
_SMALL, _NORMAL = Pt(7.5), Pt(10)
_WIDTH = 17.4  # centimetres between the margins
_COLUMNS = {"requests": (1.5, 2.6, 4.2, *(1.3,) * 7)}  # those of the labels are wider


@dataclass(frozen=True, slots=True)
class Proof:
    """One capture, where its record lies, and the seal of that file; None while the file is still being written."""

    role: str  # a message key: report.see_capture or report.see_attachment
    capture: Capture
    location: WarcLocation
    seal: Seal | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sheet says. `tables` is empty for a report of the free form."""

    name: str
    report: Report
    facts: Sequence[tuple[str, str]]
    tables: Sequence[OfficialTable]
    findings: Sequence[FindingRow]
    passed: int
    proofs: Sequence[Proof]
    head: Head
    citation: str
    made_at: datetime


def evidence_sheet(evidence: Evidence, words: Messages, moment: Callable[[datetime], str]) -> bytes:
    document = Document()
    _dress(document)
    document.add_heading(f"{words('evidence.title')}：{evidence.name}", 0)
    _small(document, words("evidence.made", at=moment(evidence.made_at)))
    _facts(document, evidence.facts)
    _tables(document, evidence, words)
    _findings(document, evidence, words)
    _proofs(document, evidence, words, moment)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _dress(document: Any) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(1.8)
    page.top_margin = page.bottom_margin = Cm(1.8)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style = document.styles[name]
        style.font.name = _LATIN
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)
    document.styles["Normal"].font.size = _NORMAL
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    document.styles["Title"].font.size = Pt(18)


def _small(document: Any, text: str) -> None:
    run = document.add_paragraph().add_run(text)
    run.font.size, run.font.color.rgb = Pt(8.5), _GREY


def _facts(document: Any, facts: Iterable[tuple[str, str]]) -> None:
    lines = list(facts)
    table = document.add_table(rows=len(lines), cols=2)
    table.style, table.autofit = "Table Grid", False
    _widths(table, (3.6, 13.8))
    for row, texts in zip(table.rows, lines, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            _fill(cell, text, Pt(9))


def _widths(table: Any, centimetres: Sequence[float]) -> None:
    """Said twice, for the column and for each cell: one word processor looks here, the other there."""
    for column, width in zip(table.columns, centimetres, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, centimetres, strict=True):
            cell.width = Cm(width)


def _fill(cell: Any, text: str, size: Any, centred: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).font.size = size


def _tables(document: Any, evidence: Evidence, words: Messages) -> None:
    document.add_heading(words("evidence.tables"), 1)
    if not evidence.tables:
        document.add_paragraph(words("report.free_form"))
        return
    _small(document, words("evidence.tables_text"))
    for table in evidence.tables:
        document.add_heading(words(f"table.{table.key}"), 2)
        _official(document, table, words)


def _official(document: Any, official: OfficialTable, words: Messages) -> None:
    """Merged as the form merges. Each cell is written in the first of the positions that it covers."""
    placed = list(_placed(official))
    height, width = len(official.rows), max(left + cell.colspan for _, left, cell in placed)
    table = document.add_table(rows=height, cols=width)
    table.style = "Table Grid"
    table.autofit = False
    _widths(table, _COLUMNS.get(official.key) or (_WIDTH / width,) * width)
    grid = [list(row.cells) for row in table.rows]
    for top, left, cell in placed:
        down = cell.rowspan if isinstance(cell, HeaderCell) else 1
        here = grid[top][left]
        if down > 1 or cell.colspan > 1:
            here = here.merge(grid[min(height, top + down) - 1][min(width, left + cell.colspan) - 1])
        words_of_cell = cell.text if isinstance(cell, HeaderCell) else _printed(cell.figure, words)
        _fill(here, words_of_cell, _SMALL, centred=not isinstance(cell, HeaderCell) or cell.scope != "row")


def _placed(official: OfficialTable) -> Iterable[tuple[int, int, Any]]:
    taken: set[tuple[int, int]] = set()
    for top, row in enumerate(official.rows):
        left = 0
        for cell in row:
            while (top, left) in taken:
                left += 1
            yield top, left, cell
            down = cell.rowspan if isinstance(cell, HeaderCell) else 1
            taken.update((top + y, left + x) for y in range(down) for x in range(cell.colspan))


def _printed(figure: Figure | None, words: Messages) -> str:
    """As printed, never as reckoned: an empty cell stays empty, and one that the report lacks has a sign of its own."""
    if figure is None or figure.state is State.ABSENT:
        return "—" if figure is None else f"({words('figure.absent_short')})"
    return figure.raw


def _findings(document: Any, evidence: Evidence, words: Messages) -> None:
    document.add_heading(words("report.findings"), 1)
    if evidence.findings:
        _small(document, words("report.passed", count=evidence.passed))
    for finding in evidence.findings:
        name = f"{words.word('outcome', finding.outcome)}（{words.word('severity', finding.severity)}） {finding.rule} "
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(name + words.word("rule", finding.rule)).font.bold = True
        paragraph.add_run(
            f"：{told(finding.message, words)}" if words.language == "zh" else f": {told(finding.message, words)}"
        )
    if not evidence.findings:
        document.add_paragraph(words("report.all_passed", count=evidence.passed))


def _proofs(document: Any, evidence: Evidence, words: Messages, moment: Callable[[datetime], str]) -> None:
    document.add_heading(words("evidence.proofs"), 1)
    for proof in evidence.proofs:
        document.add_heading(words(proof.role), 2)
        _facts(document, _of_capture(proof, words, moment))
    document.add_heading(words("evidence.chain"), 2)
    head = evidence.head
    _facts(document, ((words("evidence.seals"), str(head.number)), (words("evidence.head"), head.sha256), (words("evidence.newest"), head.file)))  # fmt: skip
    document.add_heading(words("evidence.verify"), 1)
    for step in STEPS:
        document.add_paragraph(words(f"evidence.step_{step}"), style="List Number")
    document.add_heading(words("evidence.cite"), 1)
    document.add_paragraph(evidence.citation)


def _of_capture(proof: Proof, words: Messages, moment: Callable[[datetime], str]) -> Iterable[tuple[str, str]]:
    row, where, seal = proof.capture, proof.location, proof.seal
    yield words("report.address"), row.url
    yield words("report.captured"), moment(row.fetched_at)
    yield words("capture.status"), str(row.status)
    yield words("capture.body_hash"), row.body_sha256
    yield words("capture.payload_hash"), row.payload_sha256
    yield words("capture.record"), where.record_id
    yield words("capture.file"), f"{where.file} {words('capture.offset', offset=where.offset, length=where.length)}"
    if seal is None:
        yield words("capture.seal"), words("capture.unsealed")
        return
    yield words("evidence.file_hash"), seal.sha256
    yield words("capture.seal"), words("evidence.sealed", number=seal.number, at=seal.sealed_at)
    yield words("evidence.seal_hash"), seal.own_sha256
    yield words("evidence.key"), seal.public_key
