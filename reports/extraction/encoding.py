"""A body's bytes in, its text and the reason for the encoding it was read with out.

Headers and meta tags lie (a header says UTF-8 over a GBK body on many county portals), so the bytes decide and the rest is kept as evidence:
a byte order mark, then strict UTF-8, then whichever of the candidates leaves fewer characters unread. Every GB label means GB18030.
"""

from __future__ import annotations

import re

from reports.model import EncodingChoice

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w-]{2,20})""", re.IGNORECASE)
_GB = {"gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "csgb2312", "chinese", "iso-ir-58"}
_BIG5 = {"big5", "big5-hkscs", "cn-big5", "x-x-big5"}
_LOST = "\ufffd"


def decode(payload: bytes, media_type: str | None) -> tuple[str, EncodingChoice]:
    header = _CHARSET.search(media_type or "")
    meta = _META.search(payload[:4096])
    claims = [("header", header.group(1))] if header else []
    claims += [("meta", meta.group(1).decode("ascii", "replace"))] if meta else []
    for mark, name in _MARKS:
        if payload.startswith(mark):
            text = payload[len(mark) :].decode(name, "replace")
            return text, EncodingChoice(name, "byte order mark", tuple(claims))
    try:
        return payload.decode("utf-8"), EncodingChoice("utf-8", "every byte is valid UTF-8", tuple(claims))
    except UnicodeDecodeError:
        pass
    return _fewest_lost(payload, claims)


def _fewest_lost(payload: bytes, claims: list[tuple[str, str]]) -> tuple[str, EncodingChoice]:
    names = ["utf-8", "gb18030"] + [codec for _, label in claims if (codec := _codec(label)) == "big5hkscs"]
    if b"\0" in payload[:200]:
        names.append("utf-16-le" if payload[1:2] == b"\0" else "utf-16-be")
    read = [(name, payload.decode(name, "replace")) for name in names]
    name, text = min(read, key=lambda choice: (choice[1].count(_LOST), -_common(choice[1])))
    counts = ", ".join(f"{choice} {content.count(_LOST)}" for choice, content in read)
    return text, EncodingChoice(name, f"fewest unreadable characters ({counts})", tuple(claims))


def _codec(label: str) -> str:
    lower = label.lower()
    return "gb18030" if lower in _GB else "big5hkscs" if lower in _BIG5 else lower


def _common(text: str) -> int:
    """How often the most usual characters of official Chinese stand in the text: tells GB18030 from Big5 when both can read it."""
    return sum(text.count(character) for character in "的政府信息公开年度一二在有")
