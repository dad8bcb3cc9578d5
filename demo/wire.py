"""Bytes from a socket go in, a Request comes out; a Response goes in, the bytes of an HTTP/1.1 answer come out. Nothing else."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from demo.dialect import VISITS, Request, Response

MOST_HEADER_BYTES = 65536
MOST_BODY_BYTES = 1 << 20
_CHUNK = 4096


class BadRequest(Exception):
    """What came is no HTTP request that this server reads."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: `target` is kept as sent, for the log."""

    target: str
    request: Request
    body: bytes
    keep_alive: bool


async def receive(reader: asyncio.StreamReader) -> Received | None:
    """The next request on a connection; None when the other side has closed. Raises BadRequest."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise BadRequest(
                f"expected a blank line after the headers, found the end of {len(error.partial)} bytes"
            ) from error
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequest(f"expected at most {MOST_HEADER_BYTES} bytes of headers, found more") from error
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest(f"expected 'METHOD target HTTP/1.1', found {first!r}")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await _body(reader, headers)
    method, target, version = parts
    path, _, query = target.partition("?")
    form_sent = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    request = Request(
        method=method,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        form=dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)) if form_sent else {},
        headers=headers,
        body=body,
    )
    wish = headers.get("connection", "").lower()
    keep_alive = wish != "close" if version == "HTTP/1.1" else wish == "keep-alive"
    return Received(target, request, body, keep_alive)


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise BadRequest("expected a body with Content-Length, found Transfer-Encoding; send the length")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY_BYTES:
        raise BadRequest(f"expected a Content-Length of at most {MOST_BODY_BYTES}, found {length!r}")
    return await reader.readexactly(int(length))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Response with what never changes about it worked out once: its tag and its compressed body."""

    response: Response
    etag: str
    squeezed: bytes | None  # None when compressing gains nothing, or the body changes at every fetch


def prepare(response: Response) -> Prepared:
    etag = f'"{hashlib.sha256(response.body).hexdigest()[:20]}"'
    pays = response.media_type.startswith("text/") and not changes(response) and len(response.body) > 512
    squeezed = gzip.compress(response.body, 6, mtime=0) if pays or response.squeezed else None
    return Prepared(response, etag, squeezed)


def changes(response: Response) -> bool:
    """Whether the body differs at every fetch."""
    return response.volatile or response.filling is not None


def unchanged(prepared: Prepared, request: Request) -> bool:
    """Whether the asker already holds this version. A tag that is sent decides alone; the date counts only without one (RFC 9110)."""
    modified = prepared.response.modified
    if modified is None or prepared.response.status != HTTPStatus.OK or request.method not in {"GET", "HEAD"}:
        return False
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or prepared.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        held = parsedate_to_datetime(since)
    except ValueError:
        return False  # RFC 9110: a date that cannot be read is as if it had not been sent
    return modified.replace(microsecond=0) <= (held if held.tzinfo is not None else held.replace(tzinfo=UTC))


def answer(prepared: Prepared, received: Received, visits: int, now: datetime) -> tuple[int, list[bytes], int]:
    """Status, the bytes to send in order, and how many of them are body."""
    response, request = prepared.response, received.request
    lines = [("Date", _http_date(now)), ("Server", "nianbao-demo")]
    lines.append(("Connection", "keep-alive" if received.keep_alive else "close"))
    wanted = response.media_type.startswith("text/") and "gzip" in request.headers.get("accept-encoding", "")
    squeezes = response.squeezed or wanted
    if response.modified is not None:
        # Compressed and plain bytes cannot share a strong tag.
        tag = f"W/{prepared.etag}" if squeezes and prepared.squeezed is not None else prepared.etag
        lines += [("ETag", tag), ("Last-Modified", _http_date(response.modified))]
    if unchanged(prepared, request):
        return HTTPStatus.NOT_MODIFIED, [_head(HTTPStatus.NOT_MODIFIED, lines)], 0
    body = response.body
    if response.volatile:
        body = body.replace(VISITS.encode(), str(visits).encode())
    lines += [("Content-Type", response.media_type), *response.headers]
    if response.media_type.startswith("text/"):
        lines.append(("Vary", "Accept-Encoding"))
    if response.filling is not None:
        for placeholder, value in response.filling(visits).items():
            body = body.replace(placeholder, value)
    if squeezes and (prepared.squeezed is not None or changes(response)):
        fresh = changes(response) or prepared.squeezed is None
        body = gzip.compress(body, 1, mtime=0) if fresh or prepared.squeezed is None else prepared.squeezed
        lines.append(("Content-Encoding", "gzip"))
    lines.append(("Transfer-Encoding", "chunked") if response.chunked else ("Content-Length", str(len(body))))
    pieces = [_head(response.status, lines)]
    if request.method != "HEAD":
        pieces += list(_chunks(body)) if response.chunked else [body]
    return response.status, pieces, 0 if request.method == "HEAD" else len(body)


def _head(status: int, lines: list[tuple[str, str]]) -> bytes:
    text = "".join(f"{name}: {value}\r\n" for name, value in lines)
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"  # firewalls answer 521
    return f"HTTP/1.1 {status} {phrase}\r\n{text}\r\n".encode("latin-1")


def _chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        piece = body[start : start + _CHUNK]
        yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    yield b"0\r\n\r\n"


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
