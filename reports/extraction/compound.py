"""The bytes of a compound file (DOC, WPS, XLS and many others) in, its streams' names and first bytes out: what the file holds inside.

Only the directory is read. LibreOffice opens what it does not know as plain text, so a damaged file must not come that far.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # sector numbers from here on are marks
_HEADER = 512
_ENTRY = 128
_STREAM = 2
_MOST_TABLES = 2_000  # of 128 sectors each: 128 MB in all
_MOST_ENTRIES = 20_000


def streams_of(payload: bytes) -> dict[str, bytes]:
    """The name of every stream, without the control characters that some begin with, and its first bytes; empty when the file is damaged.

    First bytes are given of streams with sectors of their own; small ones are kept together in another stream.
    """
    if not payload.startswith(MAGIC) or len(payload) < _HEADER:
        return {}
    shift, count, directory, smallest, further = struct.unpack_from("<H12xII4xI8xI", payload, 30)
    if shift not in (9, 12):
        return {}
    sector = partial(_sector, payload, 1 << shift)
    allocation = [number for at in _tables(payload, sector, count, further) for number in _numbers(sector(at))]
    found: dict[str, bytes] = {}
    for entry in _entries(sector, allocation, directory):
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        if kind == _STREAM and 2 <= length <= 64:
            name = entry[: length - 2].decode("utf-16-le", "replace").lstrip("\1\3\5")
            found[name] = sector(start)[:size] if size >= smallest and start < _END else b""
    return found


def _entries(sector: partial[bytes], allocation: list[int], at: int) -> Iterator[bytes]:
    """The directory's entries, sector by sector along its chain."""
    seen: set[int] = set()
    while at < len(allocation) and at not in seen and len(seen) * 4 < _MOST_ENTRIES:
        seen.add(at)
        block = sector(at)
        yield from (block[start : start + _ENTRY] for start in range(0, len(block) - _ENTRY + 1, _ENTRY))
        at = allocation[at]


def _tables(payload: bytes, sector: partial[bytes], count: int, further: int) -> Iterator[int]:
    """The sectors of the allocation table: 109 are named in the header, the others in a chain of sectors of their own."""
    named = list(struct.unpack_from("<109I", payload, 76))
    seen: set[int] = set()
    while further < _END and further not in seen and len(named) < min(count, _MOST_TABLES):
        seen.add(further)
        *numbers, further = _numbers(sector(further)) or (_END,)
        named += numbers
    yield from (number for number in named[:_MOST_TABLES] if number < _END)


def _sector(payload: bytes, size: int, number: int) -> bytes:
    start = (number + 1) * size
    return payload[start : start + size]


def _numbers(block: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
