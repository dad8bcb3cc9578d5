"""A damaged archive in; what disagrees is restored from the copy whose hash is right, and what is left is listed with the reports that it hurts.

All copies hold the same sealed files and seals. A seal is right when its signature holds, a file when it has its seal's hash; so each copy
can be judged alone, and a file is only ever replaced by one that is right. What was damaged is kept aside as evidence, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, or_, select

from archive import journal, seals, tombstones
from archive.captures import location_of
from archive.chain import trusted_key
from archive.copies import write_small
from archive.database import reading, writing
from archive.errors import DamagedRecord, DamagedSeal, StoreUnusable, TakenDown
from archive.events import note
from archive.exchange import WarcLocation
from archive.faults import Fault
from archive.fixity import verify
from archive.models import Capture, Sighting, Site, WarcFile
from archive.places import Depot, Place, content, sha256_of
from archive.seals import Seal
from archive.settling import alone, recall, settle
from archive.several import among_these
from archive.warc import WarcStore

Pair = tuple[Place, Place]


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


def repair(engine: Engine, store: WarcStore, second: Place | None, now: datetime) -> Repaired:
    """Restore from each copy what is wrong in the other, verify again, and list whom the rest hurts. Call it holding the home's lock."""
    restored: list[str] = []
    trusted = trusted_key(store)
    recall(store)
    with alone(store):
        if isinstance(store.files, Depot):
            restored += _agree_on_small(engine, (store.files.here, store.files.there), trusted, now)
        if second is not None:
            restored += _agree_on_small(engine, (store.files, second), trusted, now)
            removals = tombstones.redacted_hashes(store.folder)
            for name in seals.seal_files(store.folder):
                restored += _agree_on_file((store.files, second), name, trusted, removals.get(name), now)
        restored += _put_back_head(engine, store, trusted)
        restored += _cut_journal(store, now)
    with suppress(StoreUnusable):  # what could not be brought is named below
        settle(store)
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
        hurt = hurt.where(or_(among_these(Capture.id, lost), among_these(Capture.same_as_id, lost))).order_by(
            Site.code, Capture.id
        )
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


def _agree_on_small(engine: Engine, places: Pair, trusted: str | None, now: datetime) -> Iterator[str]:
    """What is beside the WARC files: tombstones, seals, the chain's head."""
    yield from _agree_on_tombstones(*places, trusted, now)
    named = {name for place in places for name in place.names() if name.endswith(seals.SUFFIX)}
    for name in sorted({*(name.removesuffix(seals.SUFFIX) for name in named), *_known_files(engine)}):
        yield from _agree_on_seal(places, name, trusted)
    yield from _agree_on_head(*places)
    yield from _agree_on_journal(places)


def _agree_on_seal(places: Pair, name: str, trusted: str | None) -> Iterator[str]:
    """Make both hold the right seal of a file, when either does. Of two that differ none is judged."""
    held = [_right_seal(place, name, trusted) for place in places]
    right = {seal.own_sha256: seal for seal in held if seal is not None}
    if len(right) == 1:
        (seal,) = right.values()
        for place in (place for place, found in zip(places, held, strict=True) if found is None):
            write_small(place, name + seals.SUFFIX, seals.bytes_of(seal))
            yield place.address(name + seals.SUFFIX)


def _agree_on_file(places: Pair, name: str, trusted: str | None, redacted: str | None, now: datetime) -> Iterator[str]:
    """Make both hold the file that its seal names, when either does."""
    held = [_right_seal(place, name, trusted) for place in places]
    right = {seal.sha256 for seal in held if seal is not None}
    if len(right) != 1:
        return
    expected = redacted or right.pop()
    sound = [_is_sound(place, name, expected) for place in places]
    for this, other in ((0, 1), (1, 0)):
        if not sound[this] and sound[other]:
            if redacted is None:  # what was deleted by order is not kept aside either
                places[this].set_aside(name, now)
            places[this].write(name, places[other].blocks(name), expected)
            yield places[this].address(name)


def _agree_on_tombstones(first: Place, second: Place, trusted: str | None, now: datetime) -> Iterator[str]:
    """A tombstone that one copy lost comes back from the other: they are signed, so each can be judged alone."""
    names = {name for place in (first, second) for name in place.names() if name.startswith(tombstones.FOLDER + "/")}
    for name in sorted(names):
        contents = [content(place, name) for place in (first, second)]
        good = [data for data in contents if data is not None and tombstones.is_signed(data, trusted)]
        for place, data in zip((first, second), contents, strict=True):
            if good and data not in good:
                place.set_aside(name, now)
                write_small(place, name, good[0])
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
            write_small(place, seals.CHAIN, seals.bytes_of(newest))
            yield place.address(seals.CHAIN)


def _put_back_head(engine: Engine, store: WarcStore, trusted: str | None) -> Iterator[str]:
    """A head that no copy has right: the newest seal that the index knows, when that very seal is here."""
    with reading(engine) as session:
        sealed = select(WarcFile).where(WarcFile.seal_number.is_not(None)).order_by(WarcFile.seal_number.desc())
        newest = session.scalar(sealed.limit(1))
    head = _right_head(store.files)
    if newest is None or (head is not None and head.number >= (newest.seal_number or 0)):
        return
    seal = _right_seal(store.files, newest.name, trusted)
    if seal is not None and seal.own_sha256 == newest.seal_sha256:
        write_small(store.files, seals.CHAIN, seals.bytes_of(seals.Head(seal.number, seal.own_sha256, seal.file)))
        yield store.files.address(seals.CHAIN)


def _agree_on_journal(places: Pair) -> Iterator[str]:
    """Both hold the longer journal, when the other is its beginning or is damaged. Of two that differ none is judged."""
    held = [content(place, journal.NAME) or b"" for place in places]
    right = sorted((data for data in held if not list(journal.faults(data, ()))), key=len)
    if not right or not right[-1].startswith(right[0]):
        return
    for place, data in zip(places, held, strict=True):
        if data != right[-1]:
            write_small(place, journal.NAME, right[-1])
            yield place.address(journal.NAME)


def _cut_journal(store: WarcStore, now: datetime) -> Iterator[str]:
    """A journal that no copy could put right goes on from its last sound line: otherwise nobody could say anything any more."""
    data = journal.content(store.folder)
    sound = journal.sound_part(data)
    if sound != data:
        store.files.set_aside(journal.NAME, now)
        write_small(store.files, journal.NAME, sound)
        yield f"{store.files.address(journal.NAME)} (up to byte {len(sound)} of {len(data)})"


def _right_head(place: Place) -> seals.Head | None:
    data = content(place, seals.CHAIN)
    try:
        head = seals.Head() if data is None else seals.head_in(data, place.address(seals.CHAIN))
    except DamagedSeal:
        return None
    seal = _right_seal(place, head.file, None) if head.file else None
    return head if seal is not None and seal.own_sha256 == head.sha256 else None


def _right_seal(place: Place, name: str, trusted: str | None) -> Seal | None:
    data = content(place, name + seals.SUFFIX)
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
