"""The pages in a real browser: nothing asked outside, nothing run, nothing too wide, no barrier that axe-core knows of.

Chromium comes from the system (`.ci/programs` installs it where it may). axe-core comes from npm, into a folder that is not kept:
`npm install --prefix .cache axe-core@4`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from archive.web.messages import messages

AXE = Path(__file__).parents[3] / ".cache/node_modules/axe-core/axe.min.js"
PATHS = (
    "/", "/sites", "/sites/{site}", "/organs", "/organs/{organ}", "/reports", "/reports/{edited}", "/reports/{first}", "/reports/{edited}/compare",
    "/captures/1", "/captures/{pdf}", "/changes", "/findings", "/harvests", "/harvests/1", "/nowhere", "/search", "/search?q=公开", "/api/docs", "/regions", "/regions/990181", "/compare?first={edited}",
    "/reports/{edited}/figures/requests.new_received.total", "/reports/{attached}/figures/requests.new_received.total", "/exports", "/search?region=没有", "/organs/{organ}?year=2020", "/reports/{edited}?lang=zh",
)  # fmt: skip

pytestmark = pytest.mark.xdist_group("browser")  # one browser a run


@pytest.fixture
def open_page(browser: Browser, archive: Any) -> Iterator[Callable[..., Page]]:
    """A page in a fresh profile."""
    contexts = []

    def opened(path: str, lang: str = "en", script: bool = True) -> Page:
        page = new_page(browser, archive, lang, java_script_enabled=script)
        contexts.append(page.context)
        page.goto(path.format(**named(archive)))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def look_at(browser: Browser, archive: Any) -> Iterator[Callable[..., Page]]:
    """A page that is only looked at: the same window goes from address to address, which takes a third of the time."""
    windows: dict[tuple[str, str], Page] = {}

    def looked(path: str, lang: str, theme: str = "light", width: int = 1280) -> Page:
        if (lang, theme) not in windows:
            windows[lang, theme] = new_page(browser, archive, lang, color_scheme=theme)
        page = windows[lang, theme]
        page.context.clear_cookies()  # a language that an address chose
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.format(**named(archive)))
        return page

    yield looked
    for page in windows.values():
        page.context.close()


def new_page(browser: Browser, archive: Any, lang: str, **more: Any) -> Page:
    context = browser.new_context(
        base_url=str(archive.client.base_url), locale={"zh": "zh-CN", "en": "en-US"}[lang], viewport={"width": 1280, "height": 900}, **more
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def named(archive: Any) -> dict[str, object]:
    return {
        "site": archive.site, "organ": archive.organ_id, "edited": archive.ids["2023.html"], "first": archive.ids["2019.html"], "attached": archive.ids["2025.html"],
        "pdf": archive.capture("2025.pdf", newest=False).id,
    }  # fmt: skip


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: `npm install --prefix .cache axe-core@4` brings it")
@pytest.mark.parametrize(("lang", "theme", "width"), [("zh", "light", 1280), ("en", "dark", 390)])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_no_barrier(look_at: Callable[..., Page], path: str, lang: str, theme: str, width: int) -> None:
    page = look_at(path, lang, theme, width)
    # Through the debugger, as the pages' own policy allows no script.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {iframes: false, resultTypes: ['violations']})")
    assert [(fault["id"], [node["html"][:160] for node in fault["nodes"][:3]]) for fault in found["violations"]] == []


@pytest.mark.parametrize("path", PATHS)
def test_no_page_is_wider_than_the_window(look_at: Callable[..., Page], path: str) -> None:
    page = look_at(path, "zh")
    for width in (820, 360):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, width


@pytest.mark.parametrize("path", ["/captures/1", "/captures/1/view", "/captures/{pdf}", "/reports/{edited}"])
def test_nothing_outside_is_asked_and_no_stranger_s_script_runs(browser: Browser, archive: Any, path: str) -> None:
    asked: list[str] = []
    context = browser.new_context(base_url=str(archive.client.base_url))
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.goto(path.format(**named(archive)))
    page.mouse.wheel(0, 4000)
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((str(archive.client.base_url), "data:"))] == []
    assert "pwned" not in page.title()
    context.close()


def test_the_view_shows_what_the_page_said(open_page: Callable[..., Page]) -> None:
    page = open_page("/captures/1")
    page.locator("iframe").scroll_into_view_if_needed()
    assert page.frame_locator("iframe").locator("body").inner_text().strip().endswith("首页")


def test_the_pages_of_a_pdf_are_seen_in_its_view(open_page: Callable[..., Page]) -> None:
    page = open_page("/captures/{pdf}")
    page.locator("iframe").scroll_into_view_if_needed()
    picture = page.frame_locator("iframe").locator("img").first
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_goes_from_the_overview_to_the_edited_figure(open_page: Callable[..., Page], script: bool) -> None:
    page = open_page("/", script=script)
    page.get_by_role("link", name="All changes").click()
    page.get_by_label("Kind").select_option("figures changed")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Compare the two versions").click()
    page.locator(".changed-figures tbody a").first.click()
    assert page.url.endswith("#f-requests-new_received-natural")
    assert page.locator("td:target").is_visible()


def test_a_reader_changes_language_and_theme_and_stays_on_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("/sites")
    page.get_by_role("link", name="中文").click()
    assert page.locator("h1").inner_text() == "网站"
    page.get_by_role("link", name="深色").click()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    page.get_by_role("link", name="机关", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_keyboard_reaches_the_content_first(open_page: Callable[..., Page]) -> None:
    page = open_page("/reports")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_print_leaves_the_navigation_out(open_page: Callable[..., Page]) -> None:
    page = open_page("/reports/{edited}")
    page.emulate_media(media="print")
    assert not page.locator(".top nav").is_visible()
    assert page.locator(".form-requests").is_visible()


BOTH = pytest.mark.parametrize(("lang", "script"), [("zh", True), ("en", False)])


def words(lang: str, key: str, **values: object) -> str:
    return messages(lang)(key, **values)


@BOTH
def test_a_reader_goes_from_a_figure_to_the_box_on_the_page_of_the_pdf(
    open_page: Callable[..., Page], lang: str, script: bool
) -> None:
    page = open_page("/reports/{attached}", lang, script=script)
    page.locator("#f-requests-new_received-total a").click()
    pictures = page.get_by_role(
        "img", name=words(lang, "place.alt", label="本年新收政府信息公开申请数量 · 总计", page=2)
    )
    assert pictures.count() == 2
    wide = page.locator(".sheet img").first.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert wide > 500
    page.get_by_role("link", name="→").click()
    assert "/figures/" in page.url
    page.locator(".crumbs a").last.click()
    assert page.locator("td:target").is_visible()


@BOTH
def test_a_reader_sees_the_cell_in_the_table_of_a_page_without_pages(
    open_page: Callable[..., Page], lang: str, script: bool
) -> None:
    page = open_page("/reports/{first}", lang, script=script)
    link = page.locator("#f-requests-new_received-total a")
    printed = link.inner_text()
    link.click()
    assert page.locator(".as-read .here").inner_text() == printed


@BOTH
def test_a_reader_goes_from_the_overview_down_to_an_organ_and_back_through_the_years(
    open_page: Callable[..., Page], lang: str, script: bool
) -> None:
    page = open_page("/", lang, script=script)
    page.get_by_role("link", name="岚浦县", exact=True).first.click()
    page.locator(".matrix th a").first.click()
    assert page.locator(".timeline li").count() >= 7
    page.locator(".years a", has_text="2020").click()
    assert page.locator("#siblings").inner_text() == words(lang, "organ.siblings", year=2020)
    page.locator(".timeline a").first.click()
    assert "/reports/" in page.url


def test_a_long_table_goes_on_over_the_page_with_its_head(open_page: Callable[..., Page]) -> None:
    """Wherever on the paper it begins: between two of the rows that one heading stands beside, too."""
    page, parted = open_page("/reports/{edited}", "zh"), 0
    for down in (100, 350, 600):
        page.locator("#table-requests").evaluate("(heading, down) => { heading.style.paddingTop = `${down}px` }", down)
        printed = pypdfium2.PdfDocument(page.pdf(format="A4"))
        texts = [sheet.get_textpage().get_text_range() for sheet in printed]
        table = [text for text in texts if "商业" in text and "科研" in text]  # the head of the table
        rows = [sum(f"{number}." in text for number in range(1, 9)) for text in table]
        assert sum("属于国家秘密" in text for text in table) == sum("其他法律行政法规" in text for text in table) == 1
        parted += len(table) == 2 and min(rows) >= 2
    assert parted


@pytest.mark.parametrize("path", ["/findings?outcome=fail", "/reports"])
def test_on_a_phone_a_list_stands_below_and_is_not_moved_sideways(look_at: Callable[..., Page], path: str) -> None:
    page = look_at(path, "zh", width=390)
    table = page.locator("table.folding")
    assert table.evaluate("table => table.parentElement.scrollWidth <= table.parentElement.clientWidth")
    assert table.locator("tbody tr").first.evaluate("row => row.scrollWidth <= row.clientWidth")
    assert table.locator("thead").evaluate("head => head.getBoundingClientRect().width") <= 1


@pytest.mark.parametrize("key", ["requests.new_received.total", "disputes.suit_direct.total"])
def test_on_a_phone_a_figure_s_place_begins_at_the_figure(look_at: Callable[..., Page], key: str) -> None:
    page = look_at("/reports/{edited}", "zh", width=390)
    page.locator(f'a[href*="figures/{key}"]').first.click()
    page.wait_for_url("**/figures/**")
    inside = """cell => { const box = cell.getBoundingClientRect(), around = cell.closest(".scroll").getBoundingClientRect();
        return box.left >= around.left && box.right <= around.right && box.top >= 0 && box.bottom <= window.innerHeight; }"""
    assert page.locator("td.here").evaluate(inside)


@pytest.mark.parametrize("path", ["/findings?outcome=fail", "/reports", "/harvests/1"])
def test_on_a_wide_screen_each_heading_stands_above_its_column(look_at: Callable[..., Page], path: str) -> None:
    page = look_at(path, "zh", width=1280)
    at = "row => [...row.children].map(cell => Math.round(cell.getBoundingClientRect().right))"
    table = page.locator("table.folding")
    assert table.locator("thead tr").evaluate(at) == table.locator("tbody tr").first.evaluate(at)


@BOTH
@pytest.mark.parametrize(("name", "ending"), [("take.sheet", "docx"), ("WACZ", "wacz"), ("JSON", "json")])
def test_a_reader_takes_a_report_away(
    open_page: Callable[..., Page], lang: str, script: bool, name: str, ending: str
) -> None:
    page = open_page("/reports/{attached}", lang, script=script)
    with page.expect_download() as taken:
        page.get_by_role("link", name=words(lang, name) if "." in name else name, exact=True).click()
    assert taken.value.suggested_filename.endswith(ending)
    assert Path(taken.value.path()).stat().st_size > 1000


@BOTH
def test_a_reader_narrows_an_export_and_takes_it(open_page: Callable[..., Page], lang: str, script: bool) -> None:
    page = open_page("/exports", lang, script=script)
    page.get_by_label(words(lang, "filter.year")).fill("2022")
    page.get_by_role("button", name=words(lang, "exports.narrow")).click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    assert taken.value.suggested_filename == "reports-2022.csv"
    assert len(Path(taken.value.path()).read_text("utf-8-sig").splitlines()) == 2


@BOTH
def test_a_reader_searches_in_a_region_by_its_name(open_page: Callable[..., Page], lang: str, script: bool) -> None:
    page = open_page("/search", lang, script=script)
    page.get_by_label(words(lang, "search.words")).fill("公开")
    page.get_by_label(words(lang, "search.region_or_name")).fill("岚浦")
    page.get_by_role("button", name=words(lang, "search.button")).click()
    page.wait_for_url("**region=990181**")
    assert page.locator(".hits mark").first.inner_text() == "公开"


@BOTH
def test_a_reader_lays_two_years_side_by_side(open_page: Callable[..., Page], lang: str, script: bool) -> None:
    page = open_page("/reports/{edited}", lang, script=script)
    page.get_by_role("link", name=words(lang, "report.beside")).click()
    page.get_by_label(words(lang, "beside.with")).select_option(index=1)
    page.get_by_role("button", name=words(lang, "compare.button")).click()
    assert page.locator(".changed-figures tbody tr").count() > 0
    assert page.locator(".beside mark").count() > 0


@BOTH
def test_a_wrong_address_says_what_to_do(open_page: Callable[..., Page], lang: str, script: bool) -> None:
    page = open_page("/reports/{edited}/figures/requests.nothing", lang, script=script)
    assert page.get_by_role("alert").is_visible()
    page.get_by_role("link", name=words(lang, "error.home")).click()
    assert page.locator("h1").inner_text() == words(lang, "overview.heading")


def test_the_keyboard_alone_reaches_a_figure_s_place(open_page: Callable[..., Page]) -> None:
    page = open_page("/reports/{attached}")
    page.locator("#f-requests-new_received-total a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/figures/**")
