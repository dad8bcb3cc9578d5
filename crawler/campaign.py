"""Sites in, a finished campaign out: crawl them, read what came, fetch suspected changes a second time, settle them.

The yearly harvest, a re-crawl by hand and one ordered in the browser are all this. Crawling runs in a child process, because one process
carries one crawl; everything that matters is in the database and the WARC files, so a campaign that was killed is simply started again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from archive import bookkeeping, harvests, overall, readings, upkeep
from archive.database import reading, writing
from archive.desk import Desk, Progress
from archive.errors import DatabaseUnusable
from archive.ledger_flags import review_ledger
from archive.models import ChangeRow, Harvest, Sighting, Site, SiteRun
from archive.readings import Counts
from configuration import Configuration
from crawler.errors import CrawlFailed

CONFIRMED_A_DAY = 4  # second looks at one site in a day
LOOKS = 2  # of them, after one crawl
BOOKS_SECONDS = 60.0  # between two looks for books that count no more, while a campaign crawls and reads


@dataclass(frozen=True, slots=True)
class Campaign:
    configuration: Configuration
    desk: Desk
    on_crawl: Callable[[Mapping[str, Any]], None] = lambda progress: None  # each line the crawling process reports
    on_wait: Callable[[float], None] = time.sleep

    @property
    def engine(self) -> Engine:
        return self.desk.engine

    @property
    def now(self) -> Callable[[], datetime]:
        return self.desk.now

    def run(self, kind: str, site_ids: Sequence[int], ordered_by: str | None = None) -> tuple[list[int], Counts]:
        """Harvest these sites to the end, settle what changed, look over their ledger. Gives the harvests made (all but the first confirm) and the counts."""
        with writing(self.engine) as session:
            first = self._begun(session, kind, site_ids) or harvests.start_harvest(
                session, kind, site_ids, self.now(), ordered_by
            )
        self._crawl(first)
        counts, looks = self._settled()
        self._look_over(site_ids)
        return [first, *looks], counts

    def _look_over(self, site_ids: Sequence[int]) -> None:
        """Raise what is overdue or late in the regions of these sites, and close what came. Without a region, everywhere."""
        with reading(self.engine) as session:
            regions = session.scalars(select(Site.region_code).where(Site.id.in_(site_ids)).distinct()).all()
        for region in [None] if None in regions else regions:
            with writing(self.engine) as session:
                review_ledger(session, self.now(), self.configuration.timezone, region)
        overall.renew(self.engine, self.now(), self.configuration.timezone)

    def settle(self) -> Counts:
        """Read and confirm what a campaign that died on the way left behind; nothing is asked when it left nothing."""
        return self._settled()[0]

    def _settled(self) -> tuple[Counts, list[int]]:
        """What a second look shows otherwise again is looked at a third time: only then it is known to move by itself."""
        counts, looks = self._read(), list[int]()
        while len(looks) < LOOKS and (look := self.confirm()) is not None:
            looks.append(look)
            found = self._read()
            counts.raised += found.raised
            if not found.suspected:
                break
        return counts, looks

    def _read(self) -> Counts:
        keep_books = self._keeping_books()

        def told(progress: Progress) -> None:
            self.desk.progress(progress)
            keep_books()

        counts = readings.read_new(replace(self.desk, progress=told))
        if counts.runs:
            self._keep_books()
        return counts

    def _keeping_books(self) -> Callable[[], None]:
        """To be called again and again while it works."""
        last = time.monotonic()

        def kept() -> None:
            nonlocal last
            if time.monotonic() - last >= BOOKS_SECONDS:
                self._keep_books()
                last = time.monotonic()

        return kept

    def _keep_books(self) -> None:
        """Make the books anew that what was written made old: else whoever browses makes them, at each look. Where somebody else writes all the time
        they are made at the end, or that says why not."""
        with suppress(DatabaseUnusable):
            bookkeeping.renew(self.engine, self.now(), self.configuration.timezone)

    def confirm(self) -> int | None:
        """Ask once more for what looked changed, after the time that the settings name. Gives the harvest, or None if nothing was suspected."""
        with reading(self.engine) as session:
            suspected = session.execute(
                select(Sighting.site_id, ChangeRow.suspected_at)
                .join(Sighting, Sighting.id == ChangeRow.sighting_id)
                .where(ChangeRow.state == "suspected")
            ).all()
            tired = _asked_often(session, self.now())
        suspected = [row for row in suspected if row[0] not in tired]
        if not suspected:
            return None
        waited = (self.now() - max(at for _, at in suspected)).total_seconds()
        self.on_wait(max(0.0, self.configuration.confirm_after_seconds - waited))
        with writing(self.engine) as session:
            sites = sorted({site_id for site_id, _ in suspected})
            harvest_id = self._begun(session, "confirm", sites) or harvests.start_harvest(
                session, "confirm", sites, self.now()
            )
        self._crawl(harvest_id)
        return harvest_id

    def look(self, site_ids: Sequence[int]) -> int:
        """Crawl only to see what there is: no report is asked for or noted. Gives the harvest."""
        with writing(self.engine) as session:
            harvest_id = harvests.start_harvest(session, "look", site_ids, self.now())
        self._crawl(harvest_id)
        return harvest_id

    def _begun(self, session: Session, kind: str, site_ids: Sequence[int]) -> int | None:
        """A harvest of this kind over these very sites that died on the way: while it asked, or today while it was read."""
        found = harvests.unfinished_harvest(session, kind)
        found = found or harvests.unread_harvest(session, kind, self.now() - timedelta(days=1))
        if found is None or {run.site.id for run in harvests.site_runs(session, found)} != set(site_ids):
            return None
        return found

    def _crawl(self, harvest_id: int) -> None:
        command = [
            sys.executable,
            "-m",
            "crawler.run",
            "--harvest",
            str(harvest_id),
            "--json",
            "--parent",
            str(os.getpid()),
        ]
        keep_books = self._keeping_books()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment(self.configuration)
        ) as child:
            assert child.stdout is not None and child.stderr is not None
            try:
                for line in child.stdout:
                    self.on_crawl(json.loads(line))
                    keep_books()
                said = child.stderr.read()
            except KeyboardInterrupt:
                child.send_signal(
                    signal.SIGINT
                )  # the crawl ends in order: what it holds is flushed and its files are sealed
                child.wait(timeout=60)
                raise
        if child.returncode != 0:
            raise CrawlFailed(
                said.strip() or f"the crawling process ended with code {child.returncode} and said nothing"
            )
        upkeep.stamp(self.engine, self.desk.store, self.configuration.timestamp_url, self.now())
        upkeep.settle(self.engine, self.desk.store, self.now())
        upkeep.bring_copy(self.engine, self.desk.store, self.configuration.second_copy, self.now())


def _asked_often(session: Session, now: datetime) -> set[int]:
    """Sites whose suspicions were looked into often today: a page that is another at every look is settled tomorrow, not every hour."""
    rows = session.execute(
        select(SiteRun.site_id)
        .join(Harvest, Harvest.id == SiteRun.harvest_id)
        .where(Harvest.kind == "confirm", Harvest.started_at > now - timedelta(days=1), SiteRun.ended_at.is_not(None))
        .group_by(SiteRun.site_id)
        .having(func.count() >= CONFIRMED_A_DAY)
    )
    return {site_id for (site_id,) in rows}


def _environment(configuration: Configuration) -> dict[str, str]:
    """The child reads the same configuration, whatever folder and file the parent read it from."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
    chosen = {f"NIANBAO_{key.upper()}": str(value) for key, value in configuration.model_dump().items()}
    return inherited | chosen


def would_ask(session: Session, site_id: int) -> list[dict[str, str]]:
    """What a re-crawl of a site begins with: its home page, the lists that led to reports, and every report and file that is known."""
    home = session.get_one(Site, site_id).url
    known = session.scalars(
        select(Sighting).where(Sighting.site_id == site_id).order_by(Sighting.parent_id.is_not(None), Sighting.id)
    ).all()
    lists = dict.fromkeys(one.list_url for one in known if one.list_url and one.parent_id is None)
    return [
        {"purpose": "home", "url": home},
        *({"purpose": "list", "url": url} for url in lists if url != home),
        *({"purpose": "attachment" if one.parent_id else "article", "url": one.url} for one in known),
    ]
