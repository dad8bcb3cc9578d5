"""What crossed the wire once: one request and its answer, as bytes. The crawler makes it, the WARC store keeps it and gives it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from archive.bodies import Body


@dataclass(frozen=True, slots=True)
class Exchange:
    """`request_head` and `response_head` are the start line and header lines exactly as sent and received, with the empty line that ends them.

    `body` is the answer with its content-encoding as received; only transfer-encoding is undone.
    """

    url: str
    fetched_at: datetime  # UTC, aware: when the request was sent
    request_head: bytes
    response_head: bytes
    body: Body
    request_body: bytes = b""
    ip: str | None = None
    truncated: str | None = None  # length, time or disconnect, as WARC-Truncated says it
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # written to the metadata record

    @property
    def method(self) -> str:
        return self.request_head.split(b" ", 1)[0].decode("ascii", "replace").replace("\0", "\ufffd")

    @property
    def status(self) -> int:
        """The status of the answer, 0 when its first line names none."""
        parts = self.response_head.split(b"\n", 1)[0].split(None, 2)  # some servers end lines without a carriage return
        return int(parts[1]) if len(parts) > 1 and len(parts[1]) == 3 and parts[1].isdigit() else 0

    def header(self, name: str) -> str | None:
        """The first header line of this name, as Latin-1 text, or None."""
        wanted = name.lower().encode("ascii")
        if wanted not in self.response_head.lower():
            return None
        for line in self.response_head.split(b"\n")[1:]:
            key, colon, value = line.partition(b":")
            if colon and key.strip().lower() == wanted:
                return value.strip().decode("latin-1")
        return None


@dataclass(frozen=True, slots=True)
class WarcLocation:
    """Where one record lies: the file's name inside the store, the first byte of its gzip member, and the member's length."""

    file: str
    offset: int
    length: int
    record_id: str
