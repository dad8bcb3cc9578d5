"""An organ that was merged or renamed in, its row ended on a day and its successor's begun out; and the line of organs that are one history.

Nothing is joined away: each organ keeps its own reports and years, and points to its successor. An organ whose successor took over it alone,
on the day on which that began, only got another name. From the day on the ledger expects the successor, and no check sets the figures of
one organ's year against those of several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from archive import events
from archive.errors import ArchiveError
from archive.models import Organ, OrganAlias, Reading
from archive.organs import region_names
from archive.regions import regions_under
from archive.statements import once
from reports.organs import organ_key, organ_level


class WrongOrgan(ArchiveError):
    """An organ, a name or a day that cannot be meant; the message says what was expected."""


_EARLIER, _LATER, _OTHER = aliased(Organ), aliased(Organ), aliased(Organ)


@dataclass(frozen=True, slots=True)
class Said:
    """Who says that an organ was merged or renamed, on which day, why, and when it is written down."""

    on: date
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrganLine:
    id: int
    region: str | None
    organ: str
    level: str
    aliases: str
    valid_from: date | None
    valid_to: date | None
    successor: int | None
    successor_name: str | None
    ended_by: str | None
    ended_why: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One organ that became another. `how` is `renamed` or `merged`."""

    earlier_id: int
    earlier: str
    later_id: int
    later: str
    how: str
    on: date | None
    by: str | None
    why: str | None


def rename(session: Session, organ_id: int, name: str, said: Said) -> Organ:
    """The organ under another name from a day on. A row that a harvest made of the new name meanwhile becomes the successor."""
    organ = _organ(session, organ_id)
    key = organ_key(name, region_names(session, organ.region_code))
    if not key or key == organ.name:
        raise WrongOrgan(f"expected another name than {organ.name!r}, got {name!r}.")
    later = session.scalars(
        select(Organ).where(Organ.name == key, Organ.region_code == organ.region_code)
    ).first() or Organ(name=key, level=organ_level(key), region_code=organ.region_code)
    session.add(later)
    session.flush()
    if later.valid_from is None and not _reported_before(session, later, said.on):
        later.valid_from = said.on
    if later.valid_from != said.on or _predecessors(session, later.id):
        raise WrongOrgan(
            f"{later.name} was there before {said.on}: that is a merger. `nianbao organs merge` writes one down."
        )
    _end(session, organ, later, said)
    return later


def merge(session: Session, organ_ids: Collection[int], into: int, said: Said, *, new: bool | None = None) -> Organ:
    """Several organs taken over by one that is known. `new`: whether that one was set up by the merger; an earlier report denies it.

    Raises WrongOrgan before anything is written.
    """
    later = _organ(session, into)
    ended = [_organ(session, organ_id) for organ_id in dict.fromkeys(organ_ids)]
    if later.valid_from is None and _was_set_up(session, later, said.on, new):
        later.valid_from = said.on
    for organ in ended:
        _end(session, organ, later, said)
    return later


def take_back(session: Session, organ_id: int, by: str, at: datetime) -> Organ:
    """What was written down of an organ's end was wrong."""
    organ = _organ(session, organ_id)
    later = _organ(session, successor_of(session, organ_id))
    was = f"{organ.name} → {later.name} on {organ.valid_to}: taken back by {by}"
    organ.valid_to = organ.successor_id = organ.ended_by = organ.ended_why = None
    session.flush()
    if not _predecessors(session, later.id):
        later.valid_from = None
    events.note(session, "organ", was, at)
    return organ


def successor_of(session: Session, organ_id: int) -> int:
    organ = _organ(session, organ_id)
    if organ.successor_id is None:
        raise WrongOrgan(f"{organ.name} has no successor: there is nothing to take back.")
    return organ.successor_id


def organ_lines(session: Session, region: str | None = None) -> Iterator[OrganLine]:
    """The organs, or those of a region and all below it."""
    later = aliased(Organ)
    query = select(Organ, later.name).outerjoin(later, later.id == Organ.successor_id)
    if region is not None:
        query = query.where(Organ.region_code.in_(regions_under(region)))
    aliases: dict[int, list[str]] = {}
    for organ_id, name in session.execute(select(OrganAlias.organ_id, OrganAlias.name).order_by(OrganAlias.id)):
        aliases.setdefault(organ_id, []).append(name)
    for organ, successor in session.execute(query.order_by(Organ.region_code, Organ.name)):
        yield OrganLine(
            organ.id,
            organ.region_code,
            organ.name,
            organ.level,
            "、".join(aliases.get(organ.id, ())),
            organ.valid_from,
            organ.valid_to,
            organ.successor_id,
            successor,
            organ.ended_by,
            organ.ended_why,
        )


def line_of(session: Session, organ_id: int) -> list[Step]:
    """Every organ that became this one, and what it became: its history and its future, the oldest step first."""
    rows = session.execute(_steps(), {"organ_id": organ_id}).all()
    if not rows:
        return []
    alone = {one.id for one, _ in _renamings(session, [later.id for _, later in rows])}
    return [
        Step(one.id, one.name, other.id, other.name, "renamed" if one.id in alone else "merged", one.valid_to, one.ended_by, one.ended_why)
        for one, other in rows
    ]  # fmt: skip


@once
def _steps() -> Select[Organ, Organ]:
    """The same for every look: to put it together costs as much as the database's work."""
    later, organ, asked = aliased(Organ), aliased(Organ), bindparam("organ_id", type_=BigInteger)
    up = select(Organ.id).where(Organ.id == asked).cte("down", recursive=True)
    up = up.union(select(Organ.id).join(up, Organ.successor_id == up.c.id))
    onward = select(Organ.successor_id.label("id")).where(Organ.id == asked).cte("onward", recursive=True)
    onward = onward.union(select(Organ.successor_id).join(onward, Organ.id == onward.c.id))
    return (
        select(organ, later)
        .join(later, later.id == organ.successor_id)
        .where(organ.id.in_(select(up.c.id)) | organ.id.in_(select(onward.c.id)))
        .order_by(organ.valid_to, organ.id)
    )


def renamings(session: Session, organ_ids: Sequence[int]) -> list[tuple[int, int]]:
    """Of these organs, those that only got another name: (earlier, later)."""
    return [(one.id, other.id) for one, other in _renamings(session, organ_ids) if one.id in set(organ_ids)]


def year_before(session: Session, organ_id: int, year: int) -> list[int]:
    """The organs, of one history, whose report of the year before is this organ's own; none in the year of a merger."""
    took_over = _predecessors(session, organ_id)
    if not took_over:
        return [organ_id]
    renamed = {one for one, other in _renamed_into(session, organ_id)}
    merged = [one for one in took_over if one.id not in renamed and one.valid_to is not None]
    if any(date(year, 1, 1) <= one.valid_to <= date(year, 12, 31) for one in merged if one.valid_to is not None):
        return []
    return [organ_id, *renamed]


def year_after(session: Session, organ_id: int) -> list[int]:
    """The organs whose report of the year after looks back at this one's."""
    organ = _organ(session, organ_id)
    return [organ_id] if organ.successor_id is None else [organ_id, organ.successor_id]


def _organ(session: Session, organ_id: int) -> Organ:
    organ = session.get(Organ, organ_id)
    if organ is None:
        raise WrongOrgan(f"there is no organ {organ_id}. `nianbao organs list` shows their numbers.")
    return organ


def _end(session: Session, organ: Organ, later: Organ, said: Said) -> None:
    if not said.by.strip() or not said.why.strip():
        raise WrongOrgan("expected who says so and why: whoever reads it in ten years needs it.")
    if organ.successor_id is not None:
        raise WrongOrgan(f"{organ.name} ended on {organ.valid_to} already. `nianbao organs take-back` undoes that.")
    if organ.valid_from is not None and organ.valid_from >= said.on:
        raise WrongOrgan(f"{organ.name} began on {organ.valid_from}: it cannot end on {said.on}.")
    step: Organ | None = later
    while step is not None:
        if step.id == organ.id:
            raise WrongOrgan(f"{later.name} came out of {organ.name}: it cannot be its successor's successor.")
        step = session.get(Organ, step.successor_id) if step.successor_id else None
    organ.valid_to, organ.successor_id = said.on, later.id
    organ.ended_by, organ.ended_why = said.by.strip(), said.why.strip()
    events.note(session, "organ", f"{organ.name} → {later.name} on {said.on}, says {said.by}: {said.why}", said.at)
    session.flush()


def _predecessors(session: Session, organ_id: int) -> Sequence[Organ]:
    return session.scalars(select(Organ).where(Organ.successor_id == organ_id).order_by(Organ.id)).all()


def _was_set_up(session: Session, organ: Organ, day: date, said: bool | None) -> bool:
    """Whether an organ began on the day on which it took over others. A report of an earlier year denies it; no report proves it."""
    before = _reported_before(session, organ, day)
    if said and before:
        raise WrongOrgan(f"{organ.name} reported for a year before {day.year}: it was not set up on {day}.")
    if said is None and not before:
        words = f"no report of {organ.name} shows whether it was there before {day}"
        raise WrongOrgan(f"{words}. Say it: --new when it was set up by the merger, --known when not.")
    return bool(said)


def _reported_before(session: Session, organ: Organ, day: date) -> bool:
    first = session.scalar(select(func.min(Reading.year)).where(Reading.organ_id == organ.id, Reading.current))
    return first is not None and first < day.year


def _renamings(session: Session, organ_ids: Collection[int]) -> list[tuple[Organ, Organ]]:
    """Organs that have a successor, and that is alone its, from the day on which it began."""
    if not organ_ids:
        return []
    rows = session.execute(_renamed().where(_EARLIER.successor_id.in_(organ_ids)))
    return [(one, two) for one, two in rows]


@once
def _renamed() -> Select[Organ, Organ]:
    earlier, later, other = _EARLIER, _LATER, _OTHER
    several = select(other.id).where(other.successor_id == later.id, other.id != earlier.id).exists()
    return (
        select(earlier, later)
        .join(later, later.id == earlier.successor_id)
        .where(later.valid_from == earlier.valid_to, ~several)
        .order_by(earlier.id)
    )


def _renamed_into(session: Session, organ_id: int) -> list[tuple[int, int]]:
    return [(one.id, two.id) for one, two in _renamings(session, [organ_id])]
