"""A world goes in; real HTTP servers on loopback come out, one address a county, run by a thread of their own.

with CountyServer(World.build(1)) as server:
    server.sites[0].url, server.plants.edit_figures(organ, year), server.log.count(), server.truth()
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from demo import truth
from demo.control import Control, Reach
from demo.dialects import dialect_of
from demo.faults import Fault, Kind
from demo.log import RequestLog
from demo.noise import REPORT_COLUMN
from demo.places import listen, listen_for
from demo.plants import Plants
from demo.portal import Hosts, Portal, hosts_of, origin_of, roles_of, sites_of
from demo.site import Site
from demo.station import Clocks, Station
from demo.world import World

T = TypeVar("T")
_PATIENCE = 30.0  # seconds that a call from another thread waits for the server's thread


@dataclass(frozen=True, slots=True)
class Address:
    """Where a site stands: what `nianbao sites add` needs."""

    name: str
    url: str  # the home page
    column_url: str  # the column of the annual reports
    host: str  # address:port, as in the log
    region: str
    family: str
    hosts: tuple[str, ...] = ()  # every host of the site's own, address:port; `host` is the first
    hazards: tuple[str, ...] = ()


class CountyServer:
    """Port 0 lets the system choose. All attributes and methods may be used from any thread between start and stop."""

    def __init__(self, world: World, *, port: int = 0, control_port: int = 0, clocks: Clocks | None = None) -> None:
        self.world = world
        self.log = RequestLog()
        self._clocks = clocks or Clocks(seconds=time.monotonic, now=lambda: datetime.now(UTC))
        self._ports = (port, control_port)
        self._first = sites_of(world)
        self._stations: tuple[Station, ...] = ()  # the sites' main hosts, in their order
        self._roles: dict[tuple[int, str], Station] = {}  # by the site's number and the host's role
        self._hosts: tuple[Hosts, ...] = ()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping = asyncio.Event()
        self.plants = Plants(world.seed, self._first, self._show)
        self.control_url = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen and answer. Raises OSError when the port is not to be had."""
        port, control_port = self._ports
        roles = roles_of(self._first)
        sockets = listen_for(len(roles), port)
        try:
            control = listen("127.0.0.1", control_port)
        except OSError:
            for opened in sockets:
                opened.close()
            raise
        self.control_url = f"http://127.0.0.1:{control.getsockname()[1]}/__control__"
        self._hosts = hosts_of(self._first, [f"http://{address}:{at}" for address, at in map(_name, sockets)])
        for (index, role), opened in zip(roles, sockets, strict=True):
            portal = Portal(self._first[index], self._hosts[index], role)
            self._roles[index, role] = Station(opened, portal, self.log, self._clocks, portal.faults)
        self._stations = tuple(self._roles[index, "main"] for index in range(len(self._first)))
        reach = Reach(self.plants, self.log, self.truth, lambda: [asdict(site) for site in self.sites], self._order)
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._live, args=(Control(control, reach), started), name="county-server", daemon=True
        )
        self._thread.start()
        started.result(_PATIENCE)

    def stop(self) -> None:
        """Close every socket and end the thread. Safe to call twice."""
        if self._thread is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None

    @property
    def sites(self) -> tuple[Address, ...]:
        return tuple(self._address(index, site) for index, site in enumerate(self._first)) if self._stations else ()

    def truth(self, edited: bool = True) -> truth.Json:
        """The whole truth: as served now with the edits planted, or as it was at the start."""
        if edited:
            return truth.truth(self.world, self.plants.sites, self._hosts, self.plants.edits)
        return truth.truth(self.world, self._first, self._hosts)

    def fault(self, site: int, kind: Kind, *, seconds: float = 0.0, path: str = "/", times: int | None = None) -> None:
        """Order a fault at a site, by its number in `sites`. `path` and `times` mean nothing to REFUSE."""
        self._call(self._stations[site].order(Fault(kind, seconds, path, times)))

    def outage(
        self, site: int, begins: datetime, ends: datetime, kind: Kind = Kind.REFUSE, *, seconds: float = 0.0
    ) -> None:
        """Order a fault for a window of time, by the server's own clock. REFUSE then cuts connections off without an answer."""
        for (index, _), station in self._roles.items():
            if index == site:
                self._call(station.order(Fault(kind, seconds, begins=begins, ends=ends)))

    def clear_faults(self, site: int | None = None) -> None:
        """Well again: one site, or all."""
        for (index, _), station in self._roles.items():
            if site in {None, index}:
                self._call(station.clear_faults())

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("expected a started server, found one that is not running; use it inside `with`")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    def _show(self, index: int, site: Site) -> None:
        for (owner, role), station in self._roles.items():
            if owner == index:
                station.show(Portal(site, self._hosts[index], role))

    def _address(self, index: int, site: Site) -> Address:
        hosts, column = self._hosts[index], site.column(REPORT_COLUMN)
        own = [self._roles[index, role] for role in ("main", "records") if (index, role) in self._roles]
        return Address(
            name=site.name,
            url=f"{hosts.main}/",
            column_url=origin_of(site, hosts, column) + dialect_of(site.family).column_path(site, column),
            host=own[0].host,
            region=site.county.region.code,
            family=site.family,
            hosts=tuple(station.host for station in own),
            hazards=site.county.hazards,
        )

    async def _order(self, site: int, fault: Fault | None) -> None:
        station = self._stations[site]
        await (station.clear_faults() if fault is None else station.order(fault))

    def _live(self, control: Control, started: Future[None]) -> None:
        """The thread's whole life. What goes wrong before the first request is told to the one who called start."""
        try:
            asyncio.run(self._run(control, started))
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    async def _run(self, control: Control, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        for station in self._roles.values():
            await station.open()
        await control.open()
        started.set_result(None)
        await self._stopping.wait()
        await control.close()
        for station in self._roles.values():
            await station.close()
        self._loop = None


def _name(opened: socket.socket) -> tuple[str, int]:
    address, port = opened.getsockname()
    return address, port
