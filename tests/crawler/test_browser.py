"""A site whose lists exist only after scripts ran, crawled with a real Chromium and without; what the browser asked is in the archive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from archive.database import reading
from archive.models import Capture
from archive.warc import WarcStore
from crawler.addresses import url_key
from demo.server import CountyServer
from demo.world import World

pytest.importorskip("playwright", reason="the extra `browser` is not installed")
pytestmark = [
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium here: .ci/programs brings it"),
]
SIZES: dict[str, Any] = {"counties": 1, "townships": 2, "departments": 1, "years": (2023, 2024)}
FILLER = "<p>栖桐县人民政府门户网站欢迎您。</p>" * 20
ROW = "<li><a href='/nb/t20250120_1.html'>柳林镇2024年政府信息公开工作年度报告</a></li>"
SHELL = f"""<html><head><title>政府信息公开年报</title><link rel="stylesheet" href="/style.css"></head><body>{FILLER}
<img src="/picture.png"><div id="list"></div><script src="/list.js"></script></body></html>"""
SCRIPT = """
var ways = ['/forbidden/rows.json', 'http://127.0.7.99:1/strange.json', 'ws://127.0.7.1:1/socket'];
new WebSocket(ways[2]);
Promise.allSettled([fetch(ways[0]), fetch(ways[1])]).then(function () {
  var asked = new XMLHttpRequest();
  asked.open('POST', '/rows'); asked.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  asked.onload = function () { document.getElementById('list').innerHTML = '<ul>' + asked.responseText + '</ul>'; };
  asked.send('column=7');
});
"""


@pytest.mark.parametrize("arrangement", ["mixed", "years"])
def test_reports_behind_scripts_are_found_and_what_was_asked_is_kept(crawling: Any, arrangement: str) -> None:
    world = World.build(1, **SIZES, families=("trs",), arrangements=(arrangement,), hazards={0: ("js_shell",)})
    with CountyServer(world) as server:
        truth = server.truth()
        site_id = crawling.add(server.sites[0].url, browser=True)
        (run,) = crawling.crawl("harvest", [site_id]).values()
        served = [entry.target for entry in server.log.entries()]
    assert run.state == "done", run.reason
    seen = {one.url_key for one in crawling.sightings() if one.parent_id is None}
    assert seen == {url_key(report["url"]) for report in truth["reports"]}
    assert len(served) == len(crawling.captures()), "the browser asked nothing that was not captured"
    data = [one for one in crawling.captures() if one.url.endswith(".json")]
    assert data and all(one.purpose == "other" for one in data)
    with reading(crawling.engine) as session:
        kept = WarcStore(crawling.folder / "warc")
        from archive import captures

        exchange = captures.exchange(session, kept, session.get_one(Capture, data[0].id))
    assert exchange.body.startswith(b'{"rows"'), "as the server sent it"


def test_without_the_setting_no_browser_runs_and_the_run_says_what_is_missing(crawling: Any) -> None:
    world = World.build(1, **SIZES, families=("trs",), arrangements=("mixed",), hazards={0: ("js_shell",)})
    with CountyServer(world) as server:
        (run,) = crawling.crawl("harvest", [crawling.add(server.sites[0].url)]).values()
        assert not [entry for entry in server.log.entries() if entry.target.endswith(".json")]
    assert run.state == "failed" and "--browser" in run.reason


def test_robots_pace_and_guard_hold_for_what_a_browser_asks(
    crawling: Any, page_server: Callable[[dict[str, Any]], Any], answer: Callable[..., Any]
) -> None:
    server = page_server(
        {
            "/robots.txt": answer(body=b"User-agent: *\nDisallow: /forbidden/\n"),
            "/": f"<html><title>栖桐县</title><body><a href='/nb/'>政府信息公开年报</a>{FILLER}",
            "/nb/": SHELL,
            "/list.js": answer(headers={"Content-Type": "text/javascript"}, body=SCRIPT.encode()),
            "*": lambda path, body: ROW if (path, body) == ("/rows", b"column=7") else answer(404),
            "/nb/t20250120_1.html": f"<html><title>年报</title><body><div id='zoom'>{FILLER}</div>",
        }
    )
    (run,) = crawling.crawl("harvest", [crawling.add(server.url, browser=True)]).values()
    assert run.state == "done", run.reason
    assert server.asked == ["/robots.txt", "/", "/nb/", "/list.js", "/rows", "/nb/t20250120_1.html"]
    assert {one.url.rpartition("/")[2] for one in crawling.captures()} >= {"list.js", "rows"}
