"""The verbs that crawl and read: harvest, recrawl, read. What they tell at the end is each site's account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from console import Exit, Stop, crawl_line, live, say, show, waiting
from verbs.opening import opened, reading_session
from verbs.options import AsJson

if TYPE_CHECKING:
    from archive.desk import Desk
    from archive.readings import Counts
    from archive.sites import KnownSite
    from configuration import Loaded

app = typer.Typer()


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
    with live() as tell, opened(tell) as (loaded, desk):
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
        _tell_plan(site, as_json)
        return
    with live() as tell, opened(tell) as (loaded, desk):
        from archive import sites as site_rows
        from archive.database import reading

        with reading(desk.engine) as session:
            row = site_rows.site_by_code(session, site)
        _run_campaign(loaded, desk, tell, "recrawl", [row], as_json)


@app.command()
def read(
    again: Annotated[bool, typer.Option(help="Also read anew what an older reader version read.")] = False,
) -> None:
    """Read what is captured and not yet read, and look over the ledger for what is overdue or late.

    Example: nianbao read --again
    """
    from archive import overall, readings
    from archive.database import writing
    from archive.jobs import give_way
    from archive.ledger_flags import review_ledger

    give_way()

    with live() as tell, opened(tell) as (loaded, desk):
        counts = readings.read_new(desk)
        with writing(desk.engine) as session:  # as after a harvest: an index made anew has no flags yet
            review_ledger(session, desk.now(), loaded.configuration.timezone)
        overall.renew(desk.engine, desk.now(), loaded.configuration.timezone)
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


def _run_campaign(
    loaded: Loaded, desk: Desk, tell: Callable[[str], None], kind: str, chosen: list[KnownSite], as_json: bool
) -> None:
    from archive.accounts import COLUMNS, accounts
    from archive.database import reading
    from archive.jobs import give_way
    from crawler.campaign import Campaign

    if not loaded.configuration.contact and not all(site.allow_private for site in chosen):
        raise Stop(
            "Whoever runs a portal must be able to write to you: set NIANBAO_CONTACT (or `contact` in nianbao.toml) to an e-mail or web "
            "address. It goes into the user agent."
        )
    give_way()
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


def _tell_plan(code: str, as_json: bool) -> None:
    """What a re-crawl of a site would ask, without asking it."""
    from archive import sites
    from crawler.campaign import would_ask

    with reading_session() as session:
        asked = would_ask(session, sites.site_by_code(session, code).id)
    count = show(iter(asked), ("purpose", "url"), "json" if as_json else "table")
    if not as_json:
        say(f"At least {count} addresses, and whatever new they lead to. Nothing was asked.")
