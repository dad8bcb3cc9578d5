"""A text in which a table lost its cells in, where each label of the form stands in it out, one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from reports.form import OTHER_ALL, REQUEST_GROUPS, REQUEST_ROWS_2021, Label
from reports.wording import letters

_SHORT = 3  # labels as short as 其他 and 总计 count only with their numbering


def find_in_order(text: str, labels: Sequence[Label], position: int = 0) -> list[tuple[Label, int, int]]:
    """Each label found after the one before, with from where to where its cells stand. A label that is not there is passed over."""
    spans: list[tuple[Label, int, int]] = []
    for label in labels:
        found = pattern_of(label).search(text, position)
        if found is not None:
            spans.append((label, found.start(), found.end()))
            position = found.end()
    ends = [*(start for _, start, _ in spans), _end_of_table(text, position)][1:]
    return [(label, end, stop) for (label, _, end), stop in zip(spans, ends, strict=True)]


def _end_of_table(text: str, position: int) -> int:
    found = re.compile(r"[一二三四五六]\s*、").search(text, position)
    return found.start() if found else len(text)


@lru_cache(maxsize=1)
def request_labels() -> tuple[Label, ...]:
    """The rows of the form with its groups between them, in order. A group's text carries no figures of its own."""
    groups = {group.key: Label(group.key, group.text, group="-", ordinal=group.ordinal) for group in REQUEST_GROUPS}
    labels: list[Label] = []
    seen: set[str] = set()
    for row in REQUEST_ROWS_2021:
        if row.group and row.group not in seen:
            seen.add(row.group)
            labels.append(OTHER_ALL if row.group == "other" else groups[row.group])
        labels.append(row)
    return tuple(labels)


@lru_cache(maxsize=128)
def pattern_of(label: Label) -> re.Pattern[str]:
    ordinal = _spaced(letters(label.ordinal))
    # a digit apart from its mark is the end of the 35 above a label that lost its own 5
    numeral = rf"(?:{ordinal}|(?<!\d){ordinal}\s+)"
    before = rf"(?:[（(]?\s{{0,20}}{numeral}[)）.、．,]+\s*)" if ordinal else ""
    wordings = "|".join(_spaced(letters(words)) for words in (label.text, *label.variants))
    short = len(letters(label.text)) < _SHORT
    # what the form adds in brackets or quotation marks after the words belongs to the label
    return re.compile(rf"{before}{'' if short else '?'}(?:{wordings})[）)”\"」]*" if before else rf"(?:{wordings})")


def _spaced(words: str) -> str:
    return r"[\s、“”\"（）()，,「」]*".join(map(re.escape, words))
