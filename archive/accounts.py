"""A finished harvest in, its account out: for each site what was asked, found, new, changed, vanished, and why it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import ChangeRow, Sighting, Site, SiteRun
from reports.model import ChangeKind

VANISHED = (ChangeKind.REMOVED.value, ChangeKind.MOVED.value)


@dataclass(frozen=True, slots=True)
class Account:
    site: str
    state: str
    reason: str | None
    requests: int
    received_bytes: int
    reports: int
    new: int
    unchanged: int
    changed: int
    vanished: int
    suspected: int

    def sentence(self) -> str:
        """In plain words, for a terminal."""
        if self.state != "done":
            return (
                f"{self.site}: {self.state} after {self.requests} requests. {self.reason or 'No reason was recorded.'}"
            )
        parts = [
            f"{count} {word}"
            for count, word in (
                (self.new, "new"),
                (self.unchanged, "unchanged"),
                (self.changed, "changed"),
                (self.vanished, "vanished"),
                (self.suspected, "suspected of a change and not settled"),
            )
            if count
        ]
        return f"{self.site}: {self.reports} reports ({', '.join(parts) or 'none'}) in {self.requests} requests."


COLUMNS = tuple(field.name for field in fields(Account))


def accounts(session: Session, harvest_ids: Sequence[int]) -> list[Account]:
    """One for each site of the first harvest; requests of the second, which confirmed, are counted in."""
    runs = session.execute(
        select(SiteRun, Site)
        .join(Site, Site.id == SiteRun.site_id)
        .where(SiteRun.harvest_id.in_(harvest_ids))
        .order_by(SiteRun.id)
    ).all()
    first: dict[int, tuple[SiteRun, Site]] = {}
    requests: Counter[int] = Counter()
    received: Counter[int] = Counter()
    for run, site in runs:
        first.setdefault(site.id, (run, site))
        requests[site.id] += run.requests
        received[site.id] += run.received_bytes
    return [_account(session, run, site, requests[site.id], received[site.id]) for run, site in first.values()]


def _account(session: Session, run: SiteRun, site: Site, requests: int, received: int) -> Account:
    since = run.started_at
    kinds = Counter(
        (change.kind, change.state)
        for change in session.scalars(
            select(ChangeRow)
            .join(Sighting, Sighting.id == ChangeRow.sighting_id)
            .where(Sighting.site_id == site.id, ChangeRow.suspected_at >= since)
        )
    )
    raised = {kind: count for (kind, state), count in kinds.items() if state == "raised"}
    fresh = _seen_first_in(session, run)
    vanished = sum(raised.get(kind, 0) for kind in VANISHED)
    changed = sum(raised.values()) - vanished - raised.get(ChangeKind.NEW.value, 0)
    suspected = sum(count for (_, state), count in kinds.items() if state == "suspected")
    return Account(
        site=site.code,
        state=run.state,
        reason=run.reason,
        requests=requests,
        received_bytes=received,
        reports=run.reports_seen,
        new=fresh,
        unchanged=max(0, run.reports_seen - fresh - changed - vanished - suspected),
        changed=changed,
        vanished=vanished,
        suspected=suspected,
    )


def _seen_first_in(session: Session, run: SiteRun) -> int:
    if run.started_at is None:
        return 0
    seen = session.scalars(
        select(Sighting.id).where(
            Sighting.site_id == run.site_id, Sighting.parent_id.is_(None), Sighting.first_seen_at >= run.started_at
        )
    )
    return len(seen.all())
