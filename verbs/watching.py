"""The verbs that watch: coverage, flags, deadlines, notices, and what a re-crawl would ask. Each is a call into archive/ or crawler/."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from console import Stop, how, say, show
from verbs import people
from verbs.opening import opened, reading_session
from verbs.options import AsCsv, AsJson, RegionOption

app = typer.Typer()
flags = typer.Typer(no_args_is_help=True, help="What a person should look at, and the verdicts given.")


@app.command()
def coverage(
    region: RegionOption = None,
    year: Annotated[int | None, typer.Option(help="Only this report year.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is due and was not published.")] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="What is overdue, and what is listed and not there.")
    ] = False,
    totals: Annotated[bool, typer.Option("--totals", help="How many organs are in each state, year by year.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Organ by year: held, and if not, why not; and whether it came in time. Blocked or unreachable is never missing.

    Example: nianbao coverage --region 33 --year 2024 --overdue
    """
    from archive import bookkeeping
    from archive import coverage as ledger
    from archive.database import reading
    from archive.territories import require_known

    wanted = (ledger.OVERDUE,) if overdue else ledger.MISSING if missing else ledger.STATES
    columns = ("region", "organ", "year", "state", "evidence", "as_of", "due_on", "timely", "timely_why")
    with opened() as (loaded, desk), reading(desk.engine) as session:
        if region is not None:
            require_known(session, region)
        rows = bookkeeping.organ_years(session, desk.now(), loaded.configuration.timezone, region, year)
        chosen = (row for row in rows if row.state in wanted)
        if totals:
            count = show(ledger.totals(chosen), ("year", *wanted, "organs"), how(as_json, as_csv))
        else:
            count = show(chosen, columns, how(as_json, as_csv))
    if not as_json and not as_csv:
        where = "there" if region or year else "yet"
        nothing = "Nothing." if overdue or missing else f"No organ is known {where}. Harvest first: nianbao harvest"
        say(nothing if not count else f"{count} years." if totals else f"{count} in all.")


@app.command()
def deadline(
    region: str,
    level: Annotated[str, typer.Argument(help="government, department or township.")],
    day: Annotated[str | None, typer.Argument(help="MM-DD; left out: back to the law's day.")] = None,
) -> None:
    """Hold the organs of a region and below it to another day than the law's. Example: nianbao deadline 330799 township 03-15"""
    from archive import audit
    from archive.database import writing
    from archive.deadlines import set_deadline

    with opened() as (_, desk), writing(desk.engine) as session:
        set_deadline(session, region, level, day)
        audit.record(session, people.doer(), "deadline set", region, desk.now(), f"{level}: {day or 'the law'}")
    say(f"In {region} a {level} reports by {day}." if day else f"In {region} a {level} reports by the law's day.")


@app.command()
def masks(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """Words inside reports that move by themselves and count as no change, with the captures that show it. Example: nianbao masks"""
    from archive.masks import mask_lines

    with reading_session() as session:
        columns = ("id", "site", "line", "url", "before", "after", "learnt_at")
        count = show(mask_lines(session), columns, how(as_json, as_csv))
    if not as_json and not as_csv:
        say(f"{count} in all." if count else "No line of a report moves by itself.")


@app.command()
def events(
    kind: Annotated[str | None, typer.Option(help="Only this kind, as `late`, `site failed`, `correction`.")] = None,
    site: Annotated[str | None, typer.Option("--site", help="Only this site's code.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 100,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What happened: misses, delays, failures, corrections of the reader, masks, mergers. Example: nianbao events --kind late"""
    from archive.events import KINDS, newest_events

    if kind is not None and kind not in KINDS:
        raise Stop(f"expected a kind of {', '.join(KINDS)}; got {kind!r}.")
    with reading_session() as session:
        found = newest_events(session, limit, kind, site)
        count = show(found, ("at", "kind", "site", "harvest", "message"), how(as_json, as_csv))
    if not as_json and not as_csv and not count:
        say("Nothing happened yet.")


@app.command()
def notify(
    again: Annotated[bool, typer.Option("--again", help="Also what may have gone out, and nobody knows.")] = False,
) -> None:
    """Send now what nobody was told yet, to the channels of the setting `notify`. Example: nianbao notify"""
    from archive import notices

    with opened() as (loaded, desk):
        if not notices.channels(loaded.configuration.notify):
            raise Stop("Nobody is to be told. Set notify (NIANBAO_NOTIFY), as mailto:someone@example.org")
        if again:
            say(f"{notices.again(desk.engine, desk.now())} digests that were in doubt are sent again.")
        sent = notices.deliver(desk.engine, loaded.configuration, desk.now)
    say(f"{sent} digests sent." if sent else "Nothing new, or not now: `nianbao config` shows the quiet hours.")


@flags.command("list")
def flags_list(
    region: RegionOption = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed or judged.")] = False,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Open flags, the loudest first. Example: nianbao flags list --region 330799"""
    from archive.flag_lists import flag_lines

    columns = ("id", "severity", "rule", "organ", "year", "message", "url", "raised_at", "closed_at", "verdict")
    with reading_session() as session:
        found = flag_lines(session, region, only_open=not every)
        count = show(found, (*columns, "verdict_by", "verdict_note", "before", "after"), how(as_json, as_csv))
    if not as_json and not as_csv:
        nothing = "No flag." if every else "No flag is open. Those closed or judged, too: nianbao flags list --all"
        say(f"{count} in all." if count else nothing)


@flags.command("verdict")
def flags_verdict(
    flag: int,
    verdict: Annotated[str, typer.Argument(help="confirmed, dismissed, or none to take it back.")],
    why: Annotated[str, typer.Option(help="The reason, for whoever reads it in ten years.")] = "",
    by: Annotated[str | None, typer.Option(help="Who judges; the user's name when left out.")] = None,
) -> None:
    """Judge a flag. Example: nianbao flags verdict 12 dismissed --why 街道已撤并 --by 李"""
    from archive.database import writing
    from archive.flags import give_verdict

    with opened() as (_, desk), writing(desk.engine) as session:
        said = None if verdict == "none" else verdict
        give_verdict(session, flag, said, by or getpass.getuser(), why, desk.now())
    say(f"Flag {flag}: {verdict}.")
