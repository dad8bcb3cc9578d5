"""Two versions of a report in, their differences out. What counts as the same is decided in `same_words` and nowhere else."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from reports.model import Change, ChangeKind, Figure, Report, State
from reports.wording import squeeze

# Lines of the page around a report that change by themselves: visitor counters, print and share buttons, the time of the visit.
_FURNITURE = re.compile(
    r"(?:浏览|点击|阅读|访问)(?:次数|量|数)?[:]?\d*次?|字体[:]?\[?(?:大|中|小|\s)*\]?|打印本页|关闭窗口|分享到?[:]?|扫一扫.{0,20}"
)


def same_words(text: str) -> str:
    """The text as it is compared: without white space, in one width, without counters and page furniture."""
    return _FURNITURE.sub("", squeeze(text))


def compare(before: Report, after: Report) -> list[Change]:
    """Changes of figures, of identity and of sections, in that order; empty for two prints of the same content."""
    preamble = _paragraphs("preamble", before.preamble, after.preamble)
    return [*_figures(before, after), *_identity(before, after), *preamble, *_sections(before, after)]


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
        return f"{figure.value}{figure.unit or ''}"
    return "" if figure.state is State.BLANK else squeeze(figure.raw)


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
    matcher = difflib.SequenceMatcher(
        a=[same_words(line) for line in old], b=[same_words(line) for line in new], autojunk=False
    )
    for kind, old_start, old_stop, new_start, new_stop in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, come = "\n".join(old[old_start:old_stop]), "\n".join(new[new_start:new_stop])
        if same_words(gone) != same_words(come):
            yield Change(ChangeKind.TEXT_EDITED, key, gone or None, come or None)


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if same_words(line)]
