"""What makes an answer goes in, an endpoint comes out that has it made by a thread: quick pages in a lane of their own, beside which long work goes on.

Of a process's threads only one computes at a time. Pages begun together are all finished late, and cost more: at each row of the database two of them
take turns, and each turn costs as much as the row. So pages are made one after the other, in the order in which they were asked for. One that takes
long, as when the database has to fetch from the disk, lets the next begin. Who waits for a sum over the whole archive that is counted for the first
time, which may take a minute, waits in a third lane.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import Response

QUICK, SUMMED, SLOW = 4, 2, 8  # threads a process
_PATIENCE = 0.2  # seconds that the others leave to a page alone: most take less


class Lanes:
    def __init__(self) -> None:
        self.quick, self.summed, self.slow = (CapacityLimiter(threads) for threads in (QUICK, SUMMED, SLOW))
        self._turns = asyncio.Semaphore(1)
        self._threads = CapacityLimiter(QUICK + SUMMED)

    def endpoint(self, made_by: Callable[..., Any], lane: CapacityLimiter) -> Callable[[Request], Awaitable[Response]]:
        """`made_by` takes the request and the parts of its path by name."""

        async def answer(request: Request) -> Response:
            def make() -> Response:
                response = made_by(request, **request.path_params)
                assert isinstance(response, Response)
                return response

            if lane is self.slow:
                return await to_thread.run_sync(make, limiter=lane)
            async with lane, self._turn():
                return await to_thread.run_sync(make, limiter=self._threads)

        return answer

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """A turn of one's own, which ends before the work does when that takes long."""
        await self._turns.acquire()
        ended = False

        def end() -> None:
            nonlocal ended
            if not ended:
                self._turns.release()
            ended = True

        timer = asyncio.get_running_loop().call_later(_PATIENCE, end)
        try:
            yield
        finally:
            timer.cancel()
            end()
