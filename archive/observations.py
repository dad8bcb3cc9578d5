"""One site run's captures in, what it saw of each report out: the page's last answer, and the files that hold its contents.

A page that answers with an error, a challenge or a login wall says nothing about its report: only an honest 404 (or its disguise) does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from archive.database import in_parts
from archive.models import Capture, Harvest, Reading, Sighting, SiteRun
from archive.obstacles import WHOLE_KINDS
from reports.publication import part_number

GONE_STATUSES = (404, 410)
GONE_DISGUISES = ("soft 404", "home redirect")
MOVED_STATUSES = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one run saw of one report: its page's last answer, and the captures that hold the contents of the page and its attachments."""

    sighting_id: int
    page_id: int  # the capture of this run
    held: bool  # the page answered with content
    gone: bool
    same_bytes: bool = False  # as when it was last fetched, the page and each attachment
    redirected: bool = False  # to another address: a move if the report is found again, and otherwise nothing is proved
    content_ids: tuple[int, ...] = ()  # of the records that hold the bodies, the page's first
    replaced: tuple[
        tuple[int, int], ...
    ] = ()  # attachments whose bytes differ from before: content captures before, after

    @property
    def page_content_id(self) -> int:
        return self.content_ids[0]


def observations(session: Session, run: SiteRun) -> list[Observation]:
    """One for each report that this run asked for, in the order in which they were seen."""
    part, article = aliased(Sighting), aliased(Sighting)
    imported = session.get_one(Harvest, run.harvest_id).kind == "import"
    newest: dict[int, dict[int, Capture]] = {}
    rows = session.execute(
        select(article.id, part.id, Capture)
        .join(part, (part.site_id == Capture.site_id) & (part.url_key == Capture.url_key))
        .join(article, (article.id == part.parent_id) | ((article.id == part.id) & part.parent_id.is_(None)))
        .where(Capture.site_run_id == run.id, Capture.purpose.in_(("article", "attachment")))
        .where(Capture.takedown_number.is_(None))  # what was taken down by order is not read
        .order_by(Capture.fetched_at, Capture.id)
    )
    for article_id, part_id, capture in rows:
        newest.setdefault(article_id, {})[part_id] = capture
    files = _files(session, newest)
    seen = []
    for article_id, parts in newest.items():
        page = parts.get(article_id)
        if page is not None and not (imported and _is_outdated(session, run, page)):
            seen.append(_observation(session, run, article_id, page, parts, files.get(article_id, ())))
    return seen


def _files(session: Session, articles: Iterable[int]) -> dict[int, list[Sighting]]:
    """What hangs under each article."""
    files: dict[int, list[Sighting]] = {}
    for some in in_parts(articles):
        for child in session.scalars(select(Sighting).where(Sighting.parent_id.in_(some)).order_by(Sighting.id)):
            files.setdefault(child.parent_id or 0, []).append(child)
    return files


def files_of(session: Session, held: Reading) -> tuple[int, ...]:
    """The content captures of a report that is held: its page, the pages and files that the page names, and the file that was read."""
    page, read = session.get_one(Capture, held.page_capture_id), session.get_one(Capture, held.capture_id)
    children = session.scalars(select(Sighting).where(Sighting.parent_id == held.sighting_id).order_by(Sighting.id))
    found = [page.id]
    for child in _by_link(children.all())[0]:
        newest = read if child.url_key == read.url_key else _newest_content(session, child)
        if newest is not None:
            found.append(_content_id(newest))
    return tuple(dict.fromkeys((*found, read.id)))


def _is_outdated(session: Session, run: SiteRun, page: Capture) -> bool:
    """Whether an earlier run holds a later answer of the address: an import may bring in what was fetched long ago."""
    later = select(Capture.id).where(Capture.site_id == page.site_id, Capture.url_key == page.url_key)
    later = later.where(Capture.fetched_at > page.fetched_at, Capture.site_run_id < run.id)
    return session.scalar(later.limit(1)) is not None


def _observation(
    session: Session,
    run: SiteRun,
    article_id: int,
    page: Capture,
    parts: Mapping[int, Capture],
    children: Sequence[Sighting],
) -> Observation:
    if not _is_content(page):
        redirected = page.status in MOVED_STATUSES and page.blocked is None
        return Observation(article_id, page.id, held=False, gone=_is_gone(page), redirected=redirected)
    contents, replaced, same = [_content_id(page)], [], page.same_as_id is not None
    linked, unlinked = _by_link(children)
    added: list[Capture] = []
    for child in linked:
        capture = parts.get(child.id)
        earlier = _content_before(session, run, child)
        if capture is not None and _is_content(capture):
            contents.append(_content_id(capture))
            same = same and capture.same_as_id is not None
            goes_on = part_number(
                page.url, capture.url
            )  # a page of the article: what changes there is told by its text
            if earlier is None and not goes_on:
                added.append(capture)
            elif earlier is not None and earlier.body_sha256 != capture.body_sha256 and not goes_on:
                replaced.append((_content_id(earlier), _content_id(capture)))
        elif earlier is not None and (capture is None or not _is_gone(capture)):
            contents.append(_content_id(earlier))  # not asked again, or an error: what is held still stands
    if added and unlinked:
        replaced += _swapped(session, run, page, unlinked, added)
    return Observation(article_id, page.id, True, False, same, False, tuple(contents), tuple(replaced))


def _by_link(children: Sequence[Sighting]) -> tuple[list[Sighting], list[Sighting]]:
    """The files that the article names, and those that it named once: a run that reads its page sees all that it names then."""
    newest = max((child.last_run_id for child in children), default=0)
    linked = [child for child in children if child.last_run_id == newest]
    return linked, [child for child in children if child.last_run_id != newest]


def _swapped(
    session: Session, run: SiteRun, page: Capture, unlinked: Sequence[Sighting], added: Sequence[Capture]
) -> list[tuple[int, int]]:
    """Files that came in the place of others, which the page named until this run: each upload has an address of its own."""
    before = (
        select(func.max(Capture.site_run_id))
        .join(SiteRun, SiteRun.id == Capture.site_run_id)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Capture.site_id == page.site_id, Capture.url_key == page.url_key, Capture.site_run_id < run.id)
        .where(Capture.status.in_((200, 304)), Capture.blocked.is_(None), Harvest.kind.in_(WHOLE_KINDS))
    )
    last = session.scalar(before) or 0
    left = [_content_before(session, run, child) for child in unlinked if child.last_run_id >= last]
    old = [capture for capture in left if capture is not None]
    moved = {capture.body_sha256 for capture in old} & {capture.body_sha256 for capture in added}
    gone = [capture for capture in old if capture.body_sha256 not in moved]
    come = [capture for capture in added if capture.body_sha256 not in moved]
    return [(_content_id(one), _content_id(other)) for one, other in zip(gone, come, strict=False)]


def _is_gone(capture: Capture) -> bool:
    return capture.status in GONE_STATUSES or capture.blocked in GONE_DISGUISES


def _is_content(capture: Capture) -> bool:
    return capture.blocked is None and (
        capture.status == 200 or (capture.status == 304 and capture.same_as_id is not None)
    )


def _content_id(capture: Capture) -> int:
    return capture.same_as_id or capture.id


def _content_before(session: Session, run: SiteRun, sighting: Sighting) -> Capture | None:
    return _newest_content(session, sighting, Capture.site_run_id < run.id)


def _newest_content(session: Session, sighting: Sighting, *among: ColumnElement[bool]) -> Capture | None:
    return session.scalars(
        select(Capture)
        .where(Capture.site_id == sighting.site_id, Capture.url_key == sighting.url_key)
        .where(Capture.status.in_((200, 304)), Capture.blocked.is_(None), Capture.takedown_number.is_(None), *among)
        .order_by(Capture.id.desc())
        .limit(1)
    ).first()
