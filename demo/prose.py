"""An organ's voice, a year and its printed figures go in; the six sections' text comes out, and the numbers that it states.

The numbers in the text are the tables' own, so a report without a planted mistake never contradicts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from demo import phrases
from demo.chance import Chance
from demo.figures import Figures
from reports.form import SECTIONS
from reports.model import Edition


@dataclass(frozen=True, slots=True)
class Voice:
    """How an organ speaks of itself: its full name, its 我局 or 我镇, its 全局 or 全镇, its county.

    `turn` picks what it has to say of its problems; no two organs of a county have the same in one year.
    """

    organ: str
    self_word: str
    scope: str
    county: str
    turn: int


@dataclass(frozen=True, slots=True)
class Section:
    """One of the six parts. Its table, when the form has one there, is printed after the paragraphs."""

    key: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    introduction: tuple[str, ...]
    sections: tuple[Section, ...]
    stated: Mapping[str, int]  # what the prose says in numbers, by meaning


def write(chance: Chance, voice: Voice, year: int, edition: Edition, figures: Figures) -> Text:
    stated = _stated(chance, figures)
    slots: dict[str, object] = {
        "year": year,
        "next_year": year + 1,
        "organ": voice.organ,
        "self": voice.self_word,
        "scope": voice.scope,
        "county": voice.county,
        **_invented(chance),
        **{_SLOTS[meaning]: number for meaning, number in stated.items()},
    }

    def say(template: str) -> str:
        return template.format_map(slots)

    def one_of(bank: phrases.Bank) -> str:
        return say(chance.pick(bank))

    introduction = [one_of(phrases.INTRODUCTION)]
    if chance.happens(0.4):
        introduction.append(phrases.CITED_NOTICE[edition.value])
    disputed = stated["review"] + stated["suit"] > 0
    bodies = {
        "overview": _overview(chance, slots, asked=stated["new_received"] > 0),
        "disclosure": [one_of(phrases.DISCLOSURE_LEAD)] if chance.happens(0.3) else [],
        "requests": [],
        "disputes": [one_of(phrases.DISPUTES_SOME if disputed else phrases.DISPUTES_NONE)],
        "problems": _problems(chance, slots, voice.turn),
        "other": [_fee(chance, slots, year, charged=stated["fee"] > 0), one_of(phrases.OTHER_MORE)],
    }
    sections = tuple(
        Section(
            key=label.key,
            heading=f"{label.ordinal}、{label.text if chance.happens(0.8) else chance.pick(label.variants)}",
            paragraphs=tuple(paragraph for paragraph in bodies[label.key] if paragraph),
        )
        for label in SECTIONS
    )
    return Text(tuple(introduction), sections, stated)


_SLOTS = {
    "new_received": "new",
    "carried_in": "carried_in",
    "settled": "settled",
    "carried_out": "carried_out",
    "review": "reviews",
    "suit": "suits",
    "fee": "fee",
    "published_items": "items",
}
# Where each number that the prose states stands in the tables; the fee and the count of items stand in none.
CELLS_BEHIND = {
    "new_received": ("requests.new_received.total",),
    "carried_in": ("requests.carried_in.total",),
    "settled": ("requests.result_total.total",),
    "carried_out": ("requests.carried_out.total",),
    "review": ("disputes.review.total",),
    "suit": ("disputes.suit_direct.total", "disputes.suit_after.total"),
}


def _stated(chance: Chance, figures: Figures) -> dict[str, int]:
    stated = {}
    for meaning, keys in CELLS_BEHIND.items():
        values = [figures[key] for key in keys]
        stated[meaning] = sum(int(value) for value in values if value is not None)
    stated["fee"] = chance.number(1, 60) * 5 if stated["new_received"] and chance.happens(0.15) else 0
    stated["published_items"] = chance.number(60, 2400)
    return stated


def _invented(chance: Chance) -> dict[str, int]:
    """Numbers that are in no table and that nobody checks."""
    return {
        "web_items": chance.number(20, 59),
        "briefs": chance.number(2, 30),
        "fixed": chance.number(3, 40),
        "posts": chance.number(40, 900),
        "replies": chance.number(3, 120),
        "boards": chance.number(6, 48),
        "share": chance.pick((3, 4, 5)),
        "trainings": chance.number(2, 8),
        "trained": chance.number(24, 260),
        "watchers": chance.number(5, 20),
        "visits": chance.number(1, 4),
        "jobs": chance.number(4, 40),
        "links": chance.number(2, 60),
        "boxes": chance.number(2, 18),
        "warned": chance.number(2, 9),
    }


def _overview(chance: Chance, slots: Mapping[str, object], asked: bool) -> list[str]:
    asking = chance.pick(phrases.REQUESTS_SOME if asked else phrases.REQUESTS_NONE)
    topics = (
        (chance.pick(phrases.PROACTIVE), *chance.several(phrases.PROACTIVE_MORE, chance.number(1, 4))),
        (asking, *chance.several(phrases.REQUESTS_MORE, chance.number(0, 2))),
        chance.several(phrases.MANAGEMENT, chance.number(1, 3)),
        chance.several(phrases.PLATFORM, chance.number(1, 3)),
        chance.several(phrases.SUPERVISION, chance.number(1, 3)),
    )
    paragraphs = [chance.pick(phrases.OPENING).format_map(slots)]
    numbering = chance.pick(
        ("（{}）{}。", "（{}）{}情况。", "{}、{}情况。")
    )  # the last collides with the sections' own ordinals
    on_own_line = chance.happens(0.3)
    for ordinal, name, sentences in zip("一二三四五", phrases.TOPICS, topics, strict=True):
        heading = numbering.format(ordinal, name)
        text = "".join(sentences).format_map(slots)
        paragraphs += [heading.removesuffix("。"), text] if on_own_line else [heading + text]
    return paragraphs


def problem_pairs(turn: int) -> tuple[tuple[str, str], ...]:
    """Four problems with their remedies, one of each kind: any two turns of 169 share at most one of them.

    A turn is a line through a field of 13 by 13: two lines meet in one point at the most. Drawn freely, two organs of a county would
    often share most of a section, and look as if one had copied the other.
    """
    field = len(phrases.PROBLEMS[0])
    start, slope = divmod(turn % field**2, field)
    return tuple(kind[(start + slope * number) % field] for number, kind in enumerate(phrases.PROBLEMS))


def _problems(chance: Chance, slots: Mapping[str, object], turn: int) -> list[str]:
    pairs = problem_pairs(turn)
    ordinals = "一二三四"
    faults = "；".join(f"{ordinal}是{fault}" for ordinal, (fault, _) in zip(ordinals, pairs, strict=True))
    remedies = "；".join(f"{ordinal}是{remedy}" for ordinal, (_, remedy) in zip(ordinals, pairs, strict=True))
    fault_text = chance.pick(phrases.PROBLEMS_LEAD).format_map(slots) + faults + "。"
    remedy_text = chance.pick(phrases.REMEDY_LEAD).format_map(slots) + remedies + "。"
    if chance.happens(0.3):
        return ["（一）存在的主要问题", fault_text, "（二）改进措施", remedy_text]
    return [fault_text, remedy_text]


def _fee(chance: Chance, slots: Mapping[str, object], year: int, charged: bool) -> str:
    bank = phrases.FEE_SOME if charged else phrases.FEE_NONE
    # The rule on fees is of November 2020: an earlier report cannot cite it.
    known = tuple(sentence for sentence in bank if year > 2020 or "〔2020〕109号" not in sentence)
    return chance.pick(known).format_map(slots)
