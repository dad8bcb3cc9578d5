"""Reports in, how much of one's prose stands in another's out, with the passages: an organ's own last year, or a neighbour.

The form's own wording and what organs and years are called are taken out first: two honest reports share those.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reports.form import DISCLOSURE_2019, DISCLOSURE_2021, REQUEST_ROWS_2021, SECTIONS
from reports.model import Report
from reports.wording import letters, squeeze

_SHINGLE = 8  # characters: shorter ones are idiom (信息公开工作), longer ones miss small edits
_PASSAGE = 16  # characters that count as copied in one piece
_TOO_SHORT = 150  # characters of own words below which a share says nothing
_BANDS, _ROWS = 16, 4  # of the min-hash: pairs that share half of their shingles meet in some band with 65 of 100
_TEMPLATE_SHARE, _TEMPLATE_LEAST = 0.3, 4  # a passage in so many of a county's reports was handed down, not copied

_YEARS = re.compile(r"(?:19|20)\d{2}年?度?|\d+月\d+日")
_BOILERPLATE = (
    "根据中华人民共和国政府信息公开条例",
    "中华人民共和国政府信息公开条例",
    "国务院办公厅政府信息与政务公开办公室关于印发",
    "中华人民共和国政府信息公开工作年度报告格式",
    "本报告所列数据的统计期限自",
    "如对本报告有任何疑问请与",
    "以习近平新时代中国特色社会主义思想为指导",
    "政府信息公开信息处理费管理办法",
    "本年度报告中所列数据统计期限从",
    "其他需要报告的事项",
    "公开为常态不公开为例外",
    "存在的主要问题及改进情况",
)


@dataclass(frozen=True, slots=True)
class Resemblance:
    """`share` of the first report's own words (0 to 1) that stand in the second's, and the passages, longest first."""

    share: float
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """Two reports of a group that share their words; `first` is the one more of which is found in the other."""

    first: str
    second: str
    resemblance: Resemblance


def repeated_share(report: Report, earlier: Report) -> Resemblance | None:
    """How much of a report stood in an earlier one; None when there are too few own words to say."""
    mine = own_words(report)
    return resemblance(mine, own_words(earlier)) if len(mine) >= _TOO_SHORT else None


def own_words(report: Report) -> str:
    """The prose without the form's wording, years, organ names, white space and punctuation."""
    text = "".join(section.text for section in report.sections)
    for name in _own_names(report.organ):
        text = text.replace(name, "")
    words = letters(_YEARS.sub("", squeeze(text)))
    for phrase in _form_phrases():
        words = words.replace(phrase, "")
    return words


def resemblance(mine: str, other: str, ignored: frozenset[int] = frozenset()) -> Resemblance:
    """The share of `mine` in passages of 16 characters or more that `other` holds too. `ignored` shingles never count."""
    known = set(_shingles(other)) - ignored
    covered = bytearray(len(mine))
    for start, code in enumerate(_shingles(mine)):
        if code in known:
            covered[start : start + _SHINGLE] = b"\1" * _SHINGLE
    passages = [mine[start:stop] for start, stop in _runs(covered) if stop - start >= _PASSAGE]
    countable = len(mine)
    share = sum(map(len, passages)) / countable if countable else 0.0
    return Resemblance(share, tuple(sorted(passages, key=len, reverse=True)))


def copied_among(reports: Mapping[str, Report], least: float = 0.5) -> list[Copied]:
    """The pairs of a group (one county, one year) that share at least this part of their words, most alike first.

    Passages that a third of the group prints came from above and are not held against anyone.
    """
    words = {name: text for name, report in reports.items() if len(text := own_words(report)) >= _TOO_SHORT}
    shingles = {name: set(_shingles(text)) for name, text in words.items()}
    spread = Counter(code for codes in shingles.values() for code in codes)
    limit = max(_TEMPLATE_LEAST, int(len(words) * _TEMPLATE_SHARE) + 1)
    handed_down = frozenset(code for code, count in spread.items() if count >= limit)
    found = []
    for first, second in _candidates({name: codes - handed_down for name, codes in shingles.items()}):
        there = resemblance(words[first], words[second], handed_down)
        back = resemblance(words[second], words[first], handed_down)
        best = Copied(first, second, there) if there.share >= back.share else Copied(second, first, back)
        if best.resemblance.share >= least:
            found.append(best)
    return sorted(found, key=lambda pair: (-pair.resemblance.share, pair.first, pair.second))


def _candidates(shingles: Mapping[str, set[int]]) -> Iterator[tuple[str, str]]:
    """Pairs worth comparing: all of a small group, those that meet in a band of their min-hash in a large one."""
    names = sorted(name for name, codes in shingles.items() if codes)
    if len(names) <= 60:
        yield from ((first, second) for index, first in enumerate(names) for second in names[index + 1 :])
        return
    bands: dict[tuple[int, tuple[int, ...]], list[str]] = {}
    for name in names:
        signature = min_hash(shingles[name])
        for band in range(_BANDS):
            bands.setdefault((band, signature[band * _ROWS : (band + 1) * _ROWS]), []).append(name)
    pairs = {(first, second) for group in bands.values() for i, first in enumerate(group) for second in group[i + 1 :]}
    yield from sorted(pairs)


def min_hash(codes: set[int]) -> tuple[int, ...]:
    """Sixty-four numbers that two sets share in the proportion of what they have in common."""
    return tuple(min((code * factor + shift) & 0xFFFFFFFF for code in codes) for factor, shift in _permutations())


@lru_cache(maxsize=1)
def _permutations() -> tuple[tuple[int, int], ...]:
    return tuple((zlib.crc32(b"factor%d" % i) | 1, zlib.crc32(b"shift%d" % i)) for i in range(_BANDS * _ROWS))


def _shingles(text: str) -> list[int]:
    """A stable number for each run of eight characters."""
    raw = text.encode("utf-32-le")
    return [zlib.crc32(raw[at : at + 4 * _SHINGLE]) for at in range(0, len(raw) - 4 * _SHINGLE + 1, 4)]


def _runs(covered: bytearray) -> Iterator[tuple[int, int]]:
    start = covered.find(1)
    while start >= 0:
        stop = covered.find(0, start)
        stop = len(covered) if stop < 0 else stop
        yield start, stop
        start = covered.find(1, stop)


def _own_names(organ: str | None) -> Sequence[str]:
    """The organ's name and what its own texts shorten it to."""
    if organ is None:
        return ()
    short = re.sub(r"(?:人民政府)?(?:办公室|办公厅)?$|(?:管理)?委员会$|办事处$", "", organ)
    return sorted({name for name in (organ, short) if len(name) >= 2}, key=len, reverse=True)


@lru_cache(maxsize=1)
def _form_phrases() -> tuple[str, ...]:
    labels = [
        *SECTIONS,
        *REQUEST_ROWS_2021,
        *(row for block in (*DISCLOSURE_2021, *DISCLOSURE_2019) for row in (*block.rows, *block.columns)),
    ]
    phrases = {
        letters(words) for label in labels for words in (label.text, *label.variants) if len(letters(words)) >= 6
    }
    return tuple(sorted(phrases | set(_BOILERPLATE), key=len, reverse=True))
