"""Filters in, the changes that were raised out, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session, aliased

from archive.database import selected
from archive.listings.filters import (
    Filters,
    Query,
    among,
    in_order,
    in_places,
    is_local,
    names_of,
    narrowed,
    narrowed_by,
    unindexed,
    values_of,
    with_organ_and_region,
)
from archive.models import Capture, ChangeRow, Organ, Reading, Region, Sighting, Site
from archive.reviews import judged, marks_of_changes
from archive.statements import once

_LARGEST = 2**63 - 1
_THEN, _NOW = aliased(Capture), aliased(Capture)  # made once: not cheap
_OLD, _NEW, _TARGET = aliased(Reading), aliased(Reading), aliased(Sighting)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A raised change. `before` and `after` are the SHA-256 of the two bodies; `details` says cell by cell what differs."""

    kind: str
    organ: str | None
    year: int | None
    url: str
    before: str | None
    after: str | None
    silent: bool
    site: str
    raised_at: datetime | None
    reason: str | None
    details: Sequence[Any]
    moved_to: str | None
    region: str | None
    organ_id: int | None
    sighting_id: int
    change_id: int
    before_reading_id: int | None
    after_reading_id: int | None


def changes(session: Session, filters: Filters = Filters()) -> Iterator[ChangeLine]:
    """Changes that held in a second fetch. A suspicion is not listed: it is a second fetch away from being nothing."""
    return in_places(session, filters, lambda placed: _lines(session, placed), lambda line: line.change_id)


def _lines(session: Session, filters: Filters) -> Iterator[ChangeLine]:
    values = {**values_of(filters), "of_year": filters.year, "below": filters.below_id or _LARGEST}
    if filters.limit is None:
        return (ChangeLine(*row) for row in selected(session, _listed(True, *_shape(filters)), values, whole=False))
    if (
        filters == Filters(year=filters.year, below_id=filters.below_id, limit=filters.limit)
        and filters.year is not None
    ):
        found = [number for way in _ways_to_a_year() for number in session.scalars(way.limit(filters.limit), values)]
        numbers: Sequence[int] = sorted(found, reverse=True)[: filters.limit]
    else:
        numbers = session.scalars(_listed(False, *_shape(filters)), values).all()
    told = _told_by_number(session.get_bind().dialect.name)
    return (ChangeLine(*row) for row in selected(session, told, {"numbers": numbers})) if numbers else iter(())


def _shape(filters: Filters) -> tuple[frozenset[str], str | None, bool]:
    return names_of(filters), filters.verdict, is_local(filters)


@once
def _listed(whole: bool, names: frozenset[str], verdict: str | None, is_sorted: bool) -> Query:
    """The changes in their order, or their numbers alone."""
    query = _changes() if whole else _numbers(not names.isdisjoint(("organ", "organ_id")))
    query = query.order_by(in_order(ChangeRow.id, is_sorted).desc())
    if "year" in names:
        query = query.where(ChangeRow.id.in_(union_all(*(way.order_by(None) for way in _ways_to_a_year()))))
    if "organ_id" in names:
        theirs = select(Reading.sighting_id).where(Reading.organ_id == bindparam("organ_id"))
        query = query.where(ChangeRow.sighting_id.in_(theirs))  # found by an index, then looked at
    organ_name = func.coalesce(Organ.name, _NEW.organ_name, _OLD.organ_name, Sighting.organ_name)
    query = narrowed(query, names - {"year"}, ChangeRow.id, organ_name, None)
    return judged(narrowed_by(query, names, {"kind": ChangeRow.kind}), verdict, marks_of_changes())


def _numbers(with_organs: bool) -> Query:
    query: Query = select(ChangeRow.id).join_from(ChangeRow, Sighting, Sighting.id == ChangeRow.sighting_id)
    query = query.where(ChangeRow.state == "raised")
    if not with_organs:
        return query
    query = query.outerjoin(_OLD, _OLD.id == ChangeRow.before_reading_id)
    query = query.outerjoin(_NEW, _NEW.id == ChangeRow.after_reading_id)
    return query.outerjoin(Organ, Organ.id == func.coalesce(_NEW.organ_id, _OLD.organ_id))


@once
def _told_by_number(dialect: str) -> Query:
    return _changes().where(among(ChangeRow.id, dialect)).order_by(ChangeRow.id.desc())


@once
def _ways_to_a_year() -> tuple[Select[int], ...]:
    """A change is of the year that the reading after it names, or the one before it, or the list; each is found by as little as says so: most by the
    reading after it, then those after which nothing could be read, and those whose reading names no year."""
    row, after, before, seen = aliased(ChangeRow), aliased(Reading), aliased(Reading), aliased(Sighting)
    year = bindparam("of_year", type_=Integer)
    otherwise = func.coalesce(before.year, seen.year) == year
    raised = select(row.id).where(unindexed(row.state) == "raised", row.id < bindparam("below", type_=BigInteger))
    raised = raised.order_by(row.id.desc())
    without = raised.join(seen, seen.id == row.sighting_id).outerjoin(before, before.id == row.before_reading_id)
    yearless = select(after.sighting_id).where(after.year.is_(None))
    return (
        raised.join(after, after.id == row.after_reading_id).where(after.year == year),
        without.where(row.after_reading_id.is_(None), otherwise),
        without.join(after, after.id == row.after_reading_id).where(row.sighting_id.in_(yearless), after.year.is_(None), otherwise),
    )  # fmt: skip


def _changes() -> Query:
    """The columns of `ChangeLine`, in its order."""
    old, new, then, now, target = _OLD, _NEW, _THEN, _NOW, _TARGET
    query: Query = (
        select(
            ChangeRow.kind,
            func.coalesce(Organ.name, new.organ_name, old.organ_name, Sighting.organ_name),
            func.coalesce(new.year, old.year, Sighting.year),
            Sighting.url,
            then.body_sha256,
            now.body_sha256,
            ChangeRow.silent,
            Site.code,
            ChangeRow.raised_at,
            ChangeRow.reason,
            ChangeRow.details,
            target.url,
            Region.name,
            Organ.id,
            Sighting.id,
            ChangeRow.id,
            ChangeRow.before_reading_id,
            ChangeRow.after_reading_id,
        )
        .join_from(ChangeRow, Sighting, Sighting.id == ChangeRow.sighting_id)
        .join(Site, Site.id == Sighting.site_id)
        .outerjoin(old, old.id == ChangeRow.before_reading_id)
        .outerjoin(new, new.id == ChangeRow.after_reading_id)
        .outerjoin(then, then.id == ChangeRow.before_capture_id)
        .outerjoin(now, now.id == ChangeRow.after_capture_id)
        .outerjoin(target, target.id == ChangeRow.moved_to_id)
        .where(ChangeRow.state == "raised")
    )
    return with_organ_and_region(query, func.coalesce(new.organ_id, old.organ_id))
