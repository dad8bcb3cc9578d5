"""What only a socket shows: sites of two hosts, mirrors, the ways of the reports' column, hazards of delivery, windows of time."""

from __future__ import annotations

import gzip
import http.client
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from demo.faults import Kind
from demo.server import CountyServer
from demo.station import Clocks
from demo.world import World

SIZES: dict[str, Any] = {"townships": 3, "departments": 2, "years": (2022, 2023, 2024)}


@pytest.fixture(scope="module")
def delivered() -> Iterator[CountyServer]:
    hazards = (
        "forced_gzip",
        "dead_host",
        "slow_host",
        "robots_timeout",
        "challenge_521",
        "cookie_replay",
        "spam_mirror",
    )
    world = World.build(
        1,
        counties=len(hazards),
        families=("trs_hunan",),
        hazards={number: (name,) for number, name in enumerate(hazards)},
        **SIZES,
    )
    with CountyServer(world) as server:
        yield server


def named(server: CountyServer, hazard: str) -> Any:
    return next(site for site in server.sites if site.hazards == (hazard,))


def test_gzip_may_be_forced(delivered: CountyServer, ask: Any) -> None:
    got = ask(named(delivered, "forced_gzip").url)
    assert got.headers["content-encoding"] == "gzip"
    assert b"<html>" in gzip.decompress(got.body)


def test_a_dead_host_refuses_and_the_others_answer(delivered: CountyServer, ask: Any) -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(named(delivered, "dead_host").url)
    delivered.clear_faults()
    with pytest.raises(ConnectionRefusedError):
        ask(named(delivered, "dead_host").url)
    assert ask(named(delivered, "forced_gzip").url).status == 200


def test_robots_txt_may_never_be_answered(delivered: CountyServer, ask: Any) -> None:
    site = named(delivered, "robots_timeout")
    with pytest.raises(TimeoutError):
        ask(f"{site.url}robots.txt", timeout=0.3)
    assert ask(site.url).status == 200


def test_a_slow_host_is_slow_for_every_page(delivered: CountyServer, ask: Any) -> None:
    site = named(delivered, "slow_host")
    ask(site.url)
    (entry,) = delivered.log.entries(site.host)[-1:]
    assert entry.ended - entry.started >= 0.4


def test_a_status_that_no_standard_names_is_sent(delivered: CountyServer, ask: Any) -> None:
    got = ask(named(delivered, "challenge_521").url)
    assert got.status == 521 and "__jsluid_h" in got.headers["set-cookie"]


def test_a_cookie_jar_gets_through(delivered: CountyServer) -> None:
    site = named(delivered, "cookie_replay")
    connection = http.client.HTTPConnection(site.host, timeout=5)
    statuses, cookies = [], ""
    for _ in range(2):
        connection.request("GET", "/", headers={"Cookie": cookies} if cookies else {})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
        cookies = "; ".join(value.partition(";")[0] for value in response.headers.get_all("Set-Cookie", []))
    connection.close()
    assert statuses == [302, 200]


def test_a_mirror_stands_on_a_host_of_its_own(delivered: CountyServer, ask: Any) -> None:
    site = named(delivered, "spam_mirror")
    (told,) = [row for row in delivered.truth()["conditions"] if row["site"] == site.url]
    assert told["mirror"] not in told["hosts"]
    assert "欧洲杯" in ask(f"{told['mirror']}/").body.decode("utf-8", "ignore")
    assert site.hosts == (site.host,)


def test_the_reports_may_have_a_host_of_their_own(ask: Any) -> None:
    families = ("trs", "jcms", "vsb", "datalist")
    world = World.build(2, counties=4, families=families, arrangements=("host",), **SIZES)
    with CountyServer(world) as server:
        truth = server.truth()
        for site in server.sites:
            main, records = site.hosts
            assert urlsplit(site.column_url).netloc == records
            home = ask(site.url).body.decode("utf-8", "replace")
            folder = re.search(r'<a href="([^"]+)">政府信息公开</a>', home) or re.search(
                r'<a href="([^"]+/zfxxgk\.htm)"', home
            )
            assert folder is not None
            assert site.column_url in ask(urljoin(site.url, folder[1])).body.decode("utf-8", "replace")
            own = [row for row in truth["reports"] if urlsplit(row["url"]).netloc == records]
            assert len(own) >= 15
            assert ask(own[0]["url"]).status == 200
            assert ask(own[0]["url"].replace(records, main)).status == 404
            column = ask(site.column_url).body.decode("utf-8", "replace")
            assert f'href="http://{main}/' in column  # back to the main host
            assert main in {urlsplit(row["url"]).netloc for row in truth["look_alikes"]}


def test_a_columns_address_may_be_its_latest_report(ask: Any) -> None:
    world = World.build(
        3, counties=3, families=("trs", "jcms", "vsb"), arrangements=("latest",), held_back=(2024,), **SIZES
    )
    with CountyServer(world) as server:
        for turn in (2023, 2024):
            truth = server.truth()
            for site in server.sites:
                encoding = next(row["charset"] for row in truth["sites"] if row["url"] == site.url).replace(
                    "2312", "18030"
                )
                folder = ask(site.column_url).text(encoding)
                own = [row for row in truth["reports"] if row["url"].startswith(site.url)]
                latest = [row for row in own if row["year"] == turn]
                assert len(latest) >= 4
                for row in latest:
                    assert urlsplit(row["url"]).path in folder
                    page = ask(row["url"]).text(encoding)
                    assert row["title"] in page and "往年年报" in page
                    for earlier in own:
                        if earlier["organ"] == row["organ"] and earlier["year"] < turn:
                            assert urlsplit(earlier["url"]).path in page and ask(earlier["url"]).status == 200
            if turn == 2023:
                organ = latest[0]["organ"]
                with pytest.raises(ValueError, match="earlier year"):
                    server.plants.withdraw(organ, 2023)
                server.plants.publish_year(2024)
                moved = [row for row in server.truth()["edits"] if row["kind"] == "moved"]
                assert {row["year"] for row in moved} <= {2022, 2023} and len(moved) >= 12
                before = {row["url"] for row in truth["reports"]}
                assert all(row["url_before"] in before and row["url_after"] not in before for row in moved)
                assert all(ask(row["url_after"]).status == 200 for row in moved)


def test_some_reports_are_filed_astray(all_families: CountyServer) -> None:
    world = World.build(4, counties=1, arrangements=("astray",), **SIZES)
    with CountyServer(world) as server:
        urls = [row["url"] for row in server.truth()["reports"]]
        astray = [url for url in urls if "/qtwj/" in url]
        assert 0 < len(astray) < len(urls) / 2


def test_an_outage_has_a_window_of_time(ask: Any) -> None:
    now = [datetime(2026, 2, 1, tzinfo=UTC)]
    clocks = Clocks(seconds=lambda: 0.0, now=lambda: now[0])
    with CountyServer(World.build(1, counties=2, **SIZES), clocks=clocks) as server:
        server.outage(0, now[0] + timedelta(hours=1), now[0] + timedelta(hours=3))
        server.outage(1, now[0], now[0] + timedelta(hours=2), Kind.UNAVAILABLE, seconds=60)
        found = []
        for hours in (0, 1, 2, 3):
            now[0] = datetime(2026, 2, 1, hours, tzinfo=UTC)
            try:
                first: object = ask(server.sites[0].url).status
            except http.client.RemoteDisconnected:
                first = "cut"
            found.append((first, ask(server.sites[1].url).status))
        assert found == [(200, 503), ("cut", 503), ("cut", 200), (200, 200)]
