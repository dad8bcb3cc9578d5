"""A body's bytes in, its text and the reason for the encoding it was read with out.

Browsers ask a byte order mark, then the header, then the page's own meta tag. Headers and meta tags lie (a header says UTF-8 over a GBK body
on many county portals), so here a claim holds only when the bytes bear it out: a byte order mark, then strict UTF-8, then the claims and
GB18030, whichever leaves fewest characters unread. What was claimed is kept as evidence. Labels mean what the WHATWG standard says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.extraction.charsets import Charset, charset_of, decoded, in_a_page
from reports.model import EncodingChoice

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LABEL = r"""charset\s*=\s*["']?\s*([^\s"'/;>]{2,40})"""
_META = re.compile(rb"<meta[^>]{0,200}?" + _LABEL.encode(), re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([^"']{2,40})""")
_CHARSET = re.compile(_LABEL, re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_PRESCAN = 4096  # bytes in which a page may name its encoding; the standard's 1,024 end before many portals' meta tag
_LOST = "\ufffd"
_UNREADABLE = 0.05  # of the characters beyond ASCII: a text in an encoding of one byte that GB18030 cannot be
_USUAL = "的政府信息公开公開年度一二在有報告"  # characters that no report is without, simplified and traditional


def decode(payload: bytes, media_type: str | None) -> tuple[str, EncodingChoice]:
    claims = tuple(_claims(payload[:_PRESCAN], media_type or ""))
    for mark, name in _MARKS:
        if payload.startswith(mark):
            return payload[len(mark) :].decode(name, "replace"), EncodingChoice(name, "byte order mark", claims)
    if not _wide(payload):
        try:
            return payload.decode("utf-8"), EncodingChoice("utf-8", "every byte is valid UTF-8", claims)
        except UnicodeDecodeError:
            pass
    return _fewest_lost(payload, claims)


def mark_length(payload: bytes) -> int:
    """How many bytes of a byte order mark stand before the text."""
    return next((len(mark) for mark, _ in _MARKS if payload.startswith(mark)), 0)


def _claims(start: bytes, media_type: str) -> Iterator[tuple[str, str]]:
    """Who says what, in the standard's order of trust."""
    header = _CHARSET.search(media_type)
    if header:
        yield "header", header.group(1)
    for source, found in (("meta", _META.search(_COMMENT.sub(b"", start))), ("xml", _XML.search(start))):
        if found:
            yield source, found.group(1).decode("ascii", "replace")


def _fewest_lost(payload: bytes, claims: tuple[tuple[str, str], ...]) -> tuple[str, EncodingChoice]:
    named = [
        (source, charset if source == "header" else in_a_page(charset))
        for source, label in claims
        if (charset := charset_of(label)) is not None
    ]
    read = {codec: decoded(payload, codec) for codec in _candidates(payload, named)}
    lost = {codec: content.count(_LOST) for codec, content in read.items()}
    fewest = [codec for codec, count in lost.items() if count == min(lost.values())]
    name = fewest[0] if len(fewest) == 1 else max(fewest, key=lambda codec: _usual(read[codec]))
    text = read[name]
    counts = ", ".join(f"{codec} {count}" for codec, count in lost.items())
    reason = f"fewest unreadable characters ({counts})"
    single = next(((source, charset) for source, charset in named if not charset.certain), None)
    if single is not None and lost[name] > _UNREADABLE * sum(not character.isascii() for character in text):
        source, charset = single
        said = f"the {source} says {charset.name}, and no encoding of Chinese fits ({counts})"
        return decoded(payload, charset.codec), EncodingChoice(charset.codec, said, claims)
    agreeing = [source for source, charset in named if charset.codec == name]
    if agreeing:
        reason += f"; the {' and the '.join(agreeing)} says so too"
    return text, EncodingChoice(name, reason, claims)


def _candidates(payload: bytes, named: list[tuple[str, Charset]]) -> list[str]:
    """The encodings worth trying, each once: GB18030 before Big5, which reads most of the same bytes as other characters."""
    wide = [wide] if (wide := _wide(payload)) else []
    claimed = [charset.codec for _, charset in named if charset.certain]
    return list(dict.fromkeys(["utf-8", "gb18030", *wide, *claimed, "big5hkscs"]))


def _wide(payload: bytes) -> str | None:
    """UTF-16 without a mark: the other byte of every line break, digit and tag is zero."""
    start = payload[:200]
    low, high = start[1::2].count(0), start[0::2].count(0)
    if max(low, high) * 20 < len(start):
        return None
    return "utf-16-le" if low >= high else "utf-16-be"


def _usual(text: str) -> int:
    """How often the most usual characters of official Chinese stand in the text: tells GB18030 from Big5 when both can read it."""
    return sum(text.count(character) for character in _USUAL)
