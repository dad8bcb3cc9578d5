"""A harvest goes in, how far it is comes out: as one line of JSON, and as server-sent events until it has ended.

A page without JavaScript refreshes itself; the events are for a program that follows along, `curl -N …/harvests/3/events` too.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from archive.database import reading
from archive.web.addresses import NoSuchPage, row_id
from archive.web.counts import HarvestLine, harvest_line
from archive.web.rendering import Web, web_of

_SECONDS = 2.0  # between two looks at the database
_LONGEST_LOOKS = 1800  # an hour; then the follower connects anew, which it does by itself


def standing(line: HarvestLine) -> dict[str, Any]:
    return {
        "harvest": line.harvest.id,
        "state": line.harvest.state,
        "sites": sum(line.states.values()),
        "states": line.states,
        "requests": line.requests,
        "received_bytes": line.received_bytes,
        "reports_seen": line.reports_seen,
    }


def goes_on(line: HarvestLine) -> bool:
    return line.harvest.ended_at is None and line.harvest.state in ("running", "waiting")


async def events(request: Request, harvest_id: str) -> Response:
    """An event whenever something moved, a comment otherwise, `end` when the harvest has ended."""
    web, number = web_of(request), row_id(harvest_id)
    if await run_in_threadpool(_line, web, number) is None:
        raise NoSuchPage("missing.harvest", id=harvest_id)
    return StreamingResponse(
        _events(request, web, number), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _events(request: Request, web: Web, number: int) -> AsyncIterator[str]:
    told = None
    for _ in range(_LONGEST_LOOKS):
        line = await run_in_threadpool(_line, web, number)
        if line is None or await request.is_disconnected():
            return
        now = standing(line)
        yield f"event: progress\ndata: {json.dumps(now)}\n\n" if now != told else ": still there\n\n"
        told = now
        if not goes_on(line):
            yield f"event: end\ndata: {json.dumps(now)}\n\n"
            return
        await asyncio.sleep(_SECONDS)


def _line(web: Web, number: int) -> HarvestLine | None:
    with reading(web.engine) as session:
        return harvest_line(session, number)
