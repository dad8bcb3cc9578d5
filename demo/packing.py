"""Names and bytes go in, the bytes of a ZIP or a RAR come out, always the same."""

from __future__ import annotations

import io
import zipfile
import zlib

_EPOCH = (2020, 1, 1, 0, 0, 0)


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in parts.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def rarred(name: str, data: bytes) -> bytes:
    """RAR 5 with one file, stored and not compressed."""
    main = _rar_block(_number(1) + _number(0) + _number(0))
    checksum = zlib.crc32(data).to_bytes(4, "little")
    # Flags 2: data follows. File flags 4: a checksum is given. Attributes, compression 0 = stored, Unix.
    fields = _number(2) + _number(2) + _number(len(data)) + _number(4) + _number(len(data)) + _number(0o644) + checksum
    fields += _number(0) + _number(1) + _number(len(name.encode())) + name.encode()
    end = _rar_block(_number(5) + _number(0) + _number(0))
    return b"Rar!\x1a\x07\x01\x00" + main + _rar_block(fields) + data + end


def _rar_block(fields: bytes) -> bytes:
    sized = _number(len(fields)) + fields
    return zlib.crc32(sized).to_bytes(4, "little") + sized


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first, the eighth bit says that more follows."""
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
