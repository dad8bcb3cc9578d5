"""What a harvest costs: requests for each report, CPU for each page, memory for each site. `python -m benchmarks.crawl_cost [--parts PART …]`.

Each figure is the difference between a small crawl and a large one of the county in a box, so that start-up does not count. CPU and memory
are those of the crawling process alone; the county's server runs in this one.

A file that hangs on a report is a request of its own, so what a report costs depends on how many have one. Beside the documents themselves a county
costs its robots.txt, home page, a way to the column, the pages of its lists, and one column beside it where reports end up that were filed wrongly: 7, 21
and 30 requests for jcms, trs and vsb; nothing else is asked.

Where each organ keeps a directory of its own, its list is an answer of its own: one request an organ is the least. The pages that lead there are
passed by when the organ stands in their addresses, by its folder's name or its code, and one organ has shown the way; and when the numbers there
run evenly, as two organs show of the way from a page to its list and three of the way from list to list (crawler/shortcuts.py, numbering.py).
Where no page that came shows what stands beside the list, some organs' own pages are looked at in the end, because second columns may stand there
(own_pages.py): here one whose list lacks the newest year, with the step that follows, and two of eight whose lists lack a year between. With a second column
somewhere all are looked at, which takes a request an organ more.
Where a list's address, or an interface's name for it, is drawn at random (hebei: UUIDs; jpaas and truecms: hexadecimal digits), nothing but the
page before it tells, so those take two requests an organ: with forty organs 9 + 2 * 40 beside 196 reports, 1.45, is the least without guessing.
Kaipu's names are drawn at random, too, but its search for the directory of all organs gives the lists of them all (crawler/gathered.py).
What each of the 47 families that have directories takes with four organs is pinned in tests/crawler/test_directories.py.

Measured on x86-64, 2 cores with nothing else on them, CPython 3.11.7. Requests a report, over counties of 196 reports:

    a file on   0 %    10 %   30 %
    trs         1.11   1.20   1.40
    jcms        1.05   1.15   1.35
    vsb         1.14   1.24   1.44
    gkmlpt      1.04   1.13   1.33
    lonsun      1.26   1.35   1.55

With a directory for each organ and a file on one report in ten (`--parts directories`): all requests but those for files to a report, all to a
document, and all to a report; and what a second harvest of the unchanged county downloads in full, pages a report. At most 1.3 is wanted, and held by 44
of the 47; of a second harvest at most 0.3, held by all.

    kaipu, kaipu_harbin, kaipu_sichuan                                                     1.17  1.16  1.27   0.14
    trs, trs_hunan, trs_paging, trs_scripted, trs_beijing, trs_mee, nfcms                  1.25  1.23  1.35   0.04
    trs_hubei, trs_yunnan, trs_henan, trs_chengdu, trs_nda, lonsun, jeecms,
      jcms_inline, ch00232                                                                 1.25  1.23  1.35   0.25
    trs_listmodel                                                                          1.26  1.23  1.35   0.04
    jcms, jcms_stuck, vsb, xxgk_php, xxgk_show, datalist, hrss, plain                      1.26  1.23  1.35   0.26
    jcms_pages, jcms_chained, trs_shanghai, trs_was, neimenggu                             1.26  1.24  1.36   0.25 to 0.26
    jcms_sparing                                                                           1.27  1.24  1.36   0.27
    ztree                                                                                  1.28  1.25  1.37   0.28
    hanweb_xxgk                                                                            1.28  1.26  1.38   0.28
    hanweb_annual                                                                          1.29  1.27  1.39   0.29
    eportal, iframes, intertid, miit, cac, epoint_old                                      1.29  1.27  1.39   0.28
    epoint                                                                                 1.30  1.27  1.39   0.29
    hebei                                                                                  1.45  1.41  1.55   0.24
    truecms                                                                                1.45  1.41  1.55   0.28
    jpaas                                                                                  1.46  1.42  1.56   0.29

Where only a step before the list says how to ask for it (truecms, jpaas), a second harvest reads that step as the first one got it, and asks for the list; where the
list does not come so, or lacks the newest year, the step is asked for, too. Which own pages it looks at again differs from run to run, by a request or two.

With the files of the county in a box (on three reports in ten, 271 reports) trs, jcms and vsb take 1.41, 1.36 and 1.45 requests a report, 1.07, 1.03 and 1.10
a document; 1.10 to 1.12, 0.98 to 1.23 and 1.04 to 1.19 ms of CPU a page in three runs (the version before, whose rows went through a temporary file on SQLite: 1.48, 1.57
and 1.15 in one); a second harvest downloads 0.02 to 0.13 pages a report; 0.07 MB a site at 200 sites, peak 136 MB.
CPU follows the machine: on a slower one, with its memory short of bandwidth, earlier versions took 2.0 to 3.2 ms alone.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive import harvests
from archive.database import migrate, open_database, writing
from archive.sites import NewSite, add_site
from demo.dialects import DIALECTS
from demo.server import CountyServer
from demo.world import County, World

SMALL: dict[str, Any] = {"counties": 1, "townships": 1, "departments": 0, "years": (2024,)}
COUNTY: dict[str, Any] = {"counties": 1, "townships": 20, "departments": 20}
TWO_HUNDRED: dict[str, Any] = {**COUNTY, "years": (2021, 2022, 2023, 2024, 2025)}
DIRECTORIES: dict[str, Any] = {**TWO_HUNDRED, "arrangements": ("organs",)}  # each organ keeps one of its own
DIRECTORY_FAMILIES = tuple(dialect.name for dialect in DIALECTS if "organs" in dialect.ways)
MANY: dict[str, Any] = {"counties": 200, "townships": 1, "departments": 1, "years": (2024,)}


@dataclass(frozen=True, slots=True)
class Cost:
    requests: int
    reports: int
    documents: int
    cpu_seconds: float
    peak_megabytes: float


def with_files(world: World, share: float) -> World:
    """The same world, with a PDF on every so many reports and on no others."""
    carriers = (("html",), ("html", "pdf"))

    def spread(county: County) -> County:
        number = [int(place * share) for place in range(len(county.reports) + 1)]
        reports = (
            replace(report, carriers=carriers[number[place + 1] - number[place]])
            for place, report in enumerate(county.reports)
        )
        return replace(county, reports=tuple(reports))

    return replace(world, counties=tuple(spread(county) for county in world.counties))


def crawled(sizes: dict[str, Any], family: str, compiled: str, again: bool = False, share: float | None = None) -> Cost:
    """Harvest counties of these sizes in a process of its own; `again` measures a second harvest right after, `share` sets how many
    reports carry a file.

    `compiled` is a folder for Python's compiled modules: a start that compiles costs more CPU than a small crawl, and varies by more.
    """
    world = World.build(1, **sizes, families=(family,))
    with (
        tempfile.TemporaryDirectory() as folder,
        CountyServer(world if share is None else with_files(world, share)) as server,
    ):
        database = f"sqlite:///{Path(folder) / 'index.sqlite'}"
        migrate(database)
        engine = open_database(database)
        now = datetime.now(UTC)
        with writing(engine) as session:
            ids = [
                add_site(session, NewSite(site.url, delay_seconds=0, allow_private=True), now).id
                for site in server.sites
            ]
        for _ in range(2 if again else 1):
            server.log.clear()
            with writing(engine) as session:
                harvest_id = harvests.start_harvest(session, "harvest", ids, datetime.now(UTC))
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            environment = {
                **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
                "PYTHONPYCACHEPREFIX": compiled,
                "NIANBAO_HOME": folder,
                "NIANBAO_HOSTS_AT_ONCE": "2000",
                "NIANBAO_DATABASE_URL": "",
            }
            subprocess.run(
                [sys.executable, "-m", "crawler.run", "--harvest", str(harvest_id), "--json"],
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        engine.dispose()
        reports = server.truth()["reports"]
        return Cost(
            requests=sum(1 for entry in server.log.entries() if not again or entry.status == 200),
            reports=len(reports),
            documents=len(reports) + sum(len(report["attachments"]) for report in reports),
            cpu_seconds=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            peak_megabytes=after.ru_maxrss / 1024,
        )


def requests_of(cost: Cost) -> str:
    return (
        f"{cost.reports} reports, {cost.requests / cost.reports:.2f} requests a report, "
        f"{(cost.requests - cost.documents + cost.reports) / cost.reports:.2f} without those for files, "
        f"{cost.requests / cost.documents:.2f} a document (report or file)"
    )


def of_pages(compiled: str, small: Cost) -> None:
    for family in ("trs", "jcms", "vsb"):
        cost = crawled(COUNTY, family, compiled)
        page = (cost.cpu_seconds - small.cpu_seconds) / (cost.requests - small.requests) * 1000
        print(f"{family}: {requests_of(cost)}, {page:.2f} ms of CPU a page", flush=True)
        second = crawled(COUNTY, family, compiled, again=True)
        print(f"{family}: a second harvest downloads {second.requests / second.reports:.2f} pages a report", flush=True)


def of_files(compiled: str, small: Cost) -> None:
    for family in ("trs", "jcms", "vsb", "gkmlpt", "lonsun"):
        said = []
        for share in (0.0, 0.1, 0.3):
            cost = crawled(TWO_HUNDRED, family, compiled, share=share)
            said.append(f"{cost.requests / cost.reports:.2f} with a file on {share:.0%}")
        print(f"{family}, {cost.reports} reports, requests a report: {', '.join(said)}", flush=True)


def of_directories(compiled: str, small: Cost) -> None:
    for family in DIRECTORY_FAMILIES:
        cost = crawled(DIRECTORIES, family, compiled, share=0.1)
        second = crawled(DIRECTORIES, family, compiled, again=True, share=0.1)
        again = f"a second harvest downloads {second.requests / second.reports:.2f} pages a report"
        print(f"{family}, a directory for each organ, a file on 10%: {requests_of(cost)}; {again}", flush=True)


def of_sites(compiled: str, small: Cost) -> None:
    many, sites = crawled(MANY, "trs", compiled), MANY["counties"]
    each = (many.peak_megabytes - small.peak_megabytes) / (sites - 1)
    print(f"{sites} sites at once: {each:.2f} MB a site, peak {many.peak_megabytes:.0f} MB", flush=True)


PARTS = {"pages": of_pages, "files": of_files, "directories": of_directories, "sites": of_sites}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    with tempfile.TemporaryDirectory() as compiled:
        for _ in range(2):  # the second time everything is compiled
            small = crawled(SMALL, "trs", compiled)
        for part in parser.parse_args().parts:
            PARTS[part](compiled, small)


if __name__ == "__main__":
    main()
