"""The seals of a store in; what is wrong with them, with their chain, and with what lies beside them out: stamps, tombstones, journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from archive import journal, seals, stamps, tombstones
from archive.bodies import PART
from archive.errors import DamagedSeal
from archive.faults import Fault
from archive.places import Depot, content
from archive.seals import Seal
from archive.warc import OPEN, SUFFIX, WarcStore

_AWAY = seals.ELSEWHERE + "/"


def read_seals(store: WarcStore) -> tuple[dict[str, Seal], list[Fault]]:
    """The seals of the files that are kept here."""
    return _read(store.folder, (name for name in seals.seal_files(store.folder) if not name.startswith(_AWAY)), "")


def read_seals_elsewhere(store: WarcStore) -> tuple[dict[str, Seal], list[Fault]]:
    """The seals of files that are not in this part of an archive: they are there so that its chain is whole."""
    return _read(store.folder, (name for name in seals.seal_files(store.folder) if name.startswith(_AWAY)), _AWAY)


def _read(folder: Path, names: Iterable[str], prefix: str) -> tuple[dict[str, Seal], list[Fault]]:
    found: dict[str, Seal] = {}
    faults = []
    for name in names:
        try:
            seal = seals.read_seal(folder, name)
        except DamagedSeal as damage:
            faults.append(Fault("seal damaged", name, str(damage)))
            continue
        if seal is not None and seal.file != name.removeprefix(prefix):
            faults.append(Fault("seal damaged", name, f"it is the seal of {seal.file}."))
        elif seal is not None:
            found[seal.file] = seal
    return found, faults


def check_chain(store: WarcStore, sealed: Mapping[str, Seal]) -> Iterator[Fault]:
    """Signatures, numbers without a gap, and each seal naming the hash of the one before, up to the head."""
    trusted = trusted_key(store)
    if sealed and trusted is None:
        yield Fault("key missing", "seal.pub", f"expected the public key in {store.keys}: put it back from its copy.")
    by_number: dict[int, Seal] = {}
    for seal in sealed.values():
        if not seal.signature_holds():
            yield Fault("signature wrong", seal.file, "the seal is not the one that was signed.")
        elif trusted is not None and seal.public_key != trusted:
            yield Fault("signature wrong", seal.file, "the seal was signed with another key than this home's.")
        if seal.number in by_number:
            yield Fault("chain broken", seal.file, f"{by_number[seal.number].file} has the same number {seal.number}.")
        by_number[seal.number] = seal
    try:
        head = seals.read_head(store.folder)
    except DamagedSeal as damage:
        yield Fault("chain broken", seals.CHAIN, str(damage))
        head = None
    before = seals.NO_SEAL_BEFORE
    for number in range(1, max(head.number if head else 0, *by_number, 0) + 1):
        seal_here = by_number.get(number)
        if seal_here is None:
            named = f" of {head.file}" if head and head.number == number else ""
            yield Fault("seal missing", f"number {number}", f"the chain has a gap: the seal{named} is gone.")
            before = ""
            continue
        if before and seal_here.previous != before:
            yield Fault("chain broken", seal_here.file, f"it does not name the hash of seal {number - 1}.")
        before = seal_here.own_sha256
    newest = by_number.get(head.number) if head else None
    if head and newest and (newest.own_sha256, newest.file) != (head.sha256, head.file):
        yield Fault("chain broken", newest.file, "the head of the chain names another hash or file.")
    if head and max(by_number, default=0) > head.number:
        yield Fault("chain broken", seals.CHAIN, f"it ends at {head.number}, and there is a seal {max(by_number)}.")


def check_beside(store: WarcStore, sealed: Mapping[str, Seal], whole: bool) -> Iterator[Fault]:
    """Time stamps, tombstones, the journal. What left the house has no journal: then `whole` is false, and none is missed."""
    for name, detail in stamps.stamp_faults(store.folder, sealed):
        yield Fault("stamp wrong", name, detail)
    for name, detail in tombstones.chain_faults(store.folder, trusted_key(store)):
        yield Fault("tombstone wrong", name, detail)
    named = {seal.journal_sha256 for seal in sealed.values()}
    said = journal.content(store.folder)
    for detail in journal.faults(said, named) if said or whole else ():
        yield Fault("journal wrong", journal.NAME, detail)
    if isinstance(store.files, Depot):
        yield from _check_far_side(store.files)


def _check_far_side(files: Depot) -> Iterator[Fault]:
    """Where WARC files rest elsewhere, all that is small lies on both sides and must be the same. What still waits to be brought is no fault."""
    here = files.here.names()
    waiting = {name.removesuffix(OPEN) for name in here if name.endswith((SUFFIX, SUFFIX + OPEN))}
    grows = {seals.CHAIN, journal.NAME} if any(name in here for name in waiting) else set()
    for name in sorted(here - waiting - grows):
        if name.removesuffix(seals.SUFFIX) in waiting or name.endswith((OPEN, PART)):
            continue
        found = content(files.there, name)
        if found is None:
            yield Fault("file missing", files.there.address(name), "it lies here alone: `nianbao repair` brings it.")
        elif found != content(files.here, name):
            yield Fault("store differs", files.there.address(name), "it is not the one that lies here.")


def trusted_key(store: WarcStore) -> str | None:
    """The public key of this home in hex; None when it is not there."""
    try:
        path = store.keys if store.keys.is_file() else store.keys / "seal.pub"
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        return None
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex() if isinstance(key, Ed25519PublicKey) else None
