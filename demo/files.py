"""A kind and a report go in; the bytes of a file come out: the report as editors attach it, in every format that portals hand out."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from html import escape

from demo import layouts, pdf, pictures, word
from demo.report import AnnualReport
from demo.tables import tables

_EPOCH = (2020, 1, 1, 0, 0, 0)
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "wps": "application/vnd.ms-works",
    "rtf": "application/rtf",
    "ofd": "application/ofd",
    "zip": "application/zip",
    "rar": "application/x-rar-compressed",
}


def scanned_pdf(report: AnnualReport) -> bytes:
    return pictures.scanned(tuple(tables(report).values()))


def html_doc(report: AnnualReport) -> bytes:
    """A .doc that is HTML, as Word's "save as web page" and many an export button give it."""
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">'
        '<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="ProgId" content="Word.Document">'
        f"<title>{escape(report.title)}</title></head><body>{layouts.word(report)}</body></html>"
    ).encode()


def rtf(report: AnnualReport) -> bytes:
    """Text without its tables' rulings: every row a line with tabs."""
    lines = [report.title, *report.text.introduction]
    grids = tables(report)
    for section in report.text.sections:
        lines += [section.heading, *section.paragraphs]
        lines += ["\t".join(cell.text for cell in row) for row in grids.get(section.key, ())]
    return b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0\\fs32\n" + (
        b"\\par\n".join(_rtf_words(line) for line in lines) + b"\\par}\n"
    )


def _rtf_words(text: str) -> bytes:
    pieces = []
    for sign in text:
        code = ord(sign)
        if sign == "\t":
            pieces.append("\\tab ")
        elif code < 128:
            pieces.append("\\" + sign if sign in "\\{}" else sign)
        else:
            units = sign.encode("utf-16-le")
            for at in range(0, len(units), 2):
                number = int.from_bytes(units[at : at + 2], "little", signed=True)
                pieces.append(f"\\u{number}?")
    return "".join(pieces).encode("ascii")


def ofd(report: AnnualReport) -> bytes:
    """GB/T 33190: a package of XML, one page of lines of text."""
    name = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    lines = [report.title, *report.text.introduction]
    for section in report.text.sections:
        lines += [section.heading, *section.paragraphs]
    objects = "".join(
        f'<ofd:TextObject ID="{10 + number}" Boundary="20 {20 + 6 * number} 170 6" Font="3" Size="4">'
        f'<ofd:TextCode X="0" Y="4">{escape(line)}</ofd:TextCode></ofd:TextObject>'
        for number, line in enumerate(lines)
    )
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    parts = {
        "OFD.xml": f'<ofd:OFD {name} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>{escape(report.title)}</ofd:Title>'
        "</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {name}><ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>{area}"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>"
        '<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        "Doc_0/PublicRes.xml": f'<ofd:Res {name} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体"/></ofd:Fonts></ofd:Res>',
        "Doc_0/Pages/Page_0/Content.xml": f'<ofd:Page {name}><ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>',
    }
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return _zipped({path: (head + text).encode() for path, text in parts.items()})


def zipped_docx(report: AnnualReport) -> bytes:
    return _zipped({f"{report.title}.docx": word.made(report)})


def rar(report: AnnualReport) -> bytes:
    """RAR 5 with one file, stored and not compressed."""
    name, data = f"{report.title}.docx".encode(), word.made(report)
    main = _rar_block(_number(1) + _number(0) + _number(0))
    checksum = zlib.crc32(data).to_bytes(4, "little")
    # Flags 2: data follows. File flags 4: a checksum is given. Attributes, compression 0 = stored, Unix.
    fields = _number(2) + _number(2) + _number(len(data)) + _number(4) + _number(len(data)) + _number(0o644) + checksum
    fields += _number(0) + _number(1) + _number(len(name)) + name
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


def _zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in parts.items():
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


MAKERS: dict[str, Callable[[AnnualReport], bytes]] = {
    "pdf": pdf.made,
    "docx": word.made,
    "scanned_pdf": scanned_pdf,
    "html_doc": html_doc,
    "docx_doc": word.made,  # a .doc that is a .docx
    "rtf": rtf,
    "ofd": ofd,
    "zip": zipped_docx,
    "rar": rar,
}
