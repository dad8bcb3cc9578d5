"""What the script adds, in a real browser: lists, verdicts and a running harvest change in place, and nothing is worse than without it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from archive.database import writing
from archive.models import Harvest, SiteRun

pytestmark = pytest.mark.xdist_group("browser")
Open = Callable[..., Page]
# As published on npm: nobody has changed a letter of them here.
PUBLISHED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "htmx-4.0.1-sse.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}


@pytest.fixture
def open_page(browser: Browser, own_archive: Any, somebody: Callable[[str], httpx.Client]) -> Iterator[Open]:
    """A page with a mark in its window, which is gone as soon as another page is loaded. What the browser complains of fails the test."""
    contexts, complaints = [], []

    def opened(path: str, role: str = "", script: bool = True) -> Page:
        base = str(own_archive.client.base_url)
        context = browser.new_context(base_url=base, locale="en-US", java_script_enabled=script)
        contexts.append(context)
        if role:
            context.add_cookies([{"name": "session", "value": f"token-of-{role}", "url": base}])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path.format(site=own_archive.site))
        page.evaluate("window.stayed = true")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def test_the_vendored_files_are_those_that_were_published() -> None:
    folder = files("archive.web").joinpath("static", "vendor")
    assert {name: sha256(folder.joinpath(name).read_bytes()).hexdigest() for name in PUBLISHED} == PUBLISHED
    assert "Zero-Clause BSD" in folder.joinpath("LICENSE").read_text("utf-8")


def test_a_filter_changes_the_list_the_address_and_the_links_and_leaves_the_page_standing(open_page: Open) -> None:
    page = open_page("/changes")
    whole = page.locator("#list .card").count()
    page.get_by_label("Kind").select_option("removed")
    page.get_by_role("button", name="Filter").press("Enter")
    expect(page.locator("#list .card")).to_have_count(1)
    expect(page.get_by_role("status")).to_have_text("Lines on this page: 1")
    assert "kind=removed" in page.url and whole > 1 and stayed(page)
    assert "kind=removed" in (page.get_by_role("link", name="中文").get_attribute("href") or "")
    assert page.evaluate("document.activeElement.textContent") == "Filter"
    page.go_back()
    expect(page.locator("#list .card")).to_have_count(whole)
    page.go_forward()
    expect(page.locator("#list .card")).to_have_count(1)


@pytest.mark.parametrize("path", ["/reports", "/organs", "/findings", "/flags", "/changes", "/search"])
def test_every_list_is_filtered_in_place_to_what_its_address_shows(open_page: Open, path: str) -> None:
    page = open_page(path)
    word = page.locator(".filters input").first
    word.fill("司法" if path == "/search" else "没有这个")
    word.press("Enter")
    page.wait_for_url("**?*")
    expect(page.locator("#list .empty, #list .hits")).to_be_visible()
    assert stayed(page)
    shown = [page.locator(part).inner_text() for part in ("#count", "#list")]
    page.goto(page.url)
    assert [page.locator(part).inner_text() for part in ("#count", "#list")] == shown


def test_a_wrong_filter_is_answered_in_words(open_page: Open) -> None:
    page = open_page("/reports")
    page.locator(".filters").evaluate("form => form.noValidate = true")
    page.get_by_label("Year").fill("abc")
    page.get_by_label("Year").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("year is abc")
    assert page.locator("main").count() == 1


def test_verdicts_are_given_in_place_one_after_the_other(open_page: Open) -> None:
    page = open_page("/findings?verdict=open", "reviewer")
    count = page.get_by_role("checkbox").count()
    for left in (count - 1, count - 2):
        page.get_by_role("checkbox").first.check()
        page.get_by_label("Reason").fill("原表如此")
        page.get_by_role("button", name="Give the verdict").press("Enter")
        expect(page.get_by_role("checkbox")).to_have_count(left)
    assert stayed(page)
    assert page.evaluate("document.activeElement.id") == "give"


def test_a_verdict_without_a_session_says_so_and_leads_to_the_login(open_page: Open) -> None:
    page = open_page("/findings?verdict=open", "reviewer")
    page.context.clear_cookies()
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Reason").fill("原表如此")
    page.get_by_role("button", name="Give the verdict").click()
    expect(page.get_by_role("alert")).to_contain_text("not logged in")
    expect(page.locator("main").get_by_role("link", name="Log in")).to_be_visible()


def running(archive: Any) -> int:
    with writing(archive.county.engine) as session:
        harvest = Harvest(kind="harvest", state="running", started_at=archive.county.clock)
        session.add(harvest)
        session.flush()
        session.add(SiteRun(harvest_id=harvest.id, site_id=archive.county.site_id, state="running", requests=3))
        return harvest.id


@pytest.mark.parametrize("script", [True, False])
def test_a_running_harvest_is_followed_to_its_end(open_page: Open, own_archive: Any, script: bool) -> None:
    number = running(own_archive)
    page = open_page(f"/harvests/{number}", script=script)
    log = page.get_by_role("link", name="Log of")
    log.focus()
    with writing(own_archive.county.engine) as session:
        session.query(SiteRun).filter(SiteRun.harvest_id == number).one().requests = 4321
    expect(page.locator("#followed tbody tr").first).to_contain_text("4,321", timeout=15_000)
    if script:
        assert stayed(page)
        expect(log).to_be_focused()
    with writing(own_archive.county.engine) as session:
        session.query(SiteRun).filter(SiteRun.harvest_id == number).one().state = "done"
        harvest = session.get_one(Harvest, number)
        harvest.state, harvest.ended_at = "done", own_archive.county.clock
    expect(page.get_by_role("progressbar")).to_have_count(0, timeout=15_000)
    expect(page.locator("h1")).to_contain_text("Well")


def test_a_running_harvest_is_followed_however_late_the_script_for_events_comes(
    open_page: Open, own_archive: Any
) -> None:
    number = running(own_archive)
    page = open_page("/harvests")

    def late(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/*-sse.*", late)
    with page.expect_request(f"**/harvests/{number}/follow"):
        page.goto(f"/harvests/{number}")
