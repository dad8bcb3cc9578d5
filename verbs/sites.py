"""The verbs about sites: the portals to harvest, added, looked at, listed, removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console import Exit, Stop, say, show, show_all
from verbs import people
from verbs.opening import opened, reading_session
from verbs.options import AsCsv, AsJson

if TYPE_CHECKING:
    from archive.desk import Desk
    from configuration import Loaded
    from crawler.look import Seen

app = typer.Typer(no_args_is_help=True, help="The portals to harvest.")

COLUMNS = ("code", "name", "url", "region_code", "family", "delay_seconds", "allow_private", "paused")
MORE_COLUMNS = ("hosts", "window", "unverified_tls", "browser", "added_at")


@app.command("add")
def sites_add(  # noqa: PLR0913, PLR0917 - its options, each by name
    url: str,
    name: Annotated[str | None, typer.Option(help="The portal's name, as 示例县人民政府.")] = None,
    region: Annotated[str | None, typer.Option(help="The region code of its county.")] = None,
    host: Annotated[
        list[str] | None, typer.Option(help="Another host of it, as xxgk.example.gov.cn; once for each.")
    ] = None,
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
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing

    new = site_rows.NewSite(
        url,
        name=name,
        region_code=region,
        hosts=tuple(host or ()),
        delay_seconds=delay,
        allow_private=allow_private,
        window=window,
        unverified_tls=unverified_tls,
        browser=browser,
    )
    with opened() as (loaded, desk):
        with writing(desk.engine) as session:
            site = site_rows.add_site(session, new, desk.now())
            audit.record(session, people.doer(), "site added", site.code, desk.now(), site.url)
        say(f"Added {site.code}. Harvest it: nianbao harvest {site.code}")
        if no_look:
            return
        if not loaded.configuration.contact and not allow_private:
            say("It was not looked at: whoever runs a portal must be able to write to you.")
            say(f"Set NIANBAO_CONTACT to your e-mail or web address, then: nianbao sites check {site.code}")
            return
        _tell_looks(_looks(loaded, desk, [site.id]))


@app.command("check")
def sites_check(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE…]")] = None, as_json: AsJson = False
) -> None:
    """Look at sites, without code at all, and say what is seen: family, column, lists, reports, robots, pace. No report is asked for.

    Example: nianbao sites check shili
    """
    from archive import sites as site_rows
    from archive.database import reading
    from crawler import look as looking

    with opened() as (loaded, desk):
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


@app.command("list")
def sitesshow_all(as_json: AsJson = False, as_csv: AsCsv = False) -> None:
    """All sites. Example: nianbao sites list --json"""
    from archive import sites as site_rows

    with reading_session() as session:
        show_all(
            iter(site_rows.all_sites(session)),
            COLUMNS,
            as_json,
            as_csv,
            "No site yet. Add one: nianbao sites add URL",
        )


@app.command("show")
def sites_show(code: str, as_json: AsJson = False) -> None:
    """One site. Example: nianbao sites show shili"""
    from archive import sites as site_rows

    with reading_session() as session:
        site = site_rows.site_by_code(session, code)
        if as_json:
            show([site], (*COLUMNS, *MORE_COLUMNS), "json")
        else:
            for column in (*COLUMNS, *MORE_COLUMNS):
                say(f"{column:>14}  {getattr(site, column)}")


@app.command("hosts")
def sites_hosts(
    code: str,
    add: Annotated[list[str] | None, typer.Option(help="Another host of it; once for each.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A host that is none of its own; once for each.")] = None,
) -> None:
    """The hosts on which a site may be asked: show them, name more of them, strike some out.

    Example: nianbao sites hosts shili --add xxgk.example.gov.cn
    """
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing

    if not add and not remove:
        with reading_session() as session:
            hosts = site_rows.site_by_code(session, code).hosts
    else:
        with opened() as (_, desk), writing(desk.engine) as session:
            hosts = site_rows.change_hosts(session, code, add or (), remove or ()).hosts
            audit.record(session, people.doer(), "hosts changed", code, desk.now(), " ".join(hosts))
    for host in hosts:
        say(host)


@app.command("import")
def sites_import(file: Path) -> None:
    """Add the sites of a CSV file with the columns url, name, region, hosts, delay, allow_private, code, window, unverified_tls, browser (only url is needed). Example: nianbao sites import sites.csv"""
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing
    from verbs.tables import lines_of

    with opened() as (_, desk), writing(desk.engine) as session:
        with lines_of(file) as lines:
            result = site_rows.import_sites(session, lines, desk.now())
        for site in result.added:
            audit.record(session, people.doer(), "site added", site.code, desk.now(), site.url)
    say(f"{len(result.added)} sites added from {file}, {result.held_already} were there already.")


@app.command("remove")
def sites_remove(code: str) -> None:
    """Harvest this site no more; what is archived stays. Example: nianbao sites remove shili"""
    from archive import audit
    from archive import sites as site_rows
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        site_rows.remove_site(session, code, desk.now())
        audit.record(session, people.doer(), "site removed", code, desk.now())
    say(f"{code} is not harvested any more. What was archived stays.")


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
        if not one.reports:
            say(f"  Open its address in a browser. If it is another portal's, or none: nianbao sites remove {one.site}")
            say(f"  If its column lies on another host: nianbao sites hosts {one.site} --add HOST")
            say("  If a script makes its lists, add it with --browser.")
