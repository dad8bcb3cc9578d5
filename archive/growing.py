"""A WARC file that is being written: members in, what is counted of them kept for its seal, and the bytes on the disk when `append` returns."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from archive import seals
from archive.bodies import Body, blocks_of
from archive.errors import StoreUnusable


@dataclass(slots=True)
class GrowingFile:
    """A file that is being written: what is on the disk, and what waits for the next sync."""

    path: Path
    durable: int = 0
    waiting: list[Body] = field(default_factory=list)
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    records: int = 0
    first_record_id: str = ""
    last_record_id: str = ""
    members: list[str] = field(default_factory=list)  # the hash of each

    def add(self, member: Body, record_id: str) -> int:
        offset = self.size
        self.waiting.append(member)
        self.size += len(member)
        own = hashlib.sha256()
        for block in blocks_of(member):
            own.update(block)
            self.digest.update(block)
        self.members.append(own.hexdigest())
        self.records += 1
        self.first_record_id = self.first_record_id or record_id
        self.last_record_id = record_id
        return offset

    def append(self) -> None:
        """Write what waits and fsync. When the disk refuses, the file is cut back to what was durable and the bytes go on waiting."""
        path = self.path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab", buffering=0) as stream:
                stream.truncate(self.durable)
                for data in _together(self.waiting):
                    left = memoryview(data)
                    while left:
                        left = left[stream.write(left) :]
                os.fsync(stream.fileno())
            if not self.durable:
                seals.sync_folder(path.parent)
                seals.sync_folder(path.parent.parent)
        except OSError as error:
            raise StoreUnusable(
                f"{path} cannot be written: {error.strerror}. What was acknowledged is kept; make room or give this user the right, then start again."
            ) from None
        self.durable = self.size
        self.waiting.clear()

    def counted(self, name: str) -> seals.SealedFile:
        """What its seal says of it."""
        return seals.SealedFile(
            name,
            self.size,
            self.digest.hexdigest(),
            self.records,
            self.first_record_id,
            self.last_record_id,
            seals.digest_of_members(self.members),
        )


def _together(members: Iterable[Body]) -> Iterator[bytes]:
    """What waits, the small ones as one."""
    for kind, some in groupby(members, type):
        if kind is bytes:
            yield b"".join(one for one in some if isinstance(one, bytes))
        else:
            for one in some:
                yield from blocks_of(one)
