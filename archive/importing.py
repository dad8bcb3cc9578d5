"""WARC files of other programs in, captures of one site out: all files are judged first, and nothing is recorded unless each may be taken whole.

The captures are written anew as our own records, with the name and record id they came from in their facts; each file's hash stands in
the run. An import that was stopped goes on: what it recorded already is not recorded again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from pathlib import Path

from sqlalchemy import Engine, select

from archive import foreign, harvests, sites
from archive.database import reading, writing
from archive.errors import NotTakenIn
from archive.foreign import Judged, Originals
from archive.models import Capture, Harvest, SiteRun
from archive.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in, and what was passed over because it is no answer of a web server."""

    run: int
    captures: int
    passed_over: dict[str, int]
    remarks: tuple[str, ...]


def import_files(
    engine: Engine,
    recorder: Recorder,
    paths: Sequence[Path],
    site: str,
    url_key: Callable[[str], str],
    now: Callable[[], datetime],
) -> Imported:
    """Take these files into a site. Call it holding the home's lock. Raises NotTakenIn with every file that cannot be, and why."""
    originals = Originals()
    judged = _judged(paths, originals)
    for path in paths:
        for _ in foreign.exchanges(
            path, originals, "revisit"
        ):  # every revisit finds its original before anything is written
            pass
    with reading(engine) as session:
        site_id = sites.site_by_code(session, site).id
        hashes = [one.sha256 for one in judged]
        for run_id, facts in session.execute(select(SiteRun.id, SiteRun.facts).where(SiteRun.state == "done")):
            held = set((facts or {}).get("imported", ())) & set(hashes)
            if held:
                names = ", ".join(str(one.path) for one in judged if one.sha256 in held)
                raise NotTakenIn(f"{names} was imported already, by run {run_id}: nothing was taken in.")
    run_id = _run(engine, site_id, hashes, now())
    recorder.begin(run_id)
    with reading(engine) as session:
        rows = session.execute(select(Capture.url, Capture.fetched_at).where(Capture.site_run_id == run_id))
        held_rows = Counter((url, at) for url, at in rows)
    count = 0
    for kind, path in product(("response", "revisit"), paths):
        for exchange in foreign.exchanges(path, originals, kind):
            count += 1
            if held_rows[exchange.url, exchange.fetched_at]:
                held_rows[exchange.url, exchange.fetched_at] -= 1
                continue
            recorder.record(run_id, exchange, purpose="other", url_key=url_key(exchange.url))
    recorder.finish(run_id, "done", None, {"imported": hashes})
    with writing(engine) as session:
        harvests.finish_harvest(session, session.get_one(SiteRun, run_id).harvest_id, now())
    kinds = sum((Counter(one.kinds) for one in judged), Counter[str]())
    passed = {
        kind: number for kind, number in kinds.items() if kind not in ("response", "revisit", "request", "warcinfo")
    }
    return Imported(run_id, count, passed, tuple(f"{one.path}: {remark}" for one in judged for remark in one.remarks))


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
