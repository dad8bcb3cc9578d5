"""The newest seal's hash and a time-stamping service in, an RFC 3161 time stamp beside the seals out: a stranger's word on when they were there.

A stamp of the chain's head is one of every seal before it, so one is asked for after each crawl and not for every file. It lies in the
store as `stamps/00000012.tsr`, the service's answer as it came. Here it is checked that it is granted and names the hash of that seal; whose
signature it bears is checked with the service's certificate: `openssl ts -verify -in stamps/00000012.tsr -digest HASH -CAfile ca.pem`.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive import seals
from archive.errors import DamagedSeal, StoreUnusable
from archive.seals import Seal

SUFFIX = ".tsr"
TIMEOUT_SECONDS = 30
LARGEST_ANSWER_BYTES = 1 << 20
_SHA256 = bytes.fromhex("300d06096086480165030402010500")  # the DER of the algorithm's name, without parameters
_SEQUENCE, _INTEGER, _OCTETS, _TIME = 0x30, 0x02, 0x04, 0x18
_GRANTED = (0, 1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a service's answer says: the hash it was shown, and when."""

    sha256: str
    stamped_at: datetime


def stamp_head(folder: Path, service: str) -> Stamp | None:
    """Ask the service to stamp the newest seal, unless that one has its stamp. Raises StoreUnusable when it cannot be had."""
    head = seals.read_head(folder)
    path = folder / seals.STAMPS / f"{head.number:08d}{SUFFIX}"
    if not head.number or path.exists():
        return None
    answer = _asked(service, query(head.sha256))
    try:
        stamp = stamp_in(answer)
    except DamagedSeal as damage:
        raise StoreUnusable(f"{service} gave no time stamp: {damage}") from None
    if stamp.sha256 != head.sha256:
        raise StoreUnusable(f"{service} stamped {stamp.sha256} and was asked to stamp {head.sha256}.")
    seals.write_whole(path, answer)
    return stamp


def stamp_faults(folder: Path, sealed: Mapping[str, Seal]) -> Iterator[tuple[str, str]]:
    """Stamps that are not one of the seal whose number they bear."""
    by_number = {seal.number: seal for seal in sealed.values()}
    for path in sorted((folder / seals.STAMPS).glob("*")):
        name = f"{seals.STAMPS}/{path.name}"
        seal = by_number.get(int(path.stem)) if path.stem.isdigit() and path.suffix == SUFFIX else None
        if seal is None:
            yield name, "there is no seal with this number."
            continue
        try:
            stamp = stamp_in(path.read_bytes())
        except DamagedSeal as damage:
            yield name, str(damage)
            continue
        if stamp.sha256 != seal.own_sha256:
            yield name, f"it is a stamp of {stamp.sha256}, and seal {seal.number} is {seal.own_sha256}."


def query(sha256: str) -> bytes:
    """A TimeStampReq: version 1, the hash, and that the service's certificate shall come along."""
    imprint = _der(_SEQUENCE, _SHA256 + _der(_OCTETS, bytes.fromhex(sha256)))
    return _der(_SEQUENCE, _der(_INTEGER, b"\x01") + imprint + b"\x01\x01\xff")


def stamp_in(answer: bytes) -> Stamp:
    """What a TimeStampResp says. Raises DamagedSeal when it is none, or a refusal."""
    try:
        (response,) = _children(answer)
        status, *token = _children(response[1])
        granted = int.from_bytes(_children(status[1])[0][1], "big")
        if granted not in _GRANTED or not token:
            raise DamagedSeal(f"the service refused, with status {granted}.")
        signed_data = _children(_children(_children(token[0][1])[1][1])[0][1])
        content = next(part for tag, part in signed_data if tag == _SEQUENCE)
        info = _children(_children(_children(_children(content)[1][1])[0][1])[0][1])
        _, _, imprint, *rest = info
        algorithm, digest = _children(imprint[1])
        moment = next(part for tag, part in rest if tag == _TIME).decode("ascii")
        if _der(*algorithm) not in (_SHA256, _der(_SEQUENCE, _SHA256[2:-2])):
            raise DamagedSeal("the stamp is not one of a SHA-256 hash.")
        at = datetime.strptime(moment[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return Stamp(digest[1].hex(), at)
    except (IndexError, ValueError, StopIteration) as error:
        raise DamagedSeal(f"expected an RFC 3161 time stamp, found {len(answer)} other bytes ({error}).") from None


def _asked(service: str, asked: bytes) -> bytes:
    request = urllib.request.Request(  # noqa: S310 - the settings allow http and https alone
        service, data=asked, headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            content: bytes = answer.read(LARGEST_ANSWER_BYTES)
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        raise StoreUnusable(f"the time-stamping service {service} cannot be asked: {error}.") from None
    return content


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content


def _children(content: bytes) -> list[tuple[int, bytes]]:
    """The values in a DER value, each with its tag."""
    found, place = [], 0
    while place < len(content):
        tag, length, place = content[place], content[place + 1], place + 2
        if length & 0x80:
            size = length & 0x7F
            length, place = int.from_bytes(content[place : place + size], "big"), place + size
        if place + length > len(content):
            raise ValueError("a value is longer than what holds it")
        found.append((tag, content[place : place + length]))
        place += length
    return found
