"""The verbs that make copies for elsewhere: tables as CSV, JSON lines, Excel, Parquet; WACZ, CDXJ, BagIt, WARC. Each is a call into archive/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console import Exit, Stop, say
from verbs.opening import opened, reading_session
from verbs.options import RegionOption, SiteOption, YearOption

if TYPE_CHECKING:
    from archive.desk import Desk
    from archive.exports import Chosen
    from archive.warc import WarcStore

app = typer.Typer(
    no_args_is_help=True,
    help="Copies for elsewhere: tables as CSV, JSON lines, Excel, Parquet; WACZ, CDXJ, BagIt, WARC.",
)

RunOption = Annotated[int | None, typer.Option("--run", help="Only this run's number.")]


@app.command("csv")
def export_csv(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel: a row a report, a column a figure. Example: nianbao export csv reports.csv --year 2024"""
    _panel("csv", target, year, region)


@app.command("jsonl")
def export_jsonl(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel, a JSON object a line. Example: nianbao export jsonl reports.jsonl"""
    _panel("jsonl", target, year, region)


@app.command("xlsx")
def export_xlsx(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel for Excel, with its data dictionary. Example: nianbao export xlsx reports.xlsx --region 3307"""
    _panel("xlsx", target, year, region)


@app.command("parquet")
def export_parquet(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel for pandas, DuckDB and Arrow. Example: nianbao export parquet reports.parquet"""
    _panel("parquet", target, year, region)


@app.command("package")
def export_package(folder: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """A Frictionless data package: the panel with its data dictionary. Example: nianbao export package panel-2024 --year 2024"""
    from archive import panel
    from archive.database import reading

    with opened() as (_, desk), reading(desk.engine) as found:
        count = panel.write_package(panel.panel(found, year, region), folder, desk.now())
    say(f"{folder}: {count} reports, {len(panel.FIELDS)} fields described in datapackage.json.")


def _panel(kind: str, target: Path, year: int | None, region: str | None) -> None:
    from archive import panel

    with reading_session() as found:
        count = panel.WRITERS[kind](panel.panel(found, year, region), target)
    say(f"{target}: {count} reports, {len(panel.FIELDS)} columns.")


@app.command("wacz")
def export_wacz(target: Path, site: SiteOption = None, run: RunOption = None) -> None:
    """A WACZ that opens in ReplayWeb.page. Example: nianbao export wacz shili.wacz --site shili"""
    from archive import wacz
    from archive.wacz_check import wacz_faults

    with _chosen(site, run) as (desk, store, chosen):
        title = f"nianbao {site or ''}".strip()
        wacz.write_wacz(store, chosen.files, chosen.pages, target, title, desk.now())
        faults = list(wacz_faults(target))
    for fault in faults:
        say(fault)
    if faults:
        raise typer.Exit(Exit.AMISS)
    say(f"{target}: {len(chosen.files)} WARC files, {len(chosen.pages)} pages.")


@app.command("cdxj")
def export_cdxj(target: Path, site: SiteOption = None, run: RunOption = None) -> None:
    """The sorted CDXJ index of the WARC files, for pywb. Example: nianbao export cdxj index.cdxj"""
    from archive import cdxj
    from archive.seals import write_whole

    with _chosen(site, run) as (_, store, chosen):
        lines = cdxj.sorted_cdxj(store, chosen.files)
        write_whole(target, "".join(lines).encode())
    say(f"{target}: {len(lines)} lines of {len(chosen.files)} WARC files.")


@app.command("bagit")
def export_bagit(folder: Path, site: SiteOption = None, run: RunOption = None) -> None:
    """A BagIt bag of the WARC files with their seals. Example: nianbao export bagit bag-2026 --site shili"""
    from archive import exports

    with _chosen(site, run) as (desk, store, chosen):
        count = exports.write_bag(store, desk.store, chosen.files, folder, desk.now())
    say(f"{folder}: {len(chosen.files)} WARC files, {count} files in all.")


@app.command("warc")
def export_warc(
    folder: Path,
    site: SiteOption = None,
    organ: Annotated[str | None, typer.Option("--organ", help="Only organs whose name holds these words.")] = None,
    year: Annotated[int | None, typer.Option("--year", help="Only this report year.")] = None,
) -> None:
    """A WARC file for each organ and year, with the originals of its revisits. Example: nianbao export warc out --year 2024"""
    from archive import exports
    from archive.listings import Filters

    count = 0
    with opened() as (loaded, desk):
        filters = Filters(site=site, organ=organ, year=year)
        about = {"software": "nianbao", "operator": loaded.configuration.contact, "robots": "obey"}
        for one in exports.write_organ_years(desk.engine, desk.store, filters, folder, about, desk.now()):
            count += 1
            say(f"{one.file}: {one.organ or 'organ unknown'} {one.year or 'year unknown'}, {one.captures} captures")
    if not count:
        raise Stop("No report is held that is meant. `nianbao reports` lists what there is.")


@contextmanager
def _chosen(site: str | None, run: int | None) -> Iterator[tuple[Desk, WarcStore, Chosen]]:
    """The files that are meant, in a store from which nothing is handed out that was taken down."""
    from archive import exports, sites
    from archive.database import reading

    with opened() as (_, desk):
        with reading(desk.engine) as found:
            if site is not None:
                sites.site_by_code(found, site)
            chosen = exports.choose(found, site, run)
        if not chosen.files:
            raise Stop("No sealed WARC file is meant. Harvest first: nianbao harvest")
        with exports.publishable(desk.engine, desk.store, chosen.files) as store:
            yield desk, store, chosen
