"""The verbs that keep: verify, repair, rebuild, seal, export, import, takedown, and the gazetteer. Each is a call into archive/."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.lock import hold
from console import Exit, Stop, live, say, show, size
from opening import opened, session

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from archive.exports import Chosen
    from archive.fixity import Fault
    from archive.places import Place
    from archive.readings import Desk
    from archive.warc import WarcStore
    from configuration import Configuration

app = typer.Typer()
export = typer.Typer(
    no_args_is_help=True,
    help="Copies for elsewhere: tables as CSV, JSON lines, Excel, Parquet; WACZ, CDXJ, BagIt, WARC.",
)
regions = typer.Typer(no_args_is_help=True, help="The gazetteer: codes and names from province to township.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
SiteOption = Annotated[str | None, typer.Option("--site", help="Only this site's code.")]
YearOption = Annotated[int | None, typer.Option("--year", help="Only this report year.")]
RegionOption = Annotated[str | None, typer.Option("--region", help="Only this region code, or below it.")]
RunOption = Annotated[int | None, typer.Option("--run", help="Only this run's number.")]


# ── what is promised ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def verify(
    deep: Annotated[
        bool, typer.Option("--deep/--fast", help="Read every record and lay the index on it, or only whole files.")
    ] = True,
    copy: Annotated[bool, typer.Option(help="Read the second copy back as well.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the archive against its seals; exit code 1 when anything disagrees.

    Example: nianbao verify --fast
    """
    from archive import fixity

    begun, files, done = time.monotonic(), 0, 0
    with live(as_json) as tell, opened() as (loaded, desk):

        def heard(name: str, count: int) -> None:
            nonlocal files, done
            files, done = files + 1, done + count
            tell(f"{files} files, {size(done)}, {size(int(done / (time.monotonic() - begun)))}/s: {name}")

        second = _second(loaded.configuration)
        if copy and second is None:
            raise Stop(
                "There is no second copy. Name one: second_copy in nianbao.toml, a folder or s3://bucket/prefix."
            )
        found: list[Fault] = []
        for fault in _every_fault(
            fixity.verify(desk.engine, desk.store, deep, heard), desk.store, second if copy else None
        ):
            found.append(fault)
            if as_json:
                show([fault], ("kind", "file", "offset", "detail"), "json")
            else:
                say(str(fault))
    seconds = time.monotonic() - begun
    if not as_json:
        say(f"{files} files, {size(done)} read in {seconds:.1f} s, {size(int(done / seconds))}/s.")
        say(
            f"{len(found)} faults. The lines above name the files and records; `nianbao repair` restores from the second copy."
            if found
            else "Everything agrees with its seal."
        )
    if found:
        raise typer.Exit(Exit.AMISS)


def _every_fault(first: Iterator[Fault], store: WarcStore, second: Place | None) -> Iterator[Fault]:
    from archive import copies, seals

    yield from first
    if second is not None:
        for name in seals.seal_files(store.folder):
            yield from copies.audit_copy(store, second, name)


@app.command()
def repair() -> None:
    """Cut torn tails, restore from the second copy what is damaged in either, verify again, and name the reports that stay hurt.

    Example: nianbao repair
    """
    from archive import mending, tombstones
    from archive.copies import copy_sealed
    from archive.recovery import recover
    from archive.takedown import mark_index

    with _alone() as (configuration, engine, store, now):
        for cut in recover(engine, store, now):
            say(f"cut: {cut.file}: {cut.cut_bytes} bytes after byte {cut.kept_bytes}: {cut.reason}")
        tombstones.finish(store.files, store.folder)
        mark_index(engine, store)
        second = _second(configuration)
        result = mending.repair(engine, store, second, now)
        brought = copy_sealed(store, second) if second is not None and not result.left else 0
    for name in result.restored:
        say(f"restored: {name}")
    if brought:
        say(f"{brought} files brought to the second copy.")
    for fault in result.left:
        say(str(fault))
    for one in result.hurt:
        say(f"hurt: {one.site} {one.organ or ''} {one.year or ''} {one.url} of {one.fetched_at:%Y-%m-%d}")
    if not result.left:
        say("Everything agrees with its seal.")
        return
    say(
        "There is no second copy to restore from: set second_copy."
        if second is None
        else "Neither copy has these right."
    )
    raise typer.Exit(Exit.AMISS)


@app.command()
def rebuild() -> None:
    """Make a new index from the WARC files, their seals and the journal: the database must be empty (move the old one away first).

    Passwords are in no journal: whoever had an account gets a new one. Verdicts come back when `nianbao read` has made again what they are on.

    Example: nianbao rebuild
    """
    from archive import rebuild as rebuilding

    with _alone() as (_, engine, store, _now):
        made = rebuilding.rebuild(engine, store)
    for fault in made.faults:
        say(str(fault))
    say(f"{made.captures} captures from {made.files} files, and what people said. Now: nianbao read")
    if made.faults:
        raise typer.Exit(Exit.AMISS)


@app.command()
def seal(as_json: AsJson = False) -> None:
    """The head of the chain of seals: keep this line elsewhere, and nobody can change what is archived unseen, not even you.

    Example: nianbao seal --json
    """
    from archive import fixity, seals

    with opened() as (_, desk):
        head = seals.read_head(desk.store.folder)
        newest = seals.read_seal(desk.store.folder, head.file) if head.file else None
        if newest is None:
            say("Nothing is sealed yet. Harvest first: nianbao harvest")
            return
        values = {
            "number": head.number,
            "sha256": head.sha256,
            "file": head.file,
            "sealed_at": newest.sealed_at,
            "public_key": fixity.trusted_key(desk.store) or newest.public_key,
        }
    if as_json:
        show([values], tuple(values), "json")
    else:
        for name, value in values.items():
            say(f"{name:>10}  {value}")


# ── copies for elsewhere ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@export.command("csv")
def export_csv(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel: a row a report, a column a figure. Example: nianbao export csv reports.csv --year 2024"""
    _panel("csv", target, year, region)


@export.command("jsonl")
def export_jsonl(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel, a JSON object a line. Example: nianbao export jsonl reports.jsonl"""
    _panel("jsonl", target, year, region)


@export.command("xlsx")
def export_xlsx(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel for Excel, with its data dictionary. Example: nianbao export xlsx reports.xlsx --region 3307"""
    _panel("xlsx", target, year, region)


@export.command("parquet")
def export_parquet(target: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """The panel for pandas, DuckDB and Arrow. Example: nianbao export parquet reports.parquet"""
    _panel("parquet", target, year, region)


@export.command("package")
def export_package(folder: Path, year: YearOption = None, region: RegionOption = None) -> None:
    """A Frictionless data package: the panel with its data dictionary. Example: nianbao export package panel-2024 --year 2024"""
    from archive import panel
    from archive.database import reading

    with opened() as (_, desk), reading(desk.engine) as found:
        count = panel.write_package(panel.panel(found, year, region), folder, desk.now())
    say(f"{folder}: {count} reports, {len(panel.FIELDS)} fields described in datapackage.json.")


def _panel(kind: str, target: Path, year: int | None, region: str | None) -> None:
    from archive import panel

    with session() as found:
        count = panel.WRITERS[kind](panel.panel(found, year, region), target)
    say(f"{target}: {count} reports, {len(panel.FIELDS)} columns.")


@export.command("wacz")
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


@export.command("cdxj")
def export_cdxj(target: Path, site: SiteOption = None, run: RunOption = None) -> None:
    """The sorted CDXJ index of the WARC files, for pywb. Example: nianbao export cdxj index.cdxj"""
    from archive import cdxj
    from archive.seals import write_whole

    with _chosen(site, run) as (_, store, chosen):
        lines = cdxj.sorted_cdxj(store, chosen.files)
        write_whole(target, "".join(lines).encode())
    say(f"{target}: {len(lines)} lines of {len(chosen.files)} WARC files.")


@export.command("bagit")
def export_bagit(folder: Path, site: SiteOption = None, run: RunOption = None) -> None:
    """A BagIt bag of the WARC files with their seals. Example: nianbao export bagit bag-2026 --site shili"""
    from archive import exports

    with _chosen(site, run) as (desk, store, chosen):
        count = exports.write_bag(store, desk.store, chosen.files, folder, desk.now())
    say(f"{folder}: {len(chosen.files)} WARC files, {count} files in all.")


@export.command("warc")
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


@app.command()
def takedown(
    scope: Annotated[str | None, typer.Argument(help="capture:NUMBER, sha256:HASH of a body, or an address.")] = None,
    by: Annotated[str, typer.Option(help="Who ordered it.")] = "",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    delete: Annotated[bool, typer.Option(help="Delete the bytes; without this they are only shown no more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Hide or delete captures on order, with a signed tombstone; without a scope, list what was taken down.

    Every capture that shows the same body goes with it. Example: nianbao takedown capture:12 --by "县法院" --reason "个人信息" --delete
    """
    from archive.takedown import take_down
    from archive.tombstones import Order, all_of
    from archive.upkeep import bring_copy

    if scope is None:
        columns = ("number", "mode", "ordered_at", "ordered_by", "reason", "scope", "captures")
        with opened() as (_, desk):
            stones = [{**asdict(stone), "captures": len(stone.removals)} for stone in all_of(desk.store.folder)]
        if not show(stones, columns, "json" if as_json else "table") and not as_json:
            say("Nothing was taken down.")
        return
    if not by or not reason:
        raise Stop("A tombstone names who ordered it and why: give --by and --reason.")
    with _alone() as (configuration, engine, store, now):
        stone = take_down(engine, store, Order("deleted" if delete else "hidden", by, reason, scope), now)
        bring_copy(engine, store, configuration.second_copy, now)
    say(
        f"{len(stone.removals)} captures {stone.mode}: tombstone {stone.number}. A page that is still online is captured again: pause its site."
    )


@app.command("import")
def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="WARC files, packed or plain; or a saved page and its files.")
    ],
    site: Annotated[
        str | None, typer.Option("--site", help="The code of the site that the captures belong to.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help="The address that a person saved the page from.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="The saved page's title, when it names none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take in WARC files of other programs, all of them whole or none; or, with --url, a page that a person saved, and the files on it.

    Example: nianbao import old-1.warc.gz old-2.warc.gz --site shili
    Example: nianbao import page.html report.pdf --url https://www.example.gov.cn/nb/1.html
    """
    if url is not None:
        _import_saved(files, url, site, title, as_json)
        return
    if site is None:
        raise Stop("Say where the files belong: --site CODE for WARC files, --url URL for a page that a person saved.")
    from archive import readings
    from archive.importing import import_files
    from archive.recorder import Recorder
    from crawler.recognising import recognise
    from crawler.run import software

    with opened() as (loaded, desk):
        with hold(loaded.configuration.home):
            recorder = Recorder(desk.engine, desk.store, desk.now, software(), loaded.configuration.contact)
            result = import_files(desk.engine, recorder, files, site, recognise, desk.now)
        readings.read_new(desk)
    if as_json:
        show([result], ("run", "captures", "reports", "passed_over", "remarks"), "json")
        return
    for remark in result.remarks:
        say(f"note: {remark}")
    passed = ", ".join(f"{count} {kind}" for kind, count in result.passed_over.items())
    say(
        f"{result.captures} captures taken into {site} by run {result.run}, {result.reports} annual reports among them."
        + (f" Passed over: {passed}." if passed else "")
    )


def _import_saved(files: list[Path], url: str, site: str | None, title: str | None, as_json: bool) -> None:
    from archive import readings
    from archive.recorder import Recorder
    from crawler.errors import CrawlFailed
    from crawler.run import software
    from crawler.saved_pages import bring_in

    with opened() as (loaded, desk):
        with hold(loaded.configuration.home):
            recorder = Recorder(desk.engine, desk.store, desk.now, software(), loaded.configuration.contact)
            try:
                report = bring_in(desk.engine, recorder, files, url, site, title)
            except CrawlFailed as reason:
                raise Stop(str(reason)) from None
        readings.read_new(desk)
    if as_json:
        show([report], ("url", "title", "organ_name", "year"), "json")
    else:
        say(
            f"Brought in: {report.title or report.url}, marked as saved by a person. `nianbao reports` shows what it reads as."
        )


# ── the gazetteer ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@regions.command("import")
def regions_import(
    files: Annotated[list[Path], typer.Argument(help="CSV files with code,name; the highest level first.")],
    source: Annotated[str, typer.Option(help="Where the table comes from.")],
    date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The state of the table.")],
) -> None:
    """Take in a gazetteer. Example: nianbao regions import provinces.csv cities.csv areas.csv streets.csv --source MCA --date 2023-06-30"""
    from archive.database import writing
    from archive.regions import import_regions

    texts = {}
    for file in files:
        try:
            texts[file] = file.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Stop(f"{file} cannot be read as a text file in UTF-8: {error}") from None
    with opened() as (_, desk), writing(desk.engine) as found:
        for file, lines in texts.items():
            result = import_regions(found, lines, source, date.date())
            say(f"{file}: {result.added} added, {result.renamed} renamed, {result.unchanged} as they were.")


@regions.command("show")
def regions_show(code: str, as_json: AsJson = False) -> None:
    """One region with its path and source. Example: nianbao regions show 411625201"""
    from archive.regions import region_by_code

    with session() as found:
        region = region_by_code(found, code)
    columns = ("code", "name", "level", "path", "aliases", "source", "source_date")
    if as_json:
        show([region], columns, "json")
    else:
        for column in columns:
            value = getattr(region, column)
            say(f"{column:>12}  {' '.join(value) if isinstance(value, tuple) else value}")


@regions.command("find")
def regions_find(words: list[str], as_json: AsJson = False) -> None:
    """Regions by name, each with its path: a name alone identifies nothing. Example: nianbao regions find 郸城 胡集乡"""
    from archive.regions import find_regions

    with session() as found:
        rows = find_regions(found, " ".join(words))
    lines = [
        {"code": row.code, "level": row.level, "path": list(row.path) if as_json else " ".join(row.path)}
        for row in rows
    ]
    count = show(lines, ("code", "level", "path"), "json" if as_json else "table")
    if not count and not as_json:
        say("No region has this name. `nianbao regions import` takes in a gazetteer.")


# ── how the verbs are held ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _alone() -> Iterator[tuple[Configuration, Engine, WarcStore, datetime]]:
    """The opened archive, with the home's lock held: no other process writes meanwhile."""
    with opened() as (loaded, desk), hold(loaded.configuration.home):
        yield loaded.configuration, desk.engine, desk.store, desk.now()


def _second(configuration: Configuration) -> Place | None:
    from archive.places import place_of

    return place_of(configuration.second_copy)
