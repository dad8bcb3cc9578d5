"""What the command says: rows as JSON lines, CSV or a table; progress on a terminal or as plain lines; errors without a traceback."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any


class Exit(IntEnum):
    """The exit codes of every verb."""

    DONE = 0
    AMISS = 1  # it ran to its end and something is wrong with what it found: a failed site, a damaged record
    WRONG_USE = 2  # an argument, a setting, a file that is not there
    NOT_A_REPORT = 3
    UNREADABLE = 4
    INTERRUPTED = 130


class Stop(Exception):
    """Ends the command with a message for the person and an exit code."""

    def __init__(self, message: str, code: Exit = Exit.WRONG_USE) -> None:
        super().__init__(message)
        self.code = code


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def show(rows: Iterable[object], columns: Sequence[str], how: str) -> int:
    """Print rows (dataclasses or mappings): `json` a line an object, `csv` with a head, else a table. Gives how many there were."""
    values = ({column: _field(row, column) for column in columns} for row in rows)
    count = 0
    if how == "json":
        for count, row in enumerate(values, 1):  # noqa: B007 - counted for the caller
            say(json.dumps(row, ensure_ascii=False, default=_plain))
        return count
    if how == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        for count, row in enumerate(values, 1):  # noqa: B007 - counted for the caller
            writer.writerow([_text(value) for value in row.values()])
        return count
    return _table(list(values), columns)


def how(as_json: bool, as_csv: bool) -> str:
    """The word for `show`, from the options that verbs have."""
    return "json" if as_json else "csv" if as_csv else "table"


def show_all(rows: Iterable[object], columns: Sequence[str], as_json: bool, as_csv: bool, when_empty: str) -> None:
    """Print rows; for a person their count below, or what to do where there are none."""
    count = show(rows, columns, how(as_json, as_csv))
    if not as_json and not as_csv:
        say(f"{count} in all." if count else when_empty)


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> int:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")  # an address that is cut is no address
    for row in rows:
        table.add_row(*(_text(row[column]) for column in columns))
    if rows:
        console = Console(width=None if sys.stdout.isatty() else 1000)
        console.print(table)
    return len(rows)


def _field(row: object, column: str) -> Any:
    return row[column] if isinstance(row, Mapping) else getattr(row, column)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return str(value if isinstance(value, str | int | float) else _plain(value))


def _plain(value: object) -> Any:
    """JSON's word for what JSON does not know."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


@contextmanager
def live(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Gives a function that shows the newest line: in place on a terminal, at most every five seconds as a plain line in a log."""
    if quiet:
        yield lambda line: None
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console

        with Console(stderr=True).status("") as status:
            yield status.update
    else:
        yield _every_five_seconds()


def _every_five_seconds() -> Callable[[str], None]:
    last = time.monotonic()

    def tell(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= 5:
            last = time.monotonic()
            complain(line)

    return tell


def crawl_line(tell: Callable[[str], None]) -> Callable[[Mapping[str, Any]], None]:
    """Gives a function that takes one site's progress and tells where the whole crawl stands, with counts and rates."""
    newest: dict[str, Mapping[str, Any]] = {}

    def take(progress: Mapping[str, Any]) -> None:
        newest[progress["site"]] = progress
        under_way = [site for site in newest.values() if site["state"] == "running"]
        tell(
            f"{len(newest) - len(under_way)} sites done, {len(under_way)} under way: "
            f"{sum(site['requests'] for site in newest.values())} requests, "
            f"{sum(site['reports'] for site in newest.values())} reports, "
            f"{size(sum(site['received_bytes'] for site in newest.values()))}, "
            f"{sum(site['rate'] for site in under_way):.1f} requests a second"
        )

    return take


def waiting(tell: Callable[[str], None]) -> Callable[[float], None]:
    """Gives a function that waits these seconds and says what for."""

    def wait(seconds: float) -> None:
        if seconds >= 5:
            complain(
                f"Something looks changed. It is fetched a second time in {seconds:.0f} seconds (confirm_after_seconds)."
            )
        tell("Waiting for the second fetch …")
        time.sleep(seconds)

    return wait


def size(count: int) -> str:
    """Bytes as a person reads them."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
