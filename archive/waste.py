"""How often a process looks through its objects for waste: what stays until its end is left out, as it is looked through in vain."""

from __future__ import annotations

import gc


def leave_alone_what_stays(made_between: int, middle: int = 20, oldest: int = 50) -> None:
    """All that there is by now. So many objects are made before the youngest are looked through again, and so many looks at these before the middle ones are."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(made_between, middle, oldest)
