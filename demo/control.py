"""Orders over HTTP go in, JSON comes out: the same plants, faults, log and truth as from Python, on a port of its own.

POST /__control__/<a method of Plants>   {"organ": …, "year": …, …}        GET /__control__/truth   ?edited=0: as at the start
POST /__control__/fault                  {"site": 0, "kind": "slow", …}    GET /__control__/log
POST /__control__/clear_faults           {"site": 0}                       GET /__control__/sites
POST /__control__/clear_log              {}
"""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from demo import wire
from demo.dialect import Request, Response
from demo.edits import Edit
from demo.faults import Fault, Kind
from demo.wire import BadRequest, Received

if TYPE_CHECKING:
    from demo.server import CountyServer

PREFIX = "/__control__/"
PLANTS = (
    "edit_figures",
    "edit_text",
    "replace_attachment",
    "withdraw",
    "move",
    "restore",
    "reset",
    "plant_default_edits",
)


class Control:
    def __init__(self, server: CountyServer, opened: socket.socket) -> None:
        self._county = server
        self._socket = opened
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._socket, limit=wire.MOST_HEADER_BYTES)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (received := await wire.receive(reader)) is not None:
                response = await self._answer(received)
                _, pieces, _ = wire.answer(wire.prepare(response), received, 0, datetime.now(UTC))
                writer.write(b"".join(pieces))
                await writer.drain()
                if not received.keep_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, BadRequest):
            pass  # nothing was ordered
        finally:
            self._tasks.discard(task)
            writer.close()

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
            return self._county.truth(edited=request.query.get("edited") != "0")
        if order == "log":
            return self._county.log.as_json()
        if order == "sites":
            return [asdict(site) for site in self._county.sites]
        return None

    async def _do(self, order: str, values: dict[str, Any]) -> object | None:
        if order in PLANTS:
            planted = getattr(self._county.plants, order)(**values)
            planted = (planted,) if isinstance(planted, Edit) else planted or ()
            return [
                {"kind": edit.kind.value, "silent": edit.silent, "organ": edit.organ, "year": edit.year}
                for edit in planted
            ]
        if order == "fault":
            site = values.pop("site")
            await self._county.order(site, Fault(Kind(values.pop("kind")), **values))
            return {}
        if order == "clear_faults":
            sites = [values["site"]] if "site" in values else range(len(self._county.sites))
            for site in sites:
                await self._county.order(site, None)
            return {}
        if order == "clear_log":
            self._county.log.clear()
            return {}
        return None


def _json(found: object, status: int = 200) -> Response:
    return Response(json.dumps(found, ensure_ascii=False).encode(), "application/json", status)
