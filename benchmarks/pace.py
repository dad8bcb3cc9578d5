"""A number of hosts in; how their pace was kept comes out, by the server's own log. `python -m benchmarks.pace [HOSTS] [DELAY]`.

One server answers at as many loopback addresses as there are hosts, each a small portal with a column and three reports. One crawling process
visits all of them at once. The log of the server, not of the crawler, says when each request came and when its answer was sent.

Measured on x86-64, 2 cores with nothing else on them: 2000 hosts at once, 12000 requests in 135 s, of which the pace itself takes 120; the shortest
pause at one host 20.001 s of 20 wanted, one request at a time. With six times as much other work as the cores can do (an earlier version): 484 s, 20.043 s.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from archive import harvests
from archive.database import migrate, open_database, writing
from archive.sites import NewSite, add_site

FILLER = "<p>栖桐县人民政府门户网站欢迎您。</p>" * 20
YEARS = (2022, 2023, 2024)
ROWS = "".join(f"<li><a href='/nb/t{y + 1}0120_{y}.html'>柳林镇{y}年政府信息公开工作年度报告</a></li>" for y in YEARS)
PAGES = {
    "/": f"<html><title>栖桐县</title><body><a href='/nb/'>政府信息公开年报</a>{FILLER}",
    "/nb/": f"<html><title>政府信息公开年报</title><body><ul>{ROWS}</ul>{FILLER}",
} | {f"/nb/t{y + 1}0120_{y}.html": f"<html><title>{y}</title><body><div id='zoom'>{FILLER}</div>" for y in YEARS}
REQUESTS = len(PAGES) + 1  # and robots.txt


@dataclass(frozen=True, slots=True)
class Kept:
    """`shortest_pause` is the shortest time in seconds between the end of an answer and the next request to the same host."""

    hosts: int
    requests: int
    shortest_pause: float
    most_at_once: int
    hosts_at_once: int
    seconds: float


class Portal:
    """Answers for every loopback address, and keeps for each the moments at which requests began and answers ended."""

    def __init__(self, hosts: int) -> None:
        self.urls: list[str] = []
        self._addresses = [f"127.{1 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(hosts)]
        self.spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Portal:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, self._addresses, 0))
        self.urls = [f"http://{host}:{port}/" for host, port in (one.getsockname() for one in server.sockets)]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        try:
            while True:
                line = await reader.readline()
                began = time.monotonic()
                while (await reader.readline()) not in (b"\r\n", b""):
                    pass
                if not line:
                    return
                page = PAGES.get(line.split(b" ")[1].decode("ascii"))
                body = (page or "nothing here").encode()
                status = b"200 OK" if page else b"404 Not Found"
                kind = b"Content-Type: text/html; charset=utf-8\r\n"
                ended = (
                    time.monotonic()
                )  # nobody can have the answer sooner, however late this process comes back from writing
                writer.write(b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, kind, len(body), body))
                await writer.drain()
                self.spans[host].append((began, ended))
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


def kept_pace(hosts: int, delay_seconds: float) -> Kept:
    """Harvest so many hosts in one process, all at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 6 * hosts + 500)), hard))
    with tempfile.TemporaryDirectory() as folder, Portal(hosts) as portal:
        database = f"sqlite:///{Path(folder) / 'index.sqlite'}"
        migrate(database)
        engine = open_database(database)
        with writing(engine) as session:
            now = datetime.now(UTC)
            sites = [
                add_site(session, NewSite(url, delay_seconds=delay_seconds, allow_private=True), now)
                for url in portal.urls
            ]
            harvest_id = harvests.start_harvest(session, "harvest", [site.id for site in sites], now)
        engine.dispose()
        settings = {"NIANBAO_HOME": folder, "NIANBAO_HOSTS_AT_ONCE": str(min(hosts, 2000)), "NIANBAO_DATABASE_URL": ""}
        command = [sys.executable, "-m", "crawler.run", "--harvest", str(harvest_id), "--json"]
        began = time.monotonic()
        subprocess.run(command, env={**os.environ, **settings}, check=True, stdout=subprocess.DEVNULL)
        return _kept(portal.spans, time.monotonic() - began)


def _kept(spans: dict[str, list[tuple[float, float]]], seconds: float) -> Kept:
    pauses, at_once = [], 1
    for one in spans.values():
        ordered = sorted(one)
        pauses += [after[0] - before[1] for before, after in pairwise(ordered)]
        at_once = max(at_once, 1 + sum(1 for before, after in pairwise(ordered) if after[0] < before[1]))
    moments = sorted(
        [(min(one)[0], 1) for one in spans.values()]
        + [(max(one, key=lambda span: span[1])[1], -1) for one in spans.values()]
    )
    most = running = 0
    for _, step in moments:
        running += step
        most = max(most, running)
    return Kept(len(spans), sum(map(len, spans.values())), min(pauses), at_once, most, seconds)


def main() -> None:
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 20.0
    kept = kept_pace(hosts, delay)
    print(
        f"{kept.hosts} hosts ({kept.hosts_at_once} at once), {kept.requests} requests in {kept.seconds:.0f} s: "
        f"the shortest pause at one host was {kept.shortest_pause:.3f} s of {delay:g} wanted, {kept.most_at_once} request at a time"
    )


if __name__ == "__main__":
    main()
