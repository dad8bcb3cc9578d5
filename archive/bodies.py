"""Pieces of bytes go in, one body comes out: bytes in memory when it is small, a stretch of a file without a name when it is large.

So nothing of the archive needs more memory for a larger body. The file has no name from its first byte on: whatever ends the process, the disk
has its room back. Where a file system cannot make files without a name it has one for a moment, that the next start removes.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from archive.errors import StoreUnusable

HELD_BYTES = 4 * 1024**2  # a body up to this lies in memory
FRONT_BYTES = 1024**2  # where heads are looked for
BLOCK_BYTES = 256 * 1024
PART = ".part"  # the end of names that the next start removes


class Spooled:
    """A stretch of a file without a name. It is closed when the last stretch of it is let go of."""

    __slots__ = ("_begin", "_file", "_length", "_sha256")

    def __init__(self, file: _Nameless, begin: int, length: int, sha256: str | None = None) -> None:
        self._file, self._begin, self._length, self._sha256 = file, begin, length, sha256

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        for place in range(0, self._length, BLOCK_BYTES):
            yield self.piece(place, min(BLOCK_BYTES, self._length - place))

    def __getitem__(self, stretch: slice) -> Body:
        begin, end, _ = stretch.indices(self._length)
        length = max(0, end - begin)
        return self.piece(begin, length) if length <= HELD_BYTES else Spooled(self._file, self._begin + begin, length)

    def __eq__(self, other: object) -> bool:
        """The same bytes, wherever they lie."""
        return isinstance(other, bytes | Spooled) and len(self) == len(other) and self.sha256() == digest_of(other)

    __hash__ = None  # type: ignore[assignment]

    def piece(self, place: int, length: int) -> bytes:
        found = os.pread(self._file.descriptor, length, self._begin + place)
        if len(found) != length:
            raise StoreUnusable(f"a temporary file gave {len(found)} of {length} bytes back.")
        return found

    def sha256(self) -> str:
        """Known already of what was hashed while it came."""
        if self._sha256 is None:
            self._sha256 = sha256_of(self)
        return self._sha256


Body = bytes | Spooled


class Gathered:
    """What comes piece by piece. `hashed`: a large body is hashed on its way."""

    def __init__(self, folder: Path | None = None, hashed: bool = False) -> None:
        self.size = 0
        self._folder = folder
        self._parts: list[bytes] = []
        self._file: _Nameless | None = None
        self._digest = hashlib.sha256() if hashed else None

    def add(self, piece: bytes) -> None:
        """Raises StoreUnusable when the disk has no room for it."""
        self.size += len(piece)
        if self._file is None:
            self._parts.append(piece)
            if self.size <= HELD_BYTES:
                return
            pieces, self._parts = self._parts, []
        else:
            pieces = [piece]
        try:
            self._file = self._file or _Nameless(self._folder)
            for one in pieces:
                self._file.write(one)
        except OSError as error:
            words = f"cannot hold a large body: {error.strerror}. Make room or give this user the right."
            raise StoreUnusable(f"{self._folder or _place()} {words}") from None
        if self._digest is not None:
            for one in pieces:
                self._digest.update(one)

    def body(self) -> Body:
        """All that came, once it has come."""
        if self._file is None:
            return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        return Spooled(self._file, 0, self.size, None if self._digest is None else self._digest.hexdigest())


def gathered(pieces: Iterable[bytes], folder: Path | None = None) -> Body:
    found = Gathered(folder)
    for piece in pieces:
        found.add(piece)
    return found.body()


def blocks_of(body: Body) -> Iterable[bytes]:
    return (body,) if isinstance(body, bytes) else body


def front(body: Body) -> bytes:
    """The beginning, in which a head is looked for; of what lies in memory all."""
    return body if isinstance(body, bytes) else body.piece(0, FRONT_BYTES)


def held(body: Body, most: int) -> bytes | None:
    """The body in memory; None when it is larger than whoever asks can use."""
    if len(body) > most:
        return None
    return body if isinstance(body, bytes) else body.piece(0, len(body))


def opened(body: Body) -> BinaryIO:
    """The body as a stream with lines."""
    return io.BytesIO(body) if isinstance(body, bytes) else io.BufferedReader(_Stream(body), BLOCK_BYTES)


def sha256(*parts: Body) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, bytes):
            digest.update(part)
        else:
            for block in part:
                digest.update(block)
    return digest.hexdigest()


def sha256_of(blocks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def digest_of(body: Body) -> str:
    return sha256(body) if isinstance(body, bytes) else body.sha256()


class _Stream(io.RawIOBase):
    def __init__(self, body: Spooled) -> None:
        self._body, self._place = body, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), len(self._body) - self._place)
        buffer[:length] = self._body.piece(self._place, length)
        self._place += length
        return length


class _Nameless:
    """A file without a name, which is gone when nobody holds it."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder or _place(), suffix=PART, buffering=0) as file:
            self.descriptor = os.dup(file.fileno())

    def write(self, piece: bytes) -> None:
        left = memoryview(piece)
        while left:
            left = left[os.write(self.descriptor, left) :]

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):  # it could be made
            os.close(self.descriptor)


def _place() -> str:
    """Where what is only read is laid down: TMPDIR, or a folder that does not lie in memory, as /tmp often does."""
    on_disk = "/var/tmp"  # noqa: S108 - the file has no name there
    return os.environ.get("TMPDIR") or (on_disk if os.access(on_disk, os.W_OK) else tempfile.gettempdir())
