"""The marks of flags and events in, a digest of them out, by region and in the words of a language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.channels import Digest
from archive.flag_lists import flag_lines
from archive.models import Event, Region, Site

SHOWN_A_REGION = 40  # a digest names so many things of a region, and counts the rest


class Wording(Protocol):
    """What a digest's things are called in its language, and what was found out about them."""

    def __call__(self, key: str, **values: object) -> str: ...
    def word(self, table: str, value: str | None) -> str: ...
    def told(self, said: str | None) -> str: ...


@dataclass(frozen=True, slots=True)
class _Thing:
    """One thing to be told."""

    mark: str
    region: str | None
    loudness: str
    values: Mapping[str, Any]


def digest_of(session: Session, told: Sequence[str], channel: str, words: Wording) -> Digest:
    """The loudest first within each region; its id is made of what it tells, so that a repeated one is known."""
    things = _things(session, told)
    marks = "\n".join(sorted(thing.mark for thing in things))
    number = hashlib.sha256(f"{channel}\n{marks}".encode()).hexdigest()[:32]
    names = dict(session.execute(select(Region.code, Region.name)).all()) if things else {}
    lines: list[str] = []
    for code, group in groupby(sorted(things, key=_by_region), key=lambda thing: thing.region):
        of_region = list(group)
        lines += ["", f"{names.get(code or '', code or words('digest.no_region'))} ({len(of_region)})"]
        lines += [f"  {_line(thing, words)}" for thing in of_region[:SHOWN_A_REGION]]
        if len(of_region) > SHOWN_A_REGION:
            lines.append(f"  … {words('digest.more', count=len(of_region) - SHOWN_A_REGION)}")
    subject = words("digest.subject", count=len(things))
    return Digest(number, subject, "\n".join([subject, *lines, ""]), [dict(thing.values) for thing in things])


def _things(session: Session, marks: Sequence[str]) -> list[_Thing]:
    by_kind: dict[str, list[int]] = {"flag": [], "event": []}
    for mark in marks:
        kind, _, number = mark.partition(":")
        by_kind[kind].append(int(number))
    return [*_flag_things(session, by_kind["flag"]), *_event_things(session, by_kind["event"])]


def _line(thing: _Thing, words: Wording) -> str:
    one = thing.values
    if "event" in one:
        return f"[{words.word('event', one['kind'])}] {words.told(one['message'])}"
    rule = one["rule"]
    name = words.word("flag_rule", rule)
    what = f"{one['organ'] or '?'} {one['year'] or '?'} {name if name != rule else words.word('rule', rule)}"
    why = f": {words.told(one['message'])}" if one["message"] else ""
    return f"[{words.word('severity', one['severity'])}] {what}{why} {one['url'] or ''}".strip()


def _by_region(thing: _Thing) -> tuple[str, int, str]:
    return (thing.region or "", ("error", "warn", "info").index(thing.loudness), thing.mark)


def _flag_things(session: Session, ids: Sequence[int]) -> Iterator[_Thing]:
    for flag in flag_lines(session, only_open=False, ids=ids) if ids else ():
        values = {
            "flag": flag.id,
            "rule": flag.rule,
            "severity": flag.severity,
            "region": flag.region,
            "organ": flag.organ,
            "year": flag.year,
            "message": flag.message,
            "url": flag.url,
            "raised_at": flag.raised_at.isoformat(),
        }
        yield _Thing(f"flag:{flag.id}", flag.region, flag.severity, values)


def _event_things(session: Session, ids: Sequence[int]) -> Iterator[_Thing]:
    rows = session.execute(
        select(Event, Site.region_code)
        .outerjoin(Site, Site.id == Event.site_id)
        .where(Event.id.in_(ids))
        .order_by(Event.id)
    )
    for event, region in rows:
        values = {
            "event": event.id,
            "kind": event.kind,
            "message": event.message,
            "region": region,
            "at": event.at.isoformat(),
        }
        yield _Thing(f"event:{event.id}", region, "info", values)
