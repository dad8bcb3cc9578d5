"""A record of another program in, its digests compared with its bytes: in whatever algorithm and alphabet they are written, chunks undone or not."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

from archive.bodies import BLOCK_BYTES, Body, Gathered, blocks_of, opened
from archive.errors import DamagedRecord
from archive.records import Record, head_length

LONGEST_SIZE_LINE = 8192  # of a chunk, with its extensions
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
        elif not any(_digest(algorithm, content) == expected for content in contents):
            raise DamagedRecord(f"the {record.kind} at byte {offset} is not what its {name} says ({said}).")


def _digest(algorithm: str, content: Body) -> bytes:
    digest = hashlib.new(algorithm.lower().replace("-", ""))
    for block in blocks_of(content):
        digest.update(block)
    return digest.digest()


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


def dechunked(body: Body) -> Body | None:
    """The content of a chunked body; None when it is not one from its first byte to its last."""
    stream, found = opened(body), Gathered()
    while size := re.fullmatch(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?\r\n", stream.readline(LONGEST_SIZE_LINE)):
        left = int(size[1], 16)
        if left == 0:
            return found.body() if body[-2:] == b"\r\n" else None
        while piece := stream.read(min(left, BLOCK_BYTES)):
            left -= len(piece)
            found.add(piece)
        if left or stream.read(2) != b"\r\n":
            return None
    return None


def is_http(record: Record) -> bool:
    return (record.header("Content-Type") or "").replace(" ", "").lower().startswith("application/http")
