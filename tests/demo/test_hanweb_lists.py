"""Hanweb's families and the servers among them that do not answer as they are asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from demo.ledger import State

Open = Callable[[str], Any]


def one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]


def proxied(site: Any, said: str) -> str:
    """The proxy's address as the page names it, without its page."""
    return one(r'<a href="(/module/[^"]+)"></a>', said).replace("page=1&", "").replace("page=2&", "")


def test_a_server_may_heed_the_page_alone(portal: Open) -> None:
    site = portal("jcms_pages")
    said = site.text(site.column)
    total, proxy = int(one(r"totalRecord:(\d+)", said)), proxied(site, said)
    window = site.text(f"{proxy}&startrecord=16&endrecord=30&perpage=15")
    assert re.findall(r"art_\d+_\d+", window) == re.findall(r"art_\d+_\d+", said)  # the first page once more
    assert "<li style=<br/>" in said
    for page in range(2, -(-total // 15) + 1):
        said += site.text(f"{proxy}&page={page}")
    site.must_list(said)


def test_a_server_may_give_fewer_records_than_it_is_asked(portal: Open) -> None:
    site = portal("jcms_sparing")
    said = site.text(site.column)
    total, proxy = int(one(r"totalRecord:(\d+)", said)), proxied(site, said)
    assert site.text(f"{proxy}&startrecord=1&endrecord=100&perpage=100").count("<record>") == 6
    for start in range(7, total + 1, 6):
        said += site.text(f"{proxy}&startrecord={start}&endrecord={start + 5}&perpage=6")
    site.must_list(said)


def test_a_server_may_give_nothing_beside_the_inline_records(portal: Open) -> None:
    site = portal("jcms_inline")
    said = site.text(site.column)
    assert "<recordset>\n\n</recordset>" in site.text(f"{proxied(site, said)}&page=2")
    site.must_list(said)


def test_a_server_may_always_give_the_first_page(portal: Open, all_families: Any) -> None:
    site = portal("jcms_stuck")
    said = site.text(site.column)
    for page in (2, 3):
        said += site.text(f"{proxied(site, said)}&page={page}&startrecord={page * 15 - 14}&endrecord={page * 15}")
    listed = {report["url"] for report in site.reports if site.path(report) in said}
    assert 10 < len(listed) <= 15
    (told,) = [row for row in all_families.truth()["conditions"] if row["site"] == site.address.url]
    out_of_reach = {row["url"] for row in told["ledger"] if row["state"] == State.UNREACHABLE and row["url"]}
    assert out_of_reach == {report["url"] for report in site.reports} - listed


def test_a_server_may_chain_its_groups(portal: Open) -> None:
    site = portal("jcms_chained")
    said = site.text(site.column)
    link: str | None = one(r'<nextgroup><!\[CDATA\[<a href="([^"]+)">', said)
    while link:
        answer = site.text(link if link.startswith("/") else "/module/jslib/jquery/jpage/" + link.removeprefix("./"))
        said += answer
        found = re.search(r'<nextgroup><!\[CDATA\[<a href="(\./[^"]+)">', answer)
        link = found[1] if found else None
    site.must_list(said)


def organs_pages(site: Any) -> list[str]:
    """The column of each organ's own directory, from the list of departments and towns; and the government's own."""
    home = site.text("/")
    directory = one(r'<a href="([^"]+)"[^>]*>部门和乡镇信息公开', home)
    organs = re.findall(r'<ul class="menu">(.*?)</ul>', site.text(directory), re.DOTALL)[0]
    pattern = r'<a href="([^"]+)" title="政府信息公开年报"'
    return [site.column, *(one(pattern, site.text(link)) for link in re.findall(r'href="([^"]+)"', organs))]


def test_an_area_is_searched_by_post(portal: Open) -> None:
    site = portal("hanweb_xxgk")
    said = ""
    for page in organs_pages(site):
        shell = site.text(page)
        area = one(r"area=(\w+)','div4'", shell)
        tree = site.text(one(r'<iframe src="([^"]+)"', shell))
        infotype = one(r"funclick\('(\w+)','\w+','政府信息公开年报'\)", tree)
        query = "/module/xxgk/search.jsp?standardXxgk=1&isAllList=1&texttype=0&fbtime=-1&sortfield=,createdatetime:0,orderid:0"
        form = {"infotypeId": infotype, "jdid": 1305, "area": area, "divid": "div1665241"}
        number, total = 1, 1
        while number <= total:
            answer = site.text(query, {**form, "currpage": number})
            total, number = int(one(r"共(\d+)页", answer)), number + 1
            said += answer
    assert said.count("tr_main_value_odd") > 20
    site.must_list(said)
    everything = site.text(query, {"area": area, "currpage": 1})
    assert everything.count("<tr") >= answer.count("<tr")


def test_the_annual_page_has_one_address_for_each_organ_and_year(portal: Open) -> None:
    site = portal("hanweb_annual")
    titles, nothing = "", 0
    for page in organs_pages(site):
        for link in re.findall(r'href="([^"]+&fbtime=\d{4})"', site.text(page)):
            answer = site.text(link.replace("&amp;", "&"))
            nothing += "暂无该年度报告" in answer
            titles += answer + link
    site.must_list(titles)
    assert nothing >= 1


def test_jpaas_turns_its_pages_in_param_json_alone(portal: Open) -> None:
    site = portal("jpaas")
    query = one(r'queryData="({[^"]+})"', site.text(site.column))
    named = json.loads(query.replace("'", '"'))
    base = "/api-gateway/jpaas-publish-server/front/page/build/unit?" + "&".join(
        f"{k}={quote(v)}" for k, v in named.items()
    )

    def page(number: int, size: int = 15) -> str:
        words = quote(json.dumps({"pageNo": number, "pageSize": str(size)}))
        return str(site.json(f"{base}&paramJson={words}")["data"]["html"])

    first = page(1)
    assert site.json(f"{base}&pageNo=2")["data"]["html"] == first
    count = int(one(r'count="(\d+)"', first))
    site.must_list(first + "".join(page(number) for number in range(2, -(-count // 15) + 1)))
    assert site.json("/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1")["success"] is False
