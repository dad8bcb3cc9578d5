"""The address of somebody who asks for something expensive goes in; how long they have to wait comes out, 0 when it may be had at once.

Each process counts for itself, in memory: with several workers an address may have so much of each. Whoever sits at this machine is not counted.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from threading import Lock

# What costs more than a page of a list: searching, comparing, following a harvest, the data interface, and everything that is made to be taken away.
_EXPENSIVE = re.compile(
    r"^/(search|compare|api/(?!docs|openapi)|.*/(compare|events|follow)$)|\.(csv|jsonl|json|atom|xlsx|parquet|pdf|docx|zip|wacz|png)$"
)
_ADDRESSES = 20_000  # remembered at most; the one that was not seen for longest is forgotten first


def is_expensive(path: str) -> bool:
    return _EXPENSIVE.search(path) is not None


class Allowance:
    """So many a minute for each address; those that were not used are saved up, to one minute's worth."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.a_minute, self._clock = a_minute, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address → how many are left, and since when
        self._lock = Lock()

    def wait(self, address: str) -> float:
        """Seconds until this address may have another; 0 when this one was counted and may be had."""
        key, now = _network(address), self._clock()
        with self._lock:
            left, since = self._left.pop(key, (float(self.a_minute), now))
            left = min(float(self.a_minute), left + (now - since) * self.a_minute / 60)
            allowed = left >= 1
            self._left[key] = (left - 1 if allowed else left, now)
            if len(self._left) > _ADDRESSES:
                self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * 60 / self.a_minute


def _network(address: str) -> str:
    """An IPv6 reader has 2^64 addresses: they are counted as one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else address
