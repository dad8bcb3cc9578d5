"""The command `nianbao`: its verbs stand in verbs/, a module a subject; here they are put together. What they print is made in console.py.

Imports stand inside the verbs: `nianbao --help` starts in a tenth of a second, and `parse` needs no database.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console import Exit, Stop, complain, live, say, show
from verbs import calendar, crawling, exporting, gazetteer, holding, keeping, organs, people, sites, watching
from verbs.opening import loaded, opened
from verbs.options import AsJson

app = typer.Typer(
    name="nianbao",
    help="Finds, archives, reads and watches 政府信息公开工作年度报告.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verbs in (crawling, holding, watching, keeping):
    app.add_typer(verbs.app)
app.add_typer(sites.app, name="sites")
app.add_typer(calendar.app, name="schedule")
app.add_typer(watching.flags, name="flags")
app.add_typer(organs.app, name="organs")
app.add_typer(gazetteer.app, name="regions")
app.add_typer(exporting.app, name="export")
app.add_typer(people.app, name="users")


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The number that the counties are made from.")] = 1,
    serve: Annotated[bool, typer.Option(help="Serve the browsing interface afterwards.")] = True,
    home: Annotated[Path, typer.Option(help="Where the demo keeps its archive; made anew each time.")] = Path(
        "nianbao-demo"
    ),
) -> None:
    """A county in a box on loopback: harvested, read, edited behind the archive's back, re-crawled; then browse it.

    Example: nianbao demo --seed 7 --no-serve
    """
    import demonstration

    agreed = demonstration.run(seed, home, serve)
    if not agreed:
        raise typer.Exit(Exit.AMISS)


@app.command()
def parse(
    file: str,
    url: Annotated[str | None, typer.Option(help="The address the file came from.")] = None,
    as_json: AsJson = False,
) -> None:
    """The shared parser on one file: html, pdf, docx, txt, md …

    Exit codes: 0 read, 3 not an annual report, 4 unreadable, 2 wrong use. Example: nianbao parse report.pdf --json
    """
    from reports.__main__ import main as parse_file

    raise typer.Exit(parse_file([file, *(["--url", url] if url else []), *(["--json"] if as_json else [])]))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Listen on this address instead of the configured one.")] = None,
    port: Annotated[int | None, typer.Option(help="Listen on this port instead of the configured one.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer; one a core for many readers.")
    ] = 1,
) -> None:
    """Browse the archive.

    Example: nianbao serve --port 8080 --workers 2
    """
    import archive.web

    with opened() as (loaded, _):
        chosen = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
        archive.web.serve(
            loaded.configuration.model_copy(update=chosen),
            lambda address: say(f"Browse the archive: {address}"),
            workers,
        )


@app.command()
def config(as_json: AsJson = False) -> None:
    """Every setting, its value, and where the value came from.

    Example: nianbao config
    """
    found = loaded()
    fields = type(found.configuration).model_fields
    rows = [
        {
            "setting": key,
            "value": value if isinstance(value, bool | int | float) else _without_secrets(key, str(value)),
            "from": found.origins[key],
            "expected": fields[key].description,
        }
        for key, value in found.configuration.model_dump().items()
    ]
    show(rows, ("setting", "value", "from", "expected"), "json" if as_json else "table")


@app.command()
def migrate() -> None:
    """Bring the database up to this version's tables, and the ledgers' books to this version's rules.

    Example: nianbao migrate
    """
    from archive import database
    from archive.upkeep import renew_books

    configuration = loaded().configuration
    database.migrate(configuration.effective_database_url)
    engine = database.open_database(configuration.effective_database_url)
    try:
        with live() as tell:
            renew_books(
                engine,
                configuration.timezone,
                datetime.now(UTC),
                lambda done, of: tell(f"books of {done} of {of} regions"),
            )
    finally:
        engine.dispose()
    say("The database is up to date.")


def _without_secrets(key: str, value: str) -> str:
    if key.endswith("secret") and value:
        return "***"
    return re.sub(r"(://[^:/@]+):[^@/]+@", r"\1:***@", value)


def main() -> None:
    """The entry point: a person's mistake becomes one message and an exit code, never a traceback."""
    from archive.errors import ArchiveError
    from configuration import WrongConfiguration
    from crawler.errors import CrawlFailed

    try:
        app()
    except Stop as stop:
        complain(str(stop))
        sys.exit(stop.code)
    except (ArchiveError, WrongConfiguration, CrawlFailed) as error:
        complain(str(error))
        sys.exit(Exit.WRONG_USE)


if __name__ == "__main__":
    main()
