"""What makes an answer goes in, an endpoint comes out that has it made by a thread: quick pages in a lane of their own, beside which long work goes on.

Of a process's threads only one computes at a time. Pages begun together are all finished late, and cost more: at each row of the database two of them
take turns, and each turn costs as much as the row. So pages are made one after the other, in the order in which they were asked for. One that takes
long, as when the database has to fetch from the disk, lets the next begin. The page that everybody comes to first goes before all that wait. Who waits
for a sum over the whole archive that is counted for the first time, which may take a minute, waits in a third lane; a page for which a file is read,
which may take as long, in a fourth. Files that are made whole go on beside all of them, and take no turn.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import Request
from starlette.responses import Response

T = TypeVar("T")
QUICK, SUMMED, SLOW, STREAMED = 4, 2, 8, 2  # threads a process
_PATIENCE = 0.1  # seconds that the others leave to a page alone: most take a tenth


class Turns:
    """One has the turn at a time; the others get it in the order in which they came, but those who go ahead before all who do not."""

    def __init__(self) -> None:
        self._taken = False
        self._ahead, self._waiting = deque[asyncio.Future[None]](), deque[asyncio.Future[None]]()

    async def take(self, ahead: bool = False) -> None:
        if not self._taken:
            self._taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        (self._ahead if ahead else self._waiting).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given to somebody who has left meanwhile
                self.give()
            raise

    def give(self) -> None:
        """To the next, by whoever has it."""
        for waiting in (self._ahead, self._waiting):
            while waiting:
                following = waiting.popleft()
                if not following.done():
                    following.set_result(None)
                    return
        self._taken = False


_TURNS: RunVar[Turns] = RunVar("turns")
_STREAMS: RunVar[CapacityLimiter] = RunVar("streams")


class Lanes:
    def __init__(self) -> None:
        self.quick, self.summed, self.slow = (CapacityLimiter(threads) for threads in (QUICK, SUMMED, SLOW))

    def endpoint(
        self, made_by: Callable[..., Any], lane: CapacityLimiter, ahead: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        """`made_by` takes the request and the parts of its path by name; `ahead` has it made before all that wait."""

        async def answer(request: Request) -> Response:
            return await in_turn(lambda: made_by(request, **request.path_params), lane, ahead)

        return answer

    def beside(self, made_by: Callable[..., Any]) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint whose answer takes long whenever it is made: it leaves the turn to the others."""

        async def answer(request: Request) -> Response:
            return await to_thread.run_sync(lambda: made_by(request, **request.path_params), limiter=self.slow)

        return answer


async def part_in_turn(make: Callable[[], T]) -> T:
    """A part of an answer that is sent as it is made: few of these are made at the same time."""
    return await in_turn(make, _of_this_loop(_STREAMS, lambda: CapacityLimiter(STREAMED)))


async def in_turn(make: Callable[[], T], lane: CapacityLimiter, ahead: bool = False) -> T:
    """Made by a thread that computes alone in this process; the turn ends before the work does when that takes long."""
    turns = _of_this_loop(_TURNS, Turns)
    await turns.take(ahead)
    ended = False

    def end() -> None:
        nonlocal ended
        if not ended:
            turns.give()
        ended = True

    timer = asyncio.get_running_loop().call_later(_PATIENCE, end)
    try:
        return await to_thread.run_sync(make, limiter=lane)
    finally:
        timer.cancel()
        end()


def _of_this_loop(kept: RunVar[T], made: Callable[[], T]) -> T:
    """What each event loop has its own of: made when it is first asked for."""
    one = kept.get(None)
    if one is None:
        one = made()
        kept.set(one)
    return one
