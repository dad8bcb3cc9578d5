"""A seed in; counties in a box harvested, read, edited behind the archive's back and re-crawled; out, a summary judged by their own truth.

It goes the way a user goes, with the same campaign as the yearly harvest. What the archive then says is held against what the counties know
of themselves: every report found once, every figure as printed, every broken rule named, every planted edit raised once, nothing else.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from archive.database import migrate, open_database, reading, writing
from archive.desk import Desk
from archive.home import open_store
from archive.models import (
    ChangeRow,
    FindingRow,
    FlagRow,
    Reading,
    Region,
    Sighting,
    SiteRun,
    WarcFile,
    figure_column,
    figures,
)
from archive.sites import NewSite, add_site
from configuration import Configuration
from console import Exit, Stop, crawl_line, live, say, size
from crawler.campaign import Campaign
from reports.model import ChangeKind, Outcome

Json = Mapping[str, Any]
MARK = "made by nianbao demo"  # a folder without this file is never deleted


@dataclass(frozen=True, slots=True)
class Summary:
    sites: int
    requests: int
    reports: int
    figures: int
    findings: int
    changes: int
    archived_bytes: int
    seconds: float
    disagreements: tuple[str, ...]

    def lines(self) -> list[str]:
        counted = [
            ("sites", self.sites),
            ("requests made", self.requests),
            ("reports found", self.reports),
            ("figures read", self.figures),
            ("findings", self.findings),
            ("changes flagged", self.changes),
        ]
        lines = [f"{words:>16}  {count:>9,}" for words, count in counted]
        lines.append(f"{'bytes archived':>16}  {size(self.archived_bytes):>9}")
        lines.append(f"{'time':>16}  {self.seconds:>7.1f} s")
        return lines


def run(seed: int, home: Path, serve: bool) -> bool:
    """The command `nianbao demo`. True when the archive agrees with the counties."""
    try:
        from demo.server import CountyServer
        from demo.world import World
    except ModuleNotFoundError as error:
        raise Stop(f"The demo needs {error.name}. This brings it: pip install 'nianbao[demo]'") from None
    home = _emptied(home.resolve())
    configuration = Configuration(home=home, contact="demo@localhost", delay_seconds=0, confirm_after_seconds=1)
    started = time.monotonic()
    say(f"A county in a box, made from seed {seed} …")
    with CountyServer(World.build(seed)) as county:
        summary = harvest_and_judge(configuration, county, started, say)
    say()
    for line in summary.lines():
        say(line)
    say()
    if summary.disagreements:
        say(f"The archive and the counties' own truth disagree in {len(summary.disagreements)} points:")
        for line in summary.disagreements[:20]:
            say(f"  {line}")
    else:
        say(
            "All of it agrees with the counties' own truth: every report once, every figure, every finding, every change."
        )
    if serve:
        _serve(configuration)
    else:
        say(f"The archive is in {home}. Browse it: NIANBAO_HOME={home} nianbao serve")
    return not summary.disagreements


def harvest_and_judge(
    configuration: Configuration, county: Any, started: float, tell: Callable[[str], None]
) -> Summary:
    """Harvest, plant the default edits, re-crawl, and compare with the truth. `county` is a running CountyServer."""
    migrate(configuration.effective_database_url)
    engine = open_database(configuration.effective_database_url)
    try:
        before = county.truth()
        store = open_store(
            engine, configuration.warc_folder, configuration.store
        )  # first: its journal hears of the sites
        sites = _add_sites(engine, before)
        with live() as show:
            desk = Desk(
                engine,
                store,
                lambda: datetime.now(UTC),
                workers=os.cpu_count() or 1,
                progress=lambda p: show(f"Reading {p.site}: {p.read} of {p.of}"),
            )
            campaign = Campaign(configuration, desk, crawl_line(show))
            tell(f"Harvesting {len(sites)} sites …")
            campaign.run("harvest", sites, "demo")
            with reading(engine) as session:
                points = [*compare_reports(session, before), *compare_changes(session, [])]
            edits = county.plants.plant_default_edits()
            tell(f"{len(edits)} reports were edited behind the archive's back. Re-crawling …")
            campaign.run("recrawl", sites, "demo")
        with reading(engine) as session:
            points += compare_changes(session, county.truth()["edits"])
            return _summary(session, time.monotonic() - started, points)
    finally:
        engine.dispose()


def compare_reports(session: Session, truth: Json) -> list[str]:
    """Every report found once, and each figure and broken rule as the counties have them."""
    points = []
    held = {
        sighting.url: reading_row
        for sighting, reading_row in session.execute(
            select(Sighting, Reading)
            .outerjoin(Reading, (Reading.sighting_id == Sighting.id) & Reading.current)
            .where(Sighting.parent_id.is_(None))
        )
    }
    expected = {report["url"]: report for report in truth["reports"] if report["presence"] == "here"}
    points += [
        f"not found: {report['organ']} {report['year']} {url}" for url, report in expected.items() if url not in held
    ]
    points += [f"found and no report: {url}" for url in held if url not in expected]
    for url in sorted(held.keys() & expected.keys()):
        points += [
            f"{expected[url]['title']}: {point}"
            for point in _compare_report(session, held[url], expected[url], truth["rules"])
        ]
    return points


def _compare_report(session: Session, row: Reading | None, expected: Json, rules: Sequence[str]) -> list[str]:
    """`rules` are those that the counties vouch for; the others (a figure five times last year's) may honestly fire."""
    if row is None or row.state != "read":
        return [f"not read ({row.reason if row else 'no reading'})"]
    points = []
    if (row.year, row.form) != (expected["year"], expected["form"]):
        points.append(f"read as {row.year} in form {row.form}")
    values = session.execute(select(figures).where(figures.c.reading_id == row.id)).mappings().one()
    for key, value in expected["figures"].items():
        found = values[figure_column(key)]
        if (None if found is None else float(found)) != value:
            points.append(f"{key} read as {found}, printed {value}")
    broken = {
        (finding.rule, finding.place)
        for finding in session.scalars(
            select(FindingRow).where(
                FindingRow.reading_id == row.id,
                FindingRow.outcome == Outcome.FAIL.value,
                FindingRow.rule.in_(rules),
            )
        )
    }
    planted = {(finding["rule"], finding["where"]) for finding in expected["findings"]}
    points += [f"broken and not found: {rule} {where}" for rule, where in sorted(planted - broken)]
    points += [f"found and not broken: {rule} {where}" for rule, where in sorted(broken - planted)]
    return points


def compare_changes(session: Session, edits: Sequence[Json]) -> list[str]:
    """Every planted edit raised once in its class, nothing else raised, nothing left in suspicion."""
    rows = session.execute(
        select(ChangeRow, Sighting)
        .join(Sighting, Sighting.id == ChangeRow.sighting_id)
        .where(ChangeRow.state != "withdrawn")
    ).all()
    raised = [(change.kind, sighting.url, change.silent) for change, sighting in rows if change.state == "raised"]
    silence_counts = {
        kind.value for kind in (ChangeKind.FIGURES_CHANGED, ChangeKind.TEXT_EDITED, ChangeKind.ATTACHMENT_REPLACED)
    }
    planted = [(edit["kind"], edit["url_before"], edit["silent"] and edit["kind"] in silence_counts) for edit in edits]
    missed, extra = list(planted), []
    for change in raised:
        if change in missed:
            missed.remove(change)
        else:
            extra.append(change)
    say_silent = {True: " (silent)", False: ""}
    unsettled = [f"still suspected: {c.kind} {sighting.url}" for c, sighting in rows if c.state == "suspected"]
    return (
        unsettled
        + [f"planted and not flagged: {kind}{say_silent[silent]} {url}" for kind, url, silent in missed]
        + [f"flagged and not planted: {kind}{say_silent[silent]} {url}" for kind, url, silent in extra]
    )


def _summary(session: Session, seconds: float, points: Sequence[str]) -> Summary:
    def count(statement: Any) -> int:
        return int(session.scalar(statement) or 0)

    key_columns = [column for column in figures.c if column.name not in ("reading_id", "states")]
    return Summary(
        sites=count(select(func.count(func.distinct(SiteRun.site_id)))),
        requests=count(select(func.sum(SiteRun.requests))),
        reports=count(select(func.count()).select_from(Sighting).where(Sighting.parent_id.is_(None))),
        figures=sum(count(select(func.count(column))) for column in key_columns),
        findings=count(select(func.count()).select_from(FindingRow).where(FindingRow.outcome == Outcome.FAIL.value)),
        changes=count(select(func.count()).select_from(FlagRow).where(FlagRow.change_id.is_not(None))),
        archived_bytes=count(select(func.sum(WarcFile.size))),
        seconds=seconds,
        disagreements=tuple(points),
    )


def _add_sites(engine: Engine, truth: Json) -> list[int]:
    with writing(engine) as session:
        for region in truth["regions"]:
            level = {"town": "township"}.get(region["level"], region["level"])
            session.add(Region(code=region["code"], name=region["name"], level=level, parent_code=region["parent"]))
        session.flush()
        return [
            add_site(
                session,
                NewSite(
                    site["url"], name=site["name"], region_code=site["region"], delay_seconds=0, allow_private=True
                ),
                datetime.now(UTC),
            ).id
            for site in truth["sites"]
        ]


def _emptied(home: Path) -> Path:
    """The demo's own folder, made anew. Anything that the demo did not make is left alone."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            raise Stop(
                f"{home} is not empty and was not made by the demo. Name another folder: nianbao demo --home FOLDER"
            )
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()
    return home


def _serve(configuration: Configuration) -> None:
    import archive.web

    try:
        archive.web.serve(configuration, lambda address: say(f"Browse the archive: {address}  (Ctrl-C ends it)"))
    except KeyboardInterrupt:
        raise Stop("Stopped.", Exit.INTERRUPTED) from None
