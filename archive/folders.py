"""A folder, such as a mounted disk, as a place that keeps whole files by their names: a file is there whole and synced, or not at all."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from archive import seals
from archive.bodies import PART
from archive.errors import StoreUnusable

BLOCK_BYTES = 1 << 18


class Folder:
    """What it holds is named by its path below the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        left = sys.maxsize if length is None else length
        try:
            with (self.folder / name).open("rb", buffering=0) as stream:
                stream.seek(offset)
                while block := stream.read(min(BLOCK_BYTES, left)):
                    left -= len(block)
                    yield block
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreUnusable(f"{self.address(name)} cannot be read: {error.strerror}.") from None

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        target = self.folder / name
        part = target.with_name(target.name + PART)
        digest = hashlib.sha256()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as writer:
                for block in blocks:
                    digest.update(block)
                    writer.write(block)
                writer.flush()
                os.fsync(writer.fileno())
            if digest.hexdigest() != sha256:
                part.unlink()
                raise StoreUnusable(not_as_promised(name))
            part.replace(target)
            seals.sync_folder(target.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StoreUnusable(
                f"{target} cannot be written: {error.strerror}. Make room or give this user the right."
            ) from None

    def remove(self, name: str) -> None:
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnusable(f"{self.address(name)} cannot be removed: {error.strerror}.") from None

    def set_aside(self, name: str, now: datetime) -> None:
        path = self.folder / name
        if path.exists():
            aside = self.folder.parent / "damaged" / f"{name}.{now:%Y%m%dT%H%M%SZ}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            path.replace(aside)

    def address(self, name: str) -> str:
        return str(self.folder / name)


def not_as_promised(name: str) -> str:
    return f"{name} is not as its seal says and is not carried over: `nianbao repair` first."
