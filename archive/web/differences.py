"""Two texts or two reports go in, what differs comes out: prose by characters and words, figures cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from reports.form import FIGURE_KEYS
from reports.model import Figure, Report

# Chinese has no spaces: a character is a word; a run of letters or digits (a number above all) is never cut inside.
_WORDS = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*%?|\s+|.", re.DOTALL)
_SENTENCES = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")
_CLOSE_ENOUGH = (
    0.35  # below this, two sentences share only filler words, and a mixed line reads worse than old beside new
)
_LONGEST = 4000  # words a side; above, a passage is shown as replaced: the matcher is quadratic


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that both have (`same`), only the earlier (`gone`) or only the later (`come`)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class SectionDifference:
    key: str
    title: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.kind != "same" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class FigureDifference:
    key: str
    before: Figure | None
    after: Figure | None


def prose_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Sentences are paired first, then compared word by word: a moved full stop does not smear the whole text."""
    old, new = _SENTENCES.findall(before), _SENTENCES.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
        else:
            pieces += _word_pieces("".join(old[a:b]), "".join(new[c:d]))
    return tuple(_joined(pieces))


def excerpt(pieces: tuple[Piece, ...], around: int = 24) -> tuple[Piece, ...]:
    """The changed words with a little of what stands beside them."""
    shown: list[Piece] = []
    for position, piece in enumerate(pieces):
        if piece.kind != "same" or len(piece.text) <= 2 * around:
            shown.append(piece)
            continue
        before = piece.text[:around] if position else ""
        after = piece.text[-around:] if position < len(pieces) - 1 else ""
        shown.append(Piece("same", f"{before} … {after}"))
    return tuple(shown)


def _word_pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if max(len(old), len(new)) > _LONGEST or matcher.ratio() < _CLOSE_ENOUGH:
        yield from (Piece("gone", before), Piece("come", after))
        return
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[a:b]))
        else:
            yield from (Piece("gone", "".join(old[a:b])), Piece("come", "".join(new[c:d])))


def _joined(pieces: list[Piece]) -> Iterator[Piece]:
    """Without empty pieces, and with neighbours of one kind as one piece."""
    waiting: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if waiting and waiting.kind == piece.kind:
            waiting = Piece(piece.kind, waiting.text + piece.text)
            continue
        if waiting:
            yield waiting
        waiting = piece
    if waiting:
        yield waiting


def section_differences(before: Report, after: Report) -> tuple[SectionDifference, ...]:
    """Every section that either has, in the later report's order, those that only the earlier has at the end."""
    old, new = section_texts(before), section_texts(after)
    titles = {section.key: section.title for section in (*before.sections, *after.sections)}
    return tuple(
        SectionDifference(key, titles[key], prose_pieces(old.get(key, ""), new.get(key, "")))
        for key in dict.fromkeys((*new, *old))
    )


def section_texts(report: Report) -> dict[str, str]:
    """The prose under each key; a section that a report prints twice is one text here."""
    texts: dict[str, list[str]] = {}
    for section in report.sections:
        texts.setdefault(section.key, []).append(section.text)
    return {key: "\n".join(parts) for key, parts in texts.items()}


def figure_differences(before: Report, after: Report) -> tuple[FigureDifference, ...]:
    """The cells that do not say the same. A figure that one form has and the other lacks is none of these."""
    return tuple(
        FigureDifference(key, before.figures[key], after.figures[key])
        for key in FIGURE_KEYS
        if key in before.figures and key in after.figures and _said(before.figures[key]) != _said(after.figures[key])
    )


def _said(figure: Figure) -> tuple[object, ...]:
    return (figure.state, figure.value if figure.value is not None else figure.raw)
