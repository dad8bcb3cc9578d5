"""A body as received and its Content-Encoding become the body as the author wrote it."""

from __future__ import annotations

import zlib

from archive.bodies import Body, Gathered, blocks_of

LARGEST_BYTES = 512 * 1024**2  # of one body unpacked: a bomb stays packed
PIECE_BYTES = 1024**2  # what is unpacked at once


def decoded(body: Body, encoding: str | None) -> Body:
    """Undo gzip and deflate. A body that is not what its header says, in a coding not known here, or a bomb, comes back as received."""
    if not encoding:
        return body
    for coding in reversed([part.strip().lower() for part in encoding.split(",")]):
        if coding in ("", "identity"):
            continue
        unpacked = _unpacked(body, coding)
        if unpacked is None:
            return body
        body = unpacked
    return body


def _unpacked(body: Body, coding: str) -> Body | None:
    if coding in ("gzip", "x-gzip"):
        return _inflated(body, 31)
    if coding == "deflate":  # servers send it with the zlib wrapper or bare
        wrapped = _inflated(body, 15)
        return _inflated(body, -15) if wrapped is None else wrapped
    return None


def _inflated(body: Body, window: int) -> Body | None:
    """All members, as far as they go: a cut answer gives what came. None when nothing can be unpacked or it would be too large."""
    found, whole = Gathered(), 0
    unpacker = zlib.decompressobj(window)
    try:
        for block in blocks_of(body):
            left = block
            while left:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(window)
                found.add(unpacker.decompress(left, PIECE_BYTES))
                if found.size > LARGEST_BYTES:
                    return None
                left = unpacker.unconsumed_tail
                if unpacker.eof:
                    left, whole = unpacker.unused_data, found.size
        found.add(unpacker.flush())
    except zlib.error:  # bytes after the last member, or no such coding at all
        return found.body()[:whole] or None
    return found.body() or None
