"""Two versions of a report in, their differences out. What counts as the same is decided in `same_words` and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from rapidfuzz.distance import LCSseq

from reports.model import Change, ChangeKind, ExtraRow, Figure, Report, State
from reports.wording import squeeze

# What stands around a report and changes by itself: visitor counters, print and share buttons. A counter has its colon, or no word before it: what a
# report says of visits (网站访问量1200次) is its own.
_COUNTED = "(?:浏览|点击|阅读|访问)(?:次数|人数|量|数)?"
_FURNITURE = re.compile(
    rf"{_COUNTED}:\d*(?![\d万.])次?|(?<![\u4e00-\u9fff]){_COUNTED}\d+(?![\d万.])次?"
    r"|字体:?[\[(]?(?:默认)?大?[|/]?中?[|/]?小?[\])]?(?![\u4e00-\u9fff])|打印本页|关闭窗口|分享到:?"
    r"|扫一扫(?:在手机|用手机|手机)?(?:打开|查看|分享|浏览)?(?:当前|本)?页?面?(?![\u4e00-\u9fff])"
)


def same_words(text: str) -> str:
    """The text as it is compared: without white space, in one width, without counters and page furniture."""
    return _FURNITURE.sub("", squeeze(text))


def compare(before: Report, after: Report) -> list[Change]:
    """Changes of figures, of identity and of sections, in that order; empty for two prints of the same content."""
    preamble = _paragraphs("preamble", before.preamble, after.preamble)
    return [
        *_figures(before, after),
        *_extra_rows(before, after),
        *_identity(before, after),
        *preamble,
        *_sections(before, after),
    ]


def _figures(before: Report, after: Report) -> Iterator[Change]:
    for key in dict.fromkeys((*before.figures, *after.figures)):
        old, new = before.figures.get(key), after.figures.get(key)
        if _said(old) != _said(new):
            yield Change(ChangeKind.FIGURES_CHANGED, key, _said(old), _said(new))


def _said(figure: Figure | None) -> str | None:
    """What a figure says, in one form: 0 and ０ are the same, a blank and a dash are not."""
    if figure is None or figure.state is State.ABSENT:
        return None
    if figure.value is not None:
        plain = figure.value.normalize() if isinstance(figure.value, Decimal) else figure.value
        return f"{plain:f}{figure.unit or ''}" if isinstance(plain, Decimal) else f"{plain}{figure.unit or ''}"
    return "" if figure.state is State.BLANK else squeeze(figure.raw)


def _extra_rows(before: Report, after: Report) -> Iterator[Change]:
    """The rows that a province adds, by their labels: a change of one is a change of figures, too."""
    old, new = _cells_by_label(before.extras), _cells_by_label(after.extras)
    for where in dict.fromkeys((*old, *new)):
        if old.get(where) != new.get(where):
            yield Change(ChangeKind.FIGURES_CHANGED, where, old.get(where), new.get(where))


def _cells_by_label(rows: tuple[ExtraRow, ...]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for row in rows:
        where = f"{row.table}: {squeeze(row.label)}"
        said = " | ".join(squeeze(cell) for cell in row.cells)
        cells[where] = f"{cells[where]}; {said}" if where in cells else said
    return cells


def _identity(before: Report, after: Report) -> Iterator[Change]:
    for where, old, new in (
        ("title", before.title, after.title),
        ("organ", before.organ or "", after.organ or ""),
        ("year", str(before.year or ""), str(after.year or "")),
        ("form", before.form.value, after.form.value),
    ):
        if same_words(old) != same_words(new):
            yield Change(ChangeKind.TEXT_EDITED, where, old or None, new or None)


def _sections(before: Report, after: Report) -> Iterator[Change]:
    old = {section.key: section for section in before.sections}
    new = {section.key: section for section in after.sections}
    for key in dict.fromkeys((*old, *new)):
        if key not in new:
            yield Change(ChangeKind.REMOVED, key, old[key].text, None)
        elif key not in old:
            yield Change(ChangeKind.NEW, key, None, new[key].text)
        else:
            if same_words(old[key].title) != same_words(new[key].title):
                yield Change(ChangeKind.TEXT_EDITED, key, old[key].title, new[key].title)
            yield from _paragraphs(key, old[key].text, new[key].text)


def _paragraphs(key: str, before: str, after: str) -> Iterator[Change]:
    """The paragraphs that differ. Where lines are broken otherwise but the words run on the same, nothing changed."""
    if same_words(before) == same_words(after):
        return
    old, new = _lines(before), _lines(after)
    steps = LCSseq.opcodes([same_words(line) for line in old], [same_words(line) for line in new])
    for equal, run in groupby(steps, lambda step: step.tag == "equal"):
        parts = list(run)
        if equal:
            continue
        gone = "\n".join(old[parts[0].src_start : parts[-1].src_end])
        come = "\n".join(new[parts[0].dest_start : parts[-1].dest_end])
        if same_words(gone) != same_words(come):
            yield Change(ChangeKind.TEXT_EDITED, key, gone or None, come or None)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if same_words(line)]
