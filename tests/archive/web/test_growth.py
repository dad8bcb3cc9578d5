"""No page's work grows with the archive: of an archive four times as large it asks hardly more steps of the database.

SQLite counts the steps of its machine; seconds would be no test. The archives are made by the benchmark's generator.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from archive import overall
from archive.database import migrate, open_database, reading
from archive.warc import WarcStore
from archive.web import create_app
from benchmarks.large_archive import Nation, make
from benchmarks.web_kinds import KINDS, Kind
from configuration import Configuration
from tests.loops import run_apart

SIZES = (8000, 24000)  # eight counties, and twenty-four
EVERY = 100  # steps between two calls of the counter
SUMMED = ("overview", "regions", "sites")  # show sums of the whole archive, which a server keeps
# These look at the name of every organ (some milliseconds for a nation's), and at so many reports as a small archive does not have.
BOUNDED = (
    "organs, by name",
    "reports of an organ",
    "search, a prefecture",
    "search, a province",
    "search, a nation",
    "search, figure, province",
    "search, no figure",
    "search (API)",
)


class Library:
    """An archive behind its pages, and how many steps its database has taken."""

    def __init__(self, home: Path, readings: int) -> None:
        url = f"sqlite:///{home / 'index.sqlite'}"
        migrate(url)
        self.engine, self.nation, self.steps = open_database(url), Nation(readings), 0
        store = WarcStore(home / "warc")
        make(self.engine, store, readings, 60)
        event.listen(self.engine, "connect", lambda connection, _: connection.set_progress_handler(self._count, EVERY))
        self.engine.dispose()
        self.app: FastAPI = create_app(Configuration(home=home, database_url=url), self.engine, store)
        web = self.app.state.web
        with reading(self.engine) as session:
            counted = overall.counted(session, web.now(), web.configuration.timezone)
        # As of an archive whose sums take long: on a fast machine these would be counted at every look.
        overall.keep(self.engine, replace(counted, seconds=60.0))
        web.sums.recall()

    def _count(self) -> int:
        self.steps += EVERY
        return 0

    def steps_of(self, kind: Kind) -> int:
        """Of the page in the middle of three."""
        return sorted(run_apart(self._looks(kind)))[1]

    async def _looks(self, kind: Kind) -> list[int]:
        chance, found = random.Random(kind.name), []
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url="http://127.0.0.1", cookies={"strange": "1"}
        ) as client:
            for _ in range(3):
                before = self.steps
                answer = await client.get(kind.address(chance, self.nation))
                assert answer.status_code == 200, answer.url
                found.append(self.steps - before)
        return found


pytestmark = pytest.mark.xdist_group("growth")  # made once


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Library]]:
    small, large = (Library(tmp_path_factory.mktemp("library"), size) for size in SIZES)
    yield small, large
    for library in (small, large):
        library.engine.dispose()


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if not kind.first_byte and kind.name not in (*SUMMED, *BOUNDED)],
    ids=lambda kind: kind.name,
)
def test_a_page_of_a_larger_archive_is_no_more_work(libraries: tuple[Library, Library], kind: Kind) -> None:
    small, large = (library.steps_of(kind) for library in libraries)
    assert large <= 1.5 * small + 5000, f"{kind.name}: {small} steps of {SIZES[0]} readings, {large} of {SIZES[1]}"
