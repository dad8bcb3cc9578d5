"""A way to count goes in, a count comes out that is not counted again at every look: it is kept the longer, the longer counting took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
_CHEAP_SECONDS = 0.02  # counted this fast, it is counted at every look and is never out of date
_TIMES = 600  # kept for so many times as long as counting took: of an archive of a nation some ten minutes


@dataclass
class Kept(Generic[T]):
    """One value of one application. While somebody counts anew, the others get the value from before."""

    clock: Callable[[], float] = monotonic
    value: T | None = None
    until: float = 0.0
    made: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def recall(self, value: T, age: float) -> None:
        """A value from so many seconds ago: whoever asks gets it, and has it counted anew beside the answer."""
        with self._lock:
            self.value, self.until = value, self.clock()
            self.made = self.until - age

    @property
    def age(self) -> float:
        """The seconds since it was counted: 0 of what is counted at every look."""
        return self.clock() - self.made if self.until else 0.0

    def get(self, counted: Callable[[], T], later: Callable[[], T] | None = None) -> T:
        """`later` counts without whoever asks now: when there is a value from before, and counting took long, it is done by a thread."""
        known = self.value
        if known is not None and self.clock() < self.until:
            return known
        if not self._lock.acquire(blocking=known is None):
            assert known is not None
            return known
        if known is not None and later is not None and self.until > 0:
            Thread(target=self._counted, args=(later,), daemon=True).start()
            return known
        return self._counted(counted)

    def _counted(self, counted: Callable[[], T]) -> T:
        """Whoever calls this holds the lock, which is let go of here."""
        try:
            begun = self.clock()
            if self.value is not None and begun < self.until:  # whoever held the lock before has counted
                return self.value
            found = counted()
            took = self.clock() - begun
            self.value, self.until = found, self.clock() + took * _TIMES if took > _CHEAP_SECONDS else 0.0
            self.made = begun
            return found
        finally:
            self._lock.release()
