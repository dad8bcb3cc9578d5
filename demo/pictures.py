"""A table goes in, a PNG of it comes out: ruled, with its numbers and without words, as a scan that nobody can search. Also as a page of a PDF."""

from __future__ import annotations

import struct
import zlib

from demo.tables import Grid, spread, width

# Five columns by seven rows, a bit a pixel, the top row first.
_DIGITS = {
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 2, 4, 8, 31),
    "3": (31, 2, 4, 2, 1, 17, 14),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (6, 8, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 2, 12),
    "-": (0, 0, 0, 31, 0, 0, 0),
    ".": (0, 0, 0, 0, 0, 12, 12),
}
CELL_WIDTH, CELL_HEIGHT = 56, 24


def drawn(grid: Grid) -> bytes:
    """An 8-bit grey PNG."""
    wide, high, pixels = _pixels(grid)
    lines = b"".join(b"\0" + bytes(pixels[row * wide : (row + 1) * wide]) for row in range(high))
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def scanned(grids: tuple[Grid, ...]) -> bytes:
    """A PDF of one picture a page and no text at all."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for grid in grids:
        wide, high, pixels = _pixels(grid)
        data = zlib.compress(bytes(pixels), 9)
        page = len(objects) + 1
        kids.append(f"{page} 0 R")
        drawing = f"q {wide} 0 0 {high} 0 0 cm /Im Do Q".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Resources<</XObject<</Im {page + 2} 0 R>>>>/Contents {page + 1} 0 R>>".encode()
        )
        objects.append(f"<</Length {len(drawing)}>>stream\n".encode() + drawing + b"\nendstream")
        head = (
            f"<</Type/XObject/Subtype/Image/Width {wide}/Height {high}/ColorSpace/DeviceGray/BitsPerComponent 8"
            f"/Filter/FlateDecode/Length {len(data)}>>stream\n"
        )
        objects.append(head.encode() + data + b"\nendstream")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>".encode()
    return _pdf(objects)


def _pdf(objects: list[bytes]) -> bytes:
    text, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(text)}\n%%EOF\n"
    return text + end.encode()


def _pixels(grid: Grid) -> tuple[int, int, bytearray]:
    columns, rows = width(grid), len(spread(grid))
    wide, high = columns * CELL_WIDTH + 1, rows * CELL_HEIGHT + 1
    pixels = bytearray(b"\xff" * (wide * high))
    for row, places in enumerate(spread(grid)):
        for column, place in enumerate(places):
            if place is not None:
                cell = place[0]
                left, top = column * CELL_WIDTH, row * CELL_HEIGHT
                _rule(pixels, wide, left, top, cell.across * CELL_WIDTH, cell.down * CELL_HEIGHT)
                _write(pixels, wide, left + 6, top + 5, cell.text)
    return wide, high, pixels


def _rule(pixels: bytearray, wide: int, left: int, top: int, across: int, down: int) -> None:
    for x in range(left, left + across + 1):
        pixels[top * wide + x] = pixels[(top + down) * wide + x] = 0
    for y in range(top, top + down + 1):
        pixels[y * wide + left] = pixels[y * wide + left + across] = 0


def _write(pixels: bytearray, wide: int, left: int, top: int, text: str) -> None:
    """Digits twice their size; everything else stays blank, as on a poor scan."""
    for place, sign in enumerate(text[:4]):
        for y, bits in enumerate(_DIGITS.get(sign, ())):
            for x in range(5):
                if bits >> (4 - x) & 1:
                    for across, down in ((0, 0), (0, 1), (1, 0), (1, 1)):
                        pixels[(top + 2 * y + down) * wide + left + place * 12 + 2 * x + across] = 0
