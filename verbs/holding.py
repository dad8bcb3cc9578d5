"""The verbs that list and search what is held: reports, changes, findings, search, reindex."""

from __future__ import annotations

from typing import Annotated

import typer

from console import Stop, say, show_all
from verbs.opening import opened, reading_session
from verbs.options import AsCsv, AsJson, OrganOption, RegionOption, SiteOption, YearOption

app = typer.Typer()


@app.command()
def reports(
    site: SiteOption = None,
    region: RegionOption = None,
    organ: OrganOption = None,
    year: YearOption = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """The reports held, one a line.

    Example: nianbao reports --year 2024 --json
    """
    from archive import listings

    columns = ("organ", "year", "form", "url", "sha256", "site", "captured_at", "state")
    with reading_session() as session:
        found = listings.reports_held(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        show_all(found, columns, as_json, as_csv, "No report is held. Harvest first: nianbao harvest")


@app.command()
def changes(
    site: SiteOption = None,
    region: RegionOption = None,
    organ: OrganOption = None,
    year: YearOption = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What changed at the source, proved by a second fetch.

    Example: nianbao changes --site shili
    """
    from archive import listings

    columns = ("kind", "organ", "year", "url", "before", "after", "silent")
    with reading_session() as session:
        found = listings.changes(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        show_all(found, columns, as_json, as_csv, "Nothing changed so far.")


@app.command()
def findings(
    site: SiteOption = None,
    region: RegionOption = None,
    organ: OrganOption = None,
    year: YearOption = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What the rules of the official form say of the reports held, where they do not simply pass.

    Example: nianbao findings --year 2024 --csv
    """
    from archive import listings

    columns = ("rule", "outcome", "severity", "organ", "year", "place", "left", "right", "message", "url")
    with reading_session() as session:
        found = listings.findings(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        show_all(found, columns, as_json, as_csv, "No finding.")


@app.command()
def search(
    words: Annotated[list[str] | None, typer.Argument(help="Every one must stand in the report.")] = None,
    region: Annotated[str | None, typer.Option(help="Only this region code, or below it.")] = None,
    year: YearOption = None,
    level: Annotated[str | None, typer.Option(help="government, department or township.")] = None,
    figures: Annotated[str, typer.Option(help="As: requests.new_received.total > 100")] = "",
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Find reports by their words and figures.

    Example: nianbao search 政务新媒体 --year 2024 --figures "requests.new_received.total > 100"
    """
    from archive import search as searching
    from archive import wishes

    if level not in (None, *wishes.LEVELS):
        raise Stop(f"--level {level}: expected one of {', '.join(wishes.LEVELS)}.")
    asked = wishes.asked_words(" ".join(words or ()))
    wish = wishes.Search(asked, region, year, level, conditions=wishes.conditions(figures))
    if not wish.words and not wish.conditions:
        raise Stop("Name words or figures to look for. Example: nianbao search 政务新媒体")
    columns = ("organ", "year", "state", "passage", "url")
    with reading_session() as session:
        show_all(searching.search(session, wish), columns, as_json, as_csv, "No report holds all of it.")


@app.command()
def reindex() -> None:
    """Make the index of words that `search` uses anew, from the readings.

    Example: nianbao reindex
    """
    from archive import words

    with opened() as (_, desk):
        say(f"{words.rebuild(desk.engine)} readings in the index.")
