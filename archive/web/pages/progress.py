"""A harvest goes in, how far it is and what happened come out: as a page, a page a site, and as server-sent events until it has ended.

While it runs its pages follow along: by events that bring what moved, or without a script by asking anew. Programs have events of their own:
`curl -N …/harvests/3/events`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from archive.database import reading
from archive.models import LARGEST
from archive.web.addresses import PAGE_LENGTH, NoSuchPage, row_id, whole_number
from archive.web.counts import HarvestLine, harvest_line, runs_of_harvest
from archive.web.lanes import part_in_turn
from archive.web.logs import asked_in_run, harvest_events, run_of_site
from archive.web.rendering import page, rendered, web_of

_SECONDS = 2.0  # between two looks at the database
_LONGEST_LOOKS = 1800  # an hour; then the follower connects anew, which it does by itself
_EVENTS = 30
_TOLD_APART = ("lists", "why")  # of what was found out: the first has a table, the second is the reason
_AT_WORK = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen of a harvest, or of a site's part of it, at one moment."""

    values: dict[str, Any]
    running: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """A look as events: what is told when it is another than the one before, and what when it was the last."""

    event: str
    end: str
    running: bool


def harvest(request: Request, harvest_id: str) -> Response:
    return _looked_at(request, "harvest.html", _at_harvest(request))


def site_log(request: Request, harvest_id: str, code: str) -> Response:
    return _looked_at(request, "site_log.html", _at_site(request))


async def follow_harvest(request: Request) -> Response:
    return await _followed(request, "harvest_part.html", _at_harvest)


async def follow_site(request: Request) -> Response:
    return await _followed(request, "site_log_part.html", _at_site)


def _at_harvest(request: Request) -> Look:
    """Its site runs, page by page: `below` is how many stand before, since those that went wrong come first."""
    harvest_id = request.path_params["harvest_id"]
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
    return Look(values | {"happened": happened}, goes_on(line))


def _at_site(request: Request) -> Look:
    """One site's part of a harvest: its end and the reason, what was found out, what happened, and each request."""
    number, code = row_id(request.path_params["harvest_id"]), request.path_params["code"]
    below = whole_number(request, "below", 1, LARGEST)
    with reading(web_of(request).engine) as session:
        found = run_of_site(session, number, code)
        if found is None:
            raise NoSuchPage("missing.harvest", id=number)
        run, site = found
        asked = asked_in_run(session, run.id, PAGE_LENGTH + 1, below or LARGEST)
        happened = harvest_events(session, number, _EVENTS, site.id)
    following = asked[PAGE_LENGTH - 1].id if len(asked) > PAGE_LENGTH else None
    facts = [(name, value) for name, value in run.facts.items() if name not in _TOLD_APART]
    values = {
        "number": number,
        "lists": run.facts.get("lists", ()),
        "run": run,
        "site": site,
        "asked": asked[:PAGE_LENGTH],
        "happened": happened,
    }
    return Look(
        values | {"facts": facts, "following": following, "below": below},
        run.state in _AT_WORK and run.ended_at is None,
    )


def _looked_at(request: Request, template: str, look: Look) -> Response:
    return page(request, template, {**look.values, "running": look.running})


async def _followed(request: Request, template: str, look_at: Callable[[Request], Look]) -> Response:
    """The part of the page that moves, as an event whenever it is another."""

    def seen() -> Moment:
        look = look_at(request)
        # Addresses in it are those of the page, not of this stream.
        part = rendered(request, template, {**look.values, "running": look.running})
        return Moment(_event("", part), _event("end", "{}"), look.running)

    return await _stream(request, seen)


async def events(request: Request) -> Response:
    """An event whenever something moved, with where the harvest stands."""
    web, number = web_of(request), row_id(request.path_params["harvest_id"])

    def seen() -> Moment:
        with reading(web.engine) as session:
            line = harvest_line(session, number)
        if line is None:
            raise NoSuchPage("missing.harvest", id=number)
        now = json.dumps(standing(line))
        return Moment(_event("progress", now), _event("end", now), goes_on(line))

    return await _stream(request, seen)


async def _stream(request: Request, seen: Callable[[], Moment]) -> Response:
    first = await part_in_turn(seen)  # what is not there is said before anything is sent
    moments = _moments(request, first, seen)
    return StreamingResponse(moments, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _moments(request: Request, moment: Moment, seen: Callable[[], Moment]) -> AsyncIterator[str]:
    """An event whenever it is another, a comment otherwise, and the end when nothing moves any more."""
    told = ""
    for _ in range(_LONGEST_LOOKS):
        yield moment.event if moment.event != told else ": still there\n\n"
        told = moment.event
        if not moment.running:
            yield moment.end
            return
        await asyncio.sleep(_SECONDS)
        moment = await part_in_turn(seen)
        if await request.is_disconnected():
            return


def _event(name: str, data: str) -> str:
    lines = "".join(f"data: {line}\n" for line in data.splitlines())
    return f"event: {name}\n{lines}\n" if name else f"{lines}\n"


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
