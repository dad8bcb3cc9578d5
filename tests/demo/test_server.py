from __future__ import annotations

import gzip
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from demo import places
from demo.faults import Fault, Kind
from demo.log import Entry, most_at_once
from demo.portal import Portal
from demo.server import CountyServer
from demo.truth import Json
from demo.world import World


def report_of(county: CountyServer, family: str, carrier: str = "html") -> Json:
    origin = next(address.url for address in county.sites if address.family == family)
    rows = county.truth()["reports"]
    return next(row for row in rows if row["url"].startswith(origin) and row["carriers"] == [carrier])  # type: ignore[no-any-return]


def test_sites_stand_on_addresses_of_their_own_at_one_port(county: CountyServer) -> None:
    hosts = [address.host.split(":") for address in county.sites]
    assert [host for host, _ in hosts] == ["127.0.1.1", "127.0.1.2", "127.0.1.3"]
    assert len({port for _, port in hosts}) == 1


def test_where_loopback_is_one_address_sites_get_ports_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS: only 127.0.0.1. No such system is at hand, so the question is answered for it."""
    monkeypatch.setattr(places, "_has_many_addresses", lambda: False)
    sockets = places.listen_for(3, 0)
    names = [opened.getsockname() for opened in sockets]
    for opened in sockets:
        opened.close()
    assert {address for address, _ in names} == {"127.0.0.1"}
    assert len({port for _, port in names}) == 3


def test_a_port_that_is_taken_is_refused_at_the_start(world: World) -> None:
    with socket.socket() as other:
        other.bind(("127.0.1.2", 0))
        other.listen()
        server = CountyServer(world, port=other.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            server.start()
        server.stop()


def test_a_stopped_server_leaves_no_thread_and_no_port(world: World, ask) -> None:  # type: ignore[no-untyped-def]
    before = set(threading.enumerate())
    with CountyServer(world) as server:
        url = server.sites[0].url
        left_open = http.client.HTTPConnection(server.sites[1].host, timeout=5)
        left_open.request("GET", "/")
        left_open.getresponse().read()
    left_open.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        ask(url)


def test_a_page_with_a_tag_answers_304_to_who_holds_it(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, "trs")["url"]
    first = ask(url)
    by_tag = ask(url, If_None_Match=first.headers["etag"])
    by_date = ask(url, If_Modified_Since=first.headers["last-modified"])
    assert (first.status, by_tag.status, by_date.status) == (200, 304, 304)
    assert by_tag.body == b"" and by_tag.headers["etag"] == first.headers["etag"]
    # A tag that does not fit decides alone, whatever the date says.
    both = ask(url, If_None_Match='"other"', If_Modified_Since=first.headers["last-modified"])
    assert both.status == 200
    assert ask(url, If_Modified_Since="Sat, 01 Jan 2011 00:00:00 GMT").status == 200
    assert ask(url, If_Modified_Since="no date").status == 200


@pytest.mark.parametrize("family", ["trs", "jcms", "vsb"])
def test_attachments_always_have_a_tag(county: CountyServer, ask, family: str) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, family, "pdf")["attachments"][0]
    first = ask(url)
    assert ask(url, If_None_Match=first.headers["etag"]).status == 304


def test_a_page_with_a_counter_changes_at_every_fetch_and_has_no_tag(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, "jcms")["url"]
    first, second = ask(url), ask(url)
    assert "etag" not in first.headers and "last-modified" not in first.headers
    assert first.body != second.body
    without = [re.sub(rb"\xef\xbc\x9a\d+</span>", b"", got.body) for got in (first, second)]
    assert without[0] == without[1]


def test_a_page_without_a_counter_is_the_same_at_every_fetch(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, "trs")["url"]
    assert ask(url).body == ask(url).body


@pytest.mark.parametrize("family", ["trs", "jcms"])
def test_bodies_are_compressed_only_when_asked(county: CountyServer, ask, family: str) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, family)["url"]
    plain, squeezed = ask(url), ask(url, Accept_Encoding="gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert squeezed.headers["content-encoding"] == "gzip"
    assert len(squeezed.body) < len(plain.body) / 2
    assert "政府信息公开".encode() in gzip.decompress(squeezed.body)


def test_some_pages_come_in_chunks(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    column = next(address.column_url for address in county.sites if address.family == "vsb")
    listing = ask(column.replace(".htm", "/2023n.htm"))
    assert listing.headers["transfer-encoding"] == "chunked"
    assert listing.text("gb18030").rstrip().endswith("</html>")


def test_head_has_the_headers_and_no_body(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    url = report_of(county, "trs")["url"]
    head, full = ask(url, "HEAD"), ask(url)
    assert head.body == b""
    assert head.headers["content-length"] == str(len(full.body))


def test_unknown_pages_are_404_with_a_page_of_their_own(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    got = ask(county.sites[0].url + "no/such/page.html")
    assert got.status == 404
    assert "页面不存在" in got.text()


def test_robots_txt_forbids_the_search_trap(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    assert "Disallow: /search/" in ask(county.sites[0].url + "robots.txt").text()
    assert "/search/?page=8" in ask(county.sites[0].url + "search/?page=7").text()


def test_other_methods_and_broken_requests_are_refused(county: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    assert ask(county.sites[0].url, "DELETE").status == 405
    address, port = county.sites[0].host.split(":")
    for sent in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
        with socket.create_connection((address, int(port)), timeout=5) as raw:
            raw.sendall(sent)
            assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 400")


def test_the_log_tells_connections_apart_and_counts(edited: CountyServer) -> None:
    host = edited.sites[0].host
    for _ in range(2):
        connection = http.client.HTTPConnection(host, timeout=5)
        for target in ("/", "/robots.txt"):
            connection.request("GET", target, headers={"User-Agent": "tester"})
            connection.getresponse().read()
        connection.close()
    entries = edited.log.entries(host)
    assert [entry.target for entry in entries] == ["/", "/robots.txt"] * 2
    assert len({entry.connection for entry in entries}) == 2
    assert {entry.user_agent for entry in entries} == {"tester"}
    assert all(entry.status == 200 and entry.sent > 0 and entry.ended >= entry.started for entry in entries)
    assert edited.log.count() == edited.log.count(host) == 4
    assert edited.log.count(edited.sites[1].host) == 0
    assert edited.log.most_at_once(host) == 1
    edited.log.clear()
    assert edited.log.count() == 0


def test_requests_that_overlap_are_seen_in_the_log(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    edited.fault(0, Kind.SLOW, seconds=1.5)
    threads = [threading.Thread(target=ask, args=(edited.sites[0].url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert edited.log.most_at_once(edited.sites[0].host) == 3


def entries(*times: tuple[float, float]) -> Iterator[Entry]:
    for started, ended in times:
        yield Entry("h", 1, "GET", "/", started, ended, 200, 1, "")


def test_requests_one_after_the_other_do_not_overlap() -> None:
    assert most_at_once(entries((0, 1), (1, 2), (2, 3))) == 1
    assert most_at_once(entries((0, 1), (0.5, 2), (1, 3))) == 2
    assert most_at_once([]) == 0


def test_a_refusing_site_comes_back_at_its_port(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    url = edited.sites[0].url
    edited.fault(0, Kind.REFUSE)
    with pytest.raises(ConnectionRefusedError):
        ask(url)
    assert ask(edited.sites[1].url).status == 200
    edited.clear_faults(0)
    assert ask(url).status == 200


def test_an_unavailable_site_says_when_to_come_again(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    edited.fault(0, Kind.UNAVAILABLE, seconds=7, times=1)
    got = ask(edited.sites[0].url)
    assert (got.status, got.headers["retry-after"]) == (503, "7")
    assert ask(edited.sites[0].url).status == 200


def test_a_silent_site_runs_into_the_time_limit(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    edited.fault(0, Kind.TIMEOUT)
    with pytest.raises(TimeoutError):
        ask(edited.sites[0].url, timeout=0.3)
    edited.clear_faults()
    assert ask(edited.sites[0].url).status == 200
    assert 0 in {entry.status for entry in edited.log.entries()}


def test_a_slow_site_answers_late(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    edited.fault(0, Kind.SLOW, seconds=0.3, path="/robots.txt")
    ask(edited.sites[0].url)
    started = time.monotonic()
    assert ask(edited.sites[0].url + "robots.txt").status == 200
    assert time.monotonic() - started >= 0.3


def test_a_cut_connection_leaves_half_an_answer(edited: CountyServer, ask) -> None:  # type: ignore[no-untyped-def]
    edited.fault(0, Kind.RESET, times=1)
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        ask(edited.sites[0].url)
    assert ask(edited.sites[0].url).status == 200


def test_a_fault_hits_its_path_so_many_times() -> None:
    fault = Fault(Kind.SLOW, path="/a/", times=2)
    now = datetime(2026, 2, 1, tzinfo=UTC)
    assert [fault.hits(path, now) for path in ("/a/1", "/b/", "/a/2", "/a/3")] == [True, False, True, False]


def test_pages_are_made_once_a_version(county: CountyServer, ask, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    asked = []
    answer = Portal.answer
    monkeypatch.setattr(Portal, "answer", lambda self, request: asked.append(request.path) or answer(self, request))
    for _ in range(3):
        ask(county.sites[2].url + "robots.txt?once")
    assert asked.count("/robots.txt") == 1
