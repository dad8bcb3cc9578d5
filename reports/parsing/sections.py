"""A document's blocks in, its statutory sections out: each heading found by its numbering and its words together, in order.

The numbering alone proves nothing: 胡集乡 2024 counts 一 to 五 again inside section one. The words alone prove nothing either: every
report names its six sections in its first paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from reports.form import FREE_SECTIONS, SECTIONS
from reports.model import NOWHERE, Paragraph, Place, Section, Table
from reports.wording import letters, split_ordinal

Block = Paragraph | Table
_PLACES = {section.key: place for place, section in enumerate(FREE_SECTIONS)}
_WRONG = 2  # characters of a long heading
_WORDINGS = {letters(words): section.key for section in SECTIONS for words in (section.text, *section.variants)}
_LONG_WORDINGS = {  # by the lengths of what may be meant for one of them
    length: [(words, key) for words, key in _WORDINGS.items() if len(words) >= 8 and abs(len(words) - length) <= _WRONG]
    for length in range(8 - _WRONG, max(map(len, _WORDINGS)) + _WRONG + 1)
}
_ORDINALS = {section.key: f"{section.ordinal}、" for section in SECTIONS}
_LONGEST_FIRST = sorted(_WORDINGS, key=len, reverse=True)
_LONGEST_HEADING = 60
_ENOUGH = 5  # official sections: then the free form is not tried
_FEES = re.compile(
    r"收费[及和与、]?减免|收费情况|收费标准|费用减免"
)  # as long ago as no official form has a section on them

# Headings of the free form (until 2018): by the words they hold, in this order.
_FREE_WORDS = (
    ("overview", ("概述", "基本情况", "总体情况", "工作情况")),
    ("disclosure", ("主动公开",)),
    ("requests", ("依申请公开", "申请公开", "申请情况", "申请办理")),
    ("fees", ("收费", "减免", "费用")),
    ("disputes", ("行政复议", "复议", "诉讼")),
    ("problems", ("问题", "改进")),
    ("other", ("其他", "其它", "附表", "附件")),
)


@dataclass(frozen=True, slots=True)
class Heading:
    key: str
    title: str
    rest: str  # the words that run on after the heading in the same paragraph
    score: int


class RunningText(NamedTuple):
    """Text of several places: the n-th stands from character `starts[n]` on."""

    text: str
    starts: tuple[int, ...]
    places: tuple[Place, ...]

    def place_at(self, character: int) -> Place:
        return self.places[bisect_right(self.starts, character) - 1] if self.places else NOWHERE


@dataclass(frozen=True, slots=True)
class SectionBlocks:
    """One section with everything that stands between its heading and the next. `start` is its heading's index among the blocks."""

    start: int
    heading: Heading
    blocks: tuple[Block, ...]
    place: Place

    @property
    def section(self) -> Section:
        return Section(self.heading.key, self.heading.title, "\n".join(words for words, _ in self._lines()), self.place)

    @property
    def running_text(self) -> RunningText:
        """The section's text, with the place that each of its lines came from."""
        lines = list(self._lines())
        starts = accumulate((len(words) + 1 for words, _ in lines[:-1]), initial=0)
        return RunningText("\n".join(words for words, _ in lines), tuple(starts), tuple(place for _, place in lines))

    def _lines(self) -> Iterator[tuple[str, Place]]:
        if self.heading.rest:
            yield self.heading.rest, self.place
        yield from ((block.text, block.place) for block in self.blocks if isinstance(block, Paragraph) and block.text)


_NUMERAL = re.compile(rf"、(?<=[{''.join(section.ordinal for section in SECTIONS)}\s]、)")  # of a heading, perhaps


@lru_cache(maxsize=1)
def _inner_heading() -> re.Pattern[str]:
    """A statutory heading anywhere inside a paragraph: pages that lost their line breaks run one section into the next."""
    wordings = "|".join(r"\s*".join(words) for words in _spelled_wordings())
    ordinals = "".join(section.ordinal for section in SECTIONS)
    return re.compile(rf"[{ordinals}]\s*、\s*(?:{wordings})")


def _spelled_wordings() -> list[str]:
    words = {words for section in SECTIONS for words in (section.text, *section.variants) if len(words) >= 4}
    return sorted(words, key=len, reverse=True)


def split_run_ins(blocks: Sequence[Block]) -> list[Block]:
    """Paragraphs with a statutory heading in their middle become two."""
    result: list[Block] = []
    for block in blocks:
        if isinstance(block, Table) or len(block.text) < 12 or not _NUMERAL.search(block.text, 2):
            result.append(block)
            continue
        cuts = [found.start() for found in _inner_heading().finditer(block.text, 1)]
        edges = [0, *cuts, len(block.text)]
        for start, stop in pairwise(edges):
            if part := block.text[start:stop].strip():
                result.append(Paragraph(part, block.level, block.place))
    return result


def find_sections(blocks: Sequence[Block]) -> list[SectionBlocks]:
    """The sections of the official form, or of the free form when it finds more of them."""
    chain = _chain(blocks, official_heading)
    if len(chain) < _ENOUGH or any(heading.key == "fees" for _, heading in chain):
        chain = max(chain, _chain(blocks, _free_heading), key=len)
    stops = [*(index for index, _ in chain), len(blocks)][1:]
    return [
        SectionBlocks(index, heading, tuple(blocks[index + 1 : stop]), blocks[index].place)
        for (index, heading), stop in zip(chain, stops, strict=True)
    ]


def _chain(blocks: Sequence[Block], find: Callable[[str], Heading | None]) -> list[tuple[int, Heading]]:
    candidates = [
        (index, heading)
        for index, block in enumerate(blocks)
        if isinstance(block, Paragraph) and (heading := find(block.text)) is not None
    ]
    return _best_chain(candidates)


def official_heading(text: str) -> Heading | None:
    """The statutory heading that a paragraph is or begins with."""
    if len(text) > _LONGEST_HEADING and "、" not in text[:8]:
        return None  # a paragraph of prose that does not even begin with a numeral
    ordinal, words = split_ordinal(text[:80])
    core = letters(words)
    if not core:
        return None
    short = len(text) <= _LONGEST_HEADING
    if short and (key := _WORDINGS.get(core) or _nearly(core)) is not None:
        right = ordinal == _ORDINALS[key]
        return Heading(key, _title(text), "", 6 if right else 3 if ordinal or len(core) >= 6 else 1)
    if short and ordinal.endswith("、") and _FEES.search(words):
        return Heading("fees", _title(text), "", 3)
    return _running_on(text, ordinal, core) if ordinal else None


def _running_on(text: str, ordinal: str, core: str) -> Heading | None:
    """A heading with the first words of its section behind it in the same paragraph."""
    for wording in _LONGEST_FIRST:
        key = _WORDINGS[wording]
        if ordinal == _ORDINALS[key] and core.startswith(wording):
            title, rest = _cut_title(text, wording)
            return Heading(key, title, rest, 5)
    return None


def _nearly(core: str) -> str | None:
    near = {
        key
        for wording, key in _LONG_WORDINGS.get(len(core), ())
        if Levenshtein.distance(core, wording, score_cutoff=_WRONG) <= _WRONG
    }
    return near.pop() if len(near) == 1 else None


def _free_heading(text: str) -> Heading | None:
    if len(text) > _LONGEST_HEADING:
        return None
    ordinal, words = split_ordinal(text)
    if not ordinal or ordinal[-1] != "、" or re.search(r"[。；;]", words.rstrip("。")):
        return None
    for key, needles in _FREE_WORDS:
        if any(needle in words for needle in needles):
            right = ordinal == _ORDINALS.get(key)
            return Heading(key, _title(text), "", 3 if right else 2)
    return None


def _best_chain(candidates: Sequence[tuple[int, Heading]]) -> list[tuple[int, Heading]]:
    """The best-scored run of headings whose keys follow the form's order, each at most once; of runs as good as each other the one that ends first."""
    best: dict[int, tuple[int, list[int]]] = {}  # of each key the best run that ends with it
    for here, (_, heading) in enumerate(candidates):
        place = _PLACES[heading.key]
        score, chain = _best_of(run for ends, run in best.items() if ends < place)
        score += heading.score
        if place not in best or score > best[place][0]:
            best[place] = score, [*chain, here]
    return [candidates[index] for index in _best_of(best.values())[1]]


def _best_of(runs: Iterable[tuple[int, list[int]]]) -> tuple[int, list[int]]:
    return max(runs, key=lambda run: (run[0], -run[1][-1]), default=(0, []))


def _title(text: str) -> str:
    return " ".join(text.split()).strip("#* ")


def _cut_title(text: str, wording: str) -> tuple[str, str]:
    """Cuts a paragraph after the letters of its heading."""
    left = len(wording)
    start = len(text) - len(text.lstrip())
    counted = 0
    for index in range(start, len(text)):
        if letters(text[index]):
            counted += 1
        if counted - 1 == left:  # the numeral before the heading is a letter too
            return _title(text[: index + 1]), text[index + 1 :].strip()
    return _title(text), ""
