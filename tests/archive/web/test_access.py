"""Who may change something here, from where, and with which form."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import lxml.html
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select

from archive.database import reading, writing
from archive.logins import TRIES_BY_NAME
from archive.models import ROLES, AuditEntry, LoginAttempt, Order, Remark, User, UserSession
from archive.users import attempts_key
from archive.web import create_app
from archive.web.app import FORMS
from configuration import Configuration

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"
Somebody = Callable[[str], httpx.Client]
NEEDED = {path: role for path, role, _ in FORMS}


def token(page: httpx.Response) -> str:
    found = lxml.html.document_fromstring(page.text).xpath("//main//form//input[@name='token']/@value | //header//input[@name='token']/@value")  # fmt: skip
    return str(found[0])


def own_token(client: httpx.Client) -> str:
    return token(client.get("/account"))


def words(response: httpx.Response) -> str:
    return " ".join(lxml.html.document_fromstring(response.text).find(".//main").text_content().split())


def rows(archive: Any, table: type) -> list[Any]:
    with reading(archive.county.engine) as session:
        return list(session.scalars(select(table)))


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whatever_is_posted_goes_through_the_same_rules(own_archive: Any) -> None:
    app = create_app(own_archive.configuration, own_archive.county.engine, own_archive.county.store)
    taking = {route.path for route in app.routes if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD"}}
    assert taking == set(NEEDED)


@pytest.mark.parametrize("sent", [{}, {"token": ""}, {"token": "wrong"}])
def test_a_form_without_the_token_is_refused(own_archive: Any, somebody: Somebody, sent: dict[str, str]) -> None:
    operator = somebody("operator")
    for path in NEEDED:
        answer = operator.post(path.format(code=own_archive.site), data=sent)
        assert answer.status_code == 403, path
        assert "out of date" in words(answer), path


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "http://evil.example/a"},
    ],
)
def test_a_form_of_another_origin_is_refused(own_archive: Any, somebody: Somebody, headers: dict[str, str]) -> None:
    operator = somebody("operator")
    sent = {"token": own_token(operator)}
    answer = operator.post(f"/sites/{own_archive.site}/recrawl", data=sent, headers=headers)
    assert answer.status_code == 403
    assert rows(own_archive, Order) == []


def test_the_token_of_another_session_is_refused(own_archive: Any, somebody: Somebody) -> None:
    stolen = own_token(somebody("reader"))
    answer = somebody("operator").post(f"/sites/{own_archive.site}/recrawl", data={"token": stolen})
    assert answer.status_code == 403
    assert rows(own_archive, Order) == []


@pytest.mark.parametrize("role", ["reader", "reviewer"])
def test_a_lower_role_is_refused_by_name(own_archive: Any, somebody: Somebody, role: str) -> None:
    client = somebody(role)
    sent = {"token": own_token(client)}
    for path, needed in NEEDED.items():
        if needed is not None and ROLES.index(role) < ROLES.index(needed):
            answer = client.post(path.format(code=own_archive.site), data=sent)
            assert answer.status_code == 403, path
            assert f"takes a{'n operator' if needed == 'operator' else ' reviewer'}'s account" in words(answer), path


def test_a_reader_cannot_give_a_verdict(own_archive: Any, somebody: Somebody) -> None:
    reader = somebody("reader")
    sent = {"token": own_token(reader), "mark": "change:1", "verdict": "dismissed", "why": "x"}
    assert reader.post("/review", data=sent).status_code == 403
    assert rows(own_archive, Remark) == []


def test_nobody_changes_anything_without_logging_in(own_archive: Any) -> None:
    client = own_archive.client
    sent = {"token": token(client.get("/login"))}  # of the login form: a token, but nobody's
    for path in (path for path, role in NEEDED.items() if role):
        headers = {"Accept-Language": "en", "Referer": f"{client.base_url}/changes?year=2023"}
        answer = client.post(path.format(code=own_archive.site), data=sent, headers=headers)
        assert answer.status_code == 403, path
        assert "not logged in" in words(answer), path
        assert 'href="/login?next=/changes%3Fyear%3D2023"' in answer.text  # and from there back to the form


def test_a_form_without_end_or_of_another_type_is_refused(own_archive: Any, somebody: Somebody) -> None:
    operator = somebody("operator")
    path, sent = f"/sites/{own_archive.site}/recrawl", {"token": own_token(operator)}
    assert operator.post(path, data={**sent, "more": "x" * 100_000}).status_code == 403
    assert operator.post(path, data={**sent, **{f"f{number}": "x" for number in range(300)}}).status_code == 403
    assert operator.post(path, json=sent).status_code == 403
    assert operator.post(path, content=b"token=\xff", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 403  # fmt: skip
    assert rows(own_archive, Order) == []


# ── logging in ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def log_in(client: httpx.Client, name: str = "reviewer", password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post(
        "/login", data={"token": token(client.get("/login")), "name": name, "password": password, **more}
    )


def test_the_right_password_leads_back_and_the_cookie_is_for_this_server_alone(somebody: Somebody) -> None:
    client = somebody("")
    answer = log_in(client, next="/changes?year=2023")
    assert (answer.status_code, answer.headers["location"]) == (303, "/changes?year=2023")
    (cookie,) = [line for line in answer.headers.get_list("set-cookie") if line.startswith("session=")]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    assert "reviewer" in client.get("/account").text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb"])
def test_logging_in_leads_nowhere_else(somebody: Somebody, elsewhere: str) -> None:
    assert log_in(somebody(""), next=elsewhere).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(somebody: Somebody) -> None:
    client = somebody("")
    wrong, unknown = log_in(client, password="wrong"), log_in(client, name="nobody")
    assert (wrong.status_code, words(wrong)) == (unknown.status_code, words(unknown)) == (403, words(unknown))
    assert "name or the password is not right" in words(wrong)
    assert "set-cookie" not in {name for name, value in wrong.headers.multi_items() if "session" in value}


def test_too_many_tries_say_how_long_to_wait(own_archive: Any, somebody: Somebody) -> None:
    with writing(own_archive.county.engine) as session:
        session.add_all(LoginAttempt(key=attempts_key("reviewer"), at=NOW) for _ in range(TRIES_BY_NAME))
    answer = log_in(somebody(""))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 15 * 60
    assert "in 15 minutes" in words(answer)


def test_the_login_page_of_an_archive_without_accounts_names_the_command(own_archive: Any) -> None:
    assert "nianbao users add NAME --role operator" in own_archive.get("/login").text


def test_logging_out_ends_the_session(own_archive: Any, somebody: Somebody) -> None:
    client = somebody("reviewer")
    answer = client.post("/logout", data={"token": own_token(client)})
    assert answer.headers["location"] == "/login?said=out"
    assert {row.address for row in rows(own_archive, UserSession)} and len(rows(own_archive, UserSession)) == 2
    assert somebody("reviewer").get("/account").status_code == 303


def test_session_ends_with_the_password(own_archive: Any, somebody: Somebody) -> None:
    here, elsewhere = somebody("reviewer"), somebody("reviewer")
    sent = {
        "token": own_token(here),
        "password": PASSWORD,
        "new": "another horse battery",
        "again": "another horse battery",
    }
    assert here.post("/account/password", data=sent).headers["location"] == "/login?said=password"
    assert [client.get("/account").status_code for client in (here, elsewhere)] == [303, 303]
    assert log_in(somebody(""), password="another horse battery").status_code == 303


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "wrong"}, "not right"),
        ({"again": "another horse batterie"}, "not the same"),
        ({"new": "short", "again": "short"}, "12 characters"),
    ],
)
def test_a_password_is_changed_only_by_who_knows_the_old_one_and_types_the_new_one_twice(
    somebody: Somebody, changed: dict[str, str], said: str
) -> None:
    client = somebody("reviewer")
    sent = {"token": own_token(client), "password": PASSWORD, "new": "another horse battery", "again": "another horse battery", **changed}  # fmt: skip
    answer = client.post("/account/password", data=sent)
    assert answer.status_code == 400 and said in words(answer)
    assert client.get("/account").status_code == 200


def test_what_somebody_sees_who_is_logged_in_is_kept_by_no_cache(somebody: Somebody) -> None:
    assert somebody("reader").get("/reports").headers["cache-control"] == "private, no-store"
    assert "cache-control" not in somebody("").get("/reports").headers


@pytest.mark.parametrize("path", ["/users", "/audit"])
def test_accounts_and_the_log_are_for_operators(somebody: Somebody, path: str) -> None:
    assert somebody("").get(path).headers["location"] == f"/login?next={path}"
    assert somebody("reviewer").get(path).status_code == 403
    assert somebody("operator").get(path).status_code == 200


# ── accounts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def change(client: httpx.Client, act: str, name: str, **more: str) -> httpx.Response:
    return client.post("/users", data={"token": own_token(client), "act": act, "name": name, **more})


def test_an_operator_makes_changes_and_disables_accounts(own_archive: Any, somebody: Somebody) -> None:
    operator = somebody("operator")
    assert change(operator, "add", "Li", role="reader", password="a password of li").status_code == 303
    assert change(operator, "role", "li", role="reviewer").status_code == 303
    assert log_in(somebody(""), "li", "a password of li").status_code == 303
    assert change(operator, "disable", "li").status_code == 303
    assert log_in(somebody(""), "li", "a password of li").status_code == 403
    assert change(operator, "enable", "li").status_code == 303
    assert change(operator, "password", "li", password="another word of li").status_code == 303
    assert log_in(somebody(""), "li", "another word of li").status_code == 303
    page = words(operator.get("/audit?who=operator"))
    for act in ("account added", "role changed", "account disabled", "account let in again", "password changed"):
        assert act in page
    assert all(row.address == "127.0.0.1" for row in rows(own_archive, AuditEntry))


@pytest.mark.parametrize(
    ("act", "name", "more", "said"),
    [
        ("add", "reader", {"role": "reader", "password": PASSWORD}, "account of this name"),
        ("add", "l i", {"role": "reader", "password": PASSWORD}, "1 to 64 letters"),
        ("add", "li", {"role": "king", "password": PASSWORD}, "no such role"),
        ("add", "li", {"role": "reader", "password": "short"}, "12 characters"),
        ("disable", "operator", {}, "only operator"),
        ("role", "operator", {"role": "reader"}, "only operator"),
        ("disable", "nobody", {}, "no such account"),
    ],
)
def test_what_cannot_be_done_to_an_account_says_why(
    own_archive: Any, somebody: Somebody, act: str, name: str, more: dict[str, str], said: str
) -> None:
    answer = change(somebody("operator"), act, name, **more)
    assert answer.status_code == 400 and said in words(answer)
    assert len(rows(own_archive, User)) == 3 and all(row.disabled_at is None for row in rows(own_archive, User))


# ── from where ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.0.2.1"])
def test_a_foreign_name_that_leads_here_gets_no_page(own_archive: Any, host: str) -> None:
    answer = own_archive.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "public_url" in words(answer)


def test_a_form_through_an_unknown_proxy_is_refused(own_archive: Any, somebody: Somebody) -> None:
    operator = somebody("operator")
    sent = {"token": own_token(operator)}
    for header in ("X-Forwarded-For", "Forwarded"):
        answer = operator.post(f"/sites/{own_archive.site}/recrawl", data=sent, headers={header: "for=203.0.113.9"})
        assert answer.status_code == 403 and "public_url and proxies" in words(answer)
    assert rows(own_archive, Order) == []


def behind_tls(archive: Any, **settings: Any) -> Any:
    configuration = Configuration(home=archive.configuration.home, public_url="https://nb.example", **settings)
    return create_app(configuration, archive.county.engine, archive.county.store, lambda: NOW)


def through_proxy(address: str, **more: str) -> dict[str, str]:
    return {"Host": "nb.example", "X-Forwarded-For": address, "Accept-Language": "en", **more}


@pytest.mark.parametrize(("role", "is_told"), [(None, False), ("reader", False), ("operator", True)])
def test_where_strangers_read_only_an_operator_is_told_which_file_is_hurt(
    own_archive: Any,
    somebody: Somebody,
    serve_app: Callable[[Any], httpx.Client],
    caplog: pytest.LogCaptureFixture,
    role: str | None,
    is_told: bool,
) -> None:
    capture = own_archive.capture("2023.html", newest=False)
    files = own_archive.county.store.folder.rglob("*.warc.gz")
    (path,) = (one for one in files if f"-r{capture.site_run_id}-" in one.name)
    path.unlink()
    session = "" if role is None else somebody(role).cookies["session"]
    headers = through_proxy("203.0.113.9", Cookie=f"__Host-session={session}")
    client = serve_app(behind_tls(own_archive))
    for address in (f"/captures/{capture.id}/body", f"/captures/{capture.id}/record"):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 500
        assert (path.name in html.unescape(answer.text)) is is_told
        assert (str(own_archive.configuration.home) in answer.text) is is_told
        assert ("server's log" in html.unescape(answer.text)) is not is_told
    assert path.name in caplog.text
    by_itself = own_archive.get(address)  # a server on this machine alone: whoever reads may as well look at the folder
    assert path.name in by_itself.text


def test_behind_the_named_tls_proxy_cookies_are_secure_and_the_reader_s_own_address_is_noted(
    own_archive: Any, somebody: Somebody, serve_app: Callable[[Any], httpx.Client]
) -> None:
    client = serve_app(behind_tls(own_archive))
    page = client.get("/login", headers=through_proxy("203.0.113.9"))
    (form,) = page.headers.get_list("set-cookie")
    assert form.startswith("__Host-form=") and "Secure" in form and "SameSite=strict" in form
    sent = {"token": token(page), "name": "operator", "password": PASSWORD}
    cookie = form.split(";")[0]
    headers = through_proxy("198.51.100.4, 203.0.113.9", Origin="https://nb.example", Cookie=cookie)
    answer = client.post("/login", data=sent, headers=headers)
    assert answer.status_code == 303
    assert any(
        line.startswith("__Host-session=") and "Secure" in line for line in answer.headers.get_list("set-cookie")
    )
    assert [row.address for row in rows(own_archive, AuditEntry)] == ["203.0.113.9"]
    assert client.post("/login", data=sent, headers={**headers, "Origin": "http://nb.example"}).status_code == 403


def test_expensive_requests_of_others_have_a_limit_said_in_the_reader_s_language(
    own_archive: Any, serve_app: Callable[[Any], httpx.Client]
) -> None:
    client = serve_app(behind_tls(own_archive, expensive_a_minute=3))
    asked = [client.get("/changes.csv", headers=through_proxy("203.0.113.9")).status_code for _ in range(4)]
    assert asked == [200, 200, 200, 429]
    for lang, said in (("en", "Try again in"), ("zh", "秒后再试")):
        answer = client.get("/search?q=公开", headers=through_proxy("203.0.113.9", **{"Accept-Language": lang}))
        assert answer.status_code == 429 and said in words(answer)
        assert 1 <= int(answer.headers["retry-after"]) <= 20
    assert client.get("/changes", headers=through_proxy("203.0.113.9")).status_code == 200  # a page is no export
    assert client.get("/changes.csv", headers=through_proxy("203.0.113.10")).status_code == 200
    assert {client.get("/changes.csv").status_code for _ in range(6)} == {200}  # whoever sits at this machine


def test_reading_needs_an_account_where_the_settings_say_so(
    own_archive: Any, somebody: Somebody, serve_app: Callable[[Any], httpx.Client]
) -> None:
    configuration = Configuration(home=own_archive.configuration.home, accounts_only=True)
    client = serve_app(create_app(configuration, own_archive.county.engine, own_archive.county.store, lambda: NOW))
    for path in ("/", "/reports.csv", "/captures/1/body"):
        assert client.get(path).headers["location"] == f"/login?next={path}"
    told = client.get("/api/reports", headers={"Accept-Language": "en"})  # a program has no use for a form
    assert told.status_code == 403 and told.json()["detail"] == "This takes an account. Log in first."
    assert client.get("/login").status_code == client.get("/static/style.css").status_code == 200
    assert client.get("/", headers={"Cookie": f"session={somebody('reader').cookies['session']}"}).status_code == 200
