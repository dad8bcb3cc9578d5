"""A list's shell goes in; the page that its scripts made of it comes out. The browser has no network of its own.

Whatever it asks for is asked by the crawler in its place, as any other request: judged by the address guard and robots.txt, paced, counted
and captured as bytes. (A ready-made download handler for browsers fetches by the browser's own network stack, where neither holds and the
bytes are gone.) Only what a list can need is asked: documents, scripts and data of the site's own hosts, each script once a visit. Pictures,
styles and fonts are not. A challenge is handed to no browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawler.middlewares import meta_of
from crawler.visits import Visit
from crawler.wire import WireResponse

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright, Route

NEEDED = frozenset(("document", "script", "xhr", "fetch"))
PASSED_ON = ("accept", "content-type", "x-requested-with")  # of a script's own headers
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What is not caught on its way leads nowhere: sockets, prefetching, the browser's own calls home.
NO_NETWORK = (
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-background-networking",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
QUIET_SECONDS = 0.5  # without a request under way: the scripts are done
LONGEST_SECONDS = 180.0  # for one page: each of its requests waits for the pace
PAGES_AT_ONCE = 2  # of all sites together: a browser costs memory
REMEDY = "pip install 'nianbao[browser]', and an installed Chromium (Debian: apt-get install chromium)"

Fetch = Callable[[Request], Awaitable[WireResponse]]
Scripts = dict[tuple[int, str] | None, WireResponse]  # by visit and address


class BrowserFailed(Exception):
    """No page came of it; the message says why, and what helps."""


class ScriptedPages:
    """One browser for all sites of a crawl, started when the first needs it."""

    def __init__(self, fetch: Fetch, chromiums: Sequence[str] = CHROMIUMS) -> None:
        self._fetch = fetch
        self._chromiums = chromiums
        self._scripts: Scripts = {}
        self._room = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def after_scripts(self, visit: Visit, shell: WireResponse) -> bytes:
        """The page that the shell became. Raises BrowserFailed."""
        async with self._room:
            browser = await self._started()
            from playwright.async_api import Error

            try:
                context = await browser.new_context(
                    user_agent=self._agent(shell), service_workers="block", accept_downloads=False
                )
                try:
                    return await _Rendering(self._fetch, self._scripts, visit, shell).run(context)
                finally:
                    await context.close()
            except Error as error:
                raise BrowserFailed(f"the browser gave up: {error.message.splitlines()[0]}") from error

    async def close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()
        self._browser = self._playwright = None

    async def _started(self) -> Browser:
        async with self._starting:
            if self._browser is not None and self._browser.is_connected():
                return self._browser
            path = next((found for name in self._chromiums if (found := shutil.which(name))), None)
            try:
                from playwright.async_api import Error, async_playwright
            except ImportError:
                raise BrowserFailed(f"no browser can be driven here: {REMEDY}") from None
            if path is None:
                raise BrowserFailed(f"no Chromium is installed here: {REMEDY}")
            try:
                self._playwright = self._playwright or await async_playwright().start()
                self._browser = await self._playwright.chromium.launch(
                    executable_path=path,
                    args=[*NO_NETWORK, "--disable-sync", "--no-first-run"],
                    chromium_sandbox=os.geteuid() != 0,
                )
            except Error as error:
                raise BrowserFailed(f"{path} did not start: {error.message.splitlines()[0]}") from error
            return self._browser

    def _agent(self, shell: WireResponse) -> str | None:
        """The name under which the crawler asked: the browser is no disguise."""
        assert shell.request is not None
        agent = shell.request.headers.get("User-Agent")
        return None if agent is None else agent.decode("latin-1")


class _Rendering:
    """One page while its scripts run."""

    def __init__(self, fetch: Fetch, scripts: Scripts, visit: Visit, shell: WireResponse) -> None:
        self._fetch = fetch
        self._scripts = scripts
        self._visit = visit
        self._shell = shell
        self._under_way = 0
        self._moved = asyncio.Event()

    async def run(self, context: BrowserContext) -> bytes:
        await context.route("**/*", self._answer)
        page = await context.new_page()
        page.set_default_timeout(LONGEST_SECONDS * 1000)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await page.goto(self._shell.url, wait_until="commit")
                await self._quiet()
        except TimeoutError:
            raise BrowserFailed(f"its scripts were not done in {LONGEST_SECONDS:g} seconds") from None
        made = (await page.content()).encode("utf-8")
        await context.unroute_all(behavior="ignoreErrors")
        return made

    async def _quiet(self) -> None:
        """Wait until nothing has been under way for a while."""
        while True:
            self._moved.clear()
            try:
                await asyncio.wait_for(self._moved.wait(), QUIET_SECONDS)
            except TimeoutError:
                if not self._under_way:
                    return

    async def _answer(self, route: Route) -> None:
        self._under_way += 1
        self._moved.set()
        try:
            response = await self._response(route)
            if response is None or response.page_body is None:
                await route.abort()
            else:
                media_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
                headers = {"content-type": media_type}
                await route.fulfill(status=response.status, body=response.page_body, headers=headers)
        except Exception as error:  # refused, or not reached: the script is told as by a network
            logging.getLogger(__name__).info("%s: %s", route.request.url, error)
            with contextlib.suppress(Exception):  # a page that was left meanwhile hears nothing any more
                await route.abort()
        finally:
            self._under_way -= 1
            self._moved.set()

    async def _response(self, route: Route) -> WireResponse | None:
        """What answers in the network's place; None for what is not asked."""
        asked, visit = route.request, self._visit
        if asked.method == "GET" and asked.url.partition("#")[0] == self._shell.url:
            return self._shell
        if asked.resource_type not in NEEDED or not visit.journey.finds.owns(asked.url):
            return None
        script = (visit.run_id, asked.url) if asked.resource_type == "script" else None
        if script in self._scripts:
            return self._scripts[script]
        if visit.journey.requests >= visit.journey.plan.budget:
            return None
        headers = {name: value for name, value in asked.headers.items() if name in PASSED_ON}
        headers["Referer"] = self._shell.url
        meta: dict[str, Any] = meta_of(visit, "other")
        request = Request(
            asked.url.partition("#")[0],
            method=asked.method,
            body=asked.post_data_buffer or b"",
            headers=headers,
            meta=meta,
            callback=NO_CALLBACK,
        )
        response = await self._fetch(request)
        if response.meta.get("blocked") == "challenge":
            return None
        if script is not None:
            self._scripts[script] = response
        return response
