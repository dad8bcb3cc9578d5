"""Current readings in, the full-text index out: tokens of our own in SQLite's FTS5 and in PostgreSQL's tsvector, the same in both.

A token is two neighbouring characters: Chinese has no spaces, and a word of two characters is one token. The index only narrows down: a hit is
what holds the asked words letter by letter (`search_texts.text`), so that both databases answer as a plain scan of the texts would.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.orm import Session

from archive.database import in_parts, reading, writing
from archive.models import Organ, Reading, SearchText, Sighting
from reports.packing import unpack
from reports.wording import real_characters

_DROPPED = re.compile(r"[\x00-\x20\x7f\s\u200b-\u200f\u2028\u2029\u2060\ufeff\u00ad]+")
_NARROW = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_PARTS_END = "\n"  # between two parts of a text: no asked word reaches across
_BATCH = 500


def folded(words: str) -> str:
    """How words are compared: without white space, letters and digits in one width and small, radicals as the characters they stand for."""
    return real_characters(_DROPPED.sub("", words)).translate(_NARROW).lower()


def tokens(fold: str) -> list[str]:
    """The distinct tokens of a folded text, in hexadecimal: no tokenizer of a database has an opinion on those."""
    codes = [f"{ord(character):04x}" for character in fold if character != _PARTS_END]
    # The last character begins no pair: it is a token by itself, so that a search for one character finds it there as well.
    return sorted({first + second for first, second in zip(codes, [*codes[1:], ""], strict=True)})


def asked_tokens(fold: str) -> list[str]:
    """What a text must have to hold these words; one character asks for every token that begins with it, marked by a star."""
    if len(fold) == 1:
        return [f"{ord(fold):04x}*"]
    return sorted({f"{ord(first):04x}{ord(second):04x}" for first, second in pairwise(fold)})


def text_of(row: Reading, organ: str | None) -> str:
    """The words a reading is found by: who reports, the title, the prose. What could not be read is found by the first two."""
    parts = [organ or row.organ_name or "", row.title or "", row.reason or ""]
    if row.report is not None:
        report = unpack(row.report)
        parts += [report.preamble, *(f"{section.title}{_PARTS_END}{section.text}" for section in report.sections)]
    return _PARTS_END.join(fold for part in parts for piece in part.split(_PARTS_END) if (fold := folded(piece)))


def index_readings(session: Session, became: Iterable[tuple[Reading, Reading | None]]) -> None:
    """Put readings that became current into the index, each in the place of the one before."""
    session.flush()
    for some in in_parts(became):
        new = {row.id: row for row, _ in some}
        theirs = Sighting.id.in_([row.sighting_id for row in new.values()])
        session.execute(update(Sighting).where(theirs, Sighting.unread).values(unread=False))
        _forget(session, [*new, *(old.id for _, old in some if old is not None)])
        shown = [row for row in new.values() if row.current and row.state != "not a report"]
        _add(session, [(row.id, text_of(row, _organ_name(session, row))) for row in shown])


def _organ_name(session: Session, row: Reading) -> str | None:
    organ = session.get(Organ, row.organ_id) if row.organ_id else None
    return organ.name if organ else None


def rebuild(engine: Engine) -> int:
    """Make the index anew from the current readings; gives how many are in it. A search meanwhile sees the part that is done."""
    with writing(engine) as session:
        session.execute(text(_FORGET_ALL[engine.dialect.name]))
        session.execute(delete(SearchText))
    done, last = 0, 0
    while True:
        with reading(engine) as session:
            rows = session.execute(
                select(Reading, Organ.name)
                .outerjoin(Organ, Organ.id == Reading.organ_id)
                .where(Reading.current, Reading.id > last, Reading.state != "not a report")
                .order_by(Reading.id)
                .limit(_BATCH)
            ).all()
            texts = [(row.id, text_of(row, organ)) for row, organ in rows]
        if not texts:
            return done
        with writing(engine) as session:
            _forget(session, [key for key, _ in texts])
            _add(session, texts)
        done, last = done + len(texts), texts[-1][0]


ADD = {
    "sqlite": "INSERT INTO search_tokens (rowid, tokens) VALUES (:id, :tokens)",
    "postgresql": "INSERT INTO search_tokens (id, tokens) VALUES (:id, array_to_tsvector(string_to_array(:tokens, ' ')))",
}
# FTS5 keeps no text of its own: to forget a row it must be told what the row said.
_FORGET = {
    "sqlite": "INSERT INTO search_tokens (search_tokens, rowid, tokens) VALUES ('delete', :id, :tokens)",
    "postgresql": "DELETE FROM search_tokens WHERE id = :id",
}
_FORGET_ALL = {
    "sqlite": "INSERT INTO search_tokens (search_tokens) VALUES ('delete-all')",
    "postgresql": "DELETE FROM search_tokens",
}


def _add(session: Session, texts: Sequence[tuple[int, str]]) -> None:
    if not texts:
        return
    session.execute(insert(SearchText), [{"reading_id": key, "text": fold} for key, fold in texts])
    session.execute(text(ADD[_dialect(session)]), list(_rows(texts)))


def _forget(session: Session, reading_ids: Sequence[int]) -> None:
    known = session.execute(
        select(SearchText.reading_id, SearchText.text).where(SearchText.reading_id.in_(reading_ids))
    )
    texts = [(row[0], row[1]) for row in known]
    if texts:
        session.execute(text(_FORGET[_dialect(session)]), list(_rows(texts)))
        session.execute(delete(SearchText).where(SearchText.reading_id.in_([key for key, _ in texts])))


def _rows(texts: Iterable[tuple[int, str]]) -> Iterator[dict[str, object]]:
    for key, fold in texts:
        yield {"id": key, "tokens": " ".join(tokens(fold))}


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
