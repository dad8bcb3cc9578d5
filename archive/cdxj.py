"""WARC files in, their CDXJ lines out: where each answer lies, under its address's sort key, as pywb, OpenWayback and ReplayWeb.page read it.

The key is the SURT form that the Internet Archive's tools agree on: `cn,gov,shili)/zwgk?a=1&b=2`, host reversed, `www` and default ports
gone, all in lower case, parameters sorted. Lines are those of cdxj-indexer, byte for byte; the tests compare them when it is installed.
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import quote_from_bytes, unquote_to_bytes

from archive.bodies import front
from archive.errors import DamagedRecord
from archive.records import Record, head_length, parsed
from archive.warc import WarcStore

_URL = re.compile(rb"^([a-z][a-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_WWW = re.compile(rb"^www\d*\.")
_SAFE = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_DEFAULT_PORTS = {b"http": b"80", b"https": b"443"}
_PATH_SESSION = (
    re.compile(rb"^(.*/)(?:\((?:[a-z]\([0-9a-z]{24}\))+\)/)([^?]+\.aspx.*)$", re.IGNORECASE),
    re.compile(rb"^(.*/)(?:\([0-9a-z]{24}\)/)([^?]+\.aspx.*)$", re.IGNORECASE),
)
_QUERY_SESSION = tuple(
    re.compile(rb"^(.*)(?:" + name + rb")(?:&(.*))?$", re.IGNORECASE)
    for name in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)


def cdxj_lines(store: WarcStore, names: Iterable[str]) -> Iterator[str]:
    """A line for each response and revisit of these files, in the order of the files. Sort them before a tool reads them."""
    for name in names:
        base = name.rpartition("/")[2]
        try:
            for member in store.members(name):
                record = parsed(member.data)
                if record.kind in ("response", "revisit"):
                    yield cdxj_line(record, base, member.offset, member.length)
        except DamagedRecord as damage:
            raise DamagedRecord(f"{name}: {damage} `nianbao repair` first: nothing damaged is handed out.") from None


def sorted_cdxj(store: WarcStore, names: Iterable[str]) -> list[str]:
    return sorted(cdxj_lines(store, names))


def surt_key(url: str) -> str:
    """The sort key of an address."""
    found = _URL.match(re.sub(rb"[\r\n\t]", b"", url.strip().encode("utf-8", "surrogateescape")))
    if found is None:
        raise DamagedRecord(f"expected an absolute address, found {url!r}.")
    scheme, place, path, query = found.groups()
    host, _, port = place.rpartition(b"@")[2].partition(b":")
    key = b",".join(reversed(_host(host).split(b".")))
    if port and port.lstrip(b"0") != _DEFAULT_PORTS.get(scheme.lower()):
        key += b":" + port.lstrip(b"0")
    key += b")" + _path(path)
    asked = _query(query) if query else b""
    return (key + b"?" + asked if asked else key).decode("ascii")


def _host(host: bytes) -> bytes:
    host = _unescaped(host)
    if not host.isascii():
        with suppress(UnicodeError):  # a name that no registry would take stays as it is written
            host = host.decode("utf-8", "ignore").encode("idna")
    host = host.replace(b"..", b".").strip(b".")
    if host.isdigit():
        host = socket.inet_ntoa(struct.pack(">L", int(host) & 0xFFFFFFFF)).encode()
    return _WWW.sub(b"", _escaped(host.lower()))


def _path(path: bytes) -> bytes:
    kept: list[bytes] = []
    for part in _unescaped(path).split(b"/")[1:]:
        if part == b"..":
            kept = kept[:-1] if kept else [part]
        elif part != b".":
            kept.append(part)
    whole = b"/" + b"".join(part + b"/" for part in kept[:-1] if part) + (kept[-1] if kept else b"")
    whole = _escaped(whole).lower()
    for session in _PATH_SESSION:
        whole = session.sub(rb"\1\2", whole)
    return whole[:-1] if len(whole) > 1 and whole.endswith(b"/") else whole


def _query(query: bytes) -> bytes:
    query = _escaped(_unescaped(query))
    for session in _QUERY_SESSION:
        found = session.match(query)
        if found:
            query = found[1] + (found[2] or b"")
    query = query.lower()
    if len(query) <= 1:
        return query
    return b"&".join(b"=".join(pair) for pair in sorted(tuple(part.split(b"=", 1)) for part in query.split(b"&")))


def _unescaped(text: bytes) -> bytes:
    while (once := unquote_to_bytes(text)) != text:
        text = once
    return text


def _escaped(text: bytes) -> bytes:
    return quote_from_bytes(text, safe=_SAFE).encode("ascii")


def cdxj_line(record: Record, base: str, offset: int, length: int) -> str:
    url = record.needed("WARC-Target-URI")
    head = front(record.block)[: head_length(record.block)]
    lines = head.split(b"\n")
    values = {"url": url}
    mime = "warc/revisit" if record.kind == "revisit" else _mime(lines)
    if mime is not None:
        values["mime"] = mime
    status = lines[0].split(None, 2)[1:2]
    if status:
        values["status"] = status[0].decode("latin-1")
    values |= {
        "digest": record.needed("WARC-Payload-Digest"),
        "length": str(length),
        "offset": str(offset),
        "filename": base,
    }
    moment = re.sub(r"\D", "", record.needed("WARC-Date"))[:14]
    return f"{surt_key(url)} {moment} {json.dumps(values)}\n"


def _mime(lines: list[bytes]) -> str | None:
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() == b"content-type":
            text = value.strip().decode("latin-1")
            return re.split(r"[;\s]", text, maxsplit=1)[0].strip()
    return None
