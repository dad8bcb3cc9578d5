"""A mark and a person's words go in, verdicts and notes stay: on a flag, a change or a finding, whichever has the mark.

Every word is a row of `remarks`, so that it stays known who said what before; one of them is the verdict that stands. A flag repeats the verdict that
stands in its own row, for the lists. A mark outlives its row: findings are made anew with each reading, and their verdicts stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, literal, select, update
from sqlalchemy.orm import Session

from archive import audit
from archive.audit import Doer
from archive.database import selected
from archive.errors import ArchiveError
from archive.models import ChangeRow, FindingRow, FlagRow, Reading, Remark, Sighting
from archive.several import WORDS, among
from archive.statements import once

VERDICTS = ("confirmed", "dismissed")
OPEN = "open"
WITHDRAWN = "withdrawn"
LONGEST_TEXT = 4000
_MANY = 5000


class WrongVerdict(ArchiveError):
    pass


class NoSuchMark(ArchiveError):
    pass


@dataclass(frozen=True, slots=True)
class Standing:
    """What people have said of a mark by now: the verdict that stands, if one does, and how many notes there are."""

    verdict: str | None = None
    who: str | None = None
    at: datetime | None = None
    text: str | None = None
    notes: int = 0


def change_mark(change_id: int) -> str:
    return f"change:{change_id}"


def finding_mark(sighting_id: int, rule: str, place: str) -> str:
    return f"finding:{sighting_id}:{rule}:{place}"


def judge(session: Session, mark: str, verdict: str | None, why: str, doer: Doer, now: datetime) -> None:
    """A person's word on a mark, with the reason; None takes it back."""
    require_words(verdict, why, doer.name)
    require_mark(session, mark)
    said = why.strip()[:LONGEST_TEXT]
    session.execute(update(Remark).where(Remark.mark == mark, Remark.standing).values(standing=False))
    session.add(
        Remark(mark=mark, at=now, who=doer.name, verdict=verdict or WITHDRAWN, text=said, standing=verdict is not None)
    )
    session.execute(
        update(FlagRow)
        .where(FlagRow.mark == mark)
        .values(verdict=verdict, verdict_by=doer.name, verdict_note=said, verdict_at=now)
    )
    audit.record(session, doer, "verdict given", mark, now, f"{verdict or WITHDRAWN}: {said}")


def require_words(verdict: str | None, why: str, name: str) -> None:
    """Raise WrongVerdict unless these words make a verdict."""
    if verdict is not None and verdict not in VERDICTS:
        raise WrongVerdict(f"expected a verdict of {', '.join(VERDICTS)}, got {verdict!r}.")
    if not name.strip():
        raise WrongVerdict("expected the name of the person who gives the verdict, got none.")
    if verdict is not None and not why.strip():
        raise WrongVerdict("expected a reason for the verdict, got none: whoever reads it in ten years needs it.")


def add_note(session: Session, mark: str, text: str, doer: Doer, now: datetime) -> None:
    if not text.strip():
        raise WrongVerdict("expected a note, got none.")
    require_mark(session, mark)
    said = text.strip()[:LONGEST_TEXT]
    session.add(Remark(mark=mark, at=now, who=doer.name, verdict=None, text=said))
    audit.record(session, doer, "note added", mark, now, said)


def standings(session: Session, marks: Collection[str]) -> Mapping[str, Standing]:
    """By mark; a mark of which nobody has said anything has none."""
    rows = list(selected(session, _remarks(), {"marks": list(marks)})) if marks else []
    found: dict[str, Standing] = {}
    for mark in dict.fromkeys(row.mark for row in rows):
        own = [row for row in rows if row.mark == mark]
        notes = sum(row.verdict is None for row in own)
        verdicts = [row for row in own if row.standing]
        if verdicts:
            last = verdicts[-1]
            found[mark] = Standing(last.verdict, last.who, last.at, last.text, notes)
        else:
            found[mark] = Standing(notes=notes)
    return found


@once
def _remarks() -> Select[*tuple[Any, ...]]:
    query = select(Remark.mark, Remark.verdict, Remark.who, Remark.at, Remark.text, Remark.standing)
    return query.where(among(Remark.mark, "marks", WORDS)).order_by(Remark.id)


def remarks_on(session: Session, mark: str) -> Sequence[Remark]:
    """Oldest first."""
    return session.scalars(select(Remark).where(Remark.mark == mark).order_by(Remark.id)).all()


def require_mark(session: Session, mark: str) -> None:
    """Raise NoSuchMark unless a flag, a raised change or a finding on a current reading has it."""
    kind, _, rest = mark.partition(":")
    found = session.scalar(select(FlagRow.id).where(FlagRow.mark == mark))
    if found is None and kind == "change" and rest.isascii() and rest.isdigit() and len(rest) < 19:
        found = session.scalar(select(ChangeRow.id).where(ChangeRow.id == int(rest), ChangeRow.state == "raised"))
    if found is None and kind == "finding":
        found = finding_id(session, mark)
    if found is None:
        raise NoSuchMark(f"there is nothing with the mark {mark!r} to judge or to note something on.")


def finding_id(session: Session, mark: str) -> int | None:
    """The finding on a current reading that has this mark."""
    _, sighting_id, rule, place = [*mark.split(":", 3), "", "", ""][:4]
    if not sighting_id.isascii() or not sighting_id.isdigit() or len(sighting_id) > 18:
        return None
    query = select(FindingRow.id).join(Reading, Reading.id == FindingRow.reading_id)
    query = query.where(Reading.current, Reading.sighting_id == int(sighting_id))
    return session.scalar(query.where(FindingRow.rule == rule, FindingRow.place == place).limit(1))


def judged(query: Select[Any], wish: str | None, mark: ColumnElement[str]) -> Select[Any]:
    """A list narrowed to what nobody has judged yet (`open`), or to one verdict. None narrows nothing."""
    if wish is None:
        return query
    stands = select(literal(1)).where(Remark.mark == mark, Remark.standing).correlate_except(Remark)
    return query.where(~stands.exists() if wish == OPEN else stands.where(Remark.verdict == wish).exists())


def judged_sightings(session: Session, verdict: str) -> list[int] | None:
    """The reports that have findings with this verdict, for a list that starts from them; None when they are too many for that."""
    return _judged(session, verdict, "finding:")


def judged_changes(session: Session, verdict: str) -> list[int] | None:
    """Likewise the changes."""
    return _judged(session, verdict, "change:")


def _judged(session: Session, verdict: str, kind: str) -> list[int] | None:
    query = select(Remark.mark).where(Remark.standing, Remark.verdict == verdict, Remark.mark.startswith(kind))
    marks = session.scalars(query.limit(_MANY + 1)).all()
    numbers = {mark.split(":", 2)[1] for mark in marks}
    return None if len(marks) > _MANY else sorted(int(number) for number in numbers if number.isdigit())


def marks_of_changes() -> ColumnElement[str]:
    return literal("change:") + cast(ChangeRow.id, String)


def marks_of_findings() -> ColumnElement[str]:
    """For a query over `FindingRow` and `Sighting`."""
    return literal("finding:") + cast(Sighting.id, String) + ":" + FindingRow.rule + ":" + FindingRow.place
