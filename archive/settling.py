"""Sealed files that still lie in the home in, the same files where the setting `store` keeps them out. Without that setting there is nothing to do.

A file is written to the home first: there it is appended to and synced, which no bucket can do. Once it is sealed, these steps follow, and
whatever ends the process between any two of them, the next call goes on: it is brought there and hashed on its way, its seal after it, then
the head of the chain; it is read back from there; only then it is removed here. Until that, it is read here.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from archive import copies, seals, tombstones
from archive.bodies import sha256
from archive.errors import StoreUnusable
from archive.places import WARC_SUFFIX, Depot, content, sha256_of
from archive.warc import WarcStore


@contextmanager
def alone(store: WarcStore) -> Iterator[None]:
    """Hold what settles: a crawl's last call may outlive its hold on the home, and nobody may empty or restore a file meanwhile."""
    if not isinstance(store.files, Depot):
        yield
        return
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(store.folder.parent / "settling.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreUnusable(f"{store.folder.parent} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def settle(store: WarcStore) -> int:
    """Bring what was sealed to where it rests. Gives how many files were let go of here. Raises StoreUnusable and leaves the rest here."""
    files = store.files
    if not isinstance(files, Depot):
        return 0
    with alone(store):  # a crawl settles behind its back, and once more when it ends
        # Before anything is brought: what is sealed while this goes on is for the next call.
        _refuse_another_chain(store, files)
        waiting = [name for name in seals.seal_files(store.folder) if (store.folder / name).exists()]
        copies.copy_sealed(store, files.there, files.here)
        removals = tombstones.redacted_hashes(store.folder)
        for name in waiting:
            seal = seals.read_seal(store.folder, name)
            expected = removals.get(name, seal.sha256 if seal else "")
            if sha256_of(files.there, name) != expected:  # from before a deletion, or damaged on its way
                files.there.write(name, files.here.blocks(name), expected)
                if sha256_of(files.there, name) != expected:
                    raise StoreUnusable(f"{files.there.address(name)} does not read back as it was written.")
            files.here.remove(name)
    return len(waiting)


def _refuse_another_chain(store: WarcStore, files: Depot) -> None:
    """What another home sealed there is never written over."""
    data = content(files.there, seals.CHAIN)
    if data is None:
        return
    there, here = seals.head_in(data, files.there.address(seals.CHAIN)), seals.read_head(store.folder)
    if there.number > here.number:
        words = f"holds seals up to number {there.number}, and this home knows {here.number}: `nianbao repair` brings them here first."
        raise StoreUnusable(f"{files.there.address('')} {words}")


def recall(store: WarcStore) -> int:
    """Bring back what is small and lies there alone, as after the loss of this machine: seals, chain, tombstones, stamps."""
    files = store.files
    if not isinstance(files, Depot):
        return 0
    here = files.here.names()
    missing = [name for name in sorted(files.there.names() - here) if not name.endswith(WARC_SUFFIX)]
    for name in missing:
        data = content(files.there, name) or b""
        files.here.write(name, (data,), sha256(data))
    return len(missing)
