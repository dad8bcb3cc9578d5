"""Filters in, the changes that were raised out, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from archive.database import selected, selected_column
from archive.listings.filters import (
    SITES_LEAD,
    SITES_OF_FOUND,
    SITES_OF_WALKED,
    Filters,
    Query,
    in_order,
    in_places,
    is_local,
    is_narrow,
    names_of,
    narrowed,
    narrowed_by,
    told,
    values_of,
    with_organ_and_region,
)
from archive.listings.newest import CHANGES, ever_more, newest_of_sites
from archive.models import LARGEST, Capture, ChangeRow, Organ, Reading, Region, Sighting, Site
from archive.organ_names import organs_named
from archive.reviews import VERDICTS, judged, judged_changes, marks_of_changes
from archive.several import among
from archive.statements import once

_MOST_ORGANS = 2000  # of more, the list itself leads to their changes soonest
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
    if filters.limit is None:
        rows = selected(session, _listed(True, "sites", *_shape(filters)), values_of(filters), whole=False)
        return (ChangeLine(*row) for row in rows)
    numbers = sorted(_found(session, filters, filters.limit), reverse=True)[: filters.limit]
    return told(session, _told_by_number(), numbers, ChangeLine)


def _found(session: Session, filters: Filters, limit: int) -> set[int]:
    """A page's numbers. Of sites the newest changes are looked at first, and more only when these have not enough for a page."""
    values = values_of(filters)
    if filters.verdict in VERDICTS and (judged_ones := judged_changes(session, filters.verdict)) is not None:
        return set(
            selected_column(session, _listed(False, "numbers", *_shape(filters)), {**values, "found": judged_ones})
        )
    organs = None if filters.organ is None else organs_named(session, filters.organ, _MOST_ORGANS)
    if organs is not None:
        asked = {**values, "organs": organs}
        ways = (_listed(False, by, *_shape(filters)) for by in _BY_ORGANS)
        return {number for query in ways for number in selected_column(session, query, asked)}
    if filters.organ is not None and not is_narrow(filters):
        return _walked(session, filters, limit)
    if not is_narrow(filters):
        return set(selected_column(session, _listed(False, "all", *_shape(filters)), values))
    found, left = set[int](), replace(filters, site_ids=None)
    sites, below = filters.site_ids or (), filters.below_id or LARGEST
    for numbers in newest_of_sites(session, CHANGES, sites, limit, filters.year, below):
        found.update(selected_column(session, _listed(False, "numbers", *_shape(left)), {**values, "found": numbers}))
        if len(found) >= limit:
            break
    return found


def _walked(session: Session, filters: Filters, limit: int) -> set[int]:
    """Many organs have such a name: the list is walked, and so many at a time are asked for theirs."""
    found, named = set[int](), Filters(organ=filters.organ, limit=limit)

    def ask(below: int, most: int) -> Sequence[int]:
        left = replace(filters, organ=None, below_id=below, limit=most)
        return selected_column(session, _listed(False, "all", *_shape(left)), values_of(left))

    for numbers in ever_more(ask, limit, filters.below_id or LARGEST):
        query = _listed(False, "numbers", *_shape(named))
        found.update(selected_column(session, query, {**values_of(named), "found": list(numbers)}))
        if len(found) >= limit:
            break
    return found


_OF_ORGANS = select(Reading.sighting_id).where(among(Reading.organ_id, "organs"))
_OF_NO_ORGAN = select(Reading.sighting_id).where(Reading.organ_id.is_(None))
# The organ of a change is that of the reading after it, which is of the same address, or else of the one before it.
_BY_ORGANS: Mapping[str, ColumnElement[bool]] = {
    "organs": ChangeRow.sighting_id.in_(_OF_ORGANS),
    "no organ": ChangeRow.sighting_id.in_(_OF_NO_ORGAN),
    "not read": ChangeRow.after_reading_id.is_(None),
}
_BY: Mapping[str, ColumnElement[bool]] = {**_BY_ORGANS, "numbers": among(ChangeRow.id, "found")}


def _shape(filters: Filters) -> tuple[frozenset[str], str | None, bool]:
    return names_of(filters), filters.verdict, is_local(filters)


@once
def _listed(whole: bool, by: str, names: frozenset[str], verdict: str | None, is_local: bool) -> Query:
    """The changes in their order, or their numbers alone."""
    query = _changes() if whole else _numbers(not names.isdisjoint(("organ", "organ_id")))
    query = query.order_by(in_order(ChangeRow.id, is_local or by in _BY).desc())
    if by in _BY:
        query = query.where(_BY[by])
    if "organ_id" in names:
        theirs = select(Reading.sighting_id).where(Reading.organ_id == bindparam("organ_id"))
        query = query.where(ChangeRow.sighting_id.in_(theirs))  # found by an index, then looked at
    organ_name = func.coalesce(Organ.name, _NEW.organ_name, _OLD.organ_name, Sighting.organ_name)
    of_sites = SITES_LEAD if is_local else SITES_OF_FOUND if by in _BY else SITES_OF_WALKED
    query = narrowed(query, names, ChangeRow.id, organ_name, ChangeRow.year_shown, of_sites)
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
def _told_by_number() -> Query:
    return _changes().where(among(ChangeRow.id)).order_by(ChangeRow.id.desc())


def _changes() -> Query:
    """The columns of `ChangeLine`, in its order."""
    old, new, then, now, target = _OLD, _NEW, _THEN, _NOW, _TARGET
    query: Query = (
        select(
            ChangeRow.kind,
            func.coalesce(Organ.name, new.organ_name, old.organ_name, Sighting.organ_name),
            ChangeRow.year_shown,
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
