"""Families whose lists come from an interface: the request that the page's own script makes, page after page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from demo.dialect import Request
from demo.portal import Portal, sites_of
from demo.world import World

Open = Callable[[str], Any]


def one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def said_by(rows: list[dict[str, Any]], *names: str) -> str:
    return "".join(" ".join(str(row[name]) for name in names) + "\n" for row in rows)


def collected(fetch: Callable[[int], tuple[list[dict[str, Any]], int]], first: int = 1) -> list[dict[str, Any]]:
    """Pages until as many rows are there as the interface declares."""
    rows, total = fetch(first)
    number = first
    while len(rows) < total:
        number += 1
        more, _ = fetch(number)
        assert more, f"page {number} is empty and {total - len(rows)} rows are missing"
        rows = rows + more
    return rows


@pytest.mark.parametrize("family", ["kaipu", "kaipu_harbin", "kaipu_sichuan"])
def test_kaipu_is_asked_by_its_channel(portal: Open, family: str) -> None:
    site = portal(family)
    call = one(r"getJSON\('([^']+)'", site.text(site.column))

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        data = site.json(call.replace("page=1&", f"page={number}&"))["data"]
        return data["results"], data["total"]

    rows = collected(fetch)
    assert {row["channelName"] for row in rows} == {"政府信息公开年报"}
    site.must_list(said_by(rows, "title", "url"))
    assert [child["displayName"] for child in site.json("/common/getChannelList")["results"]["children"]]


def test_gkmlpt_has_one_page_and_an_interface(portal: Open) -> None:
    site = portal("gkmlpt")
    page = site.text(site.column)
    sid, column = one(r"SID:'(\d+)'", page), one(r"annualreport#(\d+)", site.column)
    tree = json.loads(one(r"TREE:(\[.*\]), SITE_NAME", page))
    assert column in {str(node["id"]) for node in tree if node["name"] == "政府信息公开年报"}
    first = site.json(f"/gkmlpt/api/all/{column}?page=1&sid={sid}")
    assert site.json(f"/gkmlpt/api/all/{column}?page=0&sid={sid}") == first
    assert site.json(f"/gkmlpt/api/all/{column}?page=2&sid={sid}")["articles"] == []
    assert first["classify"]["post_count"] == len(first["articles"])
    site.must_list(said_by(first["articles"], "title", "url"))


def test_gkmlpt_writes_its_articles_as_escaped_data(portal: Open) -> None:
    site = portal("gkmlpt")
    report = next(report for report in site.reports if report["carriers"] == ["html"])
    page = site.text(report["url"])
    assert "\\u003C" in page and "<table" not in page
    detail = json.loads(one(r"DETAIL:({.*})}</script>", page))
    assert "<table" in detail["content"] and detail["title"] == report["title"]
    with_file = next(report for report in site.reports if report["attachments"])
    (file, *_) = json.loads(one(r"DETAIL:({.*})}</script>", site.text(with_file["url"])))["attachment"]
    assert file["url"] == with_file["attachments"][0]


def test_lonsun_gives_each_organ_by_label(portal: Open) -> None:
    site = portal("lonsun")
    nodes = site.json("/site/label/8888?labelName=columnTree&isJson=true&id=0&isChild=true")
    said = ""
    for path in [site.column, *(node["htmlPath"] for node in nodes)]:
        organ = one(r"/public/column/(\d+)", path)
        shell = site.text(f"/public/column/{organ}?type=3&catId=&action=list")
        call, total = one(r"var listUrl='([^']+)'", shell), int(one(r"pageCount:(\d+)", shell))
        small = call.replace("pageSize=15", "pageSize=2")
        for number in range(1, -(-total * 15 // 2) + 1):
            said += site.text(f"{small}&pageIndex={number}")
    site.must_list(said)


@pytest.mark.parametrize(("family", "first"), [("epoint", 0), ("epoint_old", 1)])
def test_epoint_is_asked_by_json(portal: Open, family: str, first: int) -> None:
    site = portal(family)
    page = site.text(site.column)
    guid = one(r"siteGuid:'([^']+)'", site.text("/js/webBuilderCommon.js"))
    query = json.loads(one(r"var query = ({.*});", page).replace("siteInfo.siteGuid", f'"{guid}"'))
    words = query if first == 0 else query["params"]

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        words["pageIndex"] = number
        url = f"{site.address.url}EWB-FRONT/rest/lightfrontaction/getgovinfolist"
        custom = site.ask(url, "POST", json.dumps(query).encode(), Content_Type="application/json").json()["custom"]
        return custom["data"], custom["total"]

    site.must_list(said_by(collected(fetch, first), "title", "infourl"))


def test_truecms_wants_a_referer_and_answers_jsonp(portal: Open) -> None:
    site = portal("truecms")
    page = site.text(site.column)
    column, total = one(r"columnId = '(\w+)'", page), int(one(r"total = (\d+)", page))
    base = f"/messageController/getMessage.do?columnId={column}&callback=cb"
    assert site.ask(site.address.url.rstrip("/") + base).status == 403
    said = ""
    for start in range(1, total + 1, 20):
        answer = site.text(f"{base}&startrecord={start}&endrecord={start + 19}&perpage=20", Referer=site.column)
        said += json.loads(one(r"^cb\((.*)\)$", answer))["result"]
    assert said.count("<record>") == total
    site.must_list(said)
    small = site.text(f"{base}&startrecord=1&endrecord=2&perpage=2", Referer=site.column)
    assert small.count("<record>") == 10


def test_eportal_is_asked_by_portlet(portal: Open) -> None:
    site = portal("eportal")
    call = one(r'getJSON\("([^"]+)"', site.text(site.column))

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        answer = site.json(call.replace("pageNo=1", f"pageNo={number}"))
        return answer["result"], answer["total"]

    site.must_list(said_by(collected(fetch), "title", "url"))


def test_intertid_is_asked_by_index(portal: Open) -> None:
    site = portal("intertid")
    call = one(r'post\("([^"]+)"', site.text(site.column))

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        answer = site.json(call.replace("Index=1", f"Index={number}"))
        return answer["list"], answer["total"]

    site.must_list(said_by(collected(fetch), "title", "url"))


def test_json_list_is_asked_by_form(portal: Open) -> None:
    site = portal("cac")
    code = one(r"channelCode:'(\w+)'", site.text(site.column))

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        answer = site.json("/cms/JsonList", {"channelCode": code, "perPage": 20, "pageno": number})
        return answer["list"], answer["totalRec"]

    rows = collected(fetch)
    assert all(row["infourl"].startswith("//127.") for row in rows)
    site.must_list(said_by(rows, "topic", "infourl"))


def test_a_search_service_is_asked_by_category(portal: Open) -> None:
    site = portal("miit")
    call = one(r'get\("([^"]+)"', site.text(site.column))

    def fetch(number: int) -> tuple[list[dict[str, Any]], int]:
        found = site.json(call.removesuffix("p=1") + f"p={number}")["data"]["searchResult"]
        return [row["data"] for row in found["dataResults"]], found["totalCount"]

    site.must_list(said_by(collected(fetch), "title_text", "url"))


def test_gkmlpt_gives_a_hundred_at_a_time() -> None:
    """Asked without a socket: a county whose list has more than that."""
    world = World.build(
        1,
        counties=1,
        townships=12,
        departments=12,
        years=range(2020, 2026),
        families=("gkmlpt",),
        arrangements=("mixed",),
    )
    (site,) = sites_of(world)
    portal = Portal(site)
    column = portal.dialect.column_path(site, site.column("zfxxgknb")).partition("#")[2]
    page = portal.answer(Request("GET", "/gkmlpt/annualreport")).body.decode()
    query = {"sid": one(r"SID:'(\d+)'", page)}
    found = []
    for number in ("1", "2", "3"):
        answer = portal.answer(Request("GET", f"/gkmlpt/api/all/{column}", {**query, "page": number}))
        found.append(len(json.loads(answer.body)["articles"]))
    assert found[0] == 100 and 0 < found[1] < 100 and found[2] == 0
    assert sum(found) == len(site.listed(site.column("zfxxgknb")))
