"""The archive of web_speed.py in, how long each page of a list takes by what it is narrowed to out, the slowest first, for one reader.

    python -m benchmarks.web_filters --keep FOLDER                  the archives that web_speed.py made there
    python -m benchmarks.web_filters --keep FOLDER --list findings --together 3

Every list that a reader can narrow, in every place (a site, a county, a prefecture, a province, all that there is), by each of its filters and by each two
(or three) of them together, with values that nearly all rows have, that few have and that none has. Each page is made anew, twice; the second counts.

Measured on x86-64, 2 shared cores that gave half of what they gave web_speed.py, CPython 3.11.7, with 1,000,000 readings to which a harvest had added thousands of findings of one severity
(`--together 2`, 3,808 pages): none took more than 100 ms for one reader on SQLite, the dearest 92; on PostgreSQL 18.4 one took 101, whose queries took 12 to 17 when asked again, and the next 88;
243 and 534 took more than 25. Dearest are searches for a figure that hardly any report has, in a region and by one filter more: a page looks at 10,000 reports for it. Before all of them looked at
one report after the other, 18 and 24 took more than 100 ms: a search in a province by level up to 1.9 s, findings of a severity of which there are some thousands 0.5. Before readings, changes
and flags were found by site, region and year the longest took 4.3 s.
"""

from __future__ import annotations

import argparse
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.narrowed_lists import LISTS, addresses
from benchmarks.web_kinds import Kind
from benchmarks.web_speed import STRANGE, Look, Reader, Server, database, home_of, served, version


async def _looks(server: Server, asked: Sequence[str]) -> list[tuple[str, Look]]:
    reader, found = Reader(server, STRANGE), []
    for page in asked:
        kind = Kind("", lambda *_, page=page: page)
        await reader.look(kind, page)
        found.append((page, await reader.look(kind, page)))
    reader.leave()
    return found


def run(kind: str, folder: Path, wanted: argparse.Namespace) -> None:
    with database(kind, folder) as url, served(url, home_of(kind, folder), 1) as (server, _):
        print(f"\n{version(kind, url)}")
        for path in [path for path in LISTS if wanted.list in (None, path.strip("/"))]:
            looks = uvloop.run(_looks(server, list(addresses(path, wanted.together))))
            times = [look.milliseconds for _, look in looks]
            print(f"{path}: {len(looks)} pages, median {statistics.median(times):.0f} ms, {sum(time > 25 for time in times)} over 25, {sum(time > 100 for time in times)} over 100")  # fmt: skip
            for page, look in sorted(looks, key=lambda one: -one[1].milliseconds)[: wanted.slowest]:
                print(f"  {look.milliseconds:8.1f} ms {look.size / 1000:5.0f} KB  {page}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True, help="the folder that keeps the databases")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--list", help="one list alone: reports, findings, api/organs, …")
    parser.add_argument("--together", type=int, default=2, help="filters at once, beside the place")
    parser.add_argument("--slowest", type=int, default=15, help="of each list, that are shown")
    wanted = parser.parse_args()
    print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}")
    for kind in ("sqlite", "postgresql") if wanted.database == "both" else (wanted.database,):
        run(kind, wanted.keep, wanted)


if __name__ == "__main__":
    main()
