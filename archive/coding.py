"""A body as received and its Content-Encoding become the body as the author wrote it."""

from __future__ import annotations

import zlib

LARGEST_BYTES = 512 * 1024**2  # of one body unpacked: a bomb stays packed


def decoded(body: bytes, encoding: str | None) -> bytes:
    """Undo gzip and deflate. A body that is not what its header says, in a coding not known here, or a bomb, comes back as received."""
    for coding in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        if coding in ("", "identity"):
            continue
        unpacked = _unpacked(body, coding)
        if unpacked is None:
            return body
        body = unpacked
    return body


def _unpacked(body: bytes, coding: str) -> bytes | None:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31)
    if coding == "deflate":  # servers send it with the zlib wrapper or bare
        wrapped = _inflated(body, 15)
        return _inflated(body, -15) if wrapped is None else wrapped
    return None


def _inflated(body: bytes, window: int) -> bytes | None:
    """All members, as far as they go: a cut answer gives what came. None when nothing can be unpacked or it would be too large."""
    parts: list[bytes] = []
    room = LARGEST_BYTES
    while body:
        unpacker = zlib.decompressobj(window)
        try:
            part = unpacker.decompress(body, room)
        except zlib.error:
            break  # bytes after the last member, or no such coding at all
        room -= len(part)
        parts.append(part)
        if not unpacker.eof and unpacker.unconsumed_tail:
            return None
        if not unpacker.eof or room <= 0:
            break
        body = unpacker.unused_data
    return b"".join(parts) or None
