"""What reading reports needs, in one value. It stands by itself: a command that reads none begins in an eighth less time without the parser's modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from archive.warc import WarcStore


@dataclass(frozen=True, slots=True)
class Progress:
    site: str
    read: int
    of: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Where captures lie, the time, how many processes may read, and whom to tell how far it is."""

    engine: Engine
    store: WarcStore
    now: Callable[[], datetime]
    workers: int = 1
    progress: Callable[[Progress], None] = lambda progress: None
