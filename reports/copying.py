"""Reports in, how much of one's prose stands in another's out, with the passages: an organ's own last year, or a neighbour.

The form's own wording and what organs and years are called are taken out first: two honest reports share those.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from reports.form import DISCLOSURE_2019, DISCLOSURE_2021, REQUEST_ROWS_2021, SECTIONS
from reports.model import Report
from reports.wording import letters, squeeze

_SHINGLE = 8  # characters: shorter ones are idiom (信息公开工作), longer ones miss small edits
_PASSAGE = 16  # characters that count as copied in one piece
_TOO_SHORT = 150  # characters of own words below which a share says nothing
_MOST = 0.8  # of the words of each of two versions of one report
_COMPARED_ALL = (
    60  # reports in a group of which every pair is compared; in a larger one those that share shingles in a sample
)
_SAMPLE = 4  # one shingle in so many is looked at to find the pairs worth comparing
_LEAST_MET = (
    0.4  # of the share looked for: a passage of 16 characters has 9 shingles, so the sample holds 0.56 of it at worst
)
_TEMPLATE_SHARE, _TEMPLATE_LEAST = 0.3, 4  # a passage in so many of a county's reports was handed down, not copied

_YEARS = re.compile(r"(?:19|20)\d{2}年?度?|\d{1,2}月\d{1,2}日")
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


def share_most_words(one: Report, other: Report) -> bool:
    """Whether each holds most of the other's own words, as two versions of one report do; False when there are too few to say."""
    mine, others = own_words(one), own_words(other)
    if min(len(mine), len(others)) < _TOO_SHORT:
        return False
    return min(resemblance(mine, others).share, resemblance(others, mine).share) >= _MOST


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
    return _resemblance(mine, _shingles(mine), set(_shingles(other)) - ignored)


def _resemblance(mine: str, shingles: Sequence[int], known: Set[int]) -> Resemblance:
    covered = bytearray(len(mine))
    for start, code in enumerate(shingles):
        if code in known:
            covered[start : start + _SHINGLE] = b"\1" * _SHINGLE
    passages = [mine[start:stop] for start, stop in _runs(covered) if stop - start >= _PASSAGE]
    countable = len(mine)
    share = sum(map(len, passages)) / countable if countable else 0.0
    return Resemblance(share, tuple(sorted(passages, key=len, reverse=True)))


def copied_among(reports: Mapping[str, Report], least: float = 0.5, compared_all: int = _COMPARED_ALL) -> list[Copied]:
    """The pairs of a group (one county, one year) that share at least this part of their words, most alike first.

    Every pair is compared in a group of `compared_all` reports or fewer. Passages that a third of the group prints came from above and are not held against anyone.
    """
    words = {name: text for name, report in reports.items() if len(text := own_words(report)) >= _TOO_SHORT}
    sequences = {name: _shingles(text) for name, text in words.items()}
    shingles = {name: set(codes) for name, codes in sequences.items()}
    spread = Counter(code for codes in shingles.values() for code in codes)
    limit = max(_TEMPLATE_LEAST, int(len(words) * _TEMPLATE_SHARE) + 1)
    handed_down = frozenset(code for code, count in spread.items() if count >= limit)
    found = []
    names = sorted(shingles)
    pairs = combinations(names, 2) if len(names) <= compared_all else _meeting(shingles, handed_down, least)
    telling = {name: codes - handed_down for name, codes in shingles.items()}
    for first, second in pairs:
        there = _resemblance(words[first], sequences[first], telling[second])
        back = _resemblance(words[second], sequences[second], telling[first])
        best = Copied(first, second, there) if there.share >= back.share else Copied(second, first, back)
        if best.resemblance.share >= least:
            found.append(best)
    return sorted(found, key=lambda pair: (-pair.resemblance.share, pair.first, pair.second))


def _meeting(shingles: Mapping[str, set[int]], ignored: frozenset[int], least: float) -> list[tuple[str, str]]:
    """The pairs of which one shares enough of a fixed sample of its shingles with the other.

    The sample is the same for all: a shingle is in it by its own number. Min-hash in bands found 20 of 57 pairs that share 60 % and more.
    """
    sampled = {name: [code for code in codes if code % _SAMPLE == 0] for name, codes in shingles.items()}
    holders: dict[int, list[str]] = {}
    for name in sorted(sampled):
        for code in sampled[name]:
            if code not in ignored:
                holders.setdefault(code, []).append(name)
    met: Counter[tuple[str, str]] = Counter()
    for names in holders.values():
        if len(names) > 1:
            met.update(combinations(names, 2))
    return sorted(
        pair
        for pair, count in met.items()
        if count >= _LEAST_MET * least * min(len(sampled[pair[0]]), len(sampled[pair[1]]))
    )


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
