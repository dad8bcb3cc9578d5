"""Whole crawls of the county in a box, in the order in which an archive lives: first harvest, edits, second harvest, confirmation."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.harvests import RunOfSite
from archive.warc import WarcStore
from demo.faults import Kind
from demo.log import Entry
from demo.server import CountyServer
from demo.world import World

ROOT = Path(__file__).parents[2]
SIZES: dict[str, Any] = {"townships": 2, "departments": 2, "years": (2022, 2023, 2024)}


@dataclass
class Lived:
    """What each crawl did, kept for the tests to look at."""

    truth: dict[str, Any]
    first: dict[str, RunOfSite]
    first_log: tuple[Entry, ...]
    first_captures: list[Any]
    first_sightings: list[Any]
    edits: dict[str, Any]
    second: dict[str, RunOfSite]
    second_log: tuple[Entry, ...]
    second_captures: list[Any]
    third: dict[str, RunOfSite]
    third_log: tuple[Entry, ...]
    most_at_once: list[int]
    home: Any


@pytest.fixture(scope="module")
def lived(shared_crawling: Any) -> Iterator[Lived]:
    home = shared_crawling
    with CountyServer(World.build(3, **SIZES)) as server:
        ids = [home.add(site.url) for site in server.sites]
        truth = server.truth()
        first = home.crawl("harvest", ids)
        first_log, at_once = server.log.entries(), [server.log.most_at_once(site.host) for site in server.sites]
        first_captures, first_sightings = home.captures(), home.sightings()
        in_page = [report for report in truth["reports"] if report["carriers"] == ["html"]]
        gone, soft, moved = in_page[0], in_page[-1], in_page[len(in_page) // 2]
        server.plants.withdraw(gone["organ"], gone["year"])
        server.plants.withdraw(soft["organ"], soft["year"], soft=True)
        after = server.plants.move(moved["organ"], moved["year"])
        edits = {
            "gone": gone["url"],
            "soft": soft["url"],
            "moved": moved["url"],
            "edit": after,
            "truth": server.truth(),
        }
        server.log.clear()
        second = home.crawl("recrawl", ids)
        second_log, second_captures = server.log.entries(), home.captures()[len(first_captures) :]
        server.log.clear()
        wanted = {"127-0-1-1": [gone["url"]]}
        third = _confirm(home, ids[:1], wanted)
        yield Lived(
            truth, first, first_log, first_captures, first_sightings, edits, second, second_log, second_captures, third, server.log.entries(),
            at_once, home,
        )  # fmt: skip


def _confirm(home: Any, ids: list[int], wanted: dict[str, list[str]]) -> dict[str, RunOfSite]:
    """Through the function, as other parts of the program call it; in a process of its own, as Scrapy runs once a process."""
    harvest_id = home.order("confirm", ids)
    script = (
        "import json, os, sys; from pathlib import Path; from configuration import load; from crawler.run import crawl\n"
        "crawl(load(os.environ, Path.cwd()).configuration, int(sys.argv[1]), only_urls=json.loads(sys.argv[2]))"
    )
    command = [sys.executable, "-c", script, str(harvest_id), json.dumps(wanted)]
    subprocess.run(command, cwd=ROOT, env=home.environment(), check=True, timeout=60)
    runs: dict[str, RunOfSite] = home.runs(harvest_id)
    return runs


def test_every_report_is_found_once_and_nothing_else(lived: Lived) -> None:
    expected = Counter(report["url"] for report in lived.truth["reports"])
    assert Counter(sighting.url for sighting in lived.first_sightings if sighting.parent_id is None) == expected


def test_every_file_is_found_under_its_article(lived: Lived) -> None:
    expected = {url: report["url"] for report in lived.truth["reports"] for url in report["attachments"]}
    by_id = {sighting.id: sighting.url for sighting in lived.first_sightings}
    assert {
        sighting.url: by_id[sighting.parent_id] for sighting in lived.first_sightings if sighting.parent_id is not None
    } == expected
    assert expected


def test_a_sighting_says_what_the_list_said(lived: Lived) -> None:
    reports = {report["url"]: report for report in lived.truth["reports"]}
    for sighting in lived.first_sightings:
        if sighting.parent_id is None:
            report = reports[sighting.url]
            assert (sighting.title, sighting.year) == (report["title"], report["year"])
            assert sighting.listed_on.isoformat() == report["published"]
            assert sighting.organ_name and sighting.organ_name in report["title"]


def test_each_address_is_asked_once(lived: Lived) -> None:
    asked = Counter((entry.host, entry.method, entry.target) for entry in lived.first_log)
    assert max(asked.values()) == 1


def test_a_first_harvest_asks_little_more_than_the_documents_themselves(lived: Lived) -> None:
    documents = len(lived.first_sightings)
    assert (
        len(lived.first_log) <= 1.6 * documents
    )  # counties this small have many lists for few reports; benchmarks measure a large one


def test_no_host_is_asked_twice_at_once(lived: Lived) -> None:
    assert lived.most_at_once == [1, 1, 1]


def test_everything_that_crossed_the_wire_is_captured(lived: Lived) -> None:
    purposes = Counter(capture.purpose for capture in lived.first_captures)
    assert len(lived.first_captures) == len(lived.first_log)
    assert (purposes["home"], purposes["robots"]) == (3, 3)
    assert purposes["article"] == len(lived.truth["reports"])


def test_a_run_says_how_it_went(lived: Lived) -> None:
    families = {run.facts["family"] for run in lived.first.values()}
    assert families == {"trs", "hanweb jpage", "vsb"}
    for run in lived.first.values():
        assert run.state == "done"
        assert run.facts["lists"] and all(one["complete"] for one in run.facts["lists"])
        assert list(run.facts["robots"].values()) == ["by the rules of its robots.txt"]
        assert run.requests == sum(
            1 for entry in lived.first_log if entry.host.split(":")[0].replace(".", "-") == run.site.code
        )


def test_lists_that_declare_a_total_are_collected_whole(lived: Lived) -> None:
    declared = [one for run in lived.first.values() for one in run.facts["lists"] if one["declared"] is not None]
    assert declared
    assert all(one["collected"] == one["declared"] for one in declared)


def test_the_decision_on_robots_travels_with_the_capture(lived: Lived) -> None:
    store = WarcStore(lived.home.folder / "warc")
    texts = b"".join(
        member.data
        for path in store.folder.rglob("*.warc.gz")
        for member in store.members(str(path.relative_to(store.folder)))
    )
    assert b"by the rules of its robots.txt" in texts


def test_a_second_harvest_asks_for_every_known_report_again(lived: Lived) -> None:
    asked = {f"http://{entry.host}{entry.target}" for entry in lived.second_log}
    assert {sighting.url for sighting in lived.first_sightings} <= asked


def test_a_second_harvest_downloads_nothing_that_did_not_change_where_the_host_can_say_so(lived: Lived) -> None:
    trs = next(site["url"] for site in lived.truth["sites"] if site["family"] == "trs")
    unchanged = [entry for entry in lived.second_log if f"http://{entry.host}/" == trs and entry.status == 304]
    reports = [report for report in lived.truth["reports"] if report["url"].startswith(trs)]
    assert len(unchanged) >= len(reports) - 1
    revisits = [capture for capture in lived.second_captures if capture.status == 304]
    assert revisits and all(capture.same_as_id is not None for capture in revisits)


def test_a_report_that_was_withdrawn_is_captured_as_gone(lived: Lived) -> None:
    statuses = {capture.url: (capture.status, capture.blocked) for capture in lived.second_captures}
    assert statuses[lived.edits["gone"]] == (404, None)
    assert statuses[lived.edits["soft"]] == (200, "soft 404")
    assert statuses[lived.edits["moved"]][0] == 404


def test_a_report_that_moved_is_found_at_its_new_address(lived: Lived) -> None:
    after = next(edit["url_after"] for edit in lived.edits["truth"]["edits"] if edit["kind"] == "moved")
    assert after in {sighting.url for sighting in lived.home.sightings()}


def test_a_confirming_crawl_asks_for_the_given_addresses_and_nothing_else(lived: Lived) -> None:
    asked = [f"http://{entry.host}{entry.target}" for entry in lived.third_log]
    origin = lived.edits["gone"].split("/zwgk")[0]
    assert asked == [f"{origin}/robots.txt", lived.edits["gone"]]
    assert [run.state for run in lived.third.values()] == ["done"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_crawl_that_was_ended_goes_on_where_it_was(crawling: Any, how: int) -> None:
    with CountyServer(World.build(4, counties=1, **SIZES)) as server:
        ids = [crawling.add(site.url, delay=0.02) for site in server.sites]
        harvest = crawling.order("harvest", ids)
        crawling.kill(crawling.begin(harvest), lambda: server.log.count() >= 12, how)
        before = server.log.entries()
        assert 12 <= len(before) < 25
        assert {run.state for run in crawling.runs(harvest).values()} == {
            "running" if how == signal.SIGKILL else "interrupted"
        }
        captured = {capture.url for capture in crawling.captures()}
        server.log.clear()
        runs = crawling.go_on(harvest)
        asked_again = {entry.target for entry in before} & {entry.target for entry in server.log.entries()}
        assert {run.state for run in runs.values()} == {"done"}
        assert not captured & {f"http://{entry.host}{entry.target}" for entry in server.log.entries()}
        # What was under way or not yet on the disk in the moment of the kill may be asked again; what was acknowledged never is.
        assert len(asked_again) == 0 if how == signal.SIGINT else len(asked_again) <= len(before) - len(captured)
        reports = {sighting.url for sighting in crawling.sightings() if sighting.parent_id is None}
        assert reports == {report["url"] for report in server.truth()["reports"]}
        counted = Counter(capture.url for capture in crawling.captures())
        assert max(counted.values()) == 1


def test_a_crawl_that_died_is_not_said_to_run_once_another_begins(crawling: Any) -> None:
    with CountyServer(World.build(4, counties=2, **SIZES)) as server:
        dying, other = (crawling.add(site.url, delay=0.02) for site in server.sites[:2])
        died = crawling.order("harvest", [dying])
        crawling.kill(crawling.begin(died), lambda: server.log.count() >= 4, signal.SIGKILL)
        assert crawling.harvest(died).state == "running"
        crawling.crawl("recrawl", [other])
        assert crawling.harvest(died).state == "interrupted"
        (run,) = crawling.runs(died).values()
        assert (run.state, run.is_open) == ("interrupted", True)
        assert {run.state for run in crawling.go_on(died).values()} == {"done"}
        assert crawling.harvest(died).state == "done"


def test_the_delay_of_a_site_lies_between_all_its_requests(crawling: Any) -> None:
    with CountyServer(
        World.build(5, counties=2, townships=1, departments=1, years=(2024,), families=("vsb",))
    ) as server:
        crawling.crawl("harvest", [crawling.add(site.url, delay=0.08) for site in server.sites])
        for site in server.sites:
            pause = server.log.shortest_pause(site.host)
            assert pause is not None and pause >= 0.079
            assert server.log.most_at_once(site.host) == 1


def test_hosts_in_trouble_are_told_apart_from_hosts_without_reports(crawling: Any) -> None:
    with CountyServer(
        World.build(6, counties=3, townships=1, departments=1, years=(2024,), families=("trs",))
    ) as server:
        ids = [crawling.add(site.url) for site in server.sites]
        server.fault(0, Kind.UNAVAILABLE, path="/robots.txt")
        server.fault(1, Kind.REFUSE)
        server.fault(2, Kind.UNAVAILABLE, path="/zwgk/", times=2)
        runs = crawling.crawl("harvest", ids)
        asked = [entry.target for entry in server.log.entries(server.sites[0].host)]
    held, closed, recovered = (runs[f"127-0-1-{number}"] for number in (1, 2, 3))
    assert (held.state, set(asked)) == ("failed", {"/robots.txt"})
    assert held.reason and "503" in held.reason and "robots.txt" in held.reason
    assert closed.state == "failed" and closed.reason and "refused" in closed.reason
    assert recovered.state == "done"


def test_scrapy_itself_lists_and_crawls_the_spider(crawling: Any) -> None:
    scrapy = Path(sys.executable).with_name("scrapy")
    listed = subprocess.run(
        [scrapy, "list"], cwd=ROOT, env=crawling.environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert listed.stdout.split() == ["harvest"]
    with CountyServer(
        World.build(7, counties=1, townships=1, departments=1, years=(2024,), families=("jcms",))
    ) as server:
        crawling.add(server.sites[0].url, code="box")
        command: list[str | Path] = [scrapy, "crawl", "harvest", "-a", "site=box"]
        done = subprocess.run(
            command, cwd=ROOT, env=crawling.environment(), capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert len([one for one in crawling.sightings() if one.parent_id is None]) == len(server.truth()["reports"])
    runs = crawling.runs(1)
    assert {code: run.state for code, run in runs.items()} == {"box": "done"}
    assert (crawling.folder / "warc").exists()


def test_a_second_harvest_soon_after_downloads_next_to_nothing(crawling: Any) -> None:
    with CountyServer(World.build(8, **SIZES)) as server:
        ids = [crawling.add(site.url) for site in server.sites]
        crawling.crawl("harvest", ids)
        reports = len(server.truth()["reports"])
        seen = {sighting.url_key for sighting in crawling.sightings()}
        server.log.clear()
        runs = crawling.crawl("harvest", ids)
        downloads = [entry for entry in server.log.entries() if entry.status == 200]
    documents = {capture.url_key for capture in crawling.captures() if capture.purpose in ("article", "attachment")}
    assert [run.state for run in runs.values()] == ["done"] * 3
    assert not [entry for entry in downloads if f"{entry.host}{entry.target}" in documents], (
        "no report is downloaded twice"
    )
    assert len(downloads) <= 1.0 * reports, "home pages, robots and lists of counties this small"
    last_run = max(sighting.last_run_id for sighting in crawling.sightings())
    assert seen == {sighting.url_key for sighting in crawling.sightings() if sighting.last_run_id > last_run - 3}


@pytest.mark.parametrize(("order", "words"), [((), "expected a site"), (("-a", "site=nowhere"), "'nowhere'")])
def test_a_crawl_without_a_site_says_what_is_missing(crawling: Any, order: tuple[str, ...], words: str) -> None:
    scrapy = str(Path(sys.executable).parent / "scrapy")
    done = subprocess.run(
        [scrapy, "crawl", "harvest", *order],
        cwd=ROOT,
        env=crawling.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0 and words in done.stderr and "Traceback" not in done.stderr
