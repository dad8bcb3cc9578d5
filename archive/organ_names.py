"""Words in, the organs whose names hold them out: from the database, or in a server from the names as one text in memory.

No database has an index for a part of a Chinese name that is no word: each looks at all of a nation's 200,000 in a fiftieth of a second. As one text they
are looked through in less than a thousandth. An organ keeps its name, and none is ever taken away: the text only grows.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from string import ascii_uppercase
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Engine, bindparam, func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from archive.database import reading, selected
from archive.models import Organ

_END = "\n"


@dataclass(frozen=True, slots=True)
class _Names:
    """So many organs in the order of their numbers: their names, each with an end, and where each begins."""

    text: str
    begins: array[int]
    ids: array[int]

    def holding(self, words: str, above: int) -> Iterator[int]:
        first = bisect_right(self.ids, above)
        at = self.text.find(words, self.begins[first]) if words and first < len(self.ids) else -1
        while at >= 0:
            yield self.ids[bisect_right(self.begins, at) - 1]
            at = self.text.find(words, self.text.index(_END, at))


class OrganNames:
    """What one process has read of one database."""

    def __init__(self, dialect: str) -> None:
        self._lock = Lock()
        self._folded: Callable[[str], str] = _small if dialect == "sqlite" else str  # as its LIKE compares
        self._names = _Names("", array("q"), array("q"))

    def holding(self, session: Session, words: str, above: int = 0) -> Iterator[int]:
        """The organs with higher numbers whose names hold the words, in the order of their numbers."""
        return self.read(session).holding(self._folded(words), above)

    def read(self, session: Session) -> _Names:
        """With the organs that were added since. Of those added at once the higher number may be seen first: the last ones are counted."""
        known = self._names
        kept = max(0, len(known.ids) - _RECENT)
        floor = known.ids[kept - 1] if kept else 0
        recent = tuple(next(selected(session, _ADDED, {"floor": floor})))
        if recent == (len(known.ids) - kept, known.ids[-1] if known.ids else None):
            return known
        end = known.begins[kept] if kept < len(known.begins) else len(known.text)
        pieces, begins, ids = [known.text[:end]], known.begins[:kept], known.ids[:kept]
        for number, name in session.execute(select(Organ.id, Organ.name).where(Organ.id > floor).order_by(Organ.id)):
            pieces.append(self._folded(name.replace(_END, " ")) + _END)
            begins.append(end)
            ids.append(number)
            end += len(pieces[-1])
        with self._lock:
            self._names = _Names("".join(pieces), begins, ids)
            return self._names


def _small(words: str) -> str:
    return words.translate(_SMALL)


_SMALL = {ord(letter): letter.lower() for letter in ascii_uppercase}
_RECENT = 1000
_ADDED = select(func.count(), func.max(Organ.id)).where(Organ.id > bindparam("floor", type_=BigInteger))
_HELD: WeakKeyDictionary[Pool, OrganNames] = WeakKeyDictionary()  # of the databases that this process serves


def hold(engine: Engine) -> None:
    """From now on this process has the names in memory. Whoever asks while they are read, which takes half a second for a nation's, is told by the database."""
    names = OrganNames(engine.dialect.name)
    with reading(engine) as session:
        names.read(session)
    _HELD[engine.pool] = names


def organs_named(session: Session, words: str, most: int, above: int = 0) -> list[int] | None:
    """The organs whose name holds the words; None when they are more than so many."""
    found = first_named(session, words, most + 1, above)
    return found if len(found) <= most else None


def first_named(session: Session, words: str, most: int, above: int = 0) -> list[int]:
    """The first so many of them, in the order of their numbers."""
    engine = session.get_bind()
    names = _HELD.get(engine.pool) if isinstance(engine, Engine) else None
    if names is None or _END in words:
        query = select(Organ.id).where(Organ.name.contains(words, autoescape=True), Organ.id > above)
        return list(session.scalars(query.order_by(Organ.id).limit(most)))
    return list(islice(names.holding(session, words, above), most))
