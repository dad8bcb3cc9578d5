"""The list that only a script fills, seen by a real browser."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from demo.server import CountyServer
from demo.world import World

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def test_a_browser_sees_the_list_that_a_script_fetches(ask: Any) -> None:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install nianbao[browser]"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine's path")
    world = World.build(
        1,
        counties=1,
        townships=2,
        departments=1,
        years=(2023, 2024),
        families=("trs",),
        arrangements=("mixed",),
        hazards={0: ("js_shell",)},
    )
    with CountyServer(world) as server, playwright.sync_playwright() as driver:
        url = server.sites[0].column_url
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#list a")
        seen = {link.get_attribute("href"): link.text_content() for link in page.query_selector_all("#list a")}
        browser.close()
        reports = server.truth()["reports"]
        origin = server.sites[0].url.rstrip("/")
        assert {origin + (path or ""): title for path, title in seen.items()}.items() >= {
            row["url"]: row["title"] for row in reports
        }.items()
        assert not any(row["title"] in ask(url).text() for row in reports)
