"""The verbs of the yearly calendar: run it, show what is due, harvest that now, leave a site out."""

from __future__ import annotations

from typing import Annotated

import typer

from console import say, show_all
from verbs import people
from verbs.opening import loaded, opened
from verbs.options import AsCsv, AsJson

app = typer.Typer(help="The yearly calendar.", invoke_without_command=True)


@app.callback()
def schedule_run(context: typer.Context) -> None:
    """Run the calendar until stopped (the same as: python scheduler.py). `schedule show` lists what is due and when."""
    if context.invoked_subcommand is None:
        import scheduler

        say("The calendar runs: a sweep now and one every hour. Ctrl-C ends it.")
        scheduler.run(loaded().configuration)


@app.command("show")
def schedule_show(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """What is due, and when. Example: nianbao schedule show"""
    from zoneinfo import ZoneInfo

    from archive.database import reading
    from archive.due import calendar
    from archive.sites import all_sites

    with opened() as (loaded, desk), reading(desk.engine) as session:
        paused = any(site.paused for site in all_sites(session))
        show_all(
            iter(calendar(session, ZoneInfo(loaded.configuration.timezone), desk.now())),
            ("code", "due_at", "kind", "why", "failures"),
            as_json,
            as_csv,
            "Every site is paused. Take one up again: nianbao schedule resume SITE"
            if paused
            else "No site takes part in the calendar. Add one: nianbao sites add URL",
        )


@app.command("run-due")
def schedule_run_due() -> None:
    """Harvest what is due now, and end. Example: nianbao schedule run-due"""
    import scheduler

    with opened() as (loaded, desk):
        codes = scheduler.sweep(loaded.configuration, desk.now, desk.engine)
    if codes is None:
        say("Another scheduler is at work: it harvests what is due. `nianbao events` says which.")
    else:
        say(f"Harvested: {', '.join(codes)}." if codes else "Nothing is due.")


@app.command("pause")
def schedule_pause(code: str, again: Annotated[bool, typer.Option(help="Take it up again.")] = False) -> None:
    """Leave a site out of the calendar for now. Example: nianbao schedule pause shili"""
    _set_paused(code, paused=not again)


@app.command("resume")
def schedule_resume(code: str) -> None:
    """Take a paused site up again. Example: nianbao schedule resume shili"""
    _set_paused(code, paused=False)


def _set_paused(code: str, *, paused: bool) -> None:
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        site_rows.pause_site(session, code, paused=paused)
        audit.record(session, people.doer(), "site paused" if paused else "site resumed", code, desk.now())
    say(
        f"{code} is paused. Take it up again: nianbao schedule resume {code}"
        if paused
        else f"{code} takes part again. When it is due: nianbao schedule show"
    )
