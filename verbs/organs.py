"""The verbs about organs: which there are, and which was merged into which or got another name, and when. Each is a call into archive/."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console import say, show
from verbs.opening import opened, reading_session
from verbs.options import AsCsv, AsJson

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from archive.successions import Said

app = typer.Typer(no_args_is_help=True, help="The organs: their names, mergers and renamings, each with its day.")

On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day from which on it holds.")]
Why = Annotated[str, typer.Option("--why", help="The reason or its source, for whoever reads it in ten years.")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; the user's name when left out.")]


@app.command("list")
def listed(
    region: Annotated[str | None, typer.Option("--region", help="Only this region code, and below it.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """The organs with their numbers, other names, and what became of them. Example: nianbao organs list --region 330799"""
    from archive.successions import organ_lines

    columns = ("id", "region", "organ", "level", "valid_from", "valid_to", "successor_name")
    with reading_session() as session:
        more = ("aliases", "successor", "ended_by", "ended_why")
        count = show(
            organ_lines(session, region), (*columns, *more), "json" if as_json else "csv" if as_csv else "table"
        )
    if not as_json and not as_csv:
        say(f"{count} in all." if count else "No organ is known yet. Harvest first: nianbao harvest")


@app.command()
def rename(organ: int, name: str, on: On, why: Why, by: By = None) -> None:
    """An organ bears another name from a day on; its years stay one history.

    Example: nianbao organs rename 12 卫生健康局 --on 2019-03-01 --why 机构改革方案
    """
    from archive import successions
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        later = successions.rename(session, organ, name, _said(on, by, why, desk.now()))
        _check_again(session, [organ, later.id], desk.now())
        number, its_name = later.id, later.name
    say(f"From {on:%Y-%m-%d} on it is {its_name} ({number}).")


@app.command()
def merge(
    organs: Annotated[list[int], typer.Argument(help="The numbers of the organs that ended.")],
    into: Annotated[int, typer.Option("--into", help="The number of the organ that took them over.")],
    on: On,
    why: Why,
    by: By = None,
    new: Annotated[
        bool | None,
        typer.Option(
            "--new/--known",
            help="Whether it was set up by the merger or there before; an earlier report of its says the latter.",
        ),
    ] = None,
) -> None:
    """Organs were taken over by another: the ledger expects that one from the day on.

    Example: nianbao organs merge 12 15 --into 20 --new --on 2019-03-01 --why 机构改革方案
    """
    from archive import successions
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        later = successions.merge(session, organs, into, _said(on, by, why, desk.now()), new=new)
        _check_again(session, [*organs, later.id], desk.now())
        its_name = later.name
    say(f"From {on:%Y-%m-%d} on {its_name} reports for {len(organs)} more.")


@app.command("take-back")
def take_back(organ: int, by: By = None) -> None:
    """What was said of an organ's end was wrong. Example: nianbao organs take-back 12"""
    from archive import successions
    from archive.database import writing

    with opened() as (_, desk), writing(desk.engine) as session:
        successor = successions.successor_of(session, organ)
        successions.take_back(session, organ, by or getpass.getuser(), desk.now())
        _check_again(session, [organ, successor], desk.now())
    say(f"Organ {organ} goes on as if nothing had been said.")


def _said(on: datetime, by: str | None, why: str, at: datetime) -> Said:
    from archive.successions import Said

    return Said(on.date(), by or getpass.getuser(), why, at)


def _check_again(session: Session, organs: Sequence[int], at: datetime) -> None:
    """What a year is held against is another one now."""
    from archive import findings, flags

    touched = findings.readings_of_organs(session, organs)
    findings.check_readings(session, touched)
    flags.raise_for_findings(session, touched, at)
