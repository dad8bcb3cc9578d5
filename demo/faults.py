"""What can go wrong with a site's delivery, as values: an order says what, where, for how long and how often.

To add a hazard of delivery: a name in Kind and its branch in demo/station.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    REFUSE = "refuse"  # the port is closed: connections are refused
    UNAVAILABLE = "unavailable"  # 503, with Retry-After when `seconds` is set
    TIMEOUT = "timeout"  # the request is read and never answered
    SLOW = "slow"  # answered after `seconds`
    RESET = "reset"  # the connection is cut in the middle of the answer's body


@dataclass(slots=True)
class Fault:
    """`path`: only requests whose path starts so. `times`: how many requests it still hits; None is until cleared.

    `begins` and `ends` make a window by the server's clock: outside it all is well.
    """

    kind: Kind
    seconds: float = 0.0
    path: str = "/"
    times: int | None = None
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def has_window(self) -> bool:
        return self.begins is not None or self.ends is not None

    def hits(self, path: str, now: datetime) -> bool:
        """Whether this request is hit; counts it when it is."""
        if not path.startswith(self.path) or self.times == 0:
            return False
        if (self.begins is not None and now < self.begins) or (self.ends is not None and now >= self.ends):
            return False
        if self.times is not None:
            self.times -= 1
        return True
