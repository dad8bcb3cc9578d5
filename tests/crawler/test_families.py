"""Portals whose lists come by script, served over HTTP as their systems do: every report of each is found through the interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from archive.harvests import RunOfSite

ORGANS = tuple(f"栖桐县{name}" for name in ("柳林镇", "双河镇", "青杨乡", "财政局", "教育局", "水利局", "统计局"))
YEARS = tuple(range(2019, 2025))
REPORTS = tuple((f"{organ}{year}年政府信息公开工作年度报告", f"{year + 1}-01-20") for year in YEARS for organ in ORGANS)
NOISE = ("栖桐县2024年法治政府建设情况报告", "2025-02-01")
ROWS = (NOISE, *REPORTS)
TEXT = "<p>一、总体情况。各项工作按照要求完成，依法主动公开信息。</p>" * 30


def _page(main: str, title: str = "政府信息公开年报") -> str:
    return f"<html><head><title>{title}_栖桐县人民政府</title></head><body><h1>{title}</h1>{main}<p>{'栖桐县人民政府主办。' * 30}</p></body></html>"


def _home(column: str) -> str:
    return _page(f"<a href='{column}'>政府信息公开年报</a><a href='/news/'>新闻中心</a>", "首页")


def _items(rows: Any, link: Callable[[int], str]) -> str:
    return "".join(
        f"<li><a href='{link(ROWS.index(row))}' title='{row[0]}'>{row[0][:9]}…</a><span>{row[1]}</span></li>"
        for row in rows
    )


def _articles(link: Callable[[int], str]) -> dict[str, str]:
    return {link(number): _page(f"<div id='zoom'>{TEXT}</div>", title) for number, (title, _) in enumerate(ROWS)}


def _query(path: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))


@dataclass(frozen=True)
class Family:
    pages: dict[str, Any]
    portal: str


def _ucap(answer: Any) -> Family:
    channel = "0f0e0d0c0b0a09080706050403020100"

    def link(number: int) -> str:
        return f"/shili/c112945/202501/{number:032x}.shtml"

    def ask(path: str, body: bytes) -> Any:
        if path.startswith("/common/getChannelList"):
            return answer(
                headers={"Content-Type": "application/json"},
                body=json.dumps({"results": {"channelId": channel, "children": []}}).encode(),
            )
        if not path.startswith(f"/search/{channel}"):
            return None
        page, size = int(_query(path)["page"]), min(int(_query(path)["_pageSize"]), 20)
        some = ROWS[(page - 1) * size : page * size]
        results = [
            {"title": title, "url": link(ROWS.index((title, day))), "publishedTimeStr": f"{day} 09:00:00"}
            for title, day in some
        ]
        data = {"data": {"channelId": channel, "rows": size, "total": len(ROWS), "results": results}}
        return answer(headers={"Content-Type": "application/json"}, body=json.dumps(data).encode())

    column = "/shili/c112945/list.shtml"
    return Family(
        {"/": _home(column), column: _page("<div id='list'></div><ucaptitle></ucaptitle>"), "*": ask} | _articles(link),
        "ucap",
    )


def _gkmlpt(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/slbz/gkmlpt/content/0/638/post_{1000 + number}.html"

    def ask(path: str, body: bytes) -> Any:
        if not path.startswith("/slbz/gkmlpt/api/all/2629"):
            return None
        page = max(int(_query(path)["page"]), 1)
        articles = [
            {"title": title, "url": link(number), "display_publish_time": 1737388800}
            for number, (title, _) in enumerate(ROWS)
        ]
        some = articles[(page - 1) * 100 : page * 100]
        data = {"classify": {"id": 2629, "post_count": len(ROWS)}, "articles": some}
        return answer(headers={"Content-Type": "application/json"}, body=json.dumps(data).encode())

    tree = "[{id:2610,name:'法定主动公开内容',children:[{id:2629,name:'政府信息公开年报',children:[]}]}]"
    column = "/slbz/gkmlpt/annualreport"
    shell = _page(f"<script>window._CONFIG = {{SID:'755041', TREE:{tree}}};</script>")
    return Family({"/": _home(column + "#2629"), column: shell, "*": ask} | _articles(link), "gkmlpt")


def _jpaas(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/art/2025/art_{number:08x}.html"

    def ask(path: str, body: bytes) -> Any:
        if not path.startswith("/api-gateway/"):
            return None
        asked = json.loads(_query(path)["paramJson"])
        size, page = int(asked["pageSize"]), int(asked["pageNo"])
        html = f"<ul>{_items(ROWS[(page - 1) * size : page * size], link)}</ul><div class='pagination' rows='{size}' count='{len(ROWS)}'></div>"
        return answer(
            headers={"Content-Type": "application/json"},
            body=json.dumps({"success": True, "data": {"html": html}}).encode(),
        )

    data = "{'webId':'w1','pageId':'p1','tplSetId':'t1','tagId':'列表','parseType':'bulidstatic','pageType':'column'}"
    return Family(
        {
            "/": _home("/col/col77/index.html"),
            "/col/col77/index.html": _page(f'<div queryData="{data}"></div>'),
            "*": ask,
        }
        | _articles(link),
        "hanweb jpaas",
    )


def _lonsun(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/public/6600011/{679000 + number}.html"

    def ask(path: str, body: bytes) -> Any:
        if not path.startswith("/site/label/8888"):
            return None
        page = int(_query(path)["pageIndex"])
        pager = f'<script>Ls.pagination("#p", function(i){{}}, {{currPage:({page - 1}+1),pageCount:{-(-len(ROWS) // 15)}}});</script>'
        return f"<ul>{_items(ROWS[(page - 1) * 15 : page * 15], link)}</ul>{pager}"

    label = "/site/label/8888?IsAjax=1&dataType=html&labelName=publicInfoList&siteId=1&pageSize=15&pageIndex=1&organId=6600011&type=3"
    column = "/public/column/6600011?type=3&action=list"
    return Family(
        {"/": _home(column), column: _page(f'<div id="list"></div><script>load("{label}")</script>'), "*": ask}
        | _articles(link),
        "lonsun",
    )


def _epoint(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/xxgk/003006/20250120/{number:08x}-9041-43ad-8e13-8fcb82ea8311.html"

    def ask(path: str, body: bytes) -> Any:
        if path == "/js/webBuilderCommon.js":
            return answer(
                headers={"Content-Type": "application/javascript"},
                body=b"var siteInfo={projectName:'x',siteGuid:'7eb5f7f1'};",
            )
        if not path.endswith("/getgovinfolist"):
            return None
        asked = json.loads(body)
        assert asked["siteGuid"] == "7eb5f7f1"
        size, page = (
            int(asked["pageSize"]),
            max(int(asked["pageIndex"]), 1),
        )  # pages counted from 1, as newer versions do
        some = ROWS[(page - 1) * size : page * size]
        data = [
            {"infourl": link(ROWS.index((title, day))), "title": title[:8] + "…", "realtitle": title, "infodate": day}
            for title, day in some
        ]
        return answer(
            headers={"Content-Type": "application/json"},
            body=json.dumps({"custom": {"total": len(ROWS), "data": data}}).encode(),
        )

    shell = _page("<script src='/js/webBuilderCommon.js'></script><script>var deptCode='QT01';</script>")
    return Family(
        {"/": _home("/xxgk/003006/secondpage.html"), "/xxgk/003006/secondpage.html": shell, "*": ask} | _articles(link),
        "epoint",
    )


def _truecms(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/nt/202501/{number:036x}.html"

    def ask(path: str, body: bytes) -> Any:
        if not path.startswith("/messageController/"):
            return None
        first, last = int(_query(path)["startrecord"]), int(_query(path)["endrecord"])
        some = ROWS[first - 1 : min(last, first + 19)]
        records = "".join(f"<record><![CDATA[{_items([one], link)}]]></record>" for one in some)
        store = f"<datastore><totalrecord>{len(ROWS)}</totalrecord><recordset>{records}</recordset></datastore>"
        return answer(headers={"Content-Type": "text/javascript"}, body=f"cb({json.dumps({'result': store})})".encode())

    shell = _page('<script>$.ajax({url:"/messageController/getMessage.do?columnId=abc123"})</script>')
    return Family({"/": _home("/nt/xxgknb.html"), "/nt/xxgknb.html": shell, "*": ask} | _articles(link), "truecms")


def _xxgk(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/art/2025/1/20/art_1229000001_{number}.html"

    def ask(path: str, body: bytes) -> Any:
        if path.startswith("/module/xxgk/tree.jsp"):
            return "<div><a href=\"javascript:funclick('A01','1')\">政府信息公开指南</a><a href=\"javascript:funclick('A02','1')\">政府信息公开年报</a></div>"
        if not path.startswith("/module/xxgk/search.jsp"):
            return None
        asked = dict(parse_qsl(body.decode()))
        assert asked["infotypeId"] == "A02"
        page = int(asked["currpage"])
        some = ROWS[(page - 1) * 20 : page * 20]
        cells = "".join(
            f"<tr class='tr_main_value_odd'><td>1</td><td><a href='{link(ROWS.index(one))}' title='{one[0]}'>…</a></td><td>{one[1]}</td></tr>"
            for one in some
        )
        return f"<table>{cells}</table>共{-(-len(ROWS) // 20)}页"

    shell = _page('<iframe src="/module/xxgk/tree.jsp?standardXxgk=1&area=1133&divid=div4"></iframe>')
    return Family(
        {"/": _home("/col/col9/index.html"), "/col/col9/index.html": shell, "*": ask} | _articles(link), "hanweb xxgk"
    )


def _jpage_by_page_only(answer: Any) -> Family:
    def link(number: int) -> str:
        return f"/art/2025/1/20/art_1229000001_{number}.html"

    def records(some: Any) -> str:
        return "".join(f"<record><![CDATA[{_items([one], link)}]]></record>" for one in some)

    def ask(path: str, body: bytes) -> Any:
        if not path.startswith("/module/web/jpage/dataproxy.jsp"):
            return None
        page = int(_query(path).get("page", "1"))  # startrecord and endrecord are not looked at
        store = f"<datastore><totalrecord>{len(ROWS)}</totalrecord><recordset>{records(ROWS[(page - 1) * 20 : page * 20])}</recordset></datastore>"
        return answer(headers={"Content-Type": "text/xml"}, body=store.encode())

    group = '<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&columnid=1229000001&unitid=551"></a>]]></nextgroup>'
    inline = (
        f"<script type='text/xml'><datastore>{group}<recordset>{records(ROWS[:20])}</recordset></datastore></script>"
    )
    call = f"<script>$('#551').jpage({{totalRecord:{len(ROWS)},perPage:20,proxyUrl:'/module/web/jpage/dataproxy.jsp'}});</script>"
    return Family(
        {"/": _home("/col/col1/index.html"), "/col/col1/index.html": _page(inline + call), "*": ask} | _articles(link),
        "hanweb jpage",
    )


def _organ_columns(answer: Any) -> Family:
    """Each organ keeps its own column in its own directory; nobody lists them together."""

    def link(number: int) -> str:
        return f"/gk/202501/t20250120_{number}.html"

    pages: dict[str, Any] = {
        "/": _page("<a href='/zwgk/'>政务公开</a><a href='/news/'>新闻中心</a>", "首页"),
        "/zwgk/": _page("<a href='/zwgk/bm/'>部门信息公开</a><a href='/zwgk/zn/'>政府信息公开指南</a>", "政务公开"),
        "/zwgk/bm/": _page(
            "".join(f"<a href='/zwgk/bm/o{number}/'>{organ}</a>" for number, organ in enumerate(ORGANS)), "部门信息公开"
        ),
    }
    for number, organ in enumerate(ORGANS):
        pages[f"/zwgk/bm/o{number}/"] = _page(f"<a href='/zwgk/bm/o{number}/nb/'>政府信息公开年报</a>", organ)
        own = [row for row in REPORTS if row[0].startswith(organ)]
        pages[f"/zwgk/bm/o{number}/nb/"] = _page(f"<ul>{_items(own, link)}</ul>")
    return Family(pages | _articles(link), "")


def _column_is_report(answer: Any) -> Family:
    """A column without a list: it shows the newest report itself."""
    form = "".join(
        f"<p>{part}</p>"
        for part in (
            "一、总体情况",
            "二、主动公开政府信息情况",
            "三、收到和处理政府信息公开申请情况",
            "四、行政复议、行政诉讼情况",
            "五、存在的主要问题及改进情况",
        )
    )
    return Family(
        {
            "/": _home("/nb/"),
            "/nb/": _page(f"<div id='zoom'>{form}{TEXT}</div>", "栖桐县人民政府2024年政府信息公开工作年度报告"),
        },
        "",
    )


FAMILIES: dict[str, Callable[[Any], Family]] = {
    "ucap": _ucap,
    "gkmlpt": _gkmlpt,
    "jpaas": _jpaas,
    "lonsun": _lonsun,
    "epoint": _epoint,
    "truecms": _truecms,
    "xxgk": _xxgk,
    "jpage-by-page": _jpage_by_page_only,
    "organ-columns": _organ_columns,
    "column-is-report": _column_is_report,
}


@dataclass
class Crawled:
    runs: dict[str, RunOfSite]
    titles: dict[str, list[str]]
    asked: dict[str, list[str]]
    portals: dict[str, str]


pytestmark = pytest.mark.xdist_group("families")  # harvested once


@pytest.fixture(scope="module")
def crawled(shared_crawling: Any, page_server: Callable[[dict[str, Any]], Any], answer: Any) -> Crawled:
    families = {code: make(answer) for code, make in FAMILIES.items()}
    servers = {code: page_server(family.pages) for code, family in families.items()}
    ids = {code: shared_crawling.add(server.url, code=code) for code, server in servers.items()}
    runs = shared_crawling.crawl("harvest", list(ids.values()))
    titles = {
        code: sorted(one.title for one in shared_crawling.sightings() if one.site_id == number)
        for code, number in ids.items()
    }
    return Crawled(
        runs,
        titles,
        {code: server.asked for code, server in servers.items()},
        {code: family.portal for code, family in families.items()},
    )


@pytest.mark.parametrize("code", [code for code in FAMILIES if code != "column-is-report"])
def test_every_report_is_found_and_nothing_else(crawled: Crawled, code: str) -> None:
    assert crawled.titles[code] == sorted(title for title, _ in REPORTS), crawled.runs[code].reason
    assert crawled.runs[code].state == "done"


@pytest.mark.parametrize("code", FAMILIES)
def test_the_family_is_recognised_and_remembered(crawled: Crawled, code: str) -> None:
    if crawled.portals[code]:
        assert crawled.runs[code].facts["family"] == crawled.portals[code] == crawled.runs[code].site.family


@pytest.mark.parametrize("code", [code for code in FAMILIES if not code.startswith(("column", "organ"))])
def test_what_the_list_declares_is_collected(crawled: Crawled, code: str) -> None:
    (walked,) = [one for one in crawled.runs[code].facts["lists"] if one["reports"]]
    assert walked["declared"] in (None, len(ROWS)) and walked["collected"] == len(ROWS) and walked["complete"], walked


@pytest.mark.parametrize("code", [code for code in FAMILIES if not code.startswith(("column", "organ"))])
def test_no_more_is_asked_than_the_reports_and_their_lists(crawled: Crawled, code: str) -> None:
    assert len(crawled.asked[code]) <= 1.3 * len(REPORTS), crawled.asked[code]


def test_a_column_that_shows_its_only_report_is_the_report(crawled: Crawled) -> None:
    assert crawled.titles["column-is-report"] == ["栖桐县人民政府2024年政府信息公开工作年度报告"]
    assert crawled.asked["column-is-report"].count("/nb/") == 1
