"""Each hazard does to a portal what it says, and the truth says what the ledger should make of it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urljoin

import pytest

from demo import wire
from demo.conditions import conditions
from demo.dialect import Request, Response
from demo.hazards import HAZARDS
from demo.hazards.hazard import Hazard
from demo.ledger import State
from demo.portal import Hosts, Portal, hosts_of, roles_of, sites_of
from demo.wire import Received
from demo.world import World

NAMES = tuple(hazard.name for hazard in HAZARDS)


@dataclass(frozen=True, slots=True)
class Hurt:
    """A county with one hazard, asked without sockets."""

    portal: Portal
    hosts: Hosts
    ledger: list[Any]

    def get(self, url: str, role: str | None = None, **headers: str) -> Response:
        path = url.removeprefix(self.hosts.main)
        path, _, query = path.partition("?")
        portal = self.portal if role is None else Portal(self.portal.site, self.hosts, role)
        return portal.answer(Request("GET", path, dict(parse_qsl(query)), headers=headers))

    def text(self, url: str, role: str | None = None, **headers: str) -> str:
        return self.decode(self.get(url, role, **headers).body)

    def decode(self, body: bytes) -> str:
        return body.decode("gb18030" if self.portal.site.charset == "gb2312" else "utf-8")

    def urls(self, *states: State) -> list[str]:
        return [row["url"] for row in self.ledger if row["state"] in states and row["url"]]

    @property
    def column(self) -> str:
        site = self.portal.site
        return self.portal.dialect.column_path(site, site.column("zfxxgknb"))


@pytest.fixture(scope="session")
def hurt() -> Callable[[str], Hurt]:
    families = [(hazard.families or ("trs",))[0] for hazard in HAZARDS]
    world = World.build(
        1,
        counties=len(NAMES),
        townships=4,
        departments=3,
        years=(2019, 2022, 2023, 2024),
        families=families,
        arrangements=("mixed",),
        hazards={number: (name,) for number, name in enumerate(NAMES)},
    )
    sites = sites_of(world)
    hosts = hosts_of(sites, [f"http://site-{index}" for index in range(len(roles_of(sites)))])

    def of(name: str) -> Hurt:
        site, own = sites[NAMES.index(name)], hosts[NAMES.index(name)]
        return Hurt(Portal(site, own), own, conditions(site, own)["ledger"])

    return of


def test_no_two_hazards_have_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_has_one_state_for_each_organ_and_year(hurt: Any, name: str) -> None:
    county = hurt(name)
    assert len(county.ledger) == len({(row["organ"], row["year"]) for row in county.ledger}) == 8 * 4
    hazard = HAZARDS[NAMES.index(name)]
    if hazard.state is not State.HELD:
        assert county.urls(hazard.state)


def test_a_hazard_that_a_family_cannot_have_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of the families"):
        sites_of(World.build(1, counties=1, families=("lonsun",), hazards={0: ("half_list",)}))
    with pytest.raises(ValueError, match="expected one of the hazards"):
        sites_of(World.build(1, counties=1, hazards={0: ("nonesuch",)}))


@pytest.mark.parametrize(
    ("name", "status", "mark", "cookie"),
    [
        ("challenge_412", 412, b"$_ts", "ZsR1vB8hF0O"),
        ("challenge_521", 521, b"clearance", "__jsluid_h"),
        ("challenge_202", 202, b"$_ts", "NZ8hq3v1s1WqS"),
        ("waf_wzws", 200, "安全验证".encode(), "wzws_sessionid"),
        ("waf_acw", 200, b"acw_sc__v2", "acw_tc"),
    ],
)
def test_a_challenge_stands_before_every_page(hurt: Any, name: str, status: int, mark: bytes, cookie: str) -> None:
    county = hurt(name)
    for url in ("/", county.column, "/nothing/"):
        got = county.get(url)
        assert (got.status, mark in got.body, len(got.body) < 700) == (status, True, True)
        assert cookie in dict(got.headers)["Set-Cookie"] or cookie in got.headers[0][1]
    assert county.get("/robots.txt").status == 200
    assert {row["state"] for row in county.ledger} == {State.BLOCKED}


def test_a_challenge_may_stand_before_the_lists_alone(hurt: Any) -> None:
    county = hurt("challenge_lists")
    assert (county.get("/").status, county.get(county.column).status) == (200, 412)


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("robots_site", 200, "Disallow: /\n"),
        ("robots_column", 200, "Disallow: /zwgk/zfxxgk/zfxxgknb/\n"),
        ("robots_error", 503, "Unavailable"),
        ("robots_forbidden", 403, "Forbidden"),
        ("robots_missing", 404, "不存在"),
        ("robots_delay", 200, "Crawl-delay: 1\n"),
    ],
)
def test_robots_txt_says_what_the_hazard_is_called(hurt: Any, name: str, status: int, says: str) -> None:
    county = hurt(name)
    assert county.get("/robots.txt").status == status
    assert says in county.text("/robots.txt")
    assert county.get(county.column).status == 200


@pytest.mark.parametrize("name", ["soft_404", "home_redirect"])
def test_what_is_gone_does_not_say_404(hurt: Any, name: str) -> None:
    county = hurt(name)
    lost, held = county.urls(State.NOT_FOUND), county.urls(State.HELD)
    for url in (*lost, "/no/such/page.html"):
        got = county.get(url)
        if name == "soft_404":
            assert got.status == 200 and "不存在" in county.text(url)
        else:
            assert got.status == 302 and dict(got.headers)["Location"] == "/"
    listed = (
        county.text(county.column)
        + county.text(f"{county.column}index_1.html")
        + county.text(f"{county.column}index_2.html")
    )
    assert all(url.rsplit("/", 1)[1] in listed for url in (*lost, *held))
    assert "一、总体情况" in county.text(held[0]) or "详见附件" in county.text(held[0])


def test_maintenance_and_login_are_pages_of_their_own(hurt: Any) -> None:
    assert "升级维护" in hurt("maintenance").text("/zwgk/")
    county = hurt("login_wall")
    target = dict(county.get(county.column).headers)["Location"]
    assert 'type="password"' in county.text(target)


def test_half_a_list_promises_pages_that_are_stubs(hurt: Any) -> None:
    county = hurt("half_list")
    first = county.text(county.column)
    total = int(re.search(r"createPageHTML\((\d+)", first)[1])  # type: ignore[index]
    assert total >= 3
    stub = county.get(f"{county.column}index_2.html")
    assert stub.status == 200 and 200 < len(stub.body) < 400
    seen = first + county.text(f"{county.column}index_1.html")
    for url in county.urls(State.UNREACHABLE):
        assert url.rsplit("/", 1)[1] not in seen
    assert all(url.rsplit("/", 1)[1] in seen for url in county.urls(State.HELD))
    assert not [row for row in county.ledger if row["state"] == State.OVERDUE]
    assert hurt("last_page_404").get(f"{county.column}index_2.html").status == 404


def test_a_script_fetches_the_list(hurt: Any) -> None:
    county = hurt("js_shell")
    text = county.text(county.column)
    assert "年政府信息公开" not in text and "t20" not in text
    key = re.search(r'data-key="(\w+)"', text)
    assert key is not None
    rows = county.get(f"/data/list/{key[1]}.json").body.decode("utf-8")  # as data always is, whatever the pages are in
    assert all(report.title in rows for report in county.portal.site.county.reports)


def test_a_cookie_must_come_back(hurt: Any) -> None:
    county = hurt("cookie_replay")
    url = f"{county.column}?page=1"
    first = county.get(url)
    assert (first.status, dict(first.headers)["Location"]) == (302, url)
    assert first.personal
    again = county.get(url, cookie="CT6T=20000; CT6TS=4f9a")
    assert again.status == 200 and "政府信息公开年报" in county.decode(again.body)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("meta_refresh", r'url=([^"]+)"'), ("location_shell", r"href='([^']+)'"), ("frameset", r'frame src="([^"]+)"')],
)
def test_shells_lead_to_where_the_page_stands(hurt: Any, name: str, pattern: str) -> None:
    county = hurt(name)
    for url in ("/", county.column):
        shell = county.text(url)
        assert len(shell) < 300
        target = re.search(pattern, shell)
        assert target is not None and "政府信息公开" in county.text(target[1])


def test_a_charset_may_lie_or_be_silent(hurt: Any) -> None:
    lie, silent = hurt("charset_lie"), hurt("charset_silent")
    assert lie.get("/").media_type == "text/html;charset=UTF-8"
    assert silent.get("/").media_type == "text/html"
    for county in (lie, silent):
        body = county.get("/").body
        assert b"charset=" not in body and "政务公开" in body.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            body.decode("utf-8")


def test_traps_have_no_end(hurt: Any) -> None:
    county = hurt("endless_pages")
    home = county.text("/")
    seen = set()
    for start in ("/calendar/2026/1/", "/tag/1/?page=1"):
        url = start
        assert url in home
        for _ in range(30):
            seen.add(url)
            url = re.search(r'href="([^"]+)">(?:下月|下一页)', county.text(url))[1]  # type: ignore[index]
    assert len(seen) == 60


def test_session_ids_are_new_at_every_visit_and_mean_nothing(hurt: Any) -> None:
    county = hurt("session_ids")
    response = county.get(county.column)
    assert response.filling is not None
    filled = [response.filling(visits) for visits in (1, 2, 1)]
    assert filled[0] == filled[2] != filled[1]
    (name, value), *_ = filled[0].items()
    link = re.search(rb'href="([^"]+;jsessionid=[^"]+)"', response.body.replace(name, value))
    assert link is not None
    assert county.get(urljoin(county.column, link[1].decode())).status == 200


def test_twins_show_the_same_article(hurt: Any) -> None:
    county = hurt("twins")
    text = county.text(county.column)
    wap = re.search(r'<a href="([^"]+_wap\.html)">手机版', text)
    assert wap is not None
    url = urljoin(county.column, wap[1])
    assert county.get(url).status == 200
    assert county.get(url).body == county.get(url.replace("_wap", "")).body
    assert county.get(county.column.replace("/zfxxgk/", "//zfxxgk/")).status == 200


def test_strangers_are_linked_from_the_lists(hurt: Any) -> None:
    county = hurt("foreign_links")
    assert county.text(county.column).count(".example/") == 3
    county = hurt("spam_mirror")
    assert county.hosts.mirror is not None
    link = re.search(re.escape(county.hosts.mirror) + r'(/[^"]+)"', county.text(county.column))
    assert link is not None
    copy = county.text(link[1], role="mirror")
    assert "澳门金沙城中心" in copy and "买球" in copy
    assert "澳门" not in county.text(link[1])


def test_some_reports_redirect_inwards(hurt: Any) -> None:
    county = hurt("private_redirect")
    targets = {dict(county.get(url).headers)["Location"] for url in county.urls(State.UNREACHABLE)}
    assert targets == {"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/admin/"}


@pytest.mark.parametrize(
    ("name", "mark"), [("moving_day", "今天是"), ("moving_tokens", "csrf_token"), ("moving_links", "相关链接")]
)
def test_moving_parts_depend_on_the_visit_alone(hurt: Any, name: str, mark: str) -> None:
    county = hurt(name)
    url = county.urls(State.HELD)[0]

    def shown(visits: int) -> str:
        response = county.get(url)
        assert response.filling is not None
        body = response.body
        for place, value in response.filling(visits).items():
            body = body.replace(place, value)
        assert b"{{" not in body
        return county.decode(body)

    assert shown(1) == shown(1) != shown(2)
    assert mark in shown(1)
    plain = Portal(replace(county.portal.site, county=replace(county.portal.site.county, hazards=())), county.hosts)
    bare = plain.answer(Request("GET", url.removeprefix(county.hosts.main))).body
    assert len(shown(1)) > len(county.decode(bare))


def test_forced_gzip_comes_unasked(hurt: Any) -> None:
    response = hurt("forced_gzip").get("/")
    received = Received("/", Request("GET", "/"), b"", True)
    _, (head, body), _ = wire.answer(wire.prepare(response), received, 1, datetime(2026, 2, 1, tzinfo=UTC))
    assert b"Content-Encoding: gzip" in head
    assert gzip.decompress(body) == response.body


@pytest.mark.parametrize("hazard", [hazard for hazard in HAZARDS if hazard.families], ids=lambda hazard: hazard.name)
def test_a_hazard_shows_in_every_family_that_it_names(hazard: Hazard) -> None:
    sizes: dict[str, Any] = {"townships": 4, "departments": 3, "years": (2021, 2022, 2023, 2024)}
    count = len(hazard.families)
    plain: list[Any] = []
    for hazards in ({}, dict.fromkeys(range(count), (hazard.name,))):
        world = World.build(
            1, counties=count, families=hazard.families, arrangements=("mixed",), hazards=hazards, **sizes
        )
        seen = []
        for site in sites_of(world):
            portal = Portal(site, Hosts("http://a.invalid", "http://a.invalid", "http://b.invalid"))
            column = site.column("zfxxgknb")
            of_organs = [one for one in site.columns if one.key.endswith("_nb")]
            paths = [*(portal.dialect.column_path(site, one) for one in (column, *of_organs)), "/robots.txt"]
            if portal.dialect.page_path is not None:
                paths += [portal.dialect.page_path(site, column, number) for number in range(2, 6)]
            requests = [
                Request("GET", path.partition("?")[0], dict(parse_qsl(path.partition("?")[2]))) for path in paths
            ]
            seen.append((site.family, [portal.answer(request) for request in requests]))
        if hazards:
            assert [family for (family, before), (_, after) in zip(plain, seen, strict=True) if before == after] == []
        plain = seen
