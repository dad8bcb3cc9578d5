"""The command `nianbao`: one short function a verb, each a call into the packages. What it prints is made in console.py.

Imports stand inside the verbs: `nianbao --help` starts in a tenth of a second, and `parse` needs no database.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import exporting
import gazetteer
import keeping
import organs
import people
import watching
from console import Exit, Stop, complain, crawl_line, live, say, show, waiting
from opening import loaded as _loaded
from opening import opened as _opened
from opening import session as _session

if TYPE_CHECKING:
    from archive.readings import Counts, Desk
    from archive.sites import KnownSite
    from configuration import Loaded
    from crawler.look import Seen

app = typer.Typer(
    name="nianbao",
    help="Finds, archives, reads and watches 政府信息公开工作年度报告.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sites = typer.Typer(no_args_is_help=True, help="The portals to harvest.")
schedule = typer.Typer(help="The yearly calendar.", invoke_without_command=True)
app.add_typer(keeping.app)
app.add_typer(watching.app)
app.add_typer(watching.flags, name="flags")
app.add_typer(organs.app, name="organs")
app.add_typer(people.app, name="users")
app.add_typer(exporting.export, name="export")
app.add_typer(gazetteer.regions, name="regions")
app.add_typer(sites, name="sites")
app.add_typer(schedule, name="schedule")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="CSV with a head line.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Only this site's code.")]
RegionOption = Annotated[str | None, typer.Option("--region", help="Only this region code, or below it.")]
YearOption = Annotated[int | None, typer.Option("--year", help="Only this report year.")]
OrganOption = Annotated[str | None, typer.Option("--organ", help="Only organs whose name holds these words.")]

SITE_COLUMNS = ("code", "name", "url", "region_code", "family", "delay_seconds", "allow_private", "paused")


# ── the whole way ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
def harvest(
    chosen: Annotated[
        list[str] | None, typer.Argument(metavar="[SITE]…", help="Site codes; all sites when none is named.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Only sites of this region code, or below it.")] = None,
    as_json: AsJson = False,
) -> None:
    """The yearly harvest, or a part of it; an interrupted one goes on where it stopped.

    Example: nianbao harvest shili --json
    """
    with live() as tell, _opened(tell) as (loaded, desk):
        from archive import sites as site_rows
        from archive.database import reading

        with reading(desk.engine) as session:
            rows = (
                [site_rows.site_by_code(session, code) for code in chosen] if chosen else site_rows.all_sites(session)
            )
            rows = [site for site in rows if not region or (site.region_code or "").startswith(region)]
        if not rows:
            raise Stop(
                "There is no site to harvest. Add one: nianbao sites add https://www.example.gov.cn/ --name NAME"
            )
        _run_campaign(loaded, desk, tell, "harvest", rows, as_json)


@app.command()
def recrawl(
    site: str,
    as_json: AsJson = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be asked.")] = False,
) -> None:
    """One site again, now; says in plain words what was found, unchanged, changed, vanished.

    Example: nianbao recrawl shili
    """
    if dry_run:
        watching.tell_plan(site, as_json)
        return
    with live() as tell, _opened(tell) as (loaded, desk):
        from archive import sites as site_rows
        from archive.database import reading

        with reading(desk.engine) as session:
            row = site_rows.site_by_code(session, site)
        _run_campaign(loaded, desk, tell, "recrawl", [row], as_json)


@app.command()
def read(
    again: Annotated[bool, typer.Option(help="Also read anew what an older reader version read.")] = False,
) -> None:
    """Read what is captured and not yet read.

    Example: nianbao read --again
    """
    from archive import readings

    with live() as tell, _opened(tell) as (_, desk):
        counts = readings.read_new(desk)
        say(_sentence(counts))
        if again:
            corrections = readings.read_again(desk)
            say(
                f"{len(corrections)} reports come out differently by this reader:"
                if corrections
                else "Read again: all the same."
            )
            for line in corrections:
                say(f"  {line}")


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


# ── what is held ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    with _session() as session:
        found = listings.reports_held(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        _list(found, columns, as_json, as_csv, "No report is held. Harvest first: nianbao harvest")


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
    with _session() as session:
        found = listings.changes(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        _list(found, columns, as_json, as_csv, "Nothing changed so far.")


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
    with _session() as session:
        found = listings.findings(session, listings.Filters(site=site, region=region, organ=organ, year=year))
        _list(found, columns, as_json, as_csv, "No finding.")


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

    if level not in (None, *searching.LEVELS):
        raise Stop(f"--level {level}: expected one of {', '.join(searching.LEVELS)}.")
    asked = searching.asked_words(" ".join(words or ()))
    wish = searching.Search(asked, region, year, level, conditions=searching.conditions(figures))
    if not wish.words and not wish.conditions:
        raise Stop("Name words or figures to look for. Example: nianbao search 政务新媒体")
    columns = ("organ", "year", "state", "passage", "url")
    with _session() as session:
        _list(searching.search(session, wish), columns, as_json, as_csv, "No report holds all of it.")


@app.command()
def reindex() -> None:
    """Make the index of words that `search` uses anew, from the readings.

    Example: nianbao reindex
    """
    from archive import words

    with _opened() as (_, desk):
        say(f"{words.rebuild(desk.engine)} readings in the index.")


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

    with _opened() as (loaded, _):
        chosen = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
        archive.web.serve(
            loaded.configuration.model_copy(update=chosen),
            lambda address: say(f"Browse the archive: {address}"),
            workers,
        )


# ── sites ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@sites.command("add")
def sites_add(  # noqa: PLR0913, PLR0917 - its options, each by name
    url: str,
    name: Annotated[str | None, typer.Option(help="The portal's name, as 示例县人民政府.")] = None,
    region: Annotated[str | None, typer.Option(help="The region code of its county.")] = None,
    delay: Annotated[float | None, typer.Option(help="Seconds between two requests to it.")] = None,
    allow_private: Annotated[bool, typer.Option(help="The site may lie on a private or loopback address.")] = False,
    window: Annotated[str | None, typer.Option(help="When it may be asked, as 22:00-06:00.")] = None,
    unverified_tls: Annotated[
        bool, typer.Option(help="Take a certificate that nobody vouches for; each capture says so.")
    ] = False,
    browser: Annotated[
        bool, typer.Option(help="Let a browser run the scripts of its lists (needs nianbao[browser] and Chromium).")
    ] = False,
    no_look: Annotated[bool, typer.Option("--no-look", help="Add it without looking at it.")] = False,
) -> None:
    """Add a portal by the address of its home page, look at it, and say what is seen there.

    Example: nianbao sites add https://www.example.gov.cn/ --name 示例县人民政府 --region 330799
    """
    from archive import sites as site_rows
    from archive.database import writing

    new = site_rows.NewSite(
        url,
        name=name,
        region_code=region,
        delay_seconds=delay,
        allow_private=allow_private,
        window=window,
        unverified_tls=unverified_tls,
        browser=browser,
    )
    with _opened() as (loaded, desk):
        with writing(desk.engine) as session:
            site = site_rows.add_site(session, new, desk.now())
        say(f"Added {site.code}. Harvest it: nianbao harvest {site.code}")
        if no_look:
            return
        if not loaded.configuration.contact and not allow_private:
            say(f"Not looked at, as no contact is set. When it is: nianbao sites check {site.code}")
            return
        _tell_looks(_looks(loaded, desk, [site.id]))


@sites.command("check")
def sites_check(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE…]")] = None, as_json: AsJson = False
) -> None:
    """Look at sites, without code at all, and say what is seen: family, column, lists, reports, robots, pace. No report is asked for.

    Example: nianbao sites check shili
    """
    from archive import sites as site_rows
    from archive.database import reading
    from crawler import look as looking

    with _opened() as (loaded, desk):
        with reading(desk.engine) as session:
            every = site_rows.all_sites(session)
            chosen = [site_rows.site_by_code(session, code) for code in codes] if codes else every
        if not chosen:
            raise Stop("No site yet. Add one: nianbao sites add URL")
        seen = _looks(loaded, desk, [site.id for site in chosen])
    if as_json:
        show(seen, looking.COLUMNS, "json")
    else:
        _tell_looks(seen)
    if any(one.state == "failed" for one in seen):
        raise typer.Exit(Exit.AMISS)


@sites.command("list")
def sites_list(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """All sites. Example: nianbao sites list --json"""
    from archive import sites as site_rows

    with _session() as session:
        _list(
            iter(site_rows.all_sites(session)),
            SITE_COLUMNS,
            as_json,
            as_csv,
            "No site yet. Add one: nianbao sites add URL",
        )


@sites.command("show")
def sites_show(code: str, as_json: AsJson = False) -> None:
    """One site. Example: nianbao sites show shili"""
    from archive import sites as site_rows

    with _session() as session:
        site = site_rows.site_by_code(session, code)
        if as_json:
            show([site], (*SITE_COLUMNS, "hosts", "added_at"), "json")
        else:
            for column in (*SITE_COLUMNS, "hosts", "added_at"):
                say(f"{column:>14}  {getattr(site, column)}")


@sites.command("import")
def sites_import(file: Path) -> None:
    """Add the sites of a CSV file with the columns url, name, region, delay_seconds (only url is needed). Example: nianbao sites import sites.csv"""
    from archive import sites as site_rows
    from archive.database import writing

    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"{file} cannot be read as a text file in UTF-8: {error}") from None
    with _opened() as (_, desk), writing(desk.engine) as session:
        result = site_rows.import_sites(session, lines, desk.now())
    say(f"{len(result.added)} sites added from {file}, {result.held_already} were there already.")


@sites.command("remove")
def sites_remove(code: str) -> None:
    """Harvest this site no more; what is archived stays. Example: nianbao sites remove shili"""
    from archive import sites as site_rows
    from archive.database import writing

    with _opened() as (_, desk), writing(desk.engine) as session:
        site_rows.remove_site(session, code, desk.now())
    say(f"{code} is not harvested any more. What was archived stays.")


# ── calendar and set-up ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@schedule.callback()
def schedule_run(context: typer.Context) -> None:
    """Run the calendar until stopped (the same as: python scheduler.py). `schedule show` lists what is due and when."""
    if context.invoked_subcommand is None:
        import scheduler

        say("The calendar runs: a sweep now and one every hour. Ctrl-C ends it.")
        scheduler.run(_loaded().configuration)


@schedule.command("show")
def schedule_show(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """What is due, and when. Example: nianbao schedule show"""
    from zoneinfo import ZoneInfo

    from archive.database import reading
    from archive.due import calendar

    with _opened() as (loaded, desk), reading(desk.engine) as session:
        _list(
            iter(calendar(session, ZoneInfo(loaded.configuration.timezone), desk.now())),
            ("code", "due_at", "kind", "why", "failures"),
            as_json,
            as_csv,
            "No site takes part in the calendar. Add one: nianbao sites add URL",
        )


@schedule.command("run-due")
def schedule_run_due() -> None:
    """Harvest what is due now, and end. Example: nianbao schedule run-due"""
    import scheduler

    with _opened() as (loaded, desk):
        codes = scheduler.sweep(loaded.configuration, desk.now, desk.engine)
    say(f"Harvested: {', '.join(codes)}." if codes else "Nothing is due.")


@schedule.command("pause")
def schedule_pause(code: str, again: Annotated[bool, typer.Option(help="Take it up again.")] = False) -> None:
    """Leave a site out of the calendar for now. Example: nianbao schedule pause shili"""
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing

    with _opened() as (_, desk), writing(desk.engine) as session:
        site_rows.pause_site(session, code, paused=not again)
        audit.record(session, people.doer(), "site resumed" if again else "site paused", code, desk.now())
    say(
        f"{code} takes part again."
        if again
        else f"{code} is paused. Take it up again: nianbao schedule pause {code} --again"
    )


@app.command()
def config(as_json: AsJson = False) -> None:
    """Every setting, its value, and where the value came from.

    Example: nianbao config
    """
    loaded = _loaded()
    fields = type(loaded.configuration).model_fields
    rows = [
        {
            "setting": key,
            "value": value if isinstance(value, bool | int | float) else _without_secrets(key, str(value)),
            "from": loaded.origins[key],
            "expected": fields[key].description,
        }
        for key, value in loaded.configuration.model_dump().items()
    ]
    show(rows, ("setting", "value", "from", "expected"), "json" if as_json else "table")


@app.command()
def migrate() -> None:
    """Bring the database up to this version's tables.

    Example: nianbao migrate
    """
    from archive import database

    url = _loaded().configuration.effective_database_url
    database.migrate(url)
    say("The database is up to date.")


def _without_secrets(key: str, value: str) -> str:
    if key.endswith("secret") and value:
        return "***"
    return re.sub(r"(://[^:/@]+):[^@/]+@", r"\1:***@", value)


# ── how the verbs are held ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _looks(loaded: Loaded, desk: Desk, site_ids: list[int]) -> list[Seen]:
    from crawler.campaign import Campaign
    from crawler.look import look

    return look(Campaign(loaded.configuration, desk), site_ids)


def _tell_looks(seen: list[Seen]) -> None:
    for one in seen:
        say(f"{one.site}: {one.said}")
        say(f"  family {one.family or 'not known'}; column {one.column or 'not found'}")
        held = f", which declare {one.declared} entries" if one.declared is not None else ""
        say(f"  {one.reports} reports in {one.lists} lists{held}; {one.requests} requests to see it")
        say(f"  robots: {one.robots}; {one.pace_seconds:g} seconds between two requests")


def _list(rows: Iterator[Any], columns: tuple[str, ...], as_json: bool, as_csv: bool, when_empty: str) -> None:
    count = show(rows, columns, "json" if as_json else "csv" if as_csv else "table")
    if not as_json and not as_csv:
        say(f"{count} in all." if count else when_empty)


def _run_campaign(
    loaded: Loaded, desk: Desk, tell: Callable[[str], None], kind: str, chosen: list[KnownSite], as_json: bool
) -> None:
    from archive.accounts import COLUMNS, accounts
    from archive.database import reading
    from crawler.campaign import Campaign

    if not loaded.configuration.contact and not all(site.allow_private for site in chosen):
        raise Stop(
            "Whoever runs a portal must be able to write to you: set NIANBAO_CONTACT (or `contact` in nianbao.toml) to an e-mail or web "
            "address. It goes into the user agent."
        )
    campaign = Campaign(loaded.configuration, desk, crawl_line(tell), waiting(tell))
    harvest_ids, counts = campaign.run(kind, [site.id for site in chosen])
    with reading(desk.engine) as session:
        told = accounts(session, harvest_ids)
    if as_json:
        show(told, COLUMNS, "json")
    else:
        for account in told:
            say(account.sentence())
        say(_sentence(counts))
    if any(account.state != "done" for account in told):
        raise typer.Exit(Exit.AMISS)


def _sentence(counts: Counts) -> str:
    return (
        f"{counts.reports} reports seen, {counts.read} read anew with {counts.figures} figures, {counts.unread} not readable; "
        f"{counts.raised} changes."
    )


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
