"""The verbs of the gazetteer: codes and names of regions from province to township. Each is a call into archive/."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from console import say, show
from verbs.opening import opened, reading_session
from verbs.options import AsJson

app = typer.Typer(no_args_is_help=True, help="The gazetteer: codes and names from province to township.")


@app.command("import")
def regions_import(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="CSV files with code,name and any of level, parent, aliases, valid_from, valid_to; the highest level first."
        ),
    ],
    source: Annotated[str, typer.Option(help="Where the table comes from.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The state of the table.")],
) -> None:
    """Take in a gazetteer. Example: nianbao regions import provinces.csv cities.csv areas.csv streets.csv --source MCA --date 2023-06-30"""
    from archive.database import writing
    from archive.regions import import_regions
    from verbs.tables import lines_of

    results = {}
    with opened() as (_, desk), writing(desk.engine) as found:
        for file in files:
            with lines_of(file) as lines:
                results[file] = import_regions(found, lines, source, date.date())
    for file, result in results.items():  # all of them, or none
        say(f"{file}: {result.added} added, {result.renamed} renamed, {result.unchanged} as they were.")


@app.command("show")
def regions_show(code: str, as_json: AsJson = False) -> None:
    """One region with its path and source, and who in it must report by the gazetteer alone. Example: nianbao regions show 411625"""
    from archive.counties import must_report
    from archive.regions import region_by_code

    with reading_session() as found:
        region = region_by_code(found, code)
        bodies = [body.name for body in must_report(found, region.code)] if region.level == "county" else []
    columns = ("code", "name", "level", "path", "aliases", "valid_from", "valid_to", "source", "source_date")
    if as_json:
        show([region], columns, "json")
    else:
        for column in columns:
            value = getattr(region, column)
            say(f"{column:>12}  {' '.join(value) if isinstance(value, tuple) else value}")
        if bodies:
            say(f" must report  {len(bodies)}: {' '.join(bodies)}")


@app.command("find")
def regions_find(words: list[str], as_json: AsJson = False) -> None:
    """Regions by name, each with its path: a name alone identifies nothing. Example: nianbao regions find 郸城 胡集乡"""
    from archive.regions import find_regions

    with reading_session() as found:
        rows = find_regions(found, " ".join(words))
    lines = [
        {"code": row.code, "level": row.level, "path": list(row.path) if as_json else " ".join(row.path)}
        for row in rows
    ]
    count = show(lines, ("code", "level", "path"), "json" if as_json else "table")
    if not count and not as_json:
        say("No region of the gazetteer has this name. `nianbao regions import` takes in a table with more of them.")
