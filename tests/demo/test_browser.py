"""The list that only a script fills, seen by a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from demo.server import CountyServer
from demo.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.xdist_group("browser")
def test_a_browser_sees_the_list_that_a_script_fetches(ask: Any, browser: Browser) -> None:
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
    with CountyServer(world) as server:
        url = server.sites[0].column_url
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#list a")
        seen = {link.get_attribute("href"): link.text_content() for link in page.query_selector_all("#list a")}
        page.close()
        reports = server.truth()["reports"]
        origin = server.sites[0].url.rstrip("/")
        assert {origin + (path or ""): title for path, title in seen.items()}.items() >= {
            row["url"]: row["title"] for row in reports
        }.items()
        assert not any(row["title"] in ask(url).text() for row in reports)
