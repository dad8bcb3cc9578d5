"""Exchanges and found reports of running site runs in; WARC records first, then rows, out. The one writer of a crawl process.

What is recorded waits in memory until the next flush: then the bytes are written and synced, and only after that the rows are committed.
A row therefore never names a byte that is not on the disk. A kill between the two leaves records without rows: the next start takes them
into the index (archive.recovery), so that nothing fetched is asked for again and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.orm import Session

from archive import captures
from archive.captures import KeptBody, Validators
from archive.database import reading, writing
from archive.exchange import Exchange, WarcLocation
from archive.harvests import OPEN_STATES
from archive.models import SITE_RUN_STATES, Capture, Harvest, Sighting, Site, SiteRun, WarcFile
from archive.places import Depot
from archive.recovery import recover, require_head, row_of_seal
from archive.sightings import FoundReport, KnownSighting, SeenReport, known_sightings, save_sightings
from archive.upkeep import settle
from archive.waiting import WaitingCapture, insert_waiting
from archive.warc import SUFFIX, Cut, WarcStore
from archive.warcinfo import warcinfo_of


@dataclass(frozen=True, slots=True)
class Batches:
    """When a flush comes by itself, and when a file is large enough."""

    exchanges: int = 200
    seconds: float = 2.0
    waiting_bytes: int = 16 * 1024**2
    file_bytes: int = 1024**3


@dataclass(slots=True)
class _Run:
    """What the recorder knows of one running site run."""

    id: int
    site_id: int
    stem: str
    warcinfo: dict[str, str]
    number: int
    file: str
    file_id: int | None
    file_opened_at: datetime
    payloads: set[int]  # the first 8 bytes of each payload hash that the site has: asks the database only when it pays
    answers: dict[str, tuple[WarcLocation, WarcLocation | None]]
    seen: list[SeenReport] = field(default_factory=list)
    unnoted: list[SeenReport] = field(default_factory=list)


class Recorder:
    """Make one at the start of the process that crawls, holding the home's lock: it first mends what an unclean end left."""

    def __init__(
        self,
        engine: Engine,
        store: WarcStore,
        now: Callable[[], datetime],
        software: str,
        contact: str,
        batches: Batches = Batches(),
    ) -> None:
        self._engine = engine
        self._store = store
        self._now = now
        self._about = {"software": software, "operator": contact, "robots": "obey"}
        self._batches = batches
        self._runs: dict[int, _Run] = {}
        self._waiting: list[WaitingCapture] = []
        self._waiting_bytes = 0
        self._waiting_bodies: dict[tuple[int, str], KeptBody] = {}
        self._flushed_at = now()
        self._settler: ThreadPoolExecutor | None = None
        self._settling: Future[int] | None = None
        self.cuts: list[Cut] = recover(engine, store, now())
        require_head(engine, store)
        self._settle()

    def begin(self, site_run_id: int) -> None:
        """Mark the run as running and open its WARC file, or go on with the one that an unclean end left open."""
        now = self._now()
        with writing(self._engine) as session:
            row = session.get_one(SiteRun, site_run_id)
            site, harvest = session.get_one(Site, row.site_id), session.get_one(Harvest, row.harvest_id)
            row.state = "running"
            row.started_at = row.started_at or now
            files = session.scalars(select(WarcFile).where(WarcFile.site_run_id == row.id).order_by(WarcFile.id)).all()
            unsealed = any(file.sealed_at is None for file in files)
            left_open = self._store.open_files() if unsealed else []  # looks through the whole folder
            half = next((file for file in files if file.sealed_at is None and file.name in left_open), None)
            stem = f"{site.code}/{site.code}-{now:%Y%m%dT%H%M%SZ}-r{row.id}"
            run = self._runs[row.id] = _Run(
                id=row.id,
                site_id=site.id,
                stem=half.name.removesuffix(SUFFIX).rpartition("-")[0] if half else stem,
                warcinfo=warcinfo_of(self._about, harvest, row, site),
                number=len(files) - 1 if half else len(files),
                file=half.name if half else "",
                file_id=half.id if half else None,
                file_opened_at=half.opened_at if half else now,
                payloads=_payloads(session, site.id),
                answers=captures.answers_of_run(session, row.id),
            )
        run.file = run.file or f"{run.stem}-{run.number:05d}{SUFFIX}"
        self._store.open(run.file, run.warcinfo, run.file_opened_at)

    def record(
        self, site_run_id: int, exchange: Exchange, *, purpose: str, url_key: str, blocked: str | None = None
    ) -> None:
        """Append the exchange. Its row becomes visible, and is then durable, with the next flush."""
        run = self._runs[site_run_id]
        index = captures.index_of(exchange, purpose, url_key, blocked)
        same_as = self._same_as(run, exchange, index)
        location = self._store.write(
            run.file, exchange, index["payload_sha256"], index, same_as.original if same_as else None
        )
        values = captures.row_values(exchange, index, location, same_as)
        self._waiting.append(WaitingCapture(run.id, run.site_id, values, same_as))
        self._waiting_bytes += location.length
        run.answers[url_key] = (location, same_as.location if same_as and values["status"] != 304 else None)
        if same_as is None and exchange.body and not exchange.truncated:
            kept = captures.kept_here(exchange, values, location)
            self._waiting_bodies[run.site_id, index["payload_sha256"]] = kept
            run.payloads.add(_mark(index["payload_sha256"]))
        self.flush_when_due()

    def _same_as(self, run: _Run, exchange: Exchange, index: Mapping[str, Any]) -> KeptBody | None:
        """The body that this answer repeats: an equal payload of the site, or for a 304 the newest whole answer of the address."""
        if exchange.status == 304:
            self._flush_before(run.site_id, index["url_key"])
            with reading(self._engine) as session:
                newest = captures.newest_whole(session, run.site_id, index["url_key"])
                return None if newest is None else captures.body_of(session, newest)
        payload = index["payload_sha256"]
        if not exchange.body or exchange.truncated or _mark(payload) not in run.payloads:
            return None
        waiting = self._waiting_bodies.get((run.site_id, payload))
        if waiting is not None:
            return waiting
        with reading(self._engine) as session:
            return captures.kept_body(session, run.site_id, payload)

    def sight(self, site_run_id: int, found: FoundReport, seen_at: datetime | None = None) -> None:
        """Note that a list names this report, or an article this attachment; now, or when another program saw it."""
        run = self._runs[site_run_id]
        seen = SeenReport(found, seen_at or self._now())
        run.seen.append(seen)
        run.unnoted.append(seen)

    def flush(self) -> None:
        """Bytes to the disk, then rows into the index. When it raises, nothing was acknowledged and it may be called again."""
        self._commit()
        for run in self._runs.values():
            if self._store.size(run.file) >= self._batches.file_bytes:
                self._next_file(run)

    def _commit(self) -> None:
        for run in self._runs.values():
            self._note_sightings(run)
        self._store.sync()
        self._flushed_at = self._now()
        with writing(self._engine, in_memory=True) as session:
            files = {run.id: run.file_id or _add_file(session, run) for run in self._runs.values()}
            insert_waiting(session, self._waiting, files)
            for run in self._runs.values():
                if run.seen:
                    save_sightings(session, run.site_id, run.id, run.seen)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._waiting_bodies.clear()
        for run in self._runs.values():
            run.file_id = files[run.id]
            run.seen.clear()

    def _note_sightings(self, run: _Run) -> None:
        """Write what was seen into the file too, so that the index can be made again from it."""
        if run.unnoted:
            notes = [("sighting", seen.as_json()) for seen in run.unnoted]
            self._store.write_notes(run.file, f"urn:nianbao:run:{run.id}:sightings", self._now(), notes)
            run.unnoted = []

    def finish(self, site_run_id: int, state: str, reason: str | None, facts: Mapping[str, Any]) -> None:
        """Flush, seal the run's file and close its row, counted from the captures themselves."""
        if state not in SITE_RUN_STATES:
            raise ValueError(f"expected one of {SITE_RUN_STATES}, got {state!r}")
        run = self._runs[site_run_id]
        now = self._now()
        self._note_sightings(run)
        end = {"state": state, "reason": reason, "facts": dict(facts), "ended_at": now.isoformat()}
        self._store.write_notes(run.file, f"urn:nianbao:run:{run.id}:end", now, [("end", end)])
        self._commit()  # and no next file: this one is the last
        seal = self._store.seal(run.file, now)
        with writing(self._engine) as session:
            session.execute(update(WarcFile).where(WarcFile.id == run.file_id).values(row_of_seal(seal)))
            row = session.get_one(SiteRun, run.id)
            row.state, row.reason, row.facts = state, reason, {**row.facts, **facts}
            row.ended_at = None if state in OPEN_STATES else now
            count_captures(session, row)
            count_reports(session, row)
        del self._runs[site_run_id]
        self._settle()

    def replay(self, site_run_id: int, url_key: str) -> Exchange | None:
        """What this very run captured of the address, so that a run that is continued does not ask for it again. A 304 has no body."""
        answer = self._runs[site_run_id].answers.get(url_key)
        if answer is None:
            return None
        own, kept = answer
        found = self._store.read(own)
        return found if kept is None else replace(found, body=self._store.answer(kept).body)

    def validators(self, site_id: int, url_key: str) -> Validators | None:
        """What to send along with a conditional request, None when nothing is held that could be unchanged."""
        self._flush_before(site_id, url_key)
        with reading(self._engine) as session:
            newest = captures.newest_whole(session, site_id, url_key)
        if newest is None or not (newest.etag or newest.last_modified):
            return None
        return Validators(newest.etag, newest.last_modified)

    def stored(self, site_id: int, url_key: str) -> Exchange | None:
        """The newest answer 200 of the address that is whole and is content, with its body."""
        self._flush_before(site_id, url_key)
        with reading(self._engine) as session:
            newest = captures.newest_whole(session, site_id, url_key)
            return None if newest is None else captures.exchange(session, self._store, newest)

    def known(self, site_id: int) -> list[KnownSighting]:
        """What earlier runs saw at this site, articles before their attachments."""
        with reading(self._engine) as session:
            return known_sightings(session, site_id)

    def _flush_before(self, site_id: int, url_key: str) -> None:
        if any(waiting.site_id == site_id and waiting.values["url_key"] == url_key for waiting in self._waiting):
            self.flush()

    def flush_when_due(self) -> None:
        """Flush when enough waits, or when what waits has waited long enough."""
        if not self._waiting and not any(run.seen for run in self._runs.values()):
            return
        elapsed = (self._now() - self._flushed_at).total_seconds()
        due = len(self._waiting) >= self._batches.exchanges or self._waiting_bytes >= self._batches.waiting_bytes
        if due or elapsed >= self._batches.seconds or elapsed < 0:  # a clock that was set back must not put it off
            self.flush()

    def _next_file(self, run: _Run) -> None:
        now = self._now()
        seal = self._store.seal(run.file, now)
        with writing(self._engine) as session:
            session.execute(update(WarcFile).where(WarcFile.id == run.file_id).values(row_of_seal(seal)))
        run.number += 1
        run.file, run.file_id, run.file_opened_at = f"{run.stem}-{run.number:05d}{SUFFIX}", None, now
        self._store.open(run.file, run.warcinfo, now)
        self._settle()

    def close(self) -> None:
        """Wait for what is still being brought to where it rests. Raises what was no fault of the place."""
        if self._settling is not None:
            self._settling.result()

    def _settle(self) -> None:
        """Have what is sealed brought to where it rests, behind the crawl's back, one call at a time; what is sealed meanwhile comes with the next."""
        if not isinstance(self._store.files, Depot) or (self._settling is not None and not self._settling.done()):
            return
        if self._settling is not None:
            self._settling.result()  # raises what was no fault of the place
        self._settler = self._settler or ThreadPoolExecutor(1, "settling")
        self._settling = self._settler.submit(settle, self._engine, self._store, self._now())


def count_captures(session: Session, run: SiteRun) -> None:
    """Set the run's counts from its captures, so that nothing can be counted twice."""
    captured = select(func.count(), func.coalesce(func.sum(Capture.size).filter(Capture.status != 304), 0))
    run.requests, run.received_bytes = session.execute(captured.where(Capture.site_run_id == run.id)).one()


def count_reports(session: Session, run: SiteRun) -> None:
    """Set how many reports the run saw: right only until a later run of the site begins, which takes the sightings over."""
    seen = select(func.count()).where(Sighting.last_run_id == run.id, Sighting.parent_id.is_(None))
    run.reports_seen = session.scalar(seen) or 0


def _payloads(session: Session, site_id: int) -> set[int]:
    held = select(Capture.payload_sha256).where(
        Capture.site_id == site_id, Capture.same_as_id.is_(None), Capture.size > 0
    )
    return {_mark(payload) for payload in session.scalars(held)}


def _mark(payload_sha256: str) -> int:
    return int(payload_sha256[:16], 16)


def _add_file(session: Session, run: _Run) -> int:
    row = {"name": run.file, "site_run_id": run.id, "opened_at": run.file_opened_at}
    return session.execute(insert(WarcFile).values(row).returning(WarcFile.id)).scalar_one()
