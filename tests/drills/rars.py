"""Nothing in, RAR files made byte by byte to break a reader out: no writer of RAR is free, and none would write these.

RAR5 and RAR4 headers as libarchive reads them: sizes that lie, gigabytes out of kilobytes, entries without end, names that lead out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_MEGA = 1 << 20
RAR5, RAR4 = b"Rar!\x1a\x07\x01\x00", b"Rar!\x1a\x07\x00"
_MATCH = 4097  # bytes that one bit of the compressed stream repeats


def vint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def block(kind: int, flags: int, body: bytes, extra: bytes = b"", data: bytes | None = None) -> bytes:
    """A RAR5 block: its header with its checksum, and the data behind it."""
    head = vint(kind) + vint(flags | (1 if extra else 0) | (2 if data is not None else 0))
    head += vint(len(extra)) if extra else b""
    head += vint(len(data)) if data is not None else b""
    head += body + extra
    head = vint(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + (data or b"")


MAIN, END = block(1, 0, vint(0)), block(5, 0, vint(0))


def entry(name: str, data: bytes, claimed: int | None = None, packing: int = 0, extra: bytes = b"") -> bytes:
    """A RAR5 file; `packing` 0 is stored. It claims the size of its data, or another."""
    raw = name.encode()
    size = len(data) if claimed is None else claimed
    return block(
        2, 0, vint(0) + vint(size) + vint(0o100644) + vint(packing) + vint(1) + vint(len(raw)) + raw, extra, data
    )


def rar5(*entries: bytes) -> bytes:
    return RAR5 + MAIN + b"".join(entries) + END


def rar4(name: bytes, data: bytes, claimed: int, method: int = 0x30, flags: int = 0) -> bytes:
    """An archive of one file with 64-bit sizes."""
    body = struct.pack(
        "<IIBIIBBHIII", len(data), claimed & 0xFFFFFFFF, 3, zlib.crc32(data), 0, 29, method, len(name), 0o100644, 0, claimed >> 32
    ) + name  # fmt: skip
    head = struct.pack("<BHH", 0x74, 0x8100 | flags, 7 + len(body)) + body
    main = struct.pack("<BHH", 0x73, 0, 13) + bytes(6)
    return RAR4 + b"".join(
        struct.pack("<H", zlib.crc32(part) & 0xFFFF) + part for part in (main, head)
    ) + data  # fmt: skip


def unpacked_size(repeats: int) -> int:
    return 1 + _MATCH * (1 + repeats)


def squeezed(repeats: int) -> bytes:
    """A compressed RAR5 stream: one byte, a match of 4,097 bytes, and one bit for each time that this match comes again."""
    lengths = [0] * 430  # of the codes: 306 for literals and matches, 64 for distances, 16 and 44 more
    lengths[0], lengths[257], lengths[262 + 43], lengths[306] = 2, 1, 2, 1  # codes 10, 0, 11; the one distance is 0
    bits = "".join(f"{2 if symbol < 3 else 3 if symbol == 19 else 0:04b}" for symbol in range(20))
    bits += _described(lengths) + "10" + "11" + "1" * 9 + "0" + "0" * repeats
    whole = int(bits.ljust(-len(bits) % 8 + len(bits), "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
    flags = 0x80 | 0x40 | (2 << 3) | ((len(bits) - 1) % 8)
    told = struct.pack("<I", len(whole))[:3]
    return bytes([flags, 0x5A ^ flags ^ told[0] ^ told[1] ^ told[2]]) + told + whole


def _described(lengths: list[int]) -> str:
    """The lengths in the code of their own: 0, 1 and 2 as 00, 01 and 10, a run of zeros as 110 and seven bits."""
    told, at = "", 0
    while at < len(lengths):
        run = next((n for n in range(at, len(lengths)) if lengths[n]), len(lengths)) - at
        if run >= 11:
            run = min(run, 138)
            told += f"110{run - 11:07b}"
            at += run
        else:
            told += f"{lengths[at]:02b}"
            at += 1
    return told


def bomb(repeats: int, claimed: int | None = None) -> Iterator[bytes]:
    """Two gigabytes come out of 64 KB; the size is told truly or not."""
    size = unpacked_size(repeats) if claimed is None else claimed
    yield rar5(entry("report.txt", squeezed(repeats), size, packing=0x80))


def hidden_sizes() -> Iterator[bytes]:
    """A gigabyte behind a name of white space, and behind an owner whose name looks like columns of a list."""
    size, packed = unpacked_size(1 << 18), squeezed(1 << 18)
    owner = vint(6) + vint(1) + vint(9) + b"0 0 1 2 3"
    yield rar5(entry(" ", packed, size, packing=0x80))
    yield rar5(entry("a.txt", packed, size, packing=0x80, extra=vint(len(owner)) + owner))


def false_sizes() -> Iterator[bytes]:
    for claimed in (0, 1, 10**9, 1 << 40, (1 << 63) - 1, (1 << 64) - 1):
        yield rar5(entry("report.txt", b"x" * 1000, claimed))
        yield rar4(b"report.txt", b"x" * 1000, claimed)
    unknown = vint(8) + vint(0) + vint(0o100644) + vint(0) + vint(1) + vint(5) + b"a.txt"
    yield rar5(block(2, 0, unknown, data=b"x" * 1000))
    yield RAR5 + MAIN + entry("a.txt", b"x" * 1000)[:-500]  # cut off in its data
    yield RAR5 + block(1, 0, vint(0), extra=b"\xff" * 9) + END
    yield RAR5 + struct.pack("<I", 0) + vint(1 << 60) + b"x" * 100  # a header longer than the file


def greedy_windows() -> Iterator[bytes]:
    """Streams that ask for four gigabytes of dictionary, or for 256 MB of a model."""
    for power in range(16):
        yield rar5(entry("report.txt", squeezed(256), unpacked_size(256), packing=0x80 | power << 10))
    yield rar4(b"report.txt", b"\xa0\xff" + bytes(range(256)) * 4, 50 * _MEGA, method=0x33)


def many_entries(count: int) -> Iterator[bytes]:
    yield rar5(*(entry(f"{number}.txt", b"") for number in range(count)))


def inside(depth: int) -> Iterator[bytes]:
    inner = b"x" * 1000
    for _ in range(depth):
        inner = rar5(entry("inner.rar", inner))
    yield inner


def leading_out() -> Iterator[bytes]:
    """Names and links that lead out of the folder that is unpacked into."""
    for name in ("../out.txt", "/tmp/out.txt", "a/../../out.txt", "..\\out.txt", "*", "-x", "\n", "a" * 5000):
        yield rar5(entry(name, b"x"))
    for kind in (1, 4, 5):  # a symbolic link, a hard link, a copy
        target = b"/etc/passwd"
        link = vint(5) + vint(kind) + vint(0) + vint(len(target)) + target
        yield rar5(entry("a.txt", b"", extra=vint(len(link)) + link), entry("a.txt/b", b"x"))
