"""WARC files of other programs in, captures of one site out: all files are judged first, and nothing is recorded unless each may be taken whole.

The captures are written anew as our own records, with the name and record id they came from in their facts; each file's hash stands in
the run. An import that was stopped goes on: what it recorded already is not recorded again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from pathlib import Path

from sqlalchemy import Engine, select

from archive import foreign, harvests, sites
from archive.database import reading, writing
from archive.errors import NotTakenIn
from archive.exchange import Exchange
from archive.foreign import Judged, Originals
from archive.models import Capture, Harvest, SiteRun
from archive.recorder import Recorder
from archive.sightings import FoundReport, SeenReport
from archive.sites import KnownSite


@dataclass(frozen=True, slots=True)
class Recognised:
    """What an answer is: its canonical address, what stood in the way when it is no content, and the report that its page is, with its files."""

    url_key: str
    blocked: str | None = None
    reports: tuple[FoundReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in, how many reports are in it, and what was passed over because it is no answer of a web server."""

    run: int
    captures: int
    reports: int
    passed_over: dict[str, int]
    remarks: tuple[str, ...]


def import_files(
    engine: Engine,
    recorder: Recorder,
    paths: Sequence[Path],
    site: str,
    recognise: Callable[[Exchange, KnownSite], Recognised],
    now: Callable[[], datetime],
) -> Imported:
    """Take these files into a site. Call it holding the home's lock. Raises NotTakenIn with every file that cannot be, and why.

    What is recognised as an annual report is sighted as of the day on which it was fetched, so that `read` reads it like any other.
    """
    originals = Originals()
    judged = _judged(paths, originals)
    for path in paths:
        for _ in foreign.exchanges(
            path, originals, "revisit"
        ):  # every revisit finds its original before anything is written
            pass
    with reading(engine) as session:
        known = sites.site_by_code(session, site)
        hashes = [one.sha256 for one in judged]
        for run_id, facts in session.execute(select(SiteRun.id, SiteRun.facts).where(SiteRun.state == "done")):
            held = set((facts or {}).get("imported", ())) & set(hashes)
            if held:
                names = ", ".join(str(one.path) for one in judged if one.sha256 in held)
                raise NotTakenIn(f"{names} was imported already, by run {run_id}: nothing was taken in.")
    run_id = _run(engine, known.id, hashes, now())
    recorder.begin(run_id)
    with reading(engine) as session:
        rows = session.execute(select(Capture.url, Capture.fetched_at).where(Capture.site_run_id == run_id))
        held_rows = Counter((url, at) for url, at in rows)
    look = _look(paths, originals, known, recognise)
    count = 0
    for kind, path in product(("response", "revisit"), paths):
        for exchange in foreign.exchanges(path, originals, kind):
            count += 1
            if held_rows[exchange.url, exchange.fetched_at]:
                held_rows[exchange.url, exchange.fetched_at] -= 1
                continue
            key, blocked = look.answers[exchange.url, exchange.fetched_at]
            recorder.record(run_id, exchange, purpose=look.purpose(key), url_key=key, blocked=blocked)
    there = {sighting.url_key for sighting in recorder.known(known.id)}
    for key, seen in look.reports.items():
        if key not in there and key in look.keys:  # what later runs say of a report outweighs what an older copy says
            recorder.sight(run_id, seen.found, seen.seen_at)
    recorder.finish(run_id, "done", None, {"imported": hashes})
    with writing(engine) as session:
        harvests.finish_harvest(session, session.get_one(SiteRun, run_id).harvest_id, now())
    kinds = sum((Counter(one.kinds) for one in judged), Counter[str]())
    passed = {
        kind: number for kind, number in kinds.items() if kind not in ("response", "revisit", "request", "warcinfo")
    }
    reports = sum(seen.found.parent_url_key is None for seen in look.reports.values())
    return Imported(
        run_id, count, reports, passed, tuple(f"{one.path}: {remark}" for one in judged for remark in one.remarks)
    )


@dataclass(slots=True)
class _Look:
    """What a first look through all files found: of each answer its key and whether it is content, and the reports by their keys."""

    answers: dict[tuple[str, datetime], tuple[str, str | None]] = field(default_factory=dict)
    reports: dict[str, SeenReport] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        return {key for key, _ in self.answers.values()}

    def purpose(self, key: str) -> str:
        seen = self.reports.get(key)
        if seen is None:
            return "other"
        return "article" if seen.found.parent_url_key is None else "attachment"


def _look(
    paths: Sequence[Path],
    originals: Originals,
    site: KnownSite,
    recognise: Callable[[Exchange, KnownSite], Recognised],
) -> _Look:
    """Files of a report may stand before its page: so everything is looked at before anything is recorded."""
    look = _Look()
    for kind, path in product(("response", "revisit"), paths):
        for exchange in foreign.exchanges(path, originals, kind):
            found = recognise(exchange, site)
            look.answers[exchange.url, exchange.fetched_at] = found.url_key, found.blocked
            for report in found.reports:
                held = look.reports.get(report.url_key)
                if held is None or exchange.fetched_at < held.seen_at:
                    look.reports[report.url_key] = SeenReport(report, exchange.fetched_at)
    return look


def _judged(paths: Sequence[Path], originals: Originals) -> list[Judged]:
    judged, refused = [], []
    for path in paths:
        try:
            judged.append(foreign.judge(path, originals))
        except NotTakenIn as reason:
            refused.append(str(reason))
    if refused:
        raise NotTakenIn("\n".join((*refused, "Nothing was taken in.")))
    return judged


def _run(engine: Engine, site_id: int, hashes: Sequence[str], now: datetime) -> int:
    """The run that imports these very files: one that was stopped, or a new one."""
    with writing(engine) as session:
        stopped = session.scalars(
            select(SiteRun)
            .join(Harvest, Harvest.id == SiteRun.harvest_id)
            .where(Harvest.kind == "import", SiteRun.site_id == site_id, SiteRun.state.in_(harvests.OPEN_STATES))
        )
        for run in stopped:
            if (run.facts or {}).get("importing") == list(hashes):
                return run.id
        (made,) = harvests.site_runs(session, harvests.start_harvest(session, "import", [site_id], now))
        session.get_one(SiteRun, made.id).facts = {"importing": list(hashes)}
        return made.id
