"""A harvest goes in, how far it is and what happened come out: as a page, a page a site, and as server-sent events until it has ended.

The pages refresh themselves while it runs; the events are for a program that follows along, `curl -N …/harvests/3/events` too.
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
from archive.web.addresses import LARGEST, PAGE_LENGTH, NoSuchPage, row_id, whole_number
from archive.web.counts import HarvestLine, harvest_line, runs_of_harvest
from archive.web.logs import asked_in_run, harvest_events, run_of_site
from archive.web.rendering import Web, page, web_of

_SECONDS = 2.0  # between two looks at the database
_LONGEST_LOOKS = 1800  # an hour; then the follower connects anew, which it does by itself


_REFRESH = "5"  # seconds
_EVENTS = 30
_AT_WORK = ("waiting", "running")


def harvest(request: Request, harvest_id: str) -> Response:
    """Its site runs, page by page: `below` is how many stand before, since those that went wrong come first."""
    before = whole_number(request, "below", 1, 10**6) or 0
    with reading(web_of(request).engine) as session:
        line = harvest_line(session, row_id(harvest_id))
        if line is None:
            raise NoSuchPage("missing.harvest", id=harvest_id)
        runs = runs_of_harvest(session, line.harvest.id, PAGE_LENGTH + 1, before)
        happened = harvest_events(session, line.harvest.id, _EVENTS)
    following = before + PAGE_LENGTH if len(runs) > PAGE_LENGTH else None
    ended = sum(count for state, count in line.states.items() if state not in _AT_WORK)
    values = {"line": line, "runs": runs[:PAGE_LENGTH], "following": following, "below": before, "ended": ended}
    response = page(request, "harvest.html", values | {"running": goes_on(line), "happened": happened})
    return _refreshed(response, goes_on(line))


def site_log(request: Request, harvest_id: str, code: str) -> Response:
    """One site's part of a harvest: its end and the reason, what was found out, what happened, and each request."""
    number, below = row_id(harvest_id), whole_number(request, "below", 1, LARGEST)
    with reading(web_of(request).engine) as session:
        found = run_of_site(session, number, code)
        if found is None:
            raise NoSuchPage("missing.harvest", id=harvest_id)
        run, site = found
        asked = asked_in_run(session, run.id, PAGE_LENGTH + 1, below)
        happened = harvest_events(session, number, _EVENTS, site.id)
    following = asked[PAGE_LENGTH - 1].id if len(asked) > PAGE_LENGTH else None
    facts = [(name, value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)) for name, value in run.facts.items()]  # fmt: skip
    values = {"number": number, "run": run, "site": site, "asked": asked[:PAGE_LENGTH], "happened": happened}
    running = run.state in _AT_WORK and run.ended_at is None
    response = page(
        request,
        "site_log.html",
        values | {"facts": facts, "following": following, "below": below, "running": running},
    )
    return _refreshed(response, running)


def _refreshed(response: Response, running: bool) -> Response:
    if running:
        response.headers["Refresh"] = _REFRESH  # the page follows along without a script
    return response


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


async def events(request: Request) -> Response:
    """An event whenever something moved, a comment otherwise, `end` when the harvest has ended."""
    harvest_id = request.path_params["harvest_id"]
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
