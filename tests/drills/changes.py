"""The drill of the changes: counties whose every page moves at every visit, watched over years; each planted edit must be flagged once, in its class.

    python -m tests.drills.changes [--counties 10] [--organs 30] [--years 7] [--seed 1]

The default is 2,055 documents; the last three report years are published one after the other. Each simulated year brings new reports, another design of
every page, and edits of every kind behind the archive's back: of figures and words, silent and announced; files swapped at their address and at
another; withdrawals with a 404 and with an apology; moves, half of them edited on the way; restorations, half of them edited. Some files answer with
errors all year. On every page there are the day, a counter, tokens in a form and in a script, and related links; in every second county a counter
and a session stand among the report's own words, too. None of that may be flagged. Tells on stderr how far it is, and prints one line of JSON;
ends with 1 when an edit was missed, or flagged as another, or anything else was.

Measured on x86-64, 2 shared cores, CPython 3.11.7, load 5 to 6. With the default sizes: 2,055 documents, 5,895 pages fetched again, 547 reports masked, 990 edits
planted (873 new reports, 117 of the other kinds), none missed and nothing else flagged; 423 s of CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, select

import demonstration
from archive.database import migrate, open_database, reading, writing
from archive.desk import Desk
from archive.models import Capture, ChangeRow, FlagRow, Harvest, Mask, Sighting, SiteRun
from archive.warc import WarcStore
from configuration import Configuration
from crawler.campaign import Campaign
from demo.chance import Chance
from demo.faults import Kind
from demo.plants import Plants
from demo.server import CountyServer
from demo.world import World
from reports.model import ChangeKind

Key = tuple[str, int]  # an organ and a year
Plant = Callable[[str, int], object]

MOVING = ("moving_day", "moving_tokens", "moving_links")
MOVING_INSIDE = (*MOVING, "moving_words")  # of every second county
LAST_YEAR = 2025
SILENCE_COUNTS = (ChangeKind.FIGURES_CHANGED, ChangeKind.TEXT_EDITED, ChangeKind.ATTACHMENT_REPLACED)


@dataclass(frozen=True, slots=True)
class Size:
    counties: int = 10
    organs: int = 30  # of a county, its government among them
    years: int = 7  # the form is that of 2019: no earlier report can be made
    simulated: int = 3
    edits: int = 3  # of each kind in each simulated year, and files that fail
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    documents: int = 0
    fetched_again: int = 0  # pages of reports that were held already, and came with other bytes or not
    masked: int = 0  # reports inside which something moves, as was learnt from second fetches
    planted: dict[str, int] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        return not self.missed and not self.extra


def drill(size: Size, home: Path, tell: Callable[[str], None] = lambda line: None) -> Outcome:
    started = time.monotonic()

    def step(words: str) -> None:
        tell(f"{time.monotonic() - started:7.1f} s  {words}")

    years = tuple(range(LAST_YEAR - size.years + 1, LAST_YEAR + 1))
    towns = size.organs // 2
    world = World.build(
        size.seed,
        counties=size.counties,
        townships=towns,
        departments=size.organs - towns - 1,
        years=years,
        held_back=years[-size.simulated :],
        hazards={number: MOVING_INSIDE if number % 2 else MOVING for number in range(size.counties)},
    )
    settings = Configuration(home=home, contact="drill@localhost", delay_seconds=0, confirm_after_seconds=0)
    migrate(settings.effective_database_url)
    engine = open_database(settings.effective_database_url)
    desk = Desk(
        engine,
        WarcStore(settings.warc_folder),
        lambda: datetime.now(UTC),
        workers=os.cpu_count() or 1,
        progress=lambda p: step(f"read {p.site}: {p.of}") if p.read == p.of else None,
    )
    campaign = Campaign(settings, desk, on_crawl=lambda line: _tell_end(line, step))
    try:
        with CountyServer(world) as county:
            sites = demonstration._add_sites(engine, county.truth())
            step(f"{len(sites)} counties are up; the first harvest begins")
            campaign.run("harvest", sites)
            chance = Chance(size.seed, "drill of the changes")
            withdrawn: list[Key] = []
            for year in years[-size.simulated :]:
                county.clear_faults()
                withdrawn, failing = _live_a_year(county, chance, year, size, withdrawn)
                _let_files_fail(county, failing)
                step(f"the reports of {year} are out, {len(county.plants.edits)} edits planted so far; re-crawl")
                campaign.run("recrawl", sites)
                _let_a_year_pass(engine)
            outcome = _compare(engine, county.truth()["edits"])
    finally:
        engine.dispose()
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def _let_a_year_pass(engine: Engine) -> None:
    """The second looks of one year are not those of the same day as the next year's: a site is looked at so many times a day."""
    with writing(engine) as session:
        for harvest in session.scalars(select(Harvest)):
            harvest.started_at -= timedelta(days=365)


def _tell_end(line: Mapping[str, Any], step: Callable[[str], None]) -> None:
    if line.get("state") not in ("waiting", "running"):
        step(f"{line.get('site')}: {line.get('state')}, {line.get('requests')} requests, {line.get('reports')} reports")


def _live_a_year(
    county: CountyServer, chance: Chance, year: int, size: Size, withdrawn: Sequence[Key]
) -> tuple[list[Key], list[Key]]:
    """New reports, edits of every kind in reports of their own, another design. Gives what was withdrawn, to be restored a year later, and
    whose files fail until the next year."""
    plants = county.plants
    edited = {(edit.organ, edit.year) for edit in plants.edits}
    plants.publish_year(year)
    for site in range(len(county.sites)):
        plants.redesign(site)
    for number, key in enumerate(withdrawn):
        plants.restore(*key)
        if number % 2:
            _edit_after(plants, key)  # it comes back otherwise than it went away
    reports = {(r["organ"], r["year"]): r for r in county.truth()["reports"]}
    sound = [key for key, r in reports.items() if r["presence"] == "here" and not r["planted"] and r["year"] < year]
    waiting = iter(chance.several([key for key in sound if key not in edited], len(sound) - len(edited & set(sound))))
    gone: list[Key] = []
    for _ in range(size.edits):
        for plant in _kinds(plants):
            _plant(plant, waiting)
        for soft in (False, True):
            gone += _plant(partial(plants.withdraw, soft=soft), waiting)
        moved = _plant(plants.move, waiting)
        for key in moved:
            _edit_after(plants, key)  # moved and edited at once
    failing = [key for key in waiting if _has_path_of_its_own(reports[key]["attachments"])][: size.edits]
    return gone, failing


def _kinds(plants: Plants) -> tuple[Plant, ...]:
    """What changes a report where it stands, or its address alone."""
    return (
        plants.edit_figures,
        partial(plants.edit_figures, announced=True),
        plants.edit_text,
        partial(plants.edit_text, announced=True),
        plants.move,
        plants.replace_attachment,
        partial(plants.replace_attachment, elsewhere=True),
    )


def _plant(plant: Plant, waiting: Iterator[Key]) -> list[Key]:
    """Plant in the next report that is made for it: figures in a page, an attachment that there is."""
    for key in waiting:
        try:
            plant(*key)
        except ValueError:
            continue
        return [key]
    return []


def _edit_after(plants: Plants, key: Key) -> None:
    """Other figures in the page, or in its file."""
    try:
        plants.edit_figures(*key)
    except ValueError:
        plants.replace_attachment(*key)


def _has_path_of_its_own(files: Sequence[str]) -> bool:
    """A fault goes by the path: where every download has the same one, it would hit the others, too."""
    return bool(files) and not any("?" in url for url in files)


def _let_files_fail(county: CountyServer, keys: Sequence[Key]) -> None:
    """Their files answer with an error at every try until the faults are cleared: that is no change of any report."""
    reports = {(r["organ"], r["year"]): r for r in county.truth()["reports"]}
    for key in keys:
        for url in reports[key]["attachments"]:
            county.fault(county.plants.site_of(key[0]), Kind.UNAVAILABLE, path=urlsplit(url).path)


def _compare(engine: Engine, edits: Sequence[Any]) -> Outcome:
    with reading(engine) as session:
        rows = session.execute(
            select(ChangeRow, Sighting.url).join(Sighting, Sighting.id == ChangeRow.sighting_id)
        ).all()
        found = [(c.kind, url, c.silent) for c, url in rows if c.state == "raised"]
        outcome = Outcome(
            documents=session.scalar(select(func.count()).select_from(Sighting).where(Sighting.parent_id.is_(None)))
            or 0,
            fetched_again=_fetched_again(session),
            extra=[f"still suspected: {c.kind} {url}" for c, url in rows if c.state == "suspected"],
        )
        outcome.masked = session.scalar(select(func.count(Mask.sighting_id.distinct()))) or 0
        flagged = session.scalar(select(func.count()).select_from(FlagRow).where(FlagRow.change_id.is_not(None))) or 0
    planted = [
        (e["kind"], e["url_before"] or e["url_after"], e["silent"] and e["kind"] in SILENCE_COUNTS) for e in edits
    ]
    outcome.planted = dict(sorted(Counter(kind for kind, _, _ in planted).items()))
    left = Counter(planted)
    left.subtract(found)
    outcome.missed += [f"{count} × {change}" for change, count in left.items() if count > 0]
    outcome.extra += [f"{-count} × {change}" for change, count in left.items() if count < 0]
    new = sum(kind == ChangeKind.NEW for kind, _, _ in found)
    if flagged != len(found) - new:
        outcome.extra.append(f"{flagged} flags for {len(found) - new} changes that need one")
    return outcome


def _fetched_again(session: Any) -> int:
    """Answers with content from pages of reports, in runs after the first."""
    first = select(func.min(Harvest.id)).scalar_subquery()
    query = (
        select(func.count())
        .select_from(Capture)
        .join(SiteRun, SiteRun.id == Capture.site_run_id)
        .where(SiteRun.harvest_id != first, Capture.purpose == "article", Capture.status == 200)
    )
    return int(session.scalar(query) or 0)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Plant edits in counties whose pages all move, and count what is flagged."
    )
    for name in ("counties", "organs", "years", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    with tempfile.TemporaryDirectory(prefix="nianbao-drill-") as folder:
        outcome = drill(Size(**vars(parser.parse_args())), Path(folder), lambda line: print(line, file=sys.stderr))
    print(json.dumps(asdict(outcome), ensure_ascii=False))
    return 0 if outcome.well else 1


if __name__ == "__main__":
    sys.exit(main())
