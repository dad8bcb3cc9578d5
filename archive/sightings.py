"""Reports that lists name become rows, one an address and site; the rows tell the next run which addresses to ask for again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from archive.database import in_parts
from archive.models import Sighting


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A report that a list names, or an attachment of one: then `parent_url_key` is the article's key."""

    url: str
    url_key: str
    title: str | None
    listed_on: date | None
    organ_name: str | None
    year: int | None
    list_url: str | None
    parent_url_key: str | None = None


@dataclass(frozen=True, slots=True)
class SeenReport:
    """A FoundReport with the moment it was seen."""

    found: FoundReport
    seen_at: datetime

    def as_json(self) -> dict[str, Any]:
        values = _values(self.found)
        listed_on = self.found.listed_on
        return {**values, "listed_on": listed_on and listed_on.isoformat(), "seen_at": self.seen_at.isoformat()}

    @staticmethod
    def from_json(values: dict[str, Any]) -> SeenReport:
        listed_on = values["listed_on"]
        found = {**values, "listed_on": date.fromisoformat(listed_on) if listed_on else None}
        seen_at = datetime.fromisoformat(found.pop("seen_at"))
        return SeenReport(FoundReport(**found), seen_at)


@dataclass(frozen=True, slots=True)
class KnownSighting:
    """What earlier runs saw. `gone` once its removal was proved; it is asked for all the same, because things come back.

    `linked`: the article names this file still, as far as is known; another may have taken its place.
    """

    url: str
    url_key: str
    title: str | None
    parent_url_key: str | None
    gone: bool
    linked: bool = True


_NAMES = tuple(one.name for one in fields(FoundReport))


def _values(found: FoundReport) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _NAMES}


def known_sightings(session: Session, site_id: int) -> list[KnownSighting]:
    """Every sighting of a site, articles before their attachments."""
    parent = aliased(Sighting)
    rows = session.execute(
        select(Sighting.url, Sighting.url_key, Sighting.title, parent.url_key, Sighting.gone_at, Sighting.last_run_id)
        .outerjoin(parent, parent.id == Sighting.parent_id)
        .where(Sighting.site_id == site_id)
        .order_by(Sighting.parent_id.is_not(None), Sighting.id)
    ).all()
    newest: dict[str, int] = {}
    for *_, parent_key, _, run in rows:
        newest[parent_key] = max(run, newest.get(parent_key, 0))
    return [
        KnownSighting(url, key, title, parent_key, gone is not None, parent_key is None or run == newest[parent_key])
        for url, key, title, parent_key, gone, run in rows
    ]


def save_noted(session: Session, site_id: int, run_id: int, lines: Iterable[tuple[str, Any]]) -> None:
    """Save what the notes of a file say was seen: maybe before what is known, and maybe known itself. The file of a run that died is read at each start of a
    crawl until the run is continued; and when the index is made anew, after those that were sealed before it."""
    seen = [SeenReport.from_json(value) for key, value in lines if key == "sighting"]
    save_sightings(session, site_id, run_id, seen, by_file=True)


def save_sightings(
    session: Session, site_id: int, run_id: int, seen: Iterable[SeenReport], *, by_file: bool = False
) -> None:
    """Add what is new; of what is known keep the first sight and take the newest words, or, `by_file`, what the moments say. A word that is missing now is
    not unsaid."""
    newest: dict[str, SeenReport] = {}
    for one in seen:
        before = newest.get(one.found.url_key)
        newest[one.found.url_key] = one if before is None else _merged(before, one)
    wanted = set(newest) | {one.found.parent_url_key for one in newest.values() if one.found.parent_url_key}
    last_seen = _last_seen(session, site_id, wanted)
    ids = {key: number for key, (number, _) in last_seen.items()}
    new = [one for key, one in newest.items() if key not in ids]
    articles = [one for one in new if not one.found.parent_url_key]
    files = [one for one in new if one.found.parent_url_key]
    for some in (*in_parts(articles), *in_parts(files)):  # a file's row names its article's
        rows = [
            {**_new_row(site_id, run_id, one), "parent_id": ids.get(one.found.parent_url_key or "")} for one in some
        ]
        added = session.scalars(insert(Sighting).returning(Sighting.id, sort_by_parameter_order=True), rows)
        ids.update(zip((row["url_key"] for row in rows), added, strict=True))
    for key, (number, last) in last_seen.items():
        if key not in newest:
            continue  # an article whose file alone was seen
        one = newest[key]
        said = {**_words(one), **_parent(one, ids)}
        if by_file and one.seen_at <= last:
            _add_earlier(session.get_one(Sighting, number), said, one.seen_at)
        else:
            values = {**said, "last_seen_at": one.seen_at, "last_run_id": run_id}
            change = update(Sighting).where(Sighting.id == number).values(**values)
            session.execute(change, execution_options={"synchronize_session": False})  # no row is loaded here


def _merged(before: SeenReport, after: SeenReport) -> SeenReport:
    words = {name: value for name, value in _values(after.found).items() if value is not None}
    return SeenReport(FoundReport(**{**_values(before.found), **words}), after.seen_at)


def _add_earlier(row: Sighting, said: Mapping[str, Any], seen_at: datetime) -> None:
    """What was seen before the newest sight: words that were never said since, and maybe the first sight."""
    for name, value in said.items():
        if getattr(row, name) is None:
            setattr(row, name, value)
    row.first_seen_at = min(row.first_seen_at, seen_at)


def _last_seen(session: Session, site_id: int, keys: set[str]) -> dict[str, tuple[int, datetime]]:
    """Of each key that has a row its number, and when it was last seen."""
    found: dict[str, tuple[int, datetime]] = {}
    for some in in_parts(sorted(keys)):
        query = select(Sighting.url_key, Sighting.id, Sighting.last_seen_at)
        rows = session.execute(query.where(Sighting.site_id == site_id, Sighting.url_key.in_(some)))
        found.update((key, (number, at)) for key, number, at in rows)
    return found


def _new_row(site_id: int, run_id: int, one: SeenReport) -> dict[str, Any]:
    values = _values(one.found)
    del values["parent_url_key"]
    return {
        **values,
        "site_id": site_id,
        "first_seen_at": one.seen_at,
        "last_seen_at": one.seen_at,
        "last_run_id": run_id,
    }


def _words(one: SeenReport) -> dict[str, Any]:
    return {name: value for name, value in _values(one.found).items() if value is not None and name != "parent_url_key"}


def _parent(one: SeenReport, ids: dict[str, int]) -> dict[str, int]:
    parent = ids.get(one.found.parent_url_key or "")
    return {} if parent is None else {"parent_id": parent}
