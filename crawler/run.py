"""A harvest's number goes in; its sites are visited and each run is closed with its reason. `python -m crawler.run --harvest ID [--json]`.

One process, one crawl: Scrapy's reactor cannot be started twice. A harvest that died is continued by running it again.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import scrapy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive import captures, harvests, lock, obstacles, sites
from archive.database import open_database, reading, require_current, writing
from archive.errors import ArchiveError
from archive.harvests import RunOfSite
from archive.home import open_store
from archive.models import Harvest
from archive.recorder import Recorder
from archive.waste import leave_alone_what_stays
from configuration import Configuration, WrongConfiguration, load
from crawler.errands import Plan
from crawler.errors import CrawlFailed
from crawler.journey import Journey
from crawler.politeness import Window, user_agent
from crawler.visits import Limits, Progress, Rounds, Visit

# A harvest leaves alone what it cannot ask about conditionally and has seen so lately; a re-crawl asks for everything.
LOOK_AGAIN_AFTER = timedelta(days=7)
LOOK_REQUESTS = 100  # enough for the lists of a county, and no more than a person would click
Tell = Callable[[Progress], None]


def crawl(
    configuration: Configuration,
    harvest_id: int,
    progress: Tell | None = None,
    only_urls: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Visit the sites of a harvest whose runs wait or were interrupted. `only_urls` (by site code) are those of a confirming harvest;
    without them it asks what is suspected. Raises CrawlFailed when the crawl as a whole could not go on, HomeInUse when another is under way.
    """
    from scrapy.crawler import CrawlerProcess

    with _rounds(configuration, harvest_id, progress or (lambda _: None), only_urls) as rounds:
        from scrapy.settings import Settings

        settings = Settings()
        settings.setmodule("crawler.settings", priority="project")
        settings.update(_settings(configuration), priority="cmdline")
        process = CrawlerProcess(settings)
        crawler = process.create_crawler("harvest")
        crawling = process.crawl(crawler, rounds=rounds)
        failures: list[Any] = []
        crawling.addErrback(failures.append)
        leave_alone_what_stays(5000, oldest=20)  # or the looks at it cost a tenth of the CPU of a crawl
        process.start()
        if rounds.fatal is not None:
            with contextlib.suppress(
                ArchiveError
            ):  # said already; where only a large body found no room, what came before it does
                rounds.recorder.flush()
            raise CrawlFailed(
                f"the crawl ended because the archive could not be written: {rounds.fatal}"
            ) from rounds.fatal
        if failures:
            raise CrawlFailed(f"the crawl did not begin: {failures[0].getErrorMessage()}")


@contextlib.contextmanager
def _rounds(
    configuration: Configuration, harvest_id: int, tell: Tell, only_urls: Mapping[str, Sequence[str]] | None
) -> Iterator[Rounds]:
    """Hold the home, open the archive, and lay out the visits; in the end close the harvest."""
    engine = open_database(configuration.effective_database_url)
    try:
        require_current(engine)
        with lock.hold(configuration.home):
            store = open_store(engine, configuration.warc_folder, configuration.store)
            recorder = Recorder(engine, store, _now, software(), configuration.contact)
            visits = _visits(engine, recorder, configuration, harvest_id, only_urls)
            with writing(engine) as session:
                harvests.take_over(session, harvest_id, _now())
            yield Rounds(configuration, engine, recorder, visits, _now, tell)
            with writing(engine) as session:
                harvests.finish_harvest(session, harvest_id, _now())
        recorder.close()  # the home is free meanwhile
    finally:
        engine.dispose()


def _visits(
    engine: Engine,
    recorder: Recorder,
    configuration: Configuration,
    harvest_id: int,
    only_urls: Mapping[str, Sequence[str]] | None,
) -> list[Visit]:
    with reading(engine) as session:
        harvest = session.get(Harvest, harvest_id)
        if harvest is None:
            raise CrawlFailed(f"there is no harvest {harvest_id}.")
        runs = [run for run in harvests.site_runs(session, harvest_id) if run.is_open]
        if harvest.kind == "confirm" and only_urls is None:
            from archive.suspicions import suspected_addresses

            only_urls = {run.site.code: suspected_addresses(session, run.site.id) for run in runs}
        if harvest.kind == "look":
            configuration = configuration.model_copy(update={"requests_a_site": LOOK_REQUESTS})
        lately = {run.id: _lately(session, run) if harvest.kind == "harvest" else frozenset() for run in runs}
        kind = harvest.kind
    recall = partial(_pages_seen, engine)
    return [_visit(recorder, configuration, run, only_urls, lately[run.id], recall, kind) for run in runs]


def _lately(session: Session, run: RunOfSite) -> frozenset[str]:
    """What a harvest need not download again: looked at not long before this run began, on a host that cannot say what is unchanged."""
    until = run.started_at or _now()
    return captures.looked_at_between(session, run.site.id, until - LOOK_AGAIN_AFTER, until)


def _pages_seen(engine: Engine, site_id: int) -> frozenset[str]:
    with reading(engine) as session:
        return obstacles.pages_seen(session, site_id)


def _visit(
    recorder: Recorder,
    configuration: Configuration,
    run: RunOfSite,
    only_urls: Mapping[str, Sequence[str]] | None,
    lately: frozenset[str],
    recall: Callable[[int], frozenset[str]],
    kind: str,
) -> Visit:
    known = recorder.known(run.site.id)
    plan = Plan(
        home_url=run.site.url,
        hosts=run.site.hosts,
        budget=configuration.requests_a_site,
        family=run.site.family,
        known=known,
        lately=lately,
        only=None if only_urls is None else list(only_urls.get(run.site.code, ())),
        look=kind == "look",
        turn=run.id,
        looked_at=partial(recall, run.site.id),
        takes_held=kind == "harvest" and not run.site.browser,
        asks_all=kind == "recrawl",
    )
    return Visit(
        run.id,
        run.site,
        Journey(plan),
        continued=run.state != "waiting",
        held=bool(known) or run.site.family is not None,
        limits=Limits(
            received_bytes=configuration.bytes_a_site,
            minutes=configuration.minutes_a_site,
            zone=ZoneInfo(configuration.timezone),
            window=Window.read(run.site.window) if run.site.window else None,
        ),
    )


def _settings(configuration: Configuration) -> dict[str, Any]:
    """What the operator's configuration means for Scrapy."""
    log = configuration.home / "logs" / "crawl.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    return {
        "USER_AGENT": user_agent(_version(), configuration.contact),
        "DOWNLOAD_TIMEOUT": configuration.timeout_seconds,
        "DOWNLOAD_MAXSIZE": configuration.largest_body_bytes,
        "SPOOL_FOLDER": str(configuration.warc_folder),
        "LOG_FILE": str(log),  # the terminal shows progress; what went wrong inside is read here
    }


def rounds_of_one_site(code: str | None, settings: Any) -> tuple[Rounds, Callable[[], None]]:
    """For `scrapy crawl harvest -a site=CODE`: a re-crawl of one site by the configuration of this folder. The function closes it again."""
    if not code:
        raise CrawlFailed("expected a site: scrapy crawl harvest -a site=CODE. `nianbao sites list` shows the codes.")
    configuration = load(os.environ, Path.cwd()).configuration
    stack = contextlib.ExitStack()
    engine = open_database(configuration.effective_database_url)
    stack.callback(engine.dispose)
    require_current(engine)
    with writing(engine) as session:
        site = sites.site_by_code(session, code)
        harvest_id = harvests.start_harvest(session, "recrawl", [site.id], _now(), "scrapy")
    rounds = stack.enter_context(_rounds(configuration, harvest_id, lambda _: None, None))
    wanted = {name: value for name, value in _settings(configuration).items() if name != "LOG_FILE"}
    settings.update(wanted, priority="spider")
    return rounds, stack.close


def software() -> str:
    return f"nianbao/{_version()} scrapy/{scrapy.__version__} isal/{version('isal')}"


def _version() -> str:
    try:
        return version("nianbao")
    except PackageNotFoundError:  # run from a tree that was not installed
        return "0.1.0"


def _now() -> datetime:
    return datetime.now(UTC)


def _print_line(progress: Progress) -> None:
    words = f"{progress.site}: {progress.state}, {progress.requests} requests, {progress.reports} reports, {progress.received_bytes} bytes"
    print(words + (f" ({progress.reason})" if progress.reason else ""), flush=True)


def _print_json(progress: Progress) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever listened was killed; that is no fault of the site's
        print(json.dumps(dataclasses.asdict(progress), ensure_ascii=False), flush=True)


def _end_with(parent: int) -> None:
    """End in order when the process that wants this crawl is gone: one that was killed must not leave a crawl that nobody stops."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=watch, daemon=True, name="parent").start()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.run", description="Visit the sites of a harvest, or continue one that died."
    )
    parser.add_argument("--harvest", type=int, required=True, help="the harvest's number")
    parser.add_argument("--json", action="store_true", help="tell progress as one JSON object a line")
    parser.add_argument("--parent", type=int, help="the process whose crawl it is: it ends with that one")
    chosen = parser.parse_args(arguments)
    if chosen.parent is not None:
        _end_with(chosen.parent)
    try:
        configuration = load(os.environ, Path.cwd()).configuration
        crawl(configuration, chosen.harvest, _print_json if chosen.json else _print_line)
    except (CrawlFailed, ArchiveError, WrongConfiguration) as error:
        logging.getLogger(__name__).debug("the crawl ended", exc_info=True)
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
