"""The numbering part of a DOCX file in, what stands before each numbered paragraph out: 一、 is often Word's own and in no text.

Counts as Word does: a level goes on until one above it does, and restarts then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

_PART = re.compile(r"%([1-9])")
_DIGITS = "〇一二三四五六七八九"
_COUNTING = frozenset(
    ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
     "ideographDigital", "japaneseDigitalTenThousand", "koreanCounting")
)  # fmt: skip
_CIRCLED = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))


@dataclass(frozen=True, slots=True)
class Level:
    format: str
    text: str  # "%1、"
    start: int


Lists = Mapping[str, tuple[str, Mapping[int, Level]]]  # a list's id → the definition it counts with, and its levels


def local(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """By its name alone: Word writes in two name spaces."""
    return next((str(text) for key, text in element.attrib.items() if str(key).rpartition("}")[2] == name), None)


def value(element: Element | None) -> str | None:
    if element is None:
        return None
    return attribute(element, "val")


def child(element: Element | None, name: str) -> Element | None:
    return None if element is None else next((one for one in element if local(one) == name), None)


def read_lists(root: Element) -> Lists:
    definitions: dict[str, dict[int, Level]] = {}
    lists: dict[str, tuple[str, Mapping[int, Level]]] = {}
    for part in root:
        if local(part) == "abstractNum":
            definitions[attribute(part, "abstractNumId") or ""] = {
                int(attribute(one, "ilvl") or 0): _level(one) for one in part if local(one) == "lvl"
            }
        elif local(part) == "num":
            base = value(child(part, "abstractNumId")) or ""
            lists[attribute(part, "numId") or ""] = (base, definitions.get(base, {}))
    return lists


def _level(element: Element) -> Level:
    start = value(child(element, "start")) or "1"
    return Level(
        value(child(element, "numFmt")) or "decimal",
        value(child(element, "lvlText")) or "",
        int(start) if start.isdecimal() else 1,
    )


@dataclass
class Counter:
    """Counts the paragraphs of a document, in reading order."""

    lists: Lists
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def number(self, list_id: str, depth: int) -> str:
        """What stands before the next paragraph of a list; nothing for bullets and unknown lists."""
        base, levels = self.lists.get(list_id, ("", {}))
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(base, {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        if level.format == "bullet":
            return ""
        return _PART.sub(lambda part: self._shown(levels, counts, int(part.group(1)) - 1), level.text)

    @staticmethod
    def _shown(levels: Mapping[int, Level], counts: Mapping[int, int], depth: int) -> str:
        level = levels.get(depth)
        return "" if level is None else written(counts.get(depth, level.start), level.format)


def written(number: int, form: str) -> str:
    if form in _COUNTING and 0 < number < 100:
        tens, ones = divmod(number, 10)
        if not tens:
            return _DIGITS[ones]
        return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"
    if form in _CIRCLED and 0 < number <= 20:
        return chr(0x2460 + number - 1)
    if form in {"lowerLetter", "upperLetter"} and 0 < number <= 26:
        return chr((97 if form == "lowerLetter" else 65) + number - 1)
    return "" if form == "none" else str(number)
