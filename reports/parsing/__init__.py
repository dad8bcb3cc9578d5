"""Document in, Report out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from reports.errors import NotAReport
from reports.form import FORMS
from reports.model import Document, Edition, Figure, Paragraph, Report, Table
from reports.parsing.beside import rows_beside
from reports.parsing.dates import find_dates
from reports.parsing.disclosure_table import begins_with_row, edition_votes, is_disclosure_table, read_disclosure
from reports.parsing.disputes_table import disputes_tables, is_disputes_table, read_disputes
from reports.parsing.figures import Reading, complete
from reports.parsing.flowing import read_disclosure_text, read_disputes_text, read_requests_text
from reports.parsing.grid import Grid, grid_of
from reports.parsing.identity import identify, publisher_of
from reports.parsing.labels import disclosure_row
from reports.parsing.lookalikes import ANNUAL_REPORT, Evidence, judge
from reports.parsing.narrative import read_narrative
from reports.parsing.requests_table import is_requests_table, read_requests
from reports.parsing.sections import Block, SectionBlocks, find_sections, split_run_ins
from reports.parsing.statistics_table import is_statistics_table, read_statistics

__all__ = ["parse"]

_ROWS_OF_2019 = {"other_services", "procurement"}
_ROWS_OF_2021 = {"rules", "normative", "licence", "penalty", "coercion", "fees"}
_ENOUGH_ROWS = 4  # of table two, to tell by what is not among them
_KEYS = {edition: form.keys for edition, form in FORMS.items()}
_WORD, _STOP = re.compile(r"[\u4e00-\u9fff]"), re.compile("[。；]")
_CLAUSE = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{6,}[，,]")
_TAIL = 8  # paragraphs at the end in which a signature's date may stand


def parse(document: Document) -> Report:
    """Reads one annual report. Raises NotAReport, with the kind of document it is, for anything else."""
    blocks = split_run_ins(document.blocks)
    sections = find_sections(blocks)
    first = sections[0].start if sections else min(len(blocks), 30)
    head = [block.text for block in blocks[:first] if isinstance(block, Paragraph)]
    body = [block.text for block in blocks[first:] if isinstance(block, Paragraph)]
    identity = identify(document, head, body)
    texts = tuple(found.section for found in sections)
    edition, tables = _read_tables(blocks, sections)
    printed = sum(figure.value is not None for figure in tables.figures.values())
    unread = document.image_only or bool(document.attachments)
    kind = judge(Evidence(identity.title, identity.titled, len(sections), printed, unread, blocks))
    if kind != ANNUAL_REPORT:
        raise NotAReport(kind, _refusal(kind, identity.title, len(sections), printed))
    notes = list(tables.notes)
    if edition is Edition.FREE and sections:
        notes.append("no official table was found; the edition of the form cannot be told")
    return Report(
        organ=identity.organ,
        region=identity.region,
        year=identity.year,
        title=identity.title,
        form=edition,
        sections=texts,
        figures=_all_figures(edition, tables.figures, document.by_ocr),
        narrative=read_narrative(texts, identity.year),
        extras=tuple(tables.extras),
        dates=find_dates(head, body[-_TAIL:], document.metadata, document.url, identity.year),
        image_only=document.image_only,
        notes=tuple(notes),
        preamble="\n".join(text for text in head if _is_sentence(text)),
        publisher=publisher_of(document.metadata, head),
        by_ocr=document.by_ocr and not document.image_only,
    )


def _is_sentence(text: str) -> bool:
    """Neither a title nor a line of dates. In steps that each look at the text once: a page may be one line of two megabytes."""
    word = _WORD.search(text)
    if word is None:
        return False
    return _STOP.search(text, word.end()) is not None or (text.endswith(("：", ":")) and bool(_CLAUSE.search(text)))


def _read_tables(blocks: Sequence[Block], sections: Sequence[SectionBlocks]) -> tuple[Edition, Reading]:
    grid_at = {id(block): grid_of(block) for block in blocks if isinstance(block, Table)}
    grids = list(grid_at.values())
    texts = {found.heading.key: found for found in sections}
    requests_grids = _with_neighbours(grids, is_requests_table, is_disputes_table)
    requests = read_requests(requests_grids)
    if not requests.figures and "requests" in texts:
        requests = read_requests_text(texts["requests"].running_text)
    disclosure_grids = _disclosure_grids(grids)
    words = [cell.text for grid in disclosure_grids for line in grid for cell in line]
    prose = texts["disclosure"].section.text if "disclosure" in texts else ""
    edition = _edition(words or prose.split("\n"), prose, requests)
    disclosure = read_disclosure(disclosure_grids, edition)
    if not disclosure.figures and "disclosure" in texts:
        disclosure = read_disclosure_text(texts["disclosure"].running_text, edition)
    disputes_grids = disputes_tables(grids)
    disputes = read_disputes(disputes_grids)
    if not disputes.figures and "disputes" in texts:
        disputes = read_disputes_text(texts["disputes"].running_text)
    whole = Reading(extras=read_statistics(grids))
    for reading in (disclosure, requests, disputes):
        whole.figures.update(reading.figures)
        whole.extras += reading.extras
        whole.notes += reading.notes
    if not whole.figures:
        return Edition.FREE, whole
    if not any(map(is_statistics_table, grids)):
        taken = {id(grid) for grid in (*requests_grids, *disclosure_grids, *disputes_grids)}
        for found in sections:
            inside = (grid_at[id(block)] for block in found.blocks if isinstance(block, Table))
            whole.extras += rows_beside(found.heading.key, [grid for grid in inside if id(grid) not in taken])
    return edition, whole


def _disclosure_grids(grids: Sequence[Grid]) -> list[Grid]:
    """Table two, with a last row that a page break left alone: it has a label of the table and no headings above."""
    found: list[Grid] = []
    before: Grid | None = None
    for grid in grids:
        if is_disclosure_table(grid) or (found and before is found[-1] and begins_with_row(grid)):
            found.append(grid)
        before = grid
    return found


def _with_neighbours(
    grids: Sequence[Grid], wanted: Callable[[Grid], bool], other: Callable[[Grid], bool]
) -> list[Grid]:
    """The tables that are the wanted one, and those between two of them: a page break may leave rows without any label."""
    marks = [index for index, grid in enumerate(grids) if wanted(grid)]
    if not marks:
        return []
    return [grid for grid in grids[marks[0] : marks[-1] + 1] if not other(grid)]


def _edition(words: Sequence[str], text: str, requests: Reading) -> Edition:
    """By the headings of the columns; by the rows of table three only where table two is missing. Never by the year."""
    votes = edition_votes(words)
    if not any(votes.values()):
        squeezed = "".join(text.split())
        votes = {
            Edition.FORM_2021: sum(
                word in squeezed for word in ("本年制发件数", "本年废止件数", "现行有效件数", "本年收费金额")
            ),
            Edition.FORM_2019: sum(
                word in squeezed for word in ("制作数量", "对外公开总数", "上一年项目数量", "采购总金额")
            ),
        }
    if votes[Edition.FORM_2021] != votes[Edition.FORM_2019]:
        return max(votes, key=lambda edition: votes[edition])
    rows = {disclosure_row(word) for word in words}
    if rows & _ROWS_OF_2019:
        return Edition.FORM_2019
    parts = any(key.startswith("requests.other.") and "other.all" not in key for key in requests.figures)
    whole = any("other.all" in key for key in requests.figures)
    return Edition.FORM_2021 if parts or not whole or len(rows & _ROWS_OF_2021) >= _ENOUGH_ROWS else Edition.FORM_2019


def _all_figures(edition: Edition, read: dict[str, Figure], by_ocr: bool) -> dict[str, Figure]:
    if edition not in FORMS:
        return {}
    if by_ocr:
        read = {key: figure._replace(by_ocr=True) for key, figure in read.items()}
    return complete(read, _KEYS[edition])


def _refusal(kind: str, title: str, sections: int, figures: int) -> str:
    return (
        f"expected an annual report on government information disclosure, found {kind}: "
        f"title {title[:60]!r}, {sections} of 6 sections, {figures} figures of the official tables"
    )
