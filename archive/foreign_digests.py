"""A record of another program in, its digests compared with its bytes: in whatever algorithm and alphabet they are written, chunks undone or not."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from archive.errors import DamagedRecord
from archive.records import Record, head_length

_HASHES = {"sha1": 20, "sha-1": 20, "sha256": 32, "sha-256": 32, "sha512": 64, "sha-512": 64, "md5": 16}


def check_digests(record: Record, offset: int) -> Iterator[str]:
    """Compare every digest that a record names with its bytes. Raises DamagedRecord; gives remarks on those that cannot be compared."""
    payload = record.block[head_length(record.block) :] if is_http(record) else record.block
    whole = dechunked(payload)  # tools differ in whether they take the bytes before or after the chunks are undone
    candidates = {
        "WARC-Block-Digest": (record.block,),
        "WARC-Payload-Digest": (payload, *((whole,) if whole is not None else ())),
    }
    for name, contents in candidates.items():
        said = record.header(name)
        if said is None or (name == "WARC-Payload-Digest" and record.kind == "revisit"):
            continue
        algorithm, _, value = said.partition(":")
        expected = _digest_bytes(algorithm, value)
        if expected is None and algorithm.lower() not in _HASHES:
            yield f"the {name} of the record at byte {offset} is of an algorithm not known here: {said[:60]!r}."
        elif not any(
            hashlib.new(algorithm.lower().replace("-", ""), content).digest() == expected for content in contents
        ):
            raise DamagedRecord(f"the {record.kind} at byte {offset} is not what its {name} says ({said}).")


def _digest_bytes(algorithm: str, value: str) -> bytes | None:
    """A digest written in hex, base32 or base64 (also its form for addresses)."""
    length = _HASHES.get(algorithm.lower())
    if length is None:
        return None
    value = value.rstrip("=")
    for pattern, size, decode in (
        (r"[0-9a-fA-F]+", 2 * length, bytes.fromhex),
        (r"[A-Za-z2-7]+", -(-8 * length // 5), lambda text: base64.b32decode(text.upper() + "=" * (-len(text) % 8))),
        (
            r"[\w+/-]+",
            -(-8 * length // 6),
            lambda text: base64.urlsafe_b64decode(text.translate(_URLSAFE) + "=" * (-len(text) % 4)),
        ),
    ):
        if len(value) == size and re.fullmatch(pattern, value):
            return decode(value)
    return None


_URLSAFE = str.maketrans("+/", "-_")


def dechunked(body: bytes) -> bytes | None:
    """The content of a chunked body; None when it is not one from its first byte to its last."""
    parts: list[bytes] = []
    place = 0
    while True:
        end = body.find(b"\r\n", place)
        size = re.fullmatch(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?", body[place:end]) if end >= 0 else None
        if size is None:
            return None
        begin, length = end + 2, int(size[1], 16)
        if length == 0:
            return b"".join(parts) if body.endswith(b"\r\n") else None
        if body[begin + length : begin + length + 2] != b"\r\n":
            return None
        parts.append(body[begin : begin + length])
        place = begin + length + 2


def is_http(record: Record) -> bool:
    return (record.header("Content-Type") or "").replace(" ", "").lower().startswith("application/http")
