"""What nobody was told yet in, digests by region out, each thing once to each channel: new flags, failed sites, delays, corrections of the reader.

Before it is sent, a digest's things are written down for its channel; when sending fails, the same digest is tried again, later each time. In the
quiet hours nothing is sent; what waits goes out after them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.channels import Digest, NotSent, Post, send
from archive.database import reading, writing
from archive.flag_lists import flag_lines
from archive.models import Event, FlagRow, Notice, Region, Site

TOLD_EVENTS = ("site failed", "site stopped", "late", "sweep failed", "correction")
SHOWN_A_REGION = 40  # a digest names so many things of a region, and counts the rest
AT_ONCE = 5000  # what a channel is told first of a large archive comes in several digests
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=10), timedelta(days=1)


class Settings(Protocol):
    """What a configuration says of notices."""

    @property
    def notify(self) -> str: ...
    @property
    def smtp_url(self) -> str: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def webhook_secret(self) -> str: ...
    @property
    def quiet_hours(self) -> str: ...
    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Channel:
    """Where digests go; `region` narrows them to a region code and what lies below it."""

    address: str
    region: str | None = None

    @property
    def name(self) -> str:
        return f"{self.region or ''}={self.address}"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to be told."""

    mark: str
    region: str | None
    loudness: str
    line: str
    values: Mapping[str, Any]


def channels(notify: str) -> list[Channel]:
    """`330799=mailto:a@example.org https://example.org/hook`: parted by spaces, each with a region before it or for all."""
    found = []
    for word in notify.split():
        region, parted, address = word.partition("=")
        found.append(Channel(address, region) if parted and region.isdigit() else Channel(word))
    return found


def is_quiet(hours: str, at: datetime, zone: ZoneInfo) -> bool:
    """`22-7`: from 22:00 to 7:00 nothing is sent; empty: always."""
    if not hours:
        return False
    first, last = (int(hour) for hour in hours.split("-"))
    hour = at.astimezone(zone).hour
    return first <= hour < last if first <= last else hour >= first or hour < last


def deliver(engine: Engine, settings: Settings, now: Callable[[], datetime], post: Post | None = None) -> int:
    """Send to every channel what it was not told yet. Gives how many digests went out; what did not is tried again by a later call."""
    if is_quiet(settings.quiet_hours, now(), ZoneInfo(settings.timezone)):
        return 0
    post = post or Post()
    post = replace(post, smtp_url=settings.smtp_url, sender=settings.mail_from, secret=settings.webhook_secret)
    sent = 0
    for channel in channels(settings.notify):
        _write_down(engine, channel, now())
        for batch in _waiting(engine, channel, now()):
            sent += _send(engine, channel, batch, post, now)
    return sent


def _write_down(engine: Engine, channel: Channel, at: datetime) -> None:
    """Claim what is new for this channel. Of two processes that do it at once, one writes and the other finds it written."""
    try:
        with writing(engine) as session:
            new = _not_told(session, channel)
            session.add_all(Notice(channel=channel.name, mark=mark, made_at=at) for mark in new)
    except IntegrityError:
        return


def _not_told(session: Session, channel: Channel) -> list[str]:
    told = select(Notice.mark).where(Notice.channel == channel.name)
    flag_mark, event_mark = "flag:", "event:"
    open_flags = session.scalars(select(FlagRow.id).where(FlagRow.closed_at.is_(None), FlagRow.verdict.is_(None)))
    marks = [f"{flag_mark}{number}" for number in open_flags]
    marks += [
        f"{event_mark}{number}" for number in session.scalars(select(Event.id).where(Event.kind.in_(TOLD_EVENTS)))
    ]
    known = set(session.scalars(told))
    new = [mark for mark in marks if mark not in known][:AT_ONCE]
    if channel.region is None or not new:
        return new
    of_region = {thing.mark for thing in _things(session, new) if (thing.region or "").startswith(channel.region)}
    return [mark for mark in new if mark in of_region]


def _waiting(engine: Engine, channel: Channel, at: datetime) -> list[list[Notice]]:
    """Digests that were not sent, one a moment at which it was made, and are due for a try."""
    with reading(engine) as session:
        rows = session.scalars(
            select(Notice)
            .where(Notice.channel == channel.name, Notice.sent_at.is_(None))
            .order_by(Notice.made_at, Notice.id)
        ).all()
    batches = [list(group) for _, group in groupby(rows, key=lambda row: row.made_at)]
    return [batch for batch in batches if _may_try(batch[0], at)]


def _may_try(notice: Notice, at: datetime) -> bool:
    if notice.tried_at is None:
        return True
    doubled: int = 2 ** min(notice.attempts - 1, 10)
    return at >= notice.tried_at + min(LONGEST_RETRY, FIRST_RETRY * doubled)


def _send(engine: Engine, channel: Channel, batch: Sequence[Notice], post: Post, now: Callable[[], datetime]) -> bool:
    with reading(engine) as session:
        digest = digest_of(session, _things(session, [notice.mark for notice in batch]), channel)
    error = None
    try:
        send(digest, channel.address, post)
    except NotSent as not_sent:
        error = str(not_sent)
    with writing(engine) as session:
        at = now()
        for notice in session.scalars(select(Notice).where(Notice.id.in_([row.id for row in batch]))):
            notice.attempts, notice.tried_at, notice.error = notice.attempts + 1, at, error
            notice.sent_at = at if error is None else None
        if error is not None and batch[0].attempts == 0:
            session.add(Event(at=at, kind="notice not sent", message=error))
    return error is None


def digest_of(session: Session, things: Sequence[Thing], channel: Channel) -> Digest:
    """The loudest first within each region; its id is made of what it tells, so that a repeated one is known."""
    marks = "\n".join(sorted(thing.mark for thing in things))
    number = hashlib.sha256(f"{channel.name}\n{marks}".encode()).hexdigest()[:32]
    names = dict(session.execute(select(Region.code, Region.name)).all()) if things else {}
    lines: list[str] = []
    for code, group in groupby(sorted(things, key=_by_region), key=lambda thing: thing.region):
        of_region = list(group)
        lines += ["", f"{names.get(code or '', code or '未定地区 no region')} ({len(of_region)})"]
        lines += [f"  {thing.line}" for thing in of_region[:SHOWN_A_REGION]]
        if len(of_region) > SHOWN_A_REGION:
            lines.append(f"  … 另有 and {len(of_region) - SHOWN_A_REGION} more")
    subject = f"年报监测 Nianbao: {len(things)} 项新情况 new"
    return Digest(number, subject, "\n".join([subject, *lines, ""]), [dict(thing.values) for thing in things])


def _by_region(thing: Thing) -> tuple[str, int, str]:
    return (thing.region or "", ("error", "warn", "info").index(thing.loudness), thing.mark)


def _things(session: Session, marks: Sequence[str]) -> list[Thing]:
    by_kind: dict[str, list[int]] = {"flag": [], "event": []}
    for mark in marks:
        kind, _, number = mark.partition(":")
        by_kind[kind].append(int(number))
    return [*_flag_things(session, by_kind["flag"]), *_event_things(session, by_kind["event"])]


def _flag_things(session: Session, ids: Sequence[int]) -> Iterator[Thing]:
    for flag in flag_lines(session, only_open=False, ids=ids) if ids else ():
        line = f"[{flag.severity}] {flag.organ or '?'} {flag.year or '?'} {flag.rule}: {flag.message} {flag.url or ''}"
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
        yield Thing(f"flag:{flag.id}", flag.region, flag.severity, line.strip(), values)


def _event_things(session: Session, ids: Sequence[int]) -> Iterator[Thing]:
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
        yield Thing(f"event:{event.id}", region, "info", f"[{event.kind}] {event.message}", values)
