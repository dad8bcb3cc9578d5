"""A printed label in, the official form's key out: exact for short labels, with up to two wrong characters for long ones."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from reports.form import (
    DISCLOSURE_2019,
    DISCLOSURE_2021,
    DISPUTE_COLUMNS,
    DISPUTE_GROUPS,
    OTHER_ALL,
    REQUEST_COLUMNS,
    REQUEST_GROUPS,
    REQUEST_ROWS_2021,
    Label,
)
from reports.remembering import remembered
from reports.wording import bare_label, letters, split_ordinal, squeeze

_LONG_LABEL = 6  # shorter labels differ from each other by one or two characters: 不予公开, 予以公开, 无法提供
_WRONG_CHARACTERS = 2
_MISC = "other.misc"
_NUMBERED_INSIDE = re.compile(r"[\u4e00-\u9fff)](?:\d[.、]|[(][一二三四五六七][)]|[一二三四]、)")


def _known(labels: Iterable[Label]) -> dict[str, str]:
    return {bare_label(words): label.key for label in labels for words in (label.text, *label.variants)}


def _ordinals(labels: Iterable[Label]) -> dict[str, str]:
    return {label.key: letters(label.ordinal) for label in labels}


REQUEST_ROWS = _known((*REQUEST_ROWS_2021, OTHER_ALL))
GROUPS = _known(REQUEST_GROUPS)
_REQUEST_ORDINALS = _ordinals((*REQUEST_ROWS_2021, OTHER_ALL))
_REQUEST_GROUPS = {row.key: row.group for row in (*REQUEST_ROWS_2021, OTHER_ALL)}
DISCLOSURE_ROWS = _known(row for block in (*DISCLOSURE_2021, *DISCLOSURE_2019) for row in block.rows)
DISCLOSURE_COLUMNS = _known(column for block in (*DISCLOSURE_2021, *DISCLOSURE_2019) for column in block.columns)
APPLICANTS = _known(REQUEST_COLUMNS)
DISPUTE_KINDS = _known(DISPUTE_GROUPS)
DISPUTE_RESULTS = _known(DISPUTE_COLUMNS)
_GROUP_WORDS = sorted((letters(label.ordinal + label.text) for label in REQUEST_GROUPS), key=len, reverse=True)


@remembered
def request_row(text: str) -> str | None:
    """The row of the table on requests that a label cell names; None for a group's label alone and for anything else."""
    if len(text) > 120:
        return None
    words = bare_label(text)
    if words not in REQUEST_ROWS and _NUMBERED_INSIDE.search(split_ordinal(text)[1]):
        return _after_group(text)  # two rows' labels in one cell, when it is not a group's before its first row's
    found = _nearest(words, REQUEST_ROWS)
    if found == _MISC and letters(split_ordinal(text)[0]) not in {"", _REQUEST_ORDINALS[_MISC]}:
        return None  # 2.其他 is the half of 2.其他法律行政法规禁止公开 that a page break left above
    if found is None and len(words) >= 2:
        found = _one_wrong_character(text, words) or _after_group(text)
    return found


@remembered
def group_label(text: str) -> str | None:
    words = bare_label(text)
    return GROUPS.get(words) if words else None


@remembered
def disclosure_row(text: str) -> str | None:
    return _nearest(bare_label(text), DISCLOSURE_ROWS) if len(text) < 40 else None


@remembered
def disclosure_column(text: str) -> str | None:
    words = letters(text)
    if len(text) > 40:
        return None
    return (
        DISCLOSURE_COLUMNS.get(words)
        or DISCLOSURE_COLUMNS.get(words.split("单位")[0])
        or _nearest(words, DISCLOSURE_COLUMNS, allowed=1)
    )


@remembered
def applicant(text: str) -> str | None:
    return APPLICANTS.get(letters(text)) if len(text) < 30 else None


@remembered
def dispute_kind(text: str) -> str | None:
    return _nearest(letters(text), DISPUTE_KINDS) if len(text) < 30 else None


@remembered
def dispute_result(text: str) -> str | None:
    return DISPUTE_RESULTS.get(letters(text)) if len(text) < 30 else None


def _nearest(words: str, known: dict[str, str], allowed: int = _WRONG_CHARACTERS) -> str | None:
    """The one key whose wording is nearest; None when nothing is near or two keys are equally near."""
    exact = known.get(words)
    if exact is not None or len(words) < _LONG_LABEL - allowed:
        return exact
    best, key, rivals = len(words), None, 0
    for wording, candidate in known.items():
        if len(wording) < _LONG_LABEL or abs(len(wording) - len(words)) > _allowed(wording, allowed):
            continue
        distance = Levenshtein.distance(words, wording, score_cutoff=_allowed(wording, allowed))
        if distance > _allowed(wording, allowed):
            continue
        if distance < best:
            best, key, rivals = distance, candidate, 0
        elif distance == best and candidate != key:
            rivals += 1
    return key if rivals == 0 else None


def _allowed(wording: str, allowed: int) -> int:
    # 2.其他法律行政止公开 for 其他法律行政法规禁止公开 (a city district's report of 2023) lost three of twelve characters.
    return max(allowed, len(wording) // 4) if allowed == _WRONG_CHARACTERS else allowed


def _one_wrong_character(text: str, words: str) -> str | None:
    """A short label with one wrong character, when the printed numbering is the one that the form gives this row alone."""
    ordinal = letters(split_ordinal(text)[0])
    if not ordinal or words in GROUPS:
        return None
    near = [
        key
        for wording, key in REQUEST_ROWS.items()
        if len(wording) < _LONG_LABEL
        and len(wording) >= 3
        and len(wording) == len(words)
        and _REQUEST_ORDINALS[key] == ordinal
        and Levenshtein.distance(words, wording) == 1
    ]
    return near[0] if len(near) == 1 else None


def _after_group(text: str) -> str | None:
    """The row's label when a group's label was merged into the same cell: （三）不予公开1.属于国家秘密."""
    squeezed = squeeze(text)
    for group in REQUEST_GROUPS:
        _, found, rest = squeezed.partition(group.text)
        if found and rest:
            key = _nearest(bare_label(rest), REQUEST_ROWS)
            if key is not None and key != OTHER_ALL.key and _REQUEST_GROUPS[key] == group.key:
                return key
    return None
