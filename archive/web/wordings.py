"""What the archive says of a report goes in, the same in the reader's language comes out.

Rules speak Chinese, as their forms do, and what happened is noted in English, as the log is. For who reads the other language a sentence is
composed of the same figures: of the rule and what it compared, or of what stands in the holes of a known sentence. What is of no known kind stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from string import Formatter
from typing import Protocol

from markupsafe import Markup, escape

from archive.ledger_words import in_chinese
from archive.web.messages import Messages, glosses, messages
from archive.web.numerals import number

_HOLES = {
    "kind": r"[a-z]+", "count": r"\d+", "read": r"\d+", "changed": r"\d+", "code": r"[\w.-]+", "day": r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?", "url": r"https?://\S+",
}  # fmt: skip
_DUE = re.compile(r"应于(\d+)年(\d+)月(\d+)日前发布")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_TABLES = ("columns", "disclosure", "requests", "disputes", "dispute_columns")


class Judged(Protocol):
    """A finding as a list or a report has it; what it compared is `left` and `right`, or `left_value` and `right_value`."""

    rule: str
    place: str
    outcome: str
    message: str


def finding_said(finding: Judged, words: Messages) -> str:
    if words.language == "zh":
        return finding.message
    left, right = (getattr(finding, name, getattr(finding, f"{name}_value", None)) for name in ("left", "right"))
    if finding.outcome == "not_assessable":
        return words("finding.not_assessable", rule=words.word("rule", finding.rule))
    kind = f"{finding.rule}-REPEALED" if finding.place.endswith(".repealed") else finding.rule
    known = glosses().get(f"finding.{kind}")
    if known is None:
        return words.word("rule_why", finding.rule)
    said = known.format(
        place=_place(finding.place.removesuffix(".repealed"), words), left=number(left), right=number(right)
    )
    said = said[0].upper() + said[1:]
    return words("finding.doubtful", said=said) if finding.outcome == "uncertain" else said


def flag_said(rule: str, message: str, words: Messages) -> str:
    """A flag has its finding's or its change's message; of the ledger's the day is all that the flag does not show anyway."""
    if words.language == "zh":
        return event_said(message, words)
    due = _DUE.search(message)
    if rule in ("overdue", "late") and due:
        year, month, day = map(int, due.groups())
        return words(f"flag_said.{rule}", due=f"{year}-{month:02}-{day:02}")
    return words.word("rule_why", rule) if f"rule_why.{rule}" in words.words else message


def told(said: str, own: str, words: Messages) -> Markup:
    """A sentence on a page. For who does not read Chinese the archive's own words stand below what was composed: they have the quotations."""
    if words.language == "zh":
        return Markup('<span lang="zh-Hans">%s</span>') % said
    below = Markup('<span class="own" lang="zh-Hans">%s</span>') % own if _CHINESE.search(own) else Markup("")
    return below if said == own and below else Markup("%s %s") % (said, below) if below else escape(said)


def event_said(message: str, words: Messages) -> str:
    """A sentence that is noted in English; a hole may hold another one."""
    if words.language == "en":
        return message
    for key, pattern in _sentences().items():
        found = pattern.fullmatch(message)
        if found is not None:
            return words(key, **{name: _part(name, part, words) for name, part in found.groupdict().items()})
    return in_chinese(message)


def _part(name: str, part: str, words: Messages) -> str:
    return words.word("harvest_kind", part) if name == "kind" else event_said(part, words) if name == "why" else part


@cache
def _sentences() -> Mapping[str, re.Pattern[str]]:
    english = messages("en").words
    return {key: re.compile(_pattern(english[key]), re.DOTALL) for key in english if key.startswith("noted.")}


def _pattern(sentence: str) -> str:
    made = ""
    for text, name, _, _ in Formatter().parse(sentence):
        made += re.escape(text)
        made += f"(?P<{name}>{_HOLES.get(name, '.+')})" if name else ""
    return made


def _place(place: str, words: Messages) -> str:
    """The row, column or part that a rule looked at, by the English words beside the form's headings."""
    if f"table.{place}" in words.words:
        return words(f"table.{place}")
    if f"section.{place}" in words.words:
        return words(f"section.{place}")
    for name in (place, place.rpartition(".")[0], place.partition(".")[2], place.partition(".")[2].rpartition(".")[0]):
        found = _gloss(name, _TABLES)
        if found:
            column = place.rpartition(".")[2]
            beside = "" if name.endswith(column) else _gloss(column, ("columns", "dispute_columns"))
            return f"{found} · {beside}" if beside else found
    return words.word("meaning", place)


def _gloss(name: str, tables: Sequence[str]) -> str:
    return next((glosses()[key] for key in (f"{table}.{name}" for table in tables) if key in glosses()), "")
