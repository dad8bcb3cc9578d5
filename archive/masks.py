"""Two readings of one address in, the lines of its text that move by themselves out: learnt from a second fetch, kept with their evidence.

Counters, tokens, days and links around a report are in no reading, and those that stand inside it by a usual name are no words
(reports.comparison). What remains is learnt: a line that is another in a fetch made minutes after the last one moves by itself, and so does a
line that names the day of its own fetch, twice. A mask is such a line's skeleton, with whatever may count or name a day left open. It
holds at its own address only, so that the words of one report are never taken for the counter of another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from archive import events
from archive.models import Capture, Mask, Sighting, Site
from reports.comparison import same_words
from reports.model import Change, ChangeKind, Report

MINUTES_AFTER = timedelta(hours=1)  # two fetches at least so near are looks at one version
_PORTALS = ZoneInfo("Asia/Shanghai")  # whose day the portals print
_OPEN = re.compile(r"[0-9A-Za-z]+|(?<=星期)[一二三四五六日天]")
_DAY = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})")


@dataclass(frozen=True, slots=True)
class Version:
    """What one fetch showed at an address: the page's capture, its moment, and what was read."""

    capture_id: int
    fetched_at: datetime
    report: Report


@dataclass(frozen=True, slots=True)
class MaskLine:
    """A mask as lists show it, with the captures that are its evidence."""

    id: int
    site: str
    url: str
    line: str
    before: int
    after: int
    learnt_at: datetime


def masks_of(session: Session, sighting_id: int) -> set[str]:
    return set(session.scalars(select(Mask.line).where(Mask.sighting_id == sighting_id)))


def learn_second_fetch(
    session: Session, sighting_id: int, versions: tuple[Version, Version], at: datetime, third: bool
) -> bool:
    """Mask the lines that differ between two fetches. False, and nothing learnt, when more than minutes lie between them, or when whole
    words differ and this is not the third version within the hour: somebody may just be correcting what they wrote."""
    earlier, later = versions
    if not timedelta(0) <= later.fetched_at - earlier.fetched_at <= MINUTES_AFTER:
        return False
    gone, come = _differing(earlier.report, later.report), _differing(later.report, earlier.report)
    if gone != come and not third:
        return False
    _keep(session, sighting_id, {*gone, *come}, versions, at)
    return bool(gone or come)


def same_but_for_masks(session: Session, sighting_id: int, before: Version, after: Version, at: datetime) -> bool:
    """Whether two versions say the same but for lines that move by themselves. A line that names its own day twice is learnt here."""
    if same_words(before.report.title) != same_words(after.report.title):
        return False
    masks = masks_of(session, sighting_id)
    days = _naming_their_day(before, after) - masks
    if not _same(before.report, after.report, masks | days):
        return False
    _keep(session, sighting_id, days, (before, after), at)
    return True


def is_masked(change: Change, masks: Collection[str]) -> bool:
    """Whether all that differs here moves by itself. A figure never does."""
    if change.kind is not ChangeKind.TEXT_EDITED:
        return False
    lines = [line for text in (change.before, change.after) for line in (text or "").split("\n") if same_words(line)]
    return all(skeleton(line) in masks for line in lines)


def mask_lines(session: Session) -> Iterator[MaskLine]:
    sighting, site = aliased(Sighting), aliased(Site)
    rows = session.execute(
        select(Mask, sighting.url, site.code)
        .join(sighting, sighting.id == Mask.sighting_id)
        .join(site, site.id == sighting.site_id)
        .order_by(site.code, sighting.url, Mask.id)
    )
    for mask, url, code in rows:
        yield MaskLine(mask.id, code, url, mask.line, mask.before_capture_id, mask.after_capture_id, mask.learnt_at)


def skeleton(line: str) -> str:
    """A line with all open that may count, or name a day: its words stay."""
    return _OPEN.sub("#", same_words(line))


def same_skeleton(one: Report, other: Report) -> bool:
    """Whether two texts have the same words, whatever counts or names a day in them."""
    return [skeleton(line) for line in _lines(one)] == [skeleton(line) for line in _lines(other)]


def _lines(report: Report) -> list[str]:
    texts = [report.preamble, *(part for section in report.sections for part in (section.title, section.text))]
    return [line for text in texts for line in text.split("\n") if same_words(line)]


def _differing(one: Report, other: Report) -> Counter[str]:
    """The skeletons of the lines that stand in the first only, or more often there."""
    lines, others = (Counter(map(same_words, _lines(report))) for report in (one, other))
    found: Counter[str] = Counter()
    for line, times in (lines - others).items():
        found[skeleton(line)] += times
    return found


def _same(before: Report, after: Report, masks: Collection[str]) -> bool:
    """Where lines break otherwise but the words run on the same, nothing differs."""
    kept = ("".join(same_words(line) for line in _lines(r) if skeleton(line) not in masks) for r in (before, after))
    return next(kept) == next(kept)


def _naming_their_day(before: Version, after: Version) -> set[str]:
    days = [version.fetched_at.astimezone(_PORTALS).date() for version in (before, after)]
    if days[0] == days[1]:
        return set()
    named = [
        {skeleton(line) for line in _lines(version.report) if _names(line, day)}
        for version, day in zip((before, after), days, strict=True)
    ]
    return named[0] & named[1]


def _names(line: str, day: date) -> bool:
    return any(tuple(map(int, found)) == (day.year, day.month, day.day) for found in _DAY.findall(same_words(line)))


def _keep(
    session: Session, sighting_id: int, lines: Collection[str], versions: tuple[Version, Version], at: datetime
) -> None:
    new = sorted(set(lines) - masks_of(session, sighting_id))
    if not new:
        return
    before, after = (version.capture_id for version in versions)
    session.add_all(
        Mask(sighting_id=sighting_id, line=line, before_capture_id=before, after_capture_id=after, learnt_at=at)
        for line in new
    )
    session.flush()
    sighting = session.get_one(Sighting, sighting_id)
    said = f"{sighting.url}: {len(new)} lines move by themselves (captures {before}, {after}): {new[0][:60]}"
    events.note(session, "mask", said, at, sighting.site_id)


def version_of(session: Session, capture_id: int, report: Report) -> Version:
    return Version(capture_id, session.get_one(Capture, capture_id).fetched_at, report)
