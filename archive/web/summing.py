"""A session goes in, what is summed up over the whole archive comes out (archive.overall): as it was counted last, by this process or by another one.

Of a nation's archive counting takes seconds, and each process of a server would have to do it: whoever did keeps it in the database, where the others look first.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock, Thread
from time import monotonic

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive import overall
from archive.database import reading
from archive.overall import Overall

_CHEAP_SECONDS = 0.05  # counted this fast, it is counted at every look and is never out of date
_TIMES = 600  # shown for so many times as long as counting took: of an archive of a nation some ten minutes
_TOLD_SECONDS = 60


class Sums:
    """What one application shows. While somebody counts anew, the others get what was counted before."""

    def __init__(
        self, engine: Engine, now: Callable[[], datetime], timezone: str, clock: Callable[[], float] = monotonic
    ) -> None:
        self._engine, self._now, self._timezone, self._clock = engine, now, timezone, clock
        self._last: Overall | None = None
        self._until = 0.0
        self._counting = Lock()
        self._longer = 1 + random.random() / 2  # noqa: S311 - so that not all processes of a server count at once

    def get(self, session: Session) -> Overall:
        known = self._last
        if known is not None and self._lasts:
            return known
        if known is not None and _is_dear(known):
            if self._counting.acquire(blocking=False):
                Thread(target=self._renew_and_release, daemon=True).start()
            return known
        with self._counting:
            if self._last is not None and self._lasts:  # whoever held the lock before has counted
                return self._last
            return self._show(self._counted(session))

    def recall(self) -> None:
        """Show what was kept last, unless what is shown is newer."""
        with reading(self._engine) as session:
            kept = overall.last(session)
        if kept is not None and (self._last is None or kept.made_at > self._last.made_at):
            self._show(kept)

    def renew(self) -> None:
        """Show what another process has counted lately, or count."""
        self._counting.acquire()
        self._renew_and_release()

    def counted_at(self) -> datetime | None:
        """For who looks at it a minute later or more."""
        known = self._last
        if known is None or not _is_dear(known) or self._now() - known.made_at < timedelta(seconds=_TOLD_SECONDS):
            return None
        return known.made_at

    @property
    def _lasts(self) -> bool:
        return self._clock() < self._until

    def _renew_and_release(self) -> None:
        try:
            if not self._lasts:
                self.recall()
            if self._lasts:
                return
            with reading(self._engine) as session:
                counted = self._show(self._counted(session))
            if _is_dear(counted):
                overall.keep(self._engine, counted)
        finally:
            self._counting.release()

    def _counted(self, session: Session) -> Overall:
        """The first count of a process puts its queries together, and any may be held up: one that took long for once is not believed to be dear."""
        counted = overall.counted(session, self._now(), self._timezone)
        if not _is_dear(counted) or (self._last is not None and _is_dear(self._last)):
            return counted
        return min(counted, overall.counted(session, self._now(), self._timezone), key=lambda one: one.seconds)

    def _show(self, summed: Overall) -> Overall:
        age = (self._now() - summed.made_at).total_seconds()
        lasting = summed.seconds * _TIMES * self._longer if _is_dear(summed) else 0.0
        self._last, self._until = summed, self._clock() + lasting - age
        return summed


def _is_dear(summed: Overall) -> bool:
    return summed.seconds > _CHEAP_SECONDS
