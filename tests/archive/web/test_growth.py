"""No page's work grows with the archive: of an archive three times as large it asks hardly more steps of the database.

SQLite counts the steps of its machine; seconds would be no test. The archives are made by the benchmark's generator.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from starlette.routing import compile_path

from archive import overall
from archive.database import migrate, open_database, reading
from archive.panel import exceeds, panel
from archive.warc import WarcStore
from archive.web import create_app
from archive.web.app import FILES, PAGES, SLOW_PAGES, STREAMS, SUMMED_PAGES
from benchmarks.large_archive import Nation, RealReport, code_of, make, real_reports
from benchmarks.web_kinds import KINDS, MADE_WHOLE, Kind, operator_session
from configuration import Configuration
from reports.form import FIGURE_KEYS
from tests.loops import run_apart

SIZES = (8000, 24000)  # eight counties, and twenty-four
REAL = 12  # reports with their bytes
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
    "search, figure, a year",
    "search, no figure",
    "search (API)",
)


class Library:
    """An archive behind its pages, and how many steps its database has taken."""

    def __init__(self, home: Path, readings: int) -> None:
        url = f"sqlite:///{home / 'index.sqlite'}"
        migrate(url)
        self.engine, self.steps = open_database(url), 0
        store = WarcStore(home / "warc")
        make(self.engine, store, readings, 60, REAL)
        self.nation, self.operator = Nation(readings, real_reports(self.engine)), operator_session(self.engine)
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
        headers = {"Cookie": self.operator if kind.by_account else "strange=1"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app), base_url="http://127.0.0.1", headers=headers
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


@pytest.mark.parametrize("year", [None, 2023])
def test_the_panel_of_a_county_is_no_more_work_in_a_larger_archive(
    libraries: tuple[Library, Library], year: int | None
) -> None:
    steps = []
    for library in libraries:
        before = library.steps
        with reading(library.engine) as session:
            rows = list(panel(session, year, code_of(3)))
            assert len(rows) == (990 if year is None else 192)  # few could not be read
            assert exceeds(session, len(rows) - 1, year, code_of(3)) and not exceeds(
                session, len(rows), year, code_of(3)
            )
        steps.append(library.steps - before)
    small, large = steps
    assert large <= 1.1 * small + 5000


def test_each_address_of_the_interface_is_of_a_kind_that_is_measured() -> None:
    chance, nation = random.Random(1), Nation(1000, (RealReport(1, 1, True, FIGURE_KEYS),))
    tables = (FILES, SLOW_PAGES, STREAMS, SUMMED_PAGES, PAGES)  # in the order in which the application looks for them
    routes = [(path, compile_path(path)[0]) for table in tables for path, _ in table]
    looks = (kind.address(chance, nation) for kind in (*KINDS, *MADE_WHOLE) for _ in range(40))
    measured = {next(path for path, address in routes if address.fullmatch(urlsplit(look).path)) for look in looks}
    assert {path for path, _ in routes} - measured == set()
