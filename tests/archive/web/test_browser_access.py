"""Logging in, judging, ordering and looking after accounts, in a real browser: in both languages, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from archive.audit import Doer
from archive.database import reading, writing
from archive.flags import open_flag
from archive.models import FlagRow, Order, User
from archive.reviews import add_note, judge

AXE = Path(__file__).parents[3] / ".cache/node_modules/axe-core/axe.min.js"
PASSWORD = "correct horse battery"
MARK = "overdue:990181:甲局:2024"
Open = Callable[..., Page]

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def open_page(browser: Browser, own_archive: Any, somebody: Callable[[str], httpx.Client]) -> Iterator[Open]:
    """A page of the archive in a fresh profile; with a role it is logged in already."""
    contexts = []

    def opened(path: str, lang: str = "en", role: str = "", theme: str = "light", width: int = 1280, script: bool = True) -> Page:  # fmt: skip
        base = str(own_archive.client.base_url)
        context = browser.new_context(
            base_url=base, locale={"zh": "zh-CN", "en": "en-US"}[lang], color_scheme=theme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900}, java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        if role:
            context.add_cookies([{"name": "session", "value": f"token-of-{role}", "url": base}])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(path.format(site=own_archive.site))
        return page

    yield opened
    for context in contexts:
        context.close()


def flag(archive: Any) -> None:
    with writing(archive.county.engine) as session:
        open_flag(session, FlagRow(mark=MARK, rule="overdue", severity="warn", year=2024, place="甲局", region_code="990181", message="检索全站仍未见。", raised_at=archive.county.clock + timedelta(days=1)))  # fmt: skip


BOTH = pytest.mark.parametrize(("lang", "script"), [("zh", True), ("en", False)])


@BOTH
def test_somebody_logs_in_comes_back_to_the_page_and_logs_out(open_page: Open, lang: str, script: bool) -> None:
    said = {"zh": ("登录", "账号", "密码", "退出", "已退出"), "en": ("Log in", "Name", "Password", "Log out", "You are logged out")}[lang]  # fmt: skip
    page = open_page("/changes?year=2023", lang, script=script)
    page.locator(".top").get_by_role("link", name=said[0]).click()
    page.get_by_label(said[1], exact=True).fill("reviewer")
    page.get_by_label(said[2], exact=True).fill("not the password")
    page.get_by_role("button", name=said[0]).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label(said[1], exact=True).fill("reviewer")
    page.get_by_label(said[2], exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/changes?year=2023")
    expect(page.locator(".top").get_by_role("link", name="reviewer")).to_be_visible()
    page.get_by_role("button", name=said[3]).click()
    expect(page.get_by_role("status")).to_contain_text(said[4])
    expect(page.locator(".top").get_by_role("link", name="reviewer")).to_have_count(0)


@BOTH
def test_a_reviewer_judges_a_flag_and_adds_a_note(open_page: Open, own_archive: Any, lang: str, script: bool) -> None:
    flag(own_archive)
    words = {
        "zh": {"review": "审看", "verdict": "不成立", "why": "理由", "give": "给出结论", "note": "备注内容", "add": "添加备注", "withdraw": "撤回结论"},
        "en": {"review": "Review", "verdict": "dismissed", "why": "Reason", "give": "Give the verdict", "note": "What to note", "add": "Add the note", "withdraw": "Withdraw the verdict"},
    }[lang]  # fmt: skip
    page = open_page("/flags", lang, "reviewer", script=script)
    card = page.locator("li.card", has_text="甲局")
    card.get_by_role("link", name=words["review"]).click()
    page.get_by_label(words["note"]).fill("已致电询问")
    page.get_by_role("button", name=words["add"]).click()
    expect(page.locator(".remarks")).to_contain_text("已致电询问")
    page.get_by_role("radio", name=words["verdict"]).check()
    page.get_by_label(words["why"]).fill("街道已撤并")
    page.get_by_role("button", name=words["give"]).click()
    expect(page.locator("li.card", has_text="甲局")).to_have_count(0)
    page.locator(".filters select[name=verdict]").select_option("dismissed")
    page.locator(".filters button").click()
    expect(card).to_contain_text("reviewer")
    card.get_by_role("link", name=words["review"]).click()
    page.get_by_role("button", name=words["withdraw"]).click()
    expect(page.locator(".remarks li")).to_have_count(3)
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(FlagRow.verdict).where(FlagRow.mark == MARK)).one() is None


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("path", ["/flags", "/changes", "/findings"])
def test_a_reviewer_judges_several_at_once(open_page: Open, own_archive: Any, path: str, script: bool) -> None:
    flag(own_archive)
    page = open_page(f"{path}?verdict=open", role="reviewer", script=script)
    ticks = page.get_by_role("checkbox")
    count = ticks.count()
    for number in range(min(2, count)):
        ticks.nth(number).check()
    page.get_by_label("Reason").fill("原表如此")
    page.get_by_role("button", name="Give the verdict").click()
    expect(ticks).to_have_count(count - min(2, count))


@BOTH
def test_an_operator_orders_a_re_crawl_and_pauses_a_site(
    open_page: Open, own_archive: Any, lang: str, script: bool
) -> None:
    said = {"zh": ("下令重新采集", "已下令", "暂停这个网站", "已暂停"), "en": ("Order a re-crawl", "Ordered and waiting since", "Pause this site", "is paused")}[lang]  # fmt: skip
    page = open_page("/sites/{site}", lang, "operator", script=script)
    page.get_by_role("button", name=said[0]).click()
    expect(page.locator(".order").get_by_role("status")).to_contain_text(said[1])
    page.get_by_role("button", name=said[2]).click()
    expect(page.locator(".order").get_by_role("status").first).to_contain_text(said[3])
    with reading(own_archive.county.engine) as session:
        assert session.scalars(select(Order.ordered_by)).all() == ["operator"]


@BOTH
def test_an_operator_adds_an_account_changes_it_and_finds_it_in_the_log(
    open_page: Open, own_archive: Any, lang: str, script: bool
) -> None:
    words = {
        "zh": {"name": "账号", "role": "审看员", "password": "新密码（不少于", "add": "添加账号", "of": "li 的角色", "set": "设定 li 的角色", "disable": "停用 li", "enable": "恢复 li", "log": "操作记录", "act": "停用账号"},
        "en": {"name": "Name", "role": "Reviewer", "password": "New password (", "add": "Add the account", "of": "Role of li", "set": "Set the role of li", "disable": "Disable li", "enable": "Let li in again", "log": "Audit log", "act": "account disabled"},
    }[lang]  # fmt: skip
    page = open_page("/users", lang, "operator", script=script)
    page.get_by_role("textbox", name=words["name"], exact=True).fill("li")
    page.get_by_role("radio", name=words["role"]).check()
    page.get_by_label(words["password"]).fill("a password of li")
    page.get_by_role("button", name=words["add"]).click()
    page.get_by_role("combobox", name=words["of"]).select_option("reader")
    page.get_by_role("button", name=words["set"]).click()
    page.get_by_role("button", name=words["disable"]).click()
    expect(page.get_by_role("button", name=words["enable"])).to_be_visible()
    page.get_by_role("link", name=words["log"]).click()
    expect(page.locator("tbody tr").first).to_contain_text(words["act"])
    with reading(own_archive.county.engine) as session:
        row = session.scalars(select(User).where(User.name == "li")).one()
        assert row.role == "reader" and row.disabled_at is not None


def test_a_new_password_ends_the_session_in_the_browser(open_page: Open) -> None:
    page = open_page("/account", role="reviewer")
    page.get_by_label("Password now").fill(PASSWORD)
    page.get_by_label("New password (").fill("another horse battery")
    page.get_by_label("The new password again").fill("another horse battery")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("every session has ended")
    page.goto("/account")
    assert "/login?next=" in page.url


SEEN = (
    ("", "/login"), ("", "/flags"), ("", "/review?mark=" + MARK), ("", "/sites/{site}"), ("", "/harvests/1/sites/{site}"), ("", "/users/"),
    ("reader", "/account"), ("reader", "/users"), ("reviewer", "/flags?verdict=any"), ("reviewer", "/changes"), ("reviewer", "/findings"),
    ("reviewer", "/review?mark=" + MARK), ("operator", "/users"), ("operator", "/audit"), ("operator", "/sites/{site}"),
)  # fmt: skip


@pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: `npm install --prefix .cache axe-core@4` brings it")
@pytest.mark.parametrize(("lang", "theme", "width"), [("zh", "light", 1280), ("en", "dark", 360)])
def test_axe_finds_no_barrier_and_no_page_is_wider_than_the_window(
    open_page: Open, own_archive: Any, lang: str, theme: str, width: int
) -> None:
    flag(own_archive)
    with writing(own_archive.county.engine) as session:
        judge(session, MARK, "confirmed", "已核实", Doer("operator", "127.0.0.1"), own_archive.county.clock)
        add_note(session, MARK, "又一次\n致电", Doer("reviewer", "127.0.0.1"), own_archive.county.clock)
    faults = []
    windows = {role: open_page("/", lang, role, theme, width) for role in {role for role, _ in SEEN}}
    for role, path in SEEN:
        page = windows[role]
        page.goto(path.format(site=own_archive.site))
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run(document, {iframes: false, resultTypes: ['violations']})")["violations"]
        faults += [(role, path, one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found]
        if page.evaluate("document.documentElement.scrollWidth - window.innerWidth") > 0:
            faults.append((role, path, "too wide", []))
    assert faults == []
