"""What is to come true in, nothing out: soon, or the test fails."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(there: Callable[[], object]) -> None:
    for _ in range(1500):
        if there():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come")
