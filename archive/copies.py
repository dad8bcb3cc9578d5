"""The store and a second place in; the same sealed files and seals there out, kept up after each crawl and read against the first."""

from __future__ import annotations

from collections.abc import Iterator

from archive import journal, seals, tombstones
from archive.bodies import sha256
from archive.errors import StoreUnusable
from archive.faults import Fault
from archive.places import Place, content, sha256_of
from archive.warc import WarcStore

GROWING = (journal.NAME, seals.CHAIN)  # files that are written anew as the archive grows


def copy_sealed(store: WarcStore, second: Place, first: Place | None = None) -> int:
    """Bring every sealed file that the second place lacks, its seal after it, the chain's head last. Returns how many files were brought.

    Each file is hashed while it is copied: one that is not as its seal says is not carried over, and StoreUnusable names it.
    """
    first = first or store.files
    here, there = first.names(), second.names()
    removals = tombstones.redacted_hashes(store.folder)
    brought = 0
    for name in seals.seal_files(store.folder):
        seal = seals.read_seal(store.folder, name)
        held = {name, name + seals.SUFFIX} <= there
        if seal is None or held or name not in here:
            continue
        second.write(name, first.blocks(name), removals.get(name, seal.sha256))
        write_small(second, name + seals.SUFFIX, seals.bytes_of(seal))
        brought += 1
    for stone in tombstones.all_of(store.folder):
        # What was deleted here is deleted there, then its tombstone comes.
        for name in stone.files if stone.name not in there else ():
            second.write(name, store.files.blocks(name), removals[name])
    beside = (tombstones.FOLDER + "/", seals.STAMPS + "/")
    for name in sorted(here):
        if name.startswith(beside) and name not in there:
            write_small(second, name, (store.folder / name).read_bytes())
    for name in GROWING:
        grown = content(first, name)
        if grown is not None and content(second, name) != grown:
            write_small(second, name, grown)
    return brought


def audit_copy(store: WarcStore, second: Place, name: str) -> Iterator[Fault]:
    """Read one sealed file back from the second copy and hold it against the first copy's seal."""
    seal = seals.read_seal(store.folder, name)
    if seal is None:
        return
    expected = tombstones.redacted_hashes(store.folder).get(name, seal.sha256)
    try:
        found = sha256_of(second, name)
    except FileNotFoundError:
        yield Fault("copy missing", second.address(name), "`nianbao repair` brings it.")
        return
    except StoreUnusable as error:
        yield Fault("copy unreadable", second.address(name), str(error))
        return
    if found != expected:
        yield Fault("copy differs", second.address(name), f"expected SHA-256 {expected}, found {found}.")
    if content(second, name + seals.SUFFIX) != seals.bytes_of(seal):
        yield Fault("copy differs", second.address(name + seals.SUFFIX), "it is not the seal of the first copy.")


def write_small(place: Place, name: str, data: bytes) -> None:
    place.write(name, (data,), sha256(data))
