"""What makes an answer goes in, an endpoint comes out that has it made by a thread: quick pages in a lane of their own, beside which long work goes on.

Of a process's threads only one computes at a time. Many pages begun at once are all finished late, and the database, which takes turns with them
at every row, later still: so few are made at a time, and the others wait in the order in which they were asked for. Who waits for a sum over the whole
archive that is counted for the first time, which may take a minute, waits in a third lane.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import Response

QUICK, SUMMED, SLOW = 2, 2, 8  # threads a process


class Lanes:
    def __init__(self) -> None:
        self.quick, self.summed, self.slow = (CapacityLimiter(threads) for threads in (QUICK, SUMMED, SLOW))

    def endpoint(self, made_by: Callable[..., Any], lane: CapacityLimiter) -> Callable[[Request], Awaitable[Response]]:
        """`made_by` takes the request and the parts of its path by name."""

        async def answer(request: Request) -> Response:
            def make() -> Response:
                response = made_by(request, **request.path_params)
                assert isinstance(response, Response)
                return response

            return await to_thread.run_sync(make, limiter=lane)

        return answer
