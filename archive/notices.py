"""What nobody was told yet in, digests by region out, each thing once to each channel: new flags, failed sites, delays, corrections of the reader.

Before it is sent, a digest's things are written down for its channel, and the digest is claimed: of two processes one sends it. When sending fails, the
same digest is tried again, later each time. One whose sender died between claim and answer may have gone out: it is not sent again but by a person's
order (`again`), and an event, told in the next digest, says so. In the quiet hours nothing is sent; what waits goes out after them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive import decisions
from archive.channels import InDoubt, NotSent, Post, send
from archive.database import reading, writing
from archive.digests import Wording, digest_of
from archive.flag_lists import flag_lines
from archive.models import Event, FlagRow, Notice, Site
from archive.territories import territory_of

DOUBT = "notice in doubt"
TOLD_EVENTS = ("site failed", "site stopped", "late", "sweep failed", "correction", DOUBT)
AT_ONCE = 5000  # what a channel is told first of a large archive comes in several digests
CLAIM_LENGTH = timedelta(minutes=15)  # no way of sending takes half as long: whoever claimed it before died
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
    @property
    def notify_language(self) -> str: ...
    @property
    def warc_folder(self) -> Path: ...


@dataclass(frozen=True, slots=True)
class Channel:
    """Where digests go; `region` narrows them to a region code and what lies below it."""

    address: str
    region: str | None = None

    @property
    def name(self) -> str:
        return f"{self.region or ''}={self.address}"


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
    with writing(engine) as session:
        _doubt_the_dead(session, now())
    for channel in channels(settings.notify):
        _write_down(engine, settings.warc_folder, channel, now())
        words = _wording(settings.notify_language)
        while batch := _claim(engine, channel, now()):
            sent += _send(engine, channel, batch, post, words, now)
    return sent


def again(engine: Engine, at: datetime) -> int:
    """A person's order: what may have gone out is sent once more by the next `deliver`. Gives how many digests that are."""
    with writing(engine) as session:
        _doubt_the_dead(session, at)
        doubted = session.scalars(select(Notice).where(Notice.doubted_at.is_not(None), Notice.sent_at.is_(None))).all()
        for notice in doubted:
            notice.claimed_at = notice.doubted_at = notice.tried_at = None
        return len({(notice.channel, notice.made_at) for notice in doubted})


def _write_down(engine: Engine, folder: Path, channel: Channel, at: datetime) -> None:
    """Claim what is new for this channel. Of two processes that do it at once, one writes and the other finds it written.

    What was told before the index was made anew stands in the journal: it is noted as sent.
    """
    with reading(engine) as session:
        known = set(session.scalars(select(Notice.mark).where(Notice.channel == channel.name)))
        new = [mark for mark in _marks(session, channel.region) if mark not in known]
        told = decisions.told_before(session, folder, channel.name, new)
    fresh = [mark for mark in new if mark not in told][:AT_ONCE]
    rows = [Notice(channel=channel.name, mark=mark, made_at=at, sent_at=at) for mark in told]
    rows += [Notice(channel=channel.name, mark=mark, made_at=at) for mark in fresh]
    try:
        with writing(decisions.without_journal(engine)) as session:
            session.add_all(rows)
    except IntegrityError:
        return


def _marks(session: Session, region: str | None) -> list[str]:
    """All that a channel may be told of: of a region and what lies below it, or everything."""
    flags = select(FlagRow.id).where(FlagRow.closed_at.is_(None), FlagRow.verdict.is_(None))
    events = select(Event.id).where(Event.kind.in_(TOLD_EVENTS))
    if region is None:
        numbers: Iterable[int] = session.scalars(flags)
    else:
        numbers = sorted(line.id for line in flag_lines(session, region))
        events = events.join(Site, Site.id == Event.site_id).where(territory_of(session, region).has(Site.region_code))
    return [*(f"flag:{number}" for number in numbers), *(f"event:{number}" for number in session.scalars(events))]


def _doubt_the_dead(session: Session, at: datetime) -> None:
    """Digests that were claimed and neither sent nor given back."""
    unsettled = select(Notice).where(
        Notice.claimed_at.is_not(None), Notice.sent_at.is_(None), Notice.doubted_at.is_(None)
    )
    rows = session.scalars(unsettled.order_by(Notice.channel, Notice.made_at, Notice.id).with_for_update()).all()
    # One that was claimed a moment later than now is another process's; long after now, the clock was set back.
    dead = [row for row in rows if row.claimed_at is not None and abs(at - row.claimed_at) >= CLAIM_LENGTH]
    for _, group in groupby(dead, key=lambda row: (row.channel, row.made_at)):
        _doubt(session, list(group), "whoever was sending it ended before an answer was noted", at)


def _doubt(session: Session, batch: Sequence[Notice], why: str, at: datetime) -> None:
    for notice in batch:
        notice.doubted_at, notice.error = at, why
    to = _shown(batch[0].channel)
    told = f"a digest of {len(batch)} things may have reached {to} or not: {why}. It is not sent again unless you say so: nianbao notify --again"
    session.add(Event(at=at, kind=DOUBT, message=told))


def _shown(channel: str) -> str:
    """A channel without what may be a secret in its address."""
    region, _, address = channel.partition("=")
    shown = (
        address
        if address.startswith("mailto:")
        else f"{address.partition('://')[0]}://{urlsplit(address).hostname or '…'}"
    )
    return f"{shown} ({region})" if region else shown


def _claim(engine: Engine, channel: Channel, at: datetime) -> list[Notice]:
    """The oldest digest of this channel that is due for a try, from now on nobody else's; empty when there is none."""
    with writing(engine) as session:
        rows = session.scalars(
            select(Notice)
            .where(Notice.channel == channel.name, Notice.sent_at.is_(None), Notice.claimed_at.is_(None))
            .order_by(Notice.made_at, Notice.id)
            .with_for_update()  # whoever waited here finds what the other one claimed
        ).all()
        for _, group in groupby(rows, key=lambda row: row.made_at):
            batch = list(group)
            if _may_try(batch[0], at):
                for notice in batch:
                    notice.claimed_at = at
                return batch
    return []


def _may_try(notice: Notice, at: datetime) -> bool:
    if notice.tried_at is None:
        return True
    doubled: int = 2 ** min(notice.attempts - 1, 10)
    return at >= notice.tried_at + min(LONGEST_RETRY, FIRST_RETRY * doubled)


def _wording(language: str) -> Wording:
    from archive.web.telling import (
        Teller,  # the words stand with the pages, which take long to import: only who sends needs them
    )

    return Teller(language)


def _send(
    engine: Engine, channel: Channel, batch: Sequence[Notice], post: Post, words: Wording, now: Callable[[], datetime]
) -> bool:
    with reading(engine) as session:
        digest = digest_of(session, [notice.mark for notice in batch], channel.name, words)
    error, doubt = None, None
    try:
        send(digest, channel.address, post)
    except NotSent as not_sent:
        error = str(not_sent)
    except InDoubt as in_doubt:
        doubt = str(in_doubt)
    with writing(engine) as session:
        at = now()
        mine = session.scalars(select(Notice).where(Notice.id.in_([row.id for row in batch])).order_by(Notice.id)).all()
        for notice in mine:
            notice.attempts, notice.tried_at, notice.error = notice.attempts + 1, at, error
            if error is not None:
                notice.claimed_at = notice.doubted_at = None
            elif doubt is None:
                notice.sent_at, notice.doubted_at = at, None
        if doubt is not None:
            _doubt(session, mine, doubt, at)
        if error is not None and batch[0].attempts == 0:
            session.add(Event(at=at, kind="notice not sent", message=error))
    return error is None and doubt is None
