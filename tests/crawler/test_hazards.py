"""Sites that misbehave, all in one crawl: what each hazard does to its own site's run, and that it does nothing to the others."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from archive.harvests import RunOfSite

TITLE = "柳林镇{}年政府信息公开工作年度报告"
REPORT = (
    "<html><head><title>{0}</title></head><body><div id='zoom'><h1>{0}</h1>"
    + "<p>一、总体情况。各项工作按要求完成。</p>" * 30
    + "</div></body></html>"
)


def _list(rows: dict[str, str], head: str = "", tail: str = "") -> str:
    items = "".join(f"<li><a href='{url}'>{title}</a><span>2025-01-20</span></li>" for url, title in rows.items())
    return f"<html><head><title>政府信息公开年报</title>{head}</head><body><ul>{items}</ul>{tail}<p>{'本栏目公开各单位年度报告。' * 10}</p></body></html>"


def _reports(*years: int) -> dict[str, str]:
    return {f"/nb/t{year + 1}0120_{year}.html": TITLE.format(year) for year in years}


def _site(rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """A home page, a column that lists `rows`, and a page for each of them."""
    home = (
        "<html><head><title>栖桐县人民政府</title></head><body><a href='/nb/'>政府信息公开年报</a>"
        + "<p>栖桐县人民政府门户网站欢迎您。</p>" * 30
    )
    pages = {"/": home, "/nb/": _list(rows)} | {url: REPORT.format(title) for url, title in rows.items()}
    return pages | {f"/{path}" if not path.startswith("/") else path: answer for path, answer in more.items()}


@dataclass
class Ended:
    runs: dict[str, RunOfSite]
    asked: dict[str, list[str]]
    captures: dict[str, list[Any]]
    sightings: list[Any]


@pytest.fixture(scope="module")
def ended(shared_crawling: Any, page_server: Callable[[dict[str, Any]], Any], answer: Any) -> Iterator[Ended]:
    challenge = answer(412, body=b"<html><body><script>$_ts=window['$_ts'];</script></body></html>")
    two = _reports(2023, 2024)
    robots_text = b"User-agent: *\nDisallow: /nb/t2025\nCrawl-delay: 0.05"
    sites: dict[str, dict[str, Any]] = {
        "forbidden": _site(_reports(2023, 2024), **{"/robots.txt": answer(headers={"Content-Type": "text/plain"}, body=robots_text)}),
        "robots-home": _site(two) | {"/robots.txt": answer(302, {"Location": "/"})},
        "robots-chain": _site(two) | {"/robots.txt": answer(301, {"Location": "/r1"}), "/r5": answer(headers={"Content-Type": "text/plain"}, body=robots_text)}
        | {f"/r{step}": answer(302, {"Location": f"/r{step + 1}"}) for step in range(1, 5)},
        "robots-circle": _site(two) | {"/robots.txt": answer(302, {"Location": "/robots.txt"})},
        "challenged": {"/": challenge, "/robots.txt": challenge},
        "challenged-inside": _site(two) | {"/nb/": challenge},
        "metadata": _site(two) | {"/nb/t20250120_2024.html": answer(302, {"Location": "http://169.254.169.254/latest/meta-data/"})},
        "foreign": _site(two | {"http://williamhill.example.com/nb/t20250120_9.html": TITLE.format(2022)})
        | {"/nb/t20250120_2024.html": answer(302, {"Location": "http://mirror.example.com/a.html"})},
        "front-door": _site(two) | {"/nb/t20250120_2024.html": answer(302, {"Location": "/"})},
        "moved": _site(two) | {"/nb/t20250120_2024.html": answer(301, {"Location": "/new/2024.html"}), "/new/2024.html": REPORT.format("新址")},
        "shell": _site(two) | {"/": "<html><script>window.location.href='/main.html'</script></html>", "/main.html": _site(two)["/"]},
        "busy": _site(two) | {"/nb/": lambda times: answer(503, {"Retry-After": "1"}) if times == 0 else _list(two)},
        "cut": _site(two) | {"/nb/t20250120_2024.html": lambda times: answer(headers={"Content-Length": "9000", "Connection": "close"}, body=b"<p>half") if times == 0 else REPORT.format("整")},
        "cookie": _site(two) | {"/nb/": lambda times: answer(302, {"Location": "/nb/", "Set-Cookie": "a=1"}) if times == 0 else _list(two)},
        "squeezed": _site(two) | {"/nb/": answer(headers={"Content-Encoding": "gzip"}, body=gzip.compress(_list(two).encode("gb18030")))},
        "nothing": _site({}),
        "framed": _site(two) | {"/nb/": _list({}, tail="<iframe src='/frame/list.html'></iframe>"), "/frame/list.html": _list(two)},
        "endless": _site(two) | {f"/nb/index_{page}.html": _list(two, tail=f"<a href='index_{page + 1}.html'>下一页</a>") for page in range(1, 9)}
        | {"/nb/": _list(two, tail="<a href='index_1.html'>下一页</a>")},
    }  # fmt: skip
    servers = {code: page_server(pages) for code, pages in sites.items()}
    ids = {code: shared_crawling.add(server.url, code=code) for code, server in servers.items()}
    runs = shared_crawling.crawl("harvest", list(ids.values()))
    by_site = {
        code: [one for one in shared_crawling.captures() if one.site_id == number] for code, number in ids.items()
    }
    yield Ended(runs, {code: server.asked for code, server in servers.items()}, by_site, shared_crawling.sightings())


def test_what_robots_forbid_is_not_asked(ended: Ended) -> None:
    assert [path for path in ended.asked["forbidden"] if path.startswith("/nb/t")] == ["/nb/t20240120_2023.html"]
    assert ended.runs["forbidden"].facts["tally"]["robots"] == 1
    assert len([one for one in ended.sightings if one.url.startswith("http") and one.site_id == 1]) == 2, (
        "that it is there is known all the same"
    )


def test_a_robots_file_is_followed_where_it_leads(ended: Ended) -> None:
    assert [path for path in ended.asked["robots-chain"] if path.startswith("/nb/t")] == ["/nb/t20240120_2023.html"]
    assert ended.runs["robots-chain"].facts["tally"]["robots"] == 1
    for code in ("robots-home", "robots-circle"):
        assert ended.runs[code].state == "done", "a home page, or nothing, in its place has no rules"
        assert [path for path in ended.asked[code] if path.startswith("/nb/t")] == list(_reports(2023, 2024))


def test_a_challenge_is_named_and_not_answered(ended: Ended) -> None:
    run = ended.runs["challenged"]
    assert run.state == "failed" and run.reason and "challenge" in run.reason
    assert ended.asked["challenged"] == ["/robots.txt"]
    assert [one.blocked for one in ended.captures["challenged"]] == ["challenge"]


def test_a_challenge_inside_a_site_is_not_taken_for_an_empty_column(ended: Ended) -> None:
    run = ended.runs["challenged-inside"]
    assert run.state == "failed" and run.reason and "challenge" in run.reason
    assert run.facts["tally"]["challenge"] == 1


@pytest.mark.parametrize("code", ["metadata", "foreign"])
def test_a_redirect_out_of_the_site_is_captured_and_not_followed(ended: Ended, code: str) -> None:
    assert (302, None) in {(one.status, one.blocked) for one in ended.captures[code]}
    assert {one.url.split("/")[2] for one in ended.captures[code]} == {ended.runs[code].site.url.split("/")[2]}
    assert ended.runs[code].state == "done"


def test_a_report_on_a_foreign_host_is_named_and_not_fetched(ended: Ended) -> None:
    assert ended.runs["foreign"].facts["foreign_hosts"] == {
        "williamhill.example.com": "http://williamhill.example.com/nb/t20250120_9.html"
    }
    assert not [one for one in ended.sightings if "williamhill" in one.url]


def test_a_redirect_to_the_front_door_is_a_page_that_is_gone(ended: Ended) -> None:
    assert (302, "home redirect") in {(one.status, one.blocked) for one in ended.captures["front-door"]}
    assert ended.asked["front-door"].count("/") == 1


def test_a_page_that_moved_answers_for_its_old_address(ended: Ended) -> None:
    moved = [one for one in ended.captures["moved"] if one.url_key.endswith("/nb/t20250120_2024.html")]
    assert [(one.status, one.url.rpartition("/")[2]) for one in moved] == [
        (301, "t20250120_2024.html"),
        (200, "2024.html"),
    ]


def test_a_shell_is_followed_one_step(ended: Ended) -> None:
    assert ended.runs["shell"].state == "done"
    assert ended.asked["shell"][:3] == ["/robots.txt", "/", "/main.html"]


def test_a_busy_host_is_asked_again_when_it_said(ended: Ended) -> None:
    assert ended.asked["busy"].count("/nb/") == 2
    first, second = (one.fetched_at for one in ended.captures["busy"] if one.url.endswith("/nb/"))
    assert (second - first).total_seconds() >= 1.0
    assert ended.runs["busy"].state == "done"


def test_an_answer_that_broke_off_is_kept_and_asked_again(ended: Ended) -> None:
    kept = [one for one in ended.captures["cut"] if one.url.endswith("_2024.html")]
    assert [one.truncated for one in kept] == ["disconnect", None]


def test_a_cookie_and_the_same_address_again_are_plain_http(ended: Ended) -> None:
    assert ended.runs["cookie"].state == "done" and ended.asked["cookie"].count("/nb/") == 2


def test_compressed_gb18030_pages_are_read_and_kept_as_they_came(ended: Ended) -> None:
    assert ended.runs["squeezed"].state == "done"


def test_a_list_in_a_frame_is_read(ended: Ended) -> None:
    assert ended.runs["framed"].state == "done" and ended.runs["framed"].reports_seen == 2


def test_a_column_without_reports_is_a_failed_run(ended: Ended) -> None:
    run = ended.runs["nothing"]
    assert run.state == "failed" and run.reason and run.reason.startswith("no annual report found")


def test_a_list_that_never_ends_ends_when_nothing_new_comes(ended: Ended) -> None:
    run = ended.runs["endless"]
    assert run.state == "done"
    assert ended.asked["endless"].count("/nb/index_2.html") == 0
    (walked,) = run.facts["lists"]
    assert walked["ended"] == "page 2 repeats an earlier one" and not walked["complete"]


def test_one_ill_site_does_not_touch_another(ended: Ended) -> None:
    states = {code: run.state for code, run in ended.runs.items()}
    assert {code for code, state in states.items() if state == "failed"} == {
        "challenged",
        "challenged-inside",
        "nothing",
    }
    assert set(states.values()) == {"done", "failed"}
