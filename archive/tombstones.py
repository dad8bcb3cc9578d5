"""An order to take captures down in, a signed tombstone out: who, why, when, what. Hidden captures are shown no more; deleted ones lose their bytes.

A tombstone is a JSON file in the store (`takedowns/000001.json`), signed like a seal and naming the hash of the one before it. To delete, the
member that holds an answer is overwritten in its file by an empty record of the very same length, so that no other record moves. The
seal stays as it is: it names a hash over the hashes of all members, the tombstone names those of the members that are gone, so whoever has
both can prove that all others are there as they were sealed. Requests, hashes and addresses stay: they say what was there.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from archive import seals
from archive.bodies import sha256, sha256_of
from archive.errors import DamagedSeal, StoreUnusable
from archive.groups import REMOVED
from archive.places import Place
from archive.records import FIELDS, warc_date

FOLDER = "takedowns"
MODES = ("hidden", "deleted")


@dataclass(frozen=True, slots=True)
class Removal:
    """One capture that is taken down. `member_sha256` is the hash of its answer's bytes, wherever they are no longer: deleted here, or left out of a copy."""

    file: str
    offset: int
    length: int
    record_id: str
    url: str
    date: str
    columns: dict[str, Any]  # what the index says of the answer's head, which is gone with it
    member_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Tombstone:
    number: int
    mode: str
    ordered_by: str
    reason: str
    ordered_at: str
    scope: str
    removals: tuple[Removal, ...]
    previous: str
    public_key: str
    files: dict[str, str] = field(
        default_factory=dict
    )  # the hash of each file from which bytes were deleted, as it is now
    signature: str = ""

    @property
    def name(self) -> str:
        return f"{FOLDER}/{self.number:06d}.json"

    def signed_bytes(self) -> bytes:
        return seals.canonical(asdict(replace(self, signature="")))

    @property
    def own_sha256(self) -> str:
        return sha256(self.signed_bytes())

    def signature_holds(self) -> bool:
        return seals.holds(self.public_key, self.signature, self.signed_bytes())


@dataclass(frozen=True, slots=True)
class Order:
    """What a person ordered."""

    mode: str
    ordered_by: str
    reason: str
    scope: str


def all_of(folder: Path) -> list[Tombstone]:
    """All of a store, by their numbers. Raises DamagedSeal when one cannot be read."""
    return [tombstone_in(path.read_bytes(), str(path)) for path in sorted((folder / FOLDER).glob("*.json"))]


def tombstone_in(data: bytes, where: str) -> Tombstone:
    try:
        values = json.loads(data)
        return Tombstone(**{**values, "removals": tuple(Removal(**one) for one in values["removals"])})
    except (TypeError, KeyError, ValueError) as error:
        raise DamagedSeal(f"{where} is not a tombstone: {error}. Put it back from the second copy.") from None


def is_signed(data: bytes, trusted: str | None) -> bool:
    try:
        found = tombstone_in(data, "")
    except DamagedSeal:
        return False
    return found.signature_holds() and trusted in (None, found.public_key)


def _readable(folder: Path) -> Iterator[Tombstone]:
    """Those that can be read: one that is damaged is a fault of its own, and what it named no longer agrees with its seal."""
    for path in sorted((folder / FOLDER).glob("*.json")):
        with suppress(DamagedSeal):
            yield tombstone_in(path.read_bytes(), str(path))


def redacted_hashes(folder: Path) -> dict[str, str]:
    """The files that lost bytes by order, and the hash that each has since. The newest tombstone of a file counts."""
    return {name: digest for stone in _readable(folder) for name, digest in stone.files.items()}


def removed_members(folder: Path, file: str) -> dict[int, str]:
    """Where members of this file may stand empty, here or in a copy that was handed out, and the hash of what stood there."""
    return {
        removal.offset: removal.member_sha256
        for stone in _readable(folder)
        for removal in stone.removals
        if removal.file == file and removal.member_sha256
    }


def carry_out(
    files: Place, folder: Path, keys: Path, order: Order, removals: Iterable[Removal], now: datetime
) -> Tombstone:
    """Write the tombstone, then empty the members it names. A stop in between is made good by `finish`."""
    if order.mode not in MODES:
        raise ValueError(f"expected one of {MODES}, got {order.mode!r}")
    before = all_of(folder)
    key = seals.key_in(keys, seals.read_head(folder).number)
    number = len(before) + 1
    emptied: dict[str, str] = {}
    marked = [replace(one, member_sha256=sha256_of(files.blocks(one.file, one.offset, one.length))) for one in removals]
    if order.mode == "deleted":
        for file in dict.fromkeys(one.file for one in marked if one.columns["original"]):
            emptied[file] = sha256_of(without(files.blocks(file), _to_empty(marked, file, number)))
    stone = Tombstone(
        number,
        order.mode,
        order.ordered_by,
        order.reason,
        warc_date(now),
        order.scope,
        tuple(marked),
        before[-1].own_sha256 if before else seals.NO_SEAL_BEFORE,
        key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
        emptied,
    )
    stone = replace(stone, signature=key.sign(stone.signed_bytes()).hex())
    data = seals.pretty(asdict(stone))
    files.write(stone.name, (data,), sha256(data))
    finish(files, folder)
    return stone


def finish(files: Place, folder: Path) -> list[str]:
    """Empty what a tombstone names and its file still holds. Gives the files that were written."""
    written = []
    for stone in all_of(folder):
        for file, expected in stone.files.items():
            if any(_is_there(files, one) for one in _held(stone.removals, file)):
                empty = _to_empty(stone.removals, file, stone.number)
                digest = sha256_of(without(files.blocks(file), empty))
                if digest != expected and redacted_hashes(folder)[file] == expected:
                    raise StoreUnusable(f"{file} is not the file that {stone.name} names: `nianbao verify` first.")
                files.write(file, without(files.blocks(file), empty), digest)
                written.append(file)
    return written


def _held(removals: Iterable[Removal], file: str) -> list[Removal]:
    """Those that hold bodies: the others repeat one of them."""
    return [one for one in removals if one.file == file and one.columns["original"]]


def _to_empty(removals: Iterable[Removal], file: str, number: int) -> dict[int, Filler]:
    return {one.offset: filler(one, number) for one in _held(removals, file)}


def _is_there(files: Place, removal: Removal) -> bool:
    """Whether the file still holds what is to be gone."""
    try:
        return sha256_of(files.blocks(removal.file, removal.offset, removal.length)) == removal.member_sha256
    except FileNotFoundError:
        return False


def without(blocks: Iterable[bytes], empty: Mapping[int, Filler], offset: int = 0) -> Iterator[bytes]:
    """The blocks of a file from this byte on, with an empty record at each of these places."""
    for block in blocks:
        shown, end = bytearray(block), offset + len(block)
        for place, filling in empty.items():
            first, last = max(place, offset), min(place + len(filling), end)
            if first < last:
                shown[first - offset : last - offset] = filling.piece(first - place, last - place)
        yield bytes(shown)
        offset = end


@dataclass(frozen=True, slots=True)
class Filler:
    """One gzip member, in which there is room between two ends: a comment of spaces."""

    head: bytes
    room: int
    tail: bytes

    def __len__(self) -> int:
        return len(self.head) + self.room + len(self.tail)

    def piece(self, first: int, last: int) -> bytes:
        """From the first byte up to the last, which is not in it: a member may be larger than memory."""
        room, tail = len(self.head), len(self.head) + self.room
        spaces = max(0, min(last, tail) - max(first, room))
        return self.head[first:last] + b" " * spaces + self.tail[max(0, first - tail) : max(0, last - tail)]


def filler(removal: Removal, number: int) -> Filler:
    """A record without content, exactly as long as the one it replaces: the rest is its member's comment."""
    head = (
        f"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: {removal.record_id}\r\nWARC-Date: {removal.date}\r\n"
        f"WARC-Target-URI: {removal.url}\r\nContent-Type: {FIELDS}\r\n{REMOVED}: {number}\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    ).encode("utf-8", "surrogateescape")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    content = packer.compress(head) + packer.flush() + struct.pack("<II", zlib.crc32(head), len(head))
    room = removal.length - len(content) - 11
    if room < 0:
        raise StoreUnusable(f"{removal.file} at byte {removal.offset}: the record is too small to be emptied in place.")
    return Filler(b"\x1f\x8b\x08\x10" + bytes(5) + b"\xff", room, b"\0" + content)


def chain_faults(folder: Path, trusted: str | None) -> Iterator[tuple[str, str]]:
    """What is wrong with the tombstones: their signatures, their numbers, their chain."""
    before = seals.NO_SEAL_BEFORE
    try:
        found = all_of(folder)
    except DamagedSeal as damage:
        yield FOLDER, str(damage)
        return
    for number, stone in enumerate(found, 1):
        if not stone.signature_holds() or trusted not in (None, stone.public_key):
            yield stone.name, "the tombstone is not the one that was signed."
        if stone.number != number or stone.previous != before:
            yield stone.name, f"expected tombstone {number}, following the one before it."
        before = stone.own_sha256
