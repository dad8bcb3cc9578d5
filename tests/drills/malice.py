"""Nothing in, files made to break a reader out: bombs, endless nesting and text, damaged files of every kind, each under a name that says what it is.

A few are as large as a careless download (200 MB); they are made piece by piece when they are asked for.
"""

from __future__ import annotations

import io
import random
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.drills import rars
from tests.reports.mutating import make_case

SAMPLES = Path(__file__).parents[1] / "samples"
_MEGA = 1 << 20
_HEADING = "三、收到和处理政府信息公开申请情况"
_TITLE = "青石镇2023年政府信息公开工作年度报告"


def fuzzed(folder: str, count: int) -> Iterator[bytes]:
    """A good file of a kind with bytes flipped, pieces overwritten, doubled and cut off."""
    whole = next((SAMPLES / folder).glob("input.*")).read_bytes()
    chance = random.Random(folder)
    for _ in range(count):
        payload = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            start = chance.randrange(len(payload))
            length = min(chance.choice((1, 1, 8, 500)), len(payload) - start)
            kind = chance.randrange(4)
            if kind == 0:
                payload[start : start + length] = chance.randbytes(length)
            elif kind == 1:
                payload[start:start] = payload[start : start + length]
            elif kind == 2:
                payload[start : start + length] = b"\xff" * length
            elif len(payload) > 2000:
                del payload[start + 1000 :]
        yield bytes(payload)


def fuzzed_pages(count: int) -> Iterator[bytes]:
    chance = random.Random(11)
    for seed in range(count):
        payload = bytearray(make_case(900_000 + seed).payload)
        for _ in range(chance.randrange(1, 60)):
            payload[chance.randrange(len(payload))] = chance.randrange(256)
        yield bytes(payload[: chance.choice((len(payload), chance.randrange(1, len(payload))))])


def repeated(unit: str | bytes, size: int, before: str = "", after: str = "") -> Callable[[], Iterator[bytes]]:
    piece = unit.encode() if isinstance(unit, str) else unit

    def make() -> Iterator[bytes]:
        yield before.encode() + piece * (size // len(piece)) + after.encode()

    return make


def zipped(members: dict[str, bytes], level: int = 9) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def deflated(size: int, byte: bytes = b"\0") -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(byte * _MEGA) for _ in range(size // _MEGA)) + packer.flush()


def nested_archives(depth: int) -> Iterator[bytes]:
    inner = b"x" * 1000
    for _ in range(depth):
        inner = zipped({"inner.zip": inner})
    yield inner


def overlapping_members(count: int) -> Iterator[bytes]:
    """Every entry of the directory names the same packed bytes: much is unpacked out of little."""
    whole = zipped({"a.txt": b" " * (_MEGA - 1)})
    at = whole.index(b"PK\x01\x02")
    entry, end = whole[at : whole.index(b"PK\x05\x06")], whole[whole.index(b"PK\x05\x06") :]
    directory = entry * count
    closing = end[:8] + struct.pack("<HHII", count, count, len(directory), at) + end[20:]
    yield whole[:at] + directory + closing


def lying_size(claimed: int) -> Iterator[bytes]:
    """A member that says it is small and is not."""
    whole = bytearray(zipped({"word/document.xml": b"<a>" + b" " * (300 * _MEGA)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = whole.index(mark)
        whole[at + offset : at + offset + 4] = struct.pack("<I", claimed)
    yield bytes(whole)


def many_members(count: int) -> Iterator[bytes]:
    yield zipped({f"{number}.txt": b"" for number in range(count)}, level=0)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"ha" * 50 + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(9)) + b"]>"
)  # fmt: skip


def entity_bomb(kind: str) -> Iterator[bytes]:
    body = ENTITIES + b"<x>&j;&j;</x>"
    yield zipped(
        {
            "docx": {"[Content_Types].xml": body, "_rels/.rels": body, "word/document.xml": body},
            "xlsx": {"xl/workbook.xml": body, "xl/sharedStrings.xml": body, "xl/worksheets/sheet1.xml": body},
            "ofd": {"OFD.xml": body},
        }[kind]
    )


def word_of(body: bytes, level: int = 0) -> bytes:
    return zipped(
        {
            "word/document.xml": b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
            + body
            + b"</w:body></w:document>"
        },
        level,
    )


def workbook_of(rows: bytes, words: bytes = b"", level: int = 0) -> bytes:
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = b"<worksheet %s><sheetData>%s</sheetData></worksheet>" % (space, rows)
    shared = b"<sst %s>%s</sst>" % (space, words)
    return zipped(
        {"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet}, level
    )


def pdf_of(objects: list[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def pdf_stream(size: int, byte: bytes) -> Iterator[bytes]:
    """A page whose content unpacks to a gigabyte."""
    packed = deflated(size, byte)
    stream = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(packed), packed)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>"
    yield pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream])


def pdf_pages(count: int) -> Iterator[bytes]:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]>>"] * count
    yield pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *pages])


def pdf_picture(side: int) -> Iterator[bytes]:
    """A page of 200 by 200 inches that is one picture."""
    packed = deflated(side * side // 8)
    picture = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (side, side, len(packed), packed)  # fmt: skip
    drawn = b"q 14400 0 0 14400 0 0 cm /I Do Q"
    stream = b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawn), drawn)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>"
    yield pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream, picture])


def picture_bomb(side: int) -> Iterator[bytes]:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = deflated((side // 8 + 1) * side)
    yield b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def packed_by_bsdtar(form: str, size: int) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "zeros.txt").open("wb") as out:
            out.truncate(size)
        target = Path(folder) / "bomb"
        subprocess.run(["bsdtar", "-cf", target, f"--format={form}", "-C", folder, "zeros.txt"], check=True)
        yield target.read_bytes()


def gzip_bomb(size: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield b"".join(packer.compress(bytes(_MEGA)) for _ in range(size // _MEGA)) + packer.flush()


def spans(rows: int) -> Iterator[bytes]:
    yield b"<table>" + b"<tr><td rowspan=65534 colspan=1000>1<td>2</tr>" * rows + b"</table>"


KINDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "200 MB of nested tags": repeated("<div>", 200 * _MEGA),
    "200 MB of endless text": repeated("公开", 200 * _MEGA),
    "60 MB of nested tags": repeated("<div>", 60 * _MEGA),
    "16 MB of nested tags": repeated("<div>", 16 * _MEGA - 64),
    "2 MB of nested tags": repeated("<div>", 2 * _MEGA - 64),
    "2 MB of nested tables": repeated("<table><tr><td>1<td>", 2 * _MEGA - 64),
    "2 MB of nested bold": repeated("<p><b>", 2 * _MEGA - 64),
    "2 MB of containers": repeated("<div class=content>总体情况", 2 * _MEGA - 64),
    "2 MB of one-cell rows": repeated("<tr><td>1", 2 * _MEGA - 64, "<table>"),
    "2 MB of attributes": repeated(" a=b", 2 * _MEGA - 64, "<div"),
    "400 KB of style rules": repeated("/*;.a{display :none} @media{", 400_000, "<style>.a{display:none}", "</style><p class=a>1"),
    "400 KB of a style without braces": repeated("display; ", 399_000, "<style>.a{display:none}", "</style><p class=a>1"),
    "2 MB of open comments": repeated("<!--", 2 * _MEGA - 64, "<p>"),
    "2 MB of script strings": repeated("='信息公开<p>", 2 * _MEGA - 99, "<script>", "</script>"),
    "2 MB of statutory headings": repeated("<p>一、总体情况", 2 * _MEGA - 64),
    "huge rowspan and colspan": lambda: spans(2000),
    "2 MB of headings as text": repeated("一、总体情况\n二、主动公开政府信息情况\n", 2 * _MEGA - 64, _TITLE + "\n"),
    "19,000 headings": repeated("<p>一、总体情况<p>五、存在问题及改进情况", 9500 * 60, f"<h1>{_TITLE}</h1>"),
    "2 MB on one line": repeated("公开", 2 * _MEGA - 64, _TITLE),
    "2 MB of digits": repeated("1", 2 * _MEGA - 200, f"{_TITLE}\n{_HEADING}\n一、本年新收政府信息公开申请数量"),
    "2 MB of spaces": repeated(" ", 2 * _MEGA - 200, f"{_TITLE}\n{_HEADING}\n", "\n四、"),
    "2 MB of labels": repeated("（一）予以公开 1 2\n", 2 * _MEGA - 200, f"{_TITLE}\n{_HEADING}\n"),
    "2 MB of tabs": repeated("一、总体情况\t", 2 * _MEGA - 64),
    "2 MB of pipes": repeated("| 1 ", 2 * _MEGA - 64),
    "2 MB of commas and numbers": repeated("收到申请1,", 2 * _MEGA - 200, f"{_TITLE}\n一、总体情况\n"),
    "2 MB of one sentence": lambda: iter([
        f"<h1>{_TITLE}</h1><p>{'公开' * 300_000}：<p>一、总体情况<p>{'收到申请和' * 20_000}<p>二、主动公开政府信息情况<p>{'1' * 300_000}"
        f"<p>三、收到和处理政府信息公开申请情况<p>{'上 年' * 60_000}<p>五、存在的主要问题及改进情况<p>六、其他需要报告的事项".encode()
    ]),
    "2 MB of place names": repeated("某某省某某市", 2 * _MEGA - 200, f"某某市{_TITLE}\n"),
    "2 MB of nested JSON": repeated("[", 2 * _MEGA - 64),
    "2 MB of JSON keys": repeated('{"a":', 2 * _MEGA - 64),
    "GB18030 cut in half": repeated(b"\x81\x30\x81", 2 * _MEGA - 64),
    "fuzzed pages": lambda: fuzzed_pages(400),
    "fuzzed PDF": lambda: fuzzed("pdf", 120),
    "fuzzed DOCX": lambda: fuzzed("docx", 120),
    "fuzzed XLSX": lambda: fuzzed("xlsx", 120),
    "fuzzed OFD": lambda: fuzzed("ofd", 120),
    "fuzzed RTF": lambda: fuzzed("rtf", 120),
    "fuzzed ZIP": lambda: fuzzed("zip", 120),
    "fuzzed RAR": lambda: fuzzed("rar", 60),
    "fuzzed 7z": lambda: fuzzed("7z", 60),
    "PDF page of 1 GB": lambda: pdf_stream(1024 * _MEGA, b" "),
    "PDF page of 1 GB of type": lambda: pdf_stream(1024 * _MEGA, b"q "),
    "PDF of 100,000 pages": lambda: pdf_pages(100_000),
    "PDF picture of 400 megapixels": lambda: pdf_picture(20_000),
    "PNG of 900 megapixels": lambda: picture_bomb(30_000),
    "ZIP bomb": lambda: iter([zipped({"report.txt": bytes(1024 * _MEGA)})]),
    "ZIP with a lying size": lambda: lying_size(900_000),
    "ZIP of overlapping members": lambda: overlapping_members(60_000),
    "ZIP of 60,000 members": lambda: many_members(60_000),
    "ZIP inside ZIP, 40 deep": lambda: nested_archives(40),
    "gzip bomb": lambda: gzip_bomb(4096 * _MEGA),
    "7z bomb": lambda: packed_by_bsdtar("7zip", 2048 * _MEGA),
    "RAR bomb": lambda: rars.bomb(1 << 19),
    "RAR bomb that claims 1 KB": lambda: rars.bomb(1 << 19, 1000),
    "RAR bombs of hidden size": rars.hidden_sizes,
    "RAR of false sizes": rars.false_sizes,
    "RAR of greedy windows": rars.greedy_windows,
    "RAR of 1,000,000 members": lambda: rars.many_entries(1_000_000),
    "RAR inside RAR, 40 deep": lambda: rars.inside(40),
    "RAR of names that lead out": rars.leading_out,
    "DOCX bomb": lambda: iter([word_of(b" " * (400 * _MEGA), 9)]),
    "DOCX of nested tables": lambda: iter([word_of(b"<w:tbl><w:tr><w:tc>" * 200_000)]),
    "DOCX of 15 MB of runs": lambda: iter([word_of(b"<w:p><w:r><w:t>1</w:t></w:r></w:p>" * 440_000)]),
    "XLSX bomb": lambda: iter([workbook_of(b" " * (400 * _MEGA), level=9)]),
    "XLSX of far-off cells": lambda: iter([workbook_of(b'<row><c r="XFD1048576"><v>1</v></c></row><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')]),
    "XLSX of repeated long words": lambda: iter([workbook_of(b"".join(b'<c t="s" r="A%d"><v>0</v></c><c t="s" r="B%d"><v>0</v></c>' % (n, n) for n in range(1, 20_000)), b"<si><t>" + b"1" * 9_000_000 + b"</t></si>")]),
    "DOCX entity bomb": lambda: entity_bomb("docx"),
    "XLSX entity bomb": lambda: entity_bomb("xlsx"),
    "OFD entity bomb": lambda: entity_bomb("ofd"),
    "OFD bomb": lambda: iter([zipped({"OFD.xml": b"<OFD>" + b" " * (400 * _MEGA)})]),
    "RTF of nested groups": repeated(b"{\\b ", 16 * _MEGA - 64, "{\\rtf1 "),
    "RTF of endless text": repeated(b"\\'b9\\'ab", 16 * _MEGA - 64, "{\\rtf1\\ansicpg936 "),
}  # fmt: skip
