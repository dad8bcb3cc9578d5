"""A home folder becomes a lock that one process holds while it writes WARC files: `hold`. The lock goes with the process, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import HomeInUse, StoreUnusable


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the home for this process. Raises HomeInUse, naming the other process, when it is held already."""
    path = home / "lock"
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {error.strerror}. Give this user the right to write there."
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise HomeInUse(
                f"process {holder} is writing into {home}. Wait until it ends, or stop it; two at once would mix their files."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
