"""What only a person said goes in as rows, lines of one file beside the WARC files stay; the lines come back as rows. No tables, no database.

`journal.jsonl` has a JSON object a line: `table`, `rows`, `previous` (the hash of the line before) and `sha256` (of all the others). Lines are only
ever appended, under a lock of the file and synced before the transaction commits that they speak of. Each seal names the newest line's hash, so
that the journal cannot be shortened behind it either.

It is a file and not WARC records because a person may speak at any time, from a process that does not hold the home's lock, when no WARC file is open.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive import seals
from archive.bodies import sha256
from archive.errors import DamagedSeal, StoreUnusable

NAME = "journal.jsonl"
_BLOCK = 1 << 16
_ROWS_A_LINE = 200


def append(folder: Path, changed: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Bring rows, by table, to the disk. When it raises, nothing was added."""
    path = folder / NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = not path.exists()
        with _locked(path, os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as descriptor:
            end = _cut_torn(descriptor)
            data, previous = b"", _hash_in(_last_line(descriptor, end), path)
            for table, rows in changed.items():
                for first in range(
                    0, len(rows), _ROWS_A_LINE
                ):  # whoever asks for the newest line reads no whole gazetteer
                    line, previous = _line(table, rows[first : first + _ROWS_A_LINE], previous)
                    data += line
            try:
                if os.pwrite(descriptor, data, end) != len(data):
                    raise OSError(28, "No space left on device")
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, end)
                raise
        if new:
            seals.sync_folder(path.parent)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {error.strerror}. Nothing was changed; make room, then say it again."
        ) from None


def mend(folder: Path) -> None:
    """Cut a line that an unclean end left half written: nobody had been told that it was kept."""
    if (folder / NAME).exists():
        with _locked(folder / NAME, os.O_RDWR, fcntl.LOCK_EX) as descriptor:
            _cut_torn(descriptor)


def head(folder: Path) -> str:
    """The hash of the newest line, empty when nobody has said anything."""
    path = folder / NAME
    if not path.exists():
        return ""
    with _locked(path, os.O_RDONLY, fcntl.LOCK_SH) as descriptor:
        end = _end_of_lines(descriptor)
        return _hash_in(_last_line(descriptor, end), path)


def rows(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    """All states of the rows of a table, oldest first. Raises DamagedSeal where a line is not the one that was written."""
    begins = f'{{"table":"{table}",'.encode()
    for number, line in enumerate(_content(folder).splitlines(), 1):
        if line.startswith(begins):
            yield from _checked(line, number)["rows"]


def faults(data: bytes, named: Collection[str]) -> Iterator[str]:
    """What is wrong with a journal, given the hashes that seals name."""
    found = {""}
    before = ""
    whole, _, torn = data.rpartition(b"\n")
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            values = _checked(line, number)
        except DamagedSeal as damage:
            yield str(damage)
            return
        if values["previous"] != before:
            yield f"line {number} does not follow the one before it."
            return
        before = values["sha256"]
        found.add(before)
    if torn:
        yield f"it ends in the midst of a line, after {len(torn)} bytes: `nianbao repair` cuts that."
    if not found.issuperset(named):
        yield "a line is gone that a seal names: it was shortened."


def sound_part(data: bytes) -> bytes:
    """The lines up to the first that is not the one that was written, or does not follow the one before it."""
    sound, before = b"", ""
    for number, line in enumerate(data[: data.rfind(b"\n") + 1].splitlines(keepends=True), 1):
        try:
            values = _checked(line, number)
        except DamagedSeal:
            break
        if values["previous"] != before:
            break
        sound, before = sound + line, values["sha256"]
    return sound


def content(folder: Path) -> bytes:
    return _content(folder, torn=True)


def _content(folder: Path, torn: bool = False) -> bytes:
    path = folder / NAME
    if not path.exists():
        return b""
    with _locked(path, os.O_RDONLY, fcntl.LOCK_SH):
        data = path.read_bytes()
    return data if torn else data[: data.rfind(b"\n") + 1]


def _line(table: str, rows: Sequence[Mapping[str, Any]], previous: str) -> tuple[bytes, str]:
    values: dict[str, object] = {"table": table, "rows": list(rows), "previous": previous}
    own = sha256(seals.canonical(values))
    text = json.dumps({**values, "sha256": own}, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n", own


def _checked(line: bytes, number: int) -> dict[str, Any]:
    try:
        values = json.loads(line)
        own = values.pop("sha256")
        if own != sha256(seals.canonical(values)):
            raise ValueError("its hash is another")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedSeal(
            f"line {number} of {NAME} is not the one that was written: {error}. `nianbao repair` puts it back."
        ) from None
    return {**values, "sha256": own}


@contextmanager
def _locked(path: Path, flags: int, kind: int) -> Iterator[int]:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, kind)
        yield descriptor
    finally:
        os.close(descriptor)


def _cut_torn(descriptor: int) -> int:
    end = _end_of_lines(descriptor)
    if end != os.fstat(descriptor).st_size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
    return end


def _end_of_lines(descriptor: int) -> int:
    return _newline_before(descriptor, os.fstat(descriptor).st_size)


def _last_line(descriptor: int, end: int) -> bytes:
    """The last of the lines that end at this byte."""
    begin = _newline_before(descriptor, end - 1) if end else 0
    return os.pread(descriptor, end - begin, begin)


def _newline_before(descriptor: int, end: int) -> int:
    """The byte after the last newline before `end`; 0 when there is none."""
    while end > 0:
        begin = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _hash_in(line: bytes, path: Path) -> str:
    if not line:
        return ""
    try:
        return str(json.loads(line)["sha256"])
    except (ValueError, KeyError, TypeError):
        raise DamagedSeal(
            f"the last line of {path} is not one that was written: `nianbao repair` puts it back."
        ) from None
