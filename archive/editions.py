"""Two readings of a report in, the kind of what differs between them out: what moves by itself is no difference, nor is what a newer reader reads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from archive import masks
from archive.disappearances import says_something
from archive.models import ChangeRow, Reading
from archive.observations import Observation
from reports.model import ChangeKind
from reports.packing import unpack


def kind_of(session: Session, before: Reading | None, after: Reading, seen: Observation, at: datetime) -> ChangeKind:
    """What differs between two versions, by its weightiest part; cosmetic when a reader of the page could not tell them apart."""
    if before is None:
        return ChangeKind.NEW
    from_attachment = after.capture_id != after.page_capture_id
    if from_attachment and any(new == after.capture_id for _, new in seen.replaced):
        return ChangeKind.ATTACHMENT_REPLACED
    comparable = before.reader_version == after.reader_version  # two readers that differ prove nothing of the source
    figures = comparable and before.figures_sha256 != after.figures_sha256
    if figures and says_something(before) and says_something(after) and before.state == after.state == "read":
        return ChangeKind.FIGURES_CHANGED
    if seen.replaced:
        return ChangeKind.ATTACHMENT_REPLACED
    if comparable and before.text_sha256 != after.text_sha256 and _words_differ(session, before, after, at):
        return ChangeKind.TEXT_EDITED
    return ChangeKind.UNCHANGED if seen.same_bytes else ChangeKind.COSMETIC


def holds_no_report_now(before: Reading | None, seen: Observation, after: Reading) -> bool:
    """Whether an address that held a report answers with something else, though not with an error: an emptied page, another article."""
    if before is None or before.id == after.id or seen.replaced or before.reader_version != after.reader_version:
        return False
    from_page = after.capture_id == after.page_capture_id  # a file that cannot be read may be the report all the same
    shown = after.state in ("read", "not a report") or (from_page and after.report is not None)
    return shown and says_something(before) and not says_something(after)


def is_better_read(before: Reading, after: Reading) -> bool:
    """By a newer reader; or at last, where the earlier version could not be read."""
    if before.id == after.id:
        return False
    if before.reader_version < after.reader_version:
        return True
    whole = after.state == "read" and says_something(after)
    return whole and not (before.state == "read" and says_something(before))


def says_the_same(session: Session, suspicion: ChangeRow, first: Reading, after: Reading, at: datetime) -> bool:
    """Whether a fetch with other bytes (a counter went on) shows the words and figures of the version before the suspicion."""
    words_and_figures = (ChangeKind.FIGURES_CHANGED.value, ChangeKind.TEXT_EDITED.value)
    return (
        suspicion.kind in words_and_figures
        and first.reader_version == after.reader_version
        and first.figures_sha256 == after.figures_sha256
        and (first.text_sha256 == after.text_sha256 or same_text(session, first, after, at))
    )


def same_text(session: Session, before: Reading, after: Reading, at: datetime) -> bool:
    """Whether what differs in the words moves by itself."""
    versions = _versions(session, before, after)
    return versions is not None and masks.same_but_for_masks(session, after.sighting_id, *versions, at)


def learn(session: Session, before: Reading, after: Reading, at: datetime, third: bool) -> bool:
    """Mask what differs in the words and moves by itself; False where somebody may have edited them."""
    versions = _versions(session, before, after)
    return versions is not None and masks.learn_second_fetch(session, after.sighting_id, versions, at, third)


def _words_differ(session: Session, before: Reading, after: Reading, at: datetime) -> bool:
    """What was not read before may always have said what is read now."""
    if not says_something(before):
        return False
    return not says_something(after) or not same_text(session, before, after, at)


def _versions(session: Session, before: Reading, after: Reading) -> tuple[masks.Version, masks.Version] | None:
    if before.report is None or after.report is None:
        return None
    return (
        masks.version_of(session, before.page_capture_id, unpack(before.report)),
        masks.version_of(session, after.page_capture_id, unpack(after.report)),
    )
