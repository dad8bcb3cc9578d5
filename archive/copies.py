"""A second copy of the store is kept up and read against the first; what disagrees is restored from the copy whose hash is right.

Both copies hold the same sealed files and seals. A seal is right when its signature holds, a file when it has its seal's hash; so each copy
can be judged alone, and a file is only ever replaced by one that is right. What was damaged is kept aside as evidence, never deleted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, or_, select

from archive import seals
from archive.captures import location_of
from archive.database import reading, writing
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable
from archive.events import note
from archive.exchange import WarcLocation
from archive.fixity import BLOCK_BYTES, Fault, file_sha256, trusted_key, verify
from archive.models import Capture, Sighting, Site, WarcFile
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


def copy_sealed(store: WarcStore, second: Path) -> int:
    """Bring every sealed file that the second copy lacks, its seal after it, the chain's head last. Returns how many files were brought.

    Each file is hashed while it is copied: one that is not as its seal says is not carried over, and StoreUnusable names it.
    """
    brought = 0
    for name in seals.seal_files(store.folder):
        seal = seals.read_seal(store.folder, name)
        if seal is None or not (store.folder / name).exists() or seals.read_seal(second, name) == seal:
            continue
        _bring(store.folder / name, second / name, seal)
        seals.write_seal(second, seal)
        brought += 1
    head = store.folder / seals.CHAIN
    if head.exists():
        seals.write_whole(second / seals.CHAIN, head.read_bytes())
    return brought


def repair(engine: Engine, store: WarcStore, second: Path | None, now: datetime) -> Repaired:
    """Restore from each copy what is wrong in the other, verify again, and list whom the rest hurts. Call it holding the home's lock."""
    restored: list[str] = []
    if second is not None:
        trusted = trusted_key(store)
        for name in sorted({*seals.seal_files(store.folder), *seals.seal_files(second), *_known_files(engine)}):
            restored += _agree(store.folder, second, name, trusted, now)
        restored += _agree_on_head(store.folder, second)
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
    except (DamagedRecord, StoreUnusable):
        return False
    return True


def _known_files(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(WarcFile.name).where(WarcFile.sealed_at.is_not(None))))


def _agree(first: Path, second: Path, name: str, trusted: str | None, now: datetime) -> Iterator[str]:
    """Make both copies hold the right seal and the right file, when either has them."""
    held = {folder: _right_seal(folder, name, trusted) for folder in (first, second)}
    right = {seal.own_sha256: seal for seal in held.values() if seal is not None}
    if len(right) != 1:
        return  # neither has a right seal, or two that differ: nothing to judge by
    (seal,) = right.values()
    sound = {folder for folder in held if _is_sound(folder / name, seal)}
    for folder, other in ((first, second), (second, first)):
        if folder not in sound and other in sound:
            _set_aside(folder, name, now)
            _bring(other / name, folder / name, seal)
            yield f"{folder / name}"
        if held[folder] is None and sound:
            seals.write_seal(folder, seal)
            yield f"{folder / (name + seals.SUFFIX)}"


def _agree_on_head(first: Path, second: Path) -> Iterator[str]:
    """The head of a chain names its newest seal: the copy whose head does so, with the higher number, is right."""
    heads = {folder: _right_head(folder) for folder in (first, second)}
    found = [head for head in heads.values() if head is not None]
    if not found:
        return
    newest = max(found, key=lambda head: head.number)
    seal = seals.read_seal(first, newest.file) if newest.file else None
    for folder, head in heads.items():
        if head != newest and seal is not None:
            seals.write_head(folder, seal)
            yield f"{folder / seals.CHAIN}"


def _right_head(folder: Path) -> seals.Head | None:
    try:
        head = seals.read_head(folder)
        seal = seals.read_seal(folder, head.file) if head.file else None
    except DamagedSeal:
        return None
    return head if seal is not None and seal.own_sha256 == head.sha256 else None


def _right_seal(folder: Path, name: str, trusted: str | None) -> Seal | None:
    try:
        seal = seals.read_seal(folder, name)
    except DamagedSeal:
        return None
    if seal is None or seal.file != name or not seal.signature_holds():
        return None
    return seal if trusted is None or seal.public_key == trusted else None


def _is_sound(path: Path, seal: Seal) -> bool:
    try:
        return path.stat().st_size == seal.size and file_sha256(path) == seal.sha256
    except OSError:
        return False


def _set_aside(folder: Path, name: str, now: datetime) -> None:
    path = folder / name
    if path.exists():
        aside = folder.parent / "damaged" / f"{name}.{now:%Y%m%dT%H%M%SZ}"
        aside.parent.mkdir(parents=True, exist_ok=True)
        path.replace(aside)


def _bring(source: Path, target: Path, seal: Seal) -> None:
    """Copy a file so that it is there whole and right, or not at all."""
    digest = hashlib.sha256()
    part = target.with_name(target.name + seals.PART)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as reader, part.open("wb") as writer:
            while block := reader.read(BLOCK_BYTES):
                digest.update(block)
                writer.write(block)
            writer.flush()
            os.fsync(writer.fileno())
        if digest.hexdigest() != seal.sha256:
            part.unlink()
            raise StoreUnusable(f"{source} is not as its seal says and is not carried over: `nianbao repair` first.")
        part.replace(target)
        seals.sync_folder(target.parent)
    except OSError as error:
        raise StoreUnusable(
            f"{target} cannot be written: {error.strerror}. Make room or give this user the right."
        ) from None
