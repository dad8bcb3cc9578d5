"""A second copy of the store is kept up and read against the first; what disagrees is restored from the copy whose hash is right.

Both copies hold the same sealed files and seals. A seal is right when its signature holds, a file when it has its seal's hash; so each copy
can be judged alone, and a file is only ever replaced by one that is right. What was damaged is kept aside as evidence, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, or_, select

from archive import seals, tombstones
from archive.captures import location_of
from archive.database import reading, writing
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable, TakenDown
from archive.events import note
from archive.exchange import WarcLocation
from archive.fixity import Fault, trusted_key, verify
from archive.models import Capture, Sighting, Site, WarcFile
from archive.places import Folder, Place, sha256_of
from archive.records import sha256
from archive.seals import Seal
from archive.warc import WarcStore


@dataclass(frozen=True, slots=True)
class HurtReport:
    """A report whose bytes, or the bytes it points at, cannot be read back any more."""

    site: str
    organ: str | None
    year: int | None
    title: str | None
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Repaired:
    """The files that were restored in either copy, what is still wrong with the first, and whom that hurts."""

    restored: tuple[str, ...]
    left: tuple[Fault, ...]
    hurt: tuple[HurtReport, ...]


def copy_sealed(store: WarcStore, second: Place) -> int:
    """Bring every sealed file that the second copy lacks, its seal after it, the chain's head last. Returns how many files were brought.

    Each file is hashed while it is copied: one that is not as its seal says is not carried over, and StoreUnusable names it.
    """
    first = Folder(store.folder)
    there = second.names()
    removals = tombstones.redacted_hashes(store.folder)
    brought = 0
    for name in seals.seal_files(store.folder):
        seal = seals.read_seal(store.folder, name)
        held = {name, name + seals.SUFFIX} <= there
        if seal is None or held or not (store.folder / name).exists():
            continue
        second.write(name, first.blocks(name), removals.get(name, seal.sha256))
        _write(second, name + seals.SUFFIX, seals.bytes_of(seal))
        brought += 1
    for stone in tombstones.all_of(store.folder):
        for name in stone.files if stone.name not in there else ():
            second.write(
                name, first.blocks(name), removals[name]
            )  # what was deleted here is deleted there, then its tombstone comes
    beside = (tombstones.FOLDER + "/", seals.STAMPS + "/")
    for name in sorted(first.names()):
        if name.startswith(beside) and name not in there:
            _write(second, name, (store.folder / name).read_bytes())
    head = store.folder / seals.CHAIN
    if head.exists() and _content(second, seals.CHAIN) != head.read_bytes():
        _write(second, seals.CHAIN, head.read_bytes())
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
    if _content(second, name + seals.SUFFIX) != seals.bytes_of(seal):
        yield Fault("copy differs", second.address(name + seals.SUFFIX), "it is not the seal of the first copy.")


def repair(engine: Engine, store: WarcStore, second: Place | None, now: datetime) -> Repaired:
    """Restore from each copy what is wrong in the other, verify again, and list whom the rest hurts. Call it holding the home's lock."""
    restored: list[str] = []
    if second is not None:
        first = Folder(store.folder)
        trusted = trusted_key(store)
        restored += _agree_on_tombstones(first, second, trusted, now)
        removals = tombstones.redacted_hashes(store.folder)
        in_second = {name[: -len(seals.SUFFIX)] for name in second.names() if name.endswith(seals.SUFFIX)}
        for name in sorted({*seals.seal_files(store.folder), *in_second, *_known_files(engine)}):
            restored += _agree((first, second), name, trusted, removals.get(name), now)
        restored += _agree_on_head(first, second)
    left = tuple(verify(engine, store))
    hurt = tuple(hurt_reports(engine, store, {fault.file for fault in left}))
    with writing(engine) as session:
        for name in restored:
            note(session, "repaired", f"{name} was restored from the other copy.", now)
    return Repaired(tuple(restored), left, hurt)


def hurt_reports(engine: Engine, store: WarcStore, files: Iterable[str]) -> Iterator[HurtReport]:
    """The reports whose captures in these files, or the originals of whose revisits in them, do not read back."""
    with reading(engine) as session:
        rows = session.scalars(select(Capture).join(WarcFile).where(WarcFile.name.in_(sorted(files)))).all()
        lost = {row.id for row in rows if not _reads(store, location_of(session, row))}
        hurt = select(Capture, Sighting, Site.code).join(Site, Site.id == Capture.site_id)
        hurt = hurt.join(Sighting, (Sighting.site_id == Capture.site_id) & (Sighting.url_key == Capture.url_key))
        hurt = hurt.where(or_(Capture.id.in_(lost), Capture.same_as_id.in_(lost))).order_by(Site.code, Capture.id)
        for capture, sighting, code in session.execute(hurt):
            yield HurtReport(code, sighting.organ_name, sighting.year, sighting.title, capture.url, capture.fetched_at)


def _reads(store: WarcStore, location: WarcLocation) -> bool:
    try:
        store.record(location)
    except TakenDown:
        return True  # by order, and not by damage
    except (DamagedRecord, StoreUnusable):
        return False
    return True


def _known_files(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(WarcFile.name).where(WarcFile.sealed_at.is_not(None))))


def _agree(
    places: tuple[Place, Place], name: str, trusted: str | None, redacted: str | None, now: datetime
) -> Iterator[str]:
    """Make both copies hold the right seal and the right file, when either has them."""
    held = [_right_seal(place, name, trusted) for place in places]
    right = {seal.own_sha256: seal for seal in held if seal is not None}
    if len(right) != 1:
        return  # neither has a right seal, or two that differ: nothing to judge by
    (seal,) = right.values()
    expected = redacted or seal.sha256
    sound = [_is_sound(place, name, expected) for place in places]
    for this, other in ((0, 1), (1, 0)):
        if not sound[this] and sound[other]:
            if redacted is None:  # what was deleted by order is not kept aside either
                places[this].set_aside(name, now)
            places[this].write(name, places[other].blocks(name), expected)
            yield places[this].address(name)
        if held[this] is None and any(sound):
            _write(places[this], name + seals.SUFFIX, seals.bytes_of(seal))
            yield places[this].address(name + seals.SUFFIX)


def _agree_on_tombstones(first: Place, second: Place, trusted: str | None, now: datetime) -> Iterator[str]:
    """A tombstone that one copy lost comes back from the other: they are signed, so each can be judged alone."""
    names = {name for place in (first, second) for name in place.names() if name.startswith(tombstones.FOLDER + "/")}
    for name in sorted(names):
        contents = [_content(place, name) for place in (first, second)]
        good = [data for data in contents if data is not None and tombstones.is_signed(data, trusted)]
        for place, data in zip((first, second), contents, strict=True):
            if good and data not in good:
                place.set_aside(name, now)
                _write(place, name, good[0])
                yield place.address(name)


def _agree_on_head(first: Place, second: Place) -> Iterator[str]:
    """Both copies' heads name the newest seal that either names rightly."""
    heads = [_right_head(place) for place in (first, second)]
    found = [head for head in heads if head is not None]
    if not found:
        return
    newest = max(found, key=lambda head: head.number)
    for place, head in zip((first, second), heads, strict=True):
        if head != newest:
            _write(place, seals.CHAIN, seals.bytes_of(newest))
            yield place.address(seals.CHAIN)


def _right_head(place: Place) -> seals.Head | None:
    data = _content(place, seals.CHAIN)
    try:
        head = seals.Head() if data is None else seals.head_in(data, place.address(seals.CHAIN))
    except DamagedSeal:
        return None
    seal = _right_seal(place, head.file, None) if head.file else None
    return head if seal is not None and seal.own_sha256 == head.sha256 else None


def _right_seal(place: Place, name: str, trusted: str | None) -> Seal | None:
    data = _content(place, name + seals.SUFFIX)
    if data is None:
        return None
    try:
        seal = seals.seal_in(data, place.address(name))
    except DamagedSeal:
        return None
    if seal.file != name or not seal.signature_holds():
        return None
    return seal if trusted is None or seal.public_key == trusted else None


def _is_sound(place: Place, name: str, expected: str) -> bool:
    try:
        return sha256_of(place, name) == expected
    except (FileNotFoundError, StoreUnusable):
        return False


def _content(place: Place, name: str) -> bytes | None:
    try:
        return b"".join(place.blocks(name))
    except FileNotFoundError:
        return None


def _write(place: Place, name: str, data: bytes) -> None:
    place.write(name, (data,), sha256(data))
