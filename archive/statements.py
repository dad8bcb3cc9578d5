"""A function that puts a query together goes in, the same one comes out that does so once, and never two at a time.

To put a large query together costs as much as the database's work, so its constant part is kept. SQLAlchemy's aliases are not made for
threads that use them for the first time together: a query made so may lack a join, and would be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache, wraps
from threading import RLock
from typing import TypeVar

_Built = TypeVar("_Built")
_BUILDING = RLock()


def once(build: Callable[..., _Built]) -> Callable[..., _Built]:
    """By its arguments, which are few values."""
    kept = cache(build)

    @wraps(build)
    def given(*arguments: Hashable) -> _Built:
        with _BUILDING:
            return kept(*arguments)

    return given
