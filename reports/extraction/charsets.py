"""The name of an encoding as a header or a page writes it in, the codec that reads it out: the labels of the WHATWG Encoding Standard.

The standard's point is that labels mean what browsers made of them: every GB label is GB18030, latin1 is windows-1252. Each line of the
table is the standard's name, the codec that reads it here, and its labels.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Charset(NamedTuple):
    name: str  # as the standard writes it
    codec: str
    certain: bool  # whether bytes can prove it wrong: any bytes at all are text in an encoding of one byte a character


_ONE_BYTE = """
IBM866 cp866: 866 cp866 csibm866 ibm866
ISO-8859-2 iso8859-2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
ISO-8859-3 iso8859-3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
ISO-8859-4 iso8859-4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
ISO-8859-5 iso8859-5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988
ISO-8859-6 iso8859-6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
ISO-8859-7 iso8859-7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek
ISO-8859-8 iso8859-8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 visual
ISO-8859-8-I iso8859-8: csiso88598i iso-8859-8-i logical
ISO-8859-10 iso8859-10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
ISO-8859-13 iso8859-13: iso-8859-13 iso8859-13 iso885913
ISO-8859-14 iso8859-14: iso-8859-14 iso8859-14 iso885914
ISO-8859-15 iso8859-15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9
ISO-8859-16 iso8859-16: iso-8859-16
KOI8-R koi8-r: cskoi8r koi koi8 koi8-r koi8_r
KOI8-U koi8-u: koi8-ru koi8-u
macintosh mac-roman: csmacintosh mac macintosh x-mac-roman
windows-874 cp874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874
windows-1250 cp1250: cp1250 windows-1250 x-cp1250
windows-1251 cp1251: cp1251 windows-1251 x-cp1251
windows-1252 cp1252: ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252
windows-1253 cp1253: cp1253 windows-1253 x-cp1253
windows-1254 cp1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254
windows-1255 cp1255: cp1255 windows-1255 x-cp1255
windows-1256 cp1256: cp1256 windows-1256 x-cp1256
windows-1257 cp1257: cp1257 windows-1257 x-cp1257
windows-1258 cp1258: cp1258 windows-1258 x-cp1258
x-mac-cyrillic mac-cyrillic: x-mac-cyrillic x-mac-ukrainian
x-user-defined cp1252: x-user-defined
"""
_MORE_BYTES = """
UTF-8 utf-8: unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
GBK gb18030: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk
gb18030 gb18030: gb18030
Big5 big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5
EUC-JP euc-jp: cseucpkdfmtjapanese euc-jp x-euc-jp
ISO-2022-JP iso2022-jp: csiso2022jp iso-2022-jp
Shift_JIS cp932: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis
EUC-KR cp949: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949
UTF-16BE utf-16-be: unicodefffe utf-16be
UTF-16LE utf-16-le: csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
replacement : csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement
"""

# Where the standard's GB18030 (that of 2022) has characters and the codec's (that of 2000) private ones, and the letter ḿ of 2005.
_SETTLED_SINCE = {
    **{chr(0xE78D + index): mark for index, mark in enumerate("︐︒︑︓︔︕︖︗︘︙")},
    "\ue7c7": "ḿ", "\ue81e": "龴", "\ue826": "龵", "\ue82b": "龶", "\ue82c": "龷", "\ue832": "龸", "\ue843": "龹", "\ue854": "龺",
    "\ue864": "龻",
}  # fmt: skip
_UNSETTLED = re.compile(f"[{''.join(_SETTLED_SINCE)}]")


def charset_of(label: str) -> Charset | None:
    """The encoding that a label names, or None for a label that the standard does not know or refuses to read."""
    return _table().get(label.strip("\t\n\f\r \"'").lower())


def in_a_page(charset: Charset) -> Charset:
    """What a page's own meta tag can mean: one that can be read as ASCII is not UTF-16."""
    if charset.name in {"UTF-16BE", "UTF-16LE"}:
        return _table()["utf-8"]
    return _table()["windows-1252"] if charset.name == "x-user-defined" else charset


def decoded(payload: bytes, codec: str) -> str:
    """The bytes as text, U+FFFD for each that cannot be read."""
    text = payload.decode(codec, "replace")
    if codec != "gb18030":
        return text
    if 0 < text.count("\ufffd") <= _MOST_MENDED:
        text = "".join(part for _, part in pieces(payload, codec))
    return settled(text)


def settled(text: str) -> str:
    """What the codec of GB18030 reads as private characters, as the standard names them by now. The length does not change."""
    return _UNSETTLED.sub(lambda found: _SETTLED_SINCE[found.group()], text)


def pieces(payload: bytes, codec: str) -> list[tuple[int, str]]:
    """The text between damaged places, each part with the byte where it begins; a damaged place is a part of its own.

    Windows writes € as the lone byte 80 in GBK; the standard reads it so, the codec does not.
    """
    parts: list[tuple[int, str]] = []
    start = 0
    while start < len(payload):
        try:
            parts.append((start, payload[start:].decode(codec)))
            break
        except UnicodeDecodeError as error:
            if len(parts) > 2 * _MOST_MENDED:
                parts.append((start, payload[start:].decode(codec, "replace")))
                break
            at = start + error.start
            if at > start:
                parts.append((start, payload[start:at].decode(codec)))
            chinese = codec == "gb18030"
            parts.append((at, "€" if chinese and payload[at] == 0x80 else "\ufffd"))
            start = at + 1 if chinese else start + error.end
    return parts


_MOST_MENDED = 200  # damaged places: a text with more is in another encoding, and looking at each would take long


@lru_cache(maxsize=1)
def _table() -> dict[str, Charset]:
    table: dict[str, Charset] = {}
    for lines, certain in ((_ONE_BYTE, False), (_MORE_BYTES, True)):
        for line in lines.strip().splitlines():
            names, _, labels = line.partition(":")
            name, _, codec = names.partition(" ")
            if codec.strip():
                table |= {label: Charset(name, codec.strip(), certain) for label in labels.split()}
    return table
