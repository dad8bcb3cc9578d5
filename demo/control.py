"""Orders over HTTP go in, JSON comes out: the same plants, faults, log and truth as from Python, on a port of its own.

POST /__control__/<a method of Plants>   {"organ": …, "year": …, …}        GET /__control__/truth   ?edited=0: as at the start
POST /__control__/fault                  {"site": 0, "kind": "slow", …}    GET /__control__/log
                                         "begins" and "ends" as ISO dates make a window of time
POST /__control__/clear_faults           {"site": 0}                       GET /__control__/sites
POST /__control__/clear_log              {}
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo import wire
from demo.dialect import Request, Response
from demo.edits import Edit
from demo.faults import Fault, Kind
from demo.listener import Listener
from demo.log import RequestLog
from demo.plants import Plants
from demo.wire import Received

PREFIX = "/__control__/"
PLANTS = (
    "edit_figures",
    "edit_text",
    "replace_attachment",
    "withdraw",
    "move",
    "restore",
    "reset",
    "redesign",
    "publish_year",
    "plant_default_edits",
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What an order may read and change."""

    plants: Plants
    log: RequestLog
    truth: Callable[[bool], object]
    sites: Callable[[], list[object]]
    order: Callable[[int, Fault | None], Awaitable[None]]  # a site's number, and a fault or None to be well again


class Control:
    def __init__(self, opened: socket.socket, reach: Reach) -> None:
        self._listener = Listener(opened, self._exchange)
        self._reach = reach

    async def open(self) -> None:
        await self._listener.open()

    async def close(self) -> None:
        await self._listener.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> bool:
        received = await wire.receive(reader)
        if received is None:
            return False
        response = await self._answer(received)
        _, pieces, _ = wire.answer(wire.prepare(response), received, 0, datetime.now(UTC))
        writer.write(b"".join(pieces))
        await writer.drain()
        return received.keep_alive

    async def _answer(self, received: Received) -> Response:
        request = received.request
        order = request.path.removeprefix(PREFIX)
        try:
            if request.method == "GET":
                found = self._read(order, request)
            else:
                found = await self._do(order, json.loads(received.body or b"{}"))
        except (KeyError, ValueError, TypeError, IndexError) as error:
            return _json({"error": str(error)}, 400)
        return (
            _json({"error": f"expected an order under {PREFIX}, found {request.path}"}, 404)
            if found is None
            else _json(found)
        )

    def _read(self, order: str, request: Request) -> object | None:
        if order == "truth":
            return self._reach.truth(request.query.get("edited") != "0")
        if order == "log":
            return self._reach.log.as_json()
        if order == "sites":
            return self._reach.sites()
        return None

    async def _do(self, order: str, values: dict[str, Any]) -> object | None:
        if order in PLANTS:
            planted = getattr(self._reach.plants, order)(**values)
            planted = (planted,) if isinstance(planted, Edit) else planted or ()
            return [
                {"kind": edit.kind.value, "silent": edit.silent, "organ": edit.organ, "year": edit.year}
                for edit in planted
            ]
        if order == "fault":
            site = values.pop("site")
            fault = Fault(Kind(values.pop("kind")), **_with_dates(values))
            await self._reach.order(site, fault)
            return {}
        if order == "clear_faults":
            sites = [values["site"]] if "site" in values else range(len(self._reach.sites()))
            for site in sites:
                await self._reach.order(site, None)
            return {}
        if order == "clear_log":
            self._reach.log.clear()
            return {}
        return None


def _with_dates(values: dict[str, Any]) -> dict[str, Any]:
    dates: dict[str, Any] = {
        name: datetime.fromisoformat(values[name]) for name in ("begins", "ends") if name in values
    }
    return {**values, **dates}


def _json(found: object, status: int = 200) -> Response:
    return Response(json.dumps(found, ensure_ascii=False).encode(), "application/json", status)
