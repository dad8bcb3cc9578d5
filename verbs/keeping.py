"""The verbs that keep: verify, repair, rebuild, seal, import, takedown. Each is a call into archive/."""

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
from verbs import people
from verbs.opening import opened
from verbs.options import AsJson

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from archive.faults import Fault
    from archive.places import Place
    from archive.warc import WarcStore
    from configuration import Configuration

app = typer.Typer()


# ── what is promised ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.command()
def verify(
    deep: Annotated[
        bool, typer.Option("--deep/--fast", help="Read every record and lay the index on it, or only whole files.")
    ] = True,
    copy: Annotated[bool, typer.Option(help="Read the second copy back as well.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="WARC files with their seals, as in a BagIt bag: no index is asked.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The public key that signed them, seal.pub; with --folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the archive against its seals; exit code 1 when anything disagrees.

    Example: nianbao verify --fast
    Example: nianbao verify --folder bag/data/warc --key bag/data/seal.pub
    """
    from archive import fixity
    from archive.seals import ELSEWHERE

    begun, files, done = time.monotonic(), 0, 0
    with live(as_json) as tell, _to_verify(folder, key, copy) as (engine, store, second):

        def heard(name: str, count: int) -> None:
            nonlocal files, done
            files, done = files + 1, done + count
            tell(f"{files} files, {size(done)}, {size(int(done / (time.monotonic() - begun)))}/s: {name}")

        found: list[Fault] = []
        for fault in _every_fault(fixity.verify(engine, store, deep, heard), store, second):
            found.append(fault)
            if as_json:
                show([fault], ("kind", "file", "offset", "detail"), "json")
            else:
                say(str(fault))
        if not found:
            _require_sealed(store)
    seconds = time.monotonic() - begun
    if not as_json:
        if folder is not None and (elsewhere := len(list((folder / ELSEWHERE).rglob("*.seal.json")))):
            say(f"This is a part of an archive: its chain names {elsewhere} more files that are elsewhere.")
        say(f"{files} files, {size(done)} read in {seconds:.1f} s, {size(int(done / seconds))}/s.")
        say(
            f"{len(found)} faults. The lines above name the files and records; `nianbao repair` restores from the second copy."
            if found
            else "Everything agrees with its seal."
        )
    if found:
        raise typer.Exit(Exit.AMISS)


@contextmanager
def _to_verify(
    folder: Path | None, key: Path | None, copy: bool
) -> Iterator[tuple[Engine | None, WarcStore, Place | None]]:
    """The index, the store, and the second copy when it is to be read; or a folder and a key that a stranger has, and nothing else."""
    if (folder is None) != (key is None) or (folder is not None and copy):
        raise Stop(
            "Give --folder and --key together and without --copy: a folder of WARC files with seals, and the key seal.pub."
        )
    if folder is not None and key is not None:
        from archive.warc import WarcStore

        if not folder.is_dir() or not key.is_file():
            raise Stop(f"Expected a folder of WARC files and a public key, got {folder} and {key}.")
        yield None, WarcStore(folder, keys=key), None
        return
    with opened() as (loaded, desk):
        second = _second(loaded.configuration) if copy else None
        if copy and second is None:
            raise Stop(
                "There is no second copy. Name one: second_copy in nianbao.toml, a folder or s3://bucket/prefix."
            )
        yield desk.engine, desk.store, second


def _require_sealed(store: WarcStore) -> None:
    """Nothing found is no proof: most often it is another folder that was meant."""
    from archive import seals

    if next(iter(seals.seal_files(store.folder)), None) is None:
        raise Stop(
            f"No sealed file is in {store.folder}: nothing was verified. Harvest first (nianbao harvest), or name the home that is meant: NIANBAO_HOME."
        )


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
    from archive.settling import alone
    from archive.takedown import mark_index

    with _alone() as (configuration, engine, store, now):
        for cut in recover(engine, store, now):
            say(f"cut: {cut.file}: {cut.cut_bytes} bytes after byte {cut.kept_bytes}: {cut.reason}")
        with alone(store):
            tombstones.finish(store.files, store.folder)
        mark_index(engine, store)
        second = _second(configuration)
        result = mending.repair(engine, store, second, now)
        if not result.restored and not result.left:
            _require_sealed(store)
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
    from archive import journal
    from archive import rebuild as rebuilding

    with _alone() as (_, engine, store, _now):
        made = rebuilding.rebuild(engine, store)
    if not made.files and not (store.folder / journal.NAME).exists():
        raise Stop(
            f"No WARC file and no journal is in {store.folder}: nothing was rebuilt. Name the home that is meant: NIANBAO_HOME."
        )
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
    from archive import chain, seals

    with opened() as (_, desk):
        head = seals.read_head(desk.store.folder)
        newest = seals.read_seal(desk.store.folder, head.file) if head.file else None
        if newest is None:
            _require_sealed(desk.store)
            raise Stop("The head of the chain names no seal that is here: `nianbao repair` puts it back.")
        values = {
            "number": head.number,
            "sha256": head.sha256,
            "file": head.file,
            "sealed_at": newest.sealed_at,
            "public_key": chain.trusted_key(desk.store) or newest.public_key,
        }
    if as_json:
        show([values], tuple(values), "json")
    else:
        for name, value in values.items():
            say(f"{name:>10}  {value}")


# ── what comes in, what is taken down ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
    from archive import audit
    from archive.database import writing
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
        with writing(engine) as session:
            audit.record(session, people.doer(), "taken down", scope, now, f"{stone.mode}, ordered by {by}: {reason}")
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


# ── how the verbs are held ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _alone() -> Iterator[tuple[Configuration, Engine, WarcStore, datetime]]:
    """The opened archive, with the home's lock held: no other process writes meanwhile."""
    with opened() as (loaded, desk), hold(loaded.configuration.home):
        yield loaded.configuration, desk.engine, desk.store, desk.now()


def _second(configuration: Configuration) -> Place | None:
    from archive.places import place_of

    return place_of(configuration.second_copy)
