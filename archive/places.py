"""A setting in, the place out that keeps whole files by their names: a folder, or a bucket of any S3-compatible store; or both, as one.

A file is there whole or not at all: a folder gets it under its name when it is synced, a bucket when its upload is complete. What is
written is hashed on its way and refused when it is not what was promised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from archive.folders import Folder

WARC_SUFFIX = ".warc.gz"


class Place(Protocol):
    """Whole files by their names, read from any byte on. What cannot be reached or written raises StoreUnusable."""

    def names(self) -> set[str]: ...
    def blocks(
        self, name: str, offset: int = 0, length: int | None = None
    ) -> Iterator[bytes]: ...  # raises FileNotFoundError
    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None: ...
    def remove(self, name: str) -> None: ...
    def set_aside(self, name: str, now: datetime) -> None: ...
    def address(self, name: str) -> str: ...


def place_of(setting: str) -> Place | None:
    """The place that the setting names; None when it is empty."""
    if not setting:
        return None
    if not setting.startswith("s3://"):
        return Folder(Path(setting))
    from archive.buckets import bucket_of

    return bucket_of(setting)


def sha256_of(place: Place, name: str) -> str:
    """The hash of a file as it is read back from the place. Raises FileNotFoundError."""
    return measure(place, name)[1]


def measure(place: Place, name: str) -> tuple[int, str]:
    """Size and hash of a file as it is read back from the place. Raises FileNotFoundError."""
    digest, size = hashlib.sha256(), 0
    for block in place.blocks(name):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def content(place: Place, name: str) -> bytes | None:
    """A small file, None where it is not there."""
    try:
        return b"".join(place.blocks(name))
    except FileNotFoundError:
        return None


class Depot:
    """A folder here and the place where WARC files rest once they are sealed, as one place.

    A WARC file lies here until `archive.settling` has brought it there and read it back. Everything else (seals, chain, tombstones, stamps,
    journal) is small and is kept on both sides: here it is read, there it survives the loss of this machine.
    """

    def __init__(self, here: Folder, there: Place) -> None:
        self.here = here
        self.there = there

    def names(self) -> set[str]:
        return self.here.names() | self.there.names()

    def blocks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        try:
            yield from self.here.blocks(name, offset, length)
        except FileNotFoundError:
            yield from self.there.blocks(name, offset, length)

    def write(self, name: str, blocks: Iterable[bytes], sha256: str) -> None:
        if name.endswith(WARC_SUFFIX):
            (self.here if (self.here.folder / name).exists() else self.there).write(name, blocks, sha256)
            return
        whole = (b"".join(blocks),)
        self.here.write(name, whole, sha256)
        self.there.write(name, whole, sha256)

    def remove(self, name: str) -> None:
        self.here.remove(name)
        self.there.remove(name)

    def set_aside(self, name: str, now: datetime) -> None:
        self.here.set_aside(name, now)
        self.there.set_aside(name, now)

    def address(self, name: str) -> str:
        return (self.here if (self.here.folder / name).exists() else self.there).address(name)
